package chart

import (
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fontSize is the size of text in a panel's units, as on a phone; on wide
// screens the page sets it smaller, never larger, so what fits here fits there.
const fontSize = 12.5

// sans measures text as the page's sans serif faces set it; Liberation Sans,
// Arial and Helvetica have the same widths, and the page scales any other face
// until its digits are as wide as theirs.
var sans = font.Font{Typeface: "Liberation", Variant: "Sans", Size: fontSize}

// anchored is the library's plain text handler, except that it leaves the
// alignment to the reader's browser, which knows the font that is really used.
type anchored struct{ text.Plain }

// Draw puts the text at its point and hands the horizontal alignment on as a
// variant of the ink.
func (a anchored) Draw(c vg.Canvas, txt string, style text.Style, at vg.Point) {
	v := solid
	switch {
	case style.XAlign <= text.XRight:
		v = textEnd
	case style.XAlign < text.XLeft:
		v = textMiddle
	}
	if i, ok := style.Color.(inked); ok {
		style.Color = i.variant(v)
	}
	style.XAlign = text.XLeft
	a.Plain.Draw(c, txt, style, at)
}

// inked is an ink as a colour that can still be told apart from others.
type inked struct{ ink }

// RGBA makes it a colour.
func (i inked) RGBA() (r, g, b, a uint32) { return i.color().RGBA() }

func handler() text.Handler { return anchored{text.Plain{Fonts: plot.DefaultTextHandler.Cache()}} }

// style is text in an ink, aligned at its point.
func style(i ink, x draw.XAlignment, y draw.YAlignment) text.Style {
	return text.Style{Color: inked{i}, Font: sans, XAlign: x, YAlign: y, Handler: handler()}
}

// centred sets a line so that its letters, not its box, have their middle at a
// point, as the axes do.
func centred(c *draw.Canvas, s text.Style, at vg.Point, txt string) {
	at.Y += s.FontExtents().Descent
	c.FillText(s, at, txt)
}

// bold is style in a heavier face.
func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

// fitEnds shortens a name in its middle: names of topologies begin alike, and
// differ at their ends.
func fitEnds(name string, s text.Style, width vg.Length) string {
	runes := []rune(name)
	for keep := len(runes); keep > 1; keep-- {
		short := name
		if keep < len(runes) {
			head := (keep + 1) / 3
			tail := string(runes[len(runes)-keep+head:])
			if i := strings.IndexAny(tail, " -_."); i > 0 && i <= len(tail)/2 {
				tail = tail[i:] // whole words tell more
			}
			short = strings.TrimRight(string(runes[:head]), " -_.") + "…" + tail
		}
		if s.Width(short) <= width {
			return short
		}
	}
	return fit(name, s, width)
}

// fit shortens a name with an ellipsis until it is at most width wide.
func fit(name string, s text.Style, width vg.Length) string {
	if s.Width(name) <= width {
		return name
	}
	runes := []rune(name)
	low, high := 0, len(runes) // low runes fit with the ellipsis, high do not
	for low+1 < high {
		mid := (low + high) / 2
		if s.Width(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid
		}
	}
	return strings.TrimRight(string(runes[:low]), " -_.") + "…"
}
