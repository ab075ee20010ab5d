package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// direct writes names at their lines, where there is room: nobody should have
// to carry a colour to a legend and back. A name that finds no room is left to
// the legend.
type direct struct {
	x      []float64
	labels []directLabel
	prefer [2]float64 // where along x the lines differ most
}

type directLabel struct {
	text   string
	ink    ink
	y      []float64
	strong bool
	x      []float64 // its own, else those of all
}

// Plot implements plot.Plotter.
func (d *direct) Plot(c draw.Canvas, p *plot.Plot) {
	var lines [][]vg.Point
	trX, trY := p.Transforms(&c)
	for _, l := range d.labels {
		var points []vg.Point
		at := l.x
		if at == nil {
			at = d.x
		}
		for i := range min(len(at), len(l.y)) {
			if finite(l.y[i]) {
				points = append(points, vg.Point{X: trX(at[i]), Y: trY(l.y[i])})
			}
		}
		lines = append(lines, points)
	}
	var taken []vg.Rectangle
	for i, l := range d.labels {
		s := style(l.ink, draw.XCenter, draw.YBottom)
		if l.strong {
			s = bold(s)
		}
		box, ok := d.place(c, s, l.text, lines, i, taken, [2]vg.Length{trX(d.prefer[0]), trX(d.prefer[1])})
		if !ok {
			continue
		}
		taken = append(taken, box)
		c.FillText(s, vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: box.Min.Y + 3}, l.text)
	}
}

// place looks for a box for the text close to its line, away from all lines and
// from the texts already set: first where the lines differ, then anywhere.
func (d *direct) place(c draw.Canvas, s text.Style, txt string, lines [][]vg.Point, own int, taken []vg.Rectangle, prefer [2]vg.Length) (vg.Rectangle, bool) {
	w, h := s.Width(txt)+6, vg.Length(fontSize)+2
	steps := func(from, to vg.Length) (out []vg.Length) {
		for k := range 9 {
			out = append(out, from+(to-from)*vg.Length(k)/8)
		}
		return out
	}
	middle := (prefer[0] + prefer[1]) / 2
	centers := append([]vg.Length{middle}, steps(prefer[0], prefer[1])...)
	centers = append(centers, steps(c.Min.X+w/2, c.Max.X-w/2)...)
	for _, x := range centers {
		low, high, ok := reach(lines[own], x-w/2, x+w/2)
		if !ok || x-w/2 < c.Min.X || x+w/2 > c.Max.X {
			continue
		}
		if !apart(lines[:own], x, (low+high)/2) {
			continue // one name there would be said of two lines
		}
		for _, bottom := range []vg.Length{high + 3, low - 3 - h} {
			box := vg.Rectangle{Min: vg.Point{X: x - w/2, Y: bottom}, Max: vg.Point{X: x + w/2, Y: bottom + h}}
			if bottom >= c.Min.Y && bottom+h <= c.Max.Y && clear(box, lines, taken) {
				return box, true
			}
		}
	}
	return vg.Rectangle{}, false
}

// reach is how low and how high a line runs between two places.
func reach(points []vg.Point, from, to vg.Length) (low, high vg.Length, ok bool) {
	for _, p := range points {
		if p.X < from || p.X > to {
			continue
		}
		if !ok {
			low, high, ok = p.Y, p.Y, true
		}
		low, high = min(low, p.Y), max(high, p.Y)
	}
	return low, high, ok
}

// apart reports whether a line at y keeps away from the others around x.
func apart(others [][]vg.Point, x, y vg.Length) bool {
	for _, l := range others {
		if low, high, ok := reach(l, x-4, x+4); ok && low-5 < y && y < high+5 {
			return false
		}
	}
	return true
}

func clear(box vg.Rectangle, lines [][]vg.Point, taken []vg.Rectangle) bool {
	for _, l := range lines {
		if low, high, ok := reach(l, box.Min.X, box.Max.X); ok && low < box.Max.Y && high > box.Min.Y {
			return false
		}
	}
	for _, t := range taken {
		if box.Min.X < t.Max.X && box.Max.X > t.Min.X && box.Min.Y < t.Max.Y && box.Max.Y > t.Min.Y {
			return false
		}
	}
	return true
}
