package chart

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
	"faultline/sim/result"
)

// forest is the paired differences of every topology to the baseline, as a
// forest plot: shares in percentage points, all else as a factor, for their
// units differ.
type forest struct{}

// maxForest bounds the rows of a panel; the table holds the rest.
const maxForest = 26

// ID implements Chart.
func (forest) ID() string { return "forest" }

// Draw implements Chart.
func (c forest) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Differences between the topologies"}
	if len(v.Contrasts) == 0 {
		f.Empty = "There is one topology, or nothing in common between several, so no difference is drawn."
		return f
	}
	baseline, cut := v.Contrasts[0].Baseline, 0
	for _, points := range []bool{false, true} {
		rows, more := forestRows(v, points)
		cut += more
		if len(rows) > 0 {
			f.Panels = append(f.Panels, c.panel(rows, baseline, points))
		}
	}
	if len(f.Panels) == 0 {
		f.Empty = "No figure is known in both of two topologies, so no difference is drawn."
		return f
	}
	f.Title = c.title(v)
	f.Subtitle = fmt.Sprintf("Each topology against %s, replication by replication on the same requests; whiskers are 95%% intervals, the line in the middle is no difference.", baseline)
	if cut > 0 {
		f.Subtitle += fmt.Sprintf(" %s are only in the table.", view.Plural(cut, "more difference", "more differences"))
	}
	f.Legend = []Key{{Class: inkBetter.class(), Mark: "●", Label: "better"}, {Class: inkWorse.class(), Mark: "◆", Label: "worse"},
		{Class: inkMuted.class(), Mark: "○", Label: "not told apart from chance"}}
	f.Table = view.ContrastTable(v.Contrasts)
	return f
}

// forestRow is a heading or a difference.
type forestRow struct {
	heading   string
	label     string
	candidate string
	value     result.Estimate // on the axis
	text      string
	verdict   string
}

// drawn reports whether a difference is worth a place in the picture: of two
// topologies those of single journeys too, of more those of all requests.
func drawn(c view.Contrast, several bool) bool {
	whole := strings.HasPrefix(c.Subject, view.AllRequests)
	switch c.Metric {
	case "goodput", "time to recover", "cost per hour", "cost per million good requests":
		return whole && !c.Faultless
	case "p99 latency":
		return (whole || !several) && (whole || !c.Faultless)
	case "availability", "blast radius":
		return (whole || !several) && !c.Faultless
	case "blast radius, afterwards":
		return whole
	}
	return false
}

// forestRows picks the differences of one panel, under a heading each metric,
// and counts those left out.
func forestRows(v *view.View, points bool) (out []forestRow, more int) {
	several := false
	for _, c := range v.Contrasts {
		several = several || c.Candidate != v.Contrasts[0].Candidate
	}
	last := ""
	for _, c := range v.Contrasts {
		e := axisValue(c)
		if c.Absolute() != points || !known(e) {
			continue
		}
		if !drawn(c, several) || len(out) >= maxForest-1 {
			more++
			continue
		}
		heading, label := c.Metric, c.Subject
		if c.Faultless {
			heading += ", without faults"
		}
		if several {
			label = c.Candidate
			if c.Subject != view.AllRequests { // of one of several faults
				heading += strings.TrimPrefix(c.Subject, view.AllRequests)
			}
		}
		if heading != last {
			out = append(out, forestRow{heading: heading})
			last = heading
		}
		out = append(out, forestRow{label: label, candidate: c.Candidate, value: e, text: changeText(c), verdict: c.Verdict})
	}
	return out, more
}

// axisValue is where a difference stands: a factor by its logarithm, so that
// half and double are equally far from one.
func axisValue(c view.Contrast) result.Estimate {
	if c.Absolute() {
		return c.Change
	}
	r := c.Relative
	if !known(r) || !(*r.Value > 0) {
		return result.Estimate{}
	}
	log := func(p *float64) *float64 {
		if p == nil || !finite(*p) {
			return nil
		}
		l := math.Log10(max(*p, *r.Value/1e6)) // a bound at or below zero has no logarithm; it runs off the axis
		return &l
	}
	return result.Estimate{Value: log(r.Value), Low: log(r.Low), High: log(r.High)}
}

func changeText(c view.Contrast) string {
	if c.Absolute() {
		return view.Points(*c.Change.Value)
	}
	return view.Ratio.Format(*c.Relative.Value)
}

func (forest) panel(rows []forestRow, baseline string, points bool) Panel {
	p := newPanel("")
	p.headroom, p.margin = 4, 62
	p.height = float64(len(rows))*barHeight + 34
	low, high := forestRange(rows, points)
	name := "as a factor of " + baseline
	if points {
		name = "in percentage points"
		if high-low < 1e-6 {
			low, high = -0.01, 0.01
		}
		p.X.Min, p.X.Max = low, high
		widen(&p.X, linearTicks(low, high, 4, func(x float64) string { return view.Count.Format(math.Round(x*1e6) / 1e4) }))
	} else {
		p.X.Min, p.X.Max = low, high
		widen(&p.X, factorTicks(low, high))
	}
	p.X.LineStyle, p.X.Tick.LineStyle = draw.LineStyle{}, draw.LineStyle{}
	p.Y.Min, p.Y.Max = 0, float64(len(rows))
	m := &forestMarks{rows: rows}
	p.Y.Tick.Marker = m.names()
	p.Y.Tick.Label = style(inkMuted, draw.XRight, draw.YCenter)
	p.Add(m)
	return p.panel(view.Topology{Name: name, Index: -1}, "Differences "+name, m.describe())
}

// forestRange is the range of the axis: all values, and the whiskers unless
// they run away.
func forestRange(rows []forestRow, points bool) (low, high float64) {
	for _, r := range rows {
		if !known(r.value) {
			continue
		}
		low, high = min(low, *r.value.Value), max(high, *r.value.Value)
		for _, x := range []*float64{r.value.Low, r.value.High} {
			if x != nil && finite(*x) && (points || math.Abs(*x-*r.value.Value) < 0.5) {
				low, high = min(low, *x), max(high, *x)
			}
		}
	}
	return low, high
}

// factorTicks marks an axis of log10 of a factor.
func factorTicks(low, high float64) plot.ConstantTicks {
	low, high = min(low, -0.02), max(high, 0.02)
	var out plot.ConstantTicks
	if high-low < math.Log10(2.2) {
		for _, t := range linearTicks(math.Pow(10, low), math.Pow(10, high), 4, view.Ratio.Format) {
			if t.Value > 0 {
				out = append(out, plot.Tick{Value: math.Log10(t.Value), Label: t.Label})
			}
		}
		return out
	}
	factors := []float64{1, 2, 5}
	if high-low > 2 {
		factors = []float64{1}
	}
	for e := math.Floor(low); e <= math.Ceil(high); e++ {
		for _, f := range factors {
			at := e + math.Log10(f)
			if at >= low-0.31 && at <= high+0.31 {
				out = append(out, plot.Tick{Value: at, Label: view.Ratio.Format(math.Pow(10, at))})
			}
		}
	}
	return out
}

// forestMarks draws the rows from the top down.
type forestMarks struct{ rows []forestRow }

func (m *forestMarks) middle(i int) float64 { return float64(len(m.rows)-i) - 0.5 }

func (m *forestMarks) names() plot.ConstantTicks {
	var out plot.ConstantTicks
	s := style(inkMuted, draw.XRight, draw.YCenter)
	for i, r := range m.rows {
		out = append(out, plot.Tick{Value: m.middle(i), Label: fitEnds(r.label, s, 118)})
	}
	return out
}

// Plot implements plot.Plotter.
func (m *forestMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(line(inkGrid, 0.7), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	c.StrokeLine2(line(inkText, 0.9), x(0), c.Min.Y, x(0), c.Max.Y)
	for i, r := range m.rows {
		if r.heading != "" {
			s := bold(style(inkText, draw.XLeft, draw.YCenter))
			centred(&c, s, vg.Point{X: 0, Y: y(m.middle(i))}, fit(r.heading, s, panelWidth-8))
			continue
		}
		m.mark(&c, x, y(m.middle(i)), r)
	}
}

// mark draws one difference: the shape says what the colour says.
func (m *forestMarks) mark(c *draw.Canvas, x func(float64) vg.Length, y vg.Length, r forestRow) {
	i := map[string]ink{"better": inkBetter, "worse": inkWorse}[r.verdict]
	if i == 0 {
		i = inkMuted
	}
	at := x(*r.value.Value)
	if l, h := r.value.Low, r.value.High; l != nil && h != nil && finite(*l) && finite(*h) {
		c.StrokeLine2(line(i, 1.3), max(x(*l), c.Min.X), y, min(x(*h), c.Max.X), y)
		for _, e := range []vg.Length{x(*l), x(*h)} {
			if e >= c.Min.X && e <= c.Max.X { // one that runs off the axis has no end
				c.StrokeLine2(line(i, 1.3), e, y-3, e, y+3)
			}
		}
	}
	const r0 = 4.2
	switch r.verdict {
	case "better":
		c.FillPolygon(i.color(), circle(at, y, r0))
	case "worse":
		c.FillPolygon(i.color(), []vg.Point{{X: at - 5, Y: y}, {X: at, Y: y + 5}, {X: at + 5, Y: y}, {X: at, Y: y - 5}})
	default:
		ring := circle(at, y, r0-0.6)
		c.StrokeLines(line(i, 1.3), append(ring, ring[0]))
	}
	centred(c, style(inkText, draw.XLeft, draw.YCenter), vg.Point{X: c.Max.X + 8, Y: y}, r.text)
}

// circle is a polygon that looks round.
func circle(x, y, r vg.Length) []vg.Point {
	var out []vg.Point
	for k := range 16 {
		a := 2 * math.Pi * float64(k) / 16
		out = append(out, vg.Point{X: x + r*vg.Length(math.Cos(a)), Y: y + r*vg.Length(math.Sin(a))})
	}
	return out
}

func (m *forestMarks) describe() string {
	s, heading := "", ""
	for _, r := range m.rows {
		if r.heading != "" {
			heading = r.heading
			continue
		}
		s += fmt.Sprintf("%s, %s: %s, %s. ", heading, r.label, r.text, r.verdict)
	}
	return s
}

// title counts what is better and what is worse.
func (forest) title(v *view.View) string {
	type count struct{ better, worse, same int }
	counts, names := map[string]*count{}, []string{}
	for _, points := range []bool{false, true} {
		rows, _ := forestRows(v, points)
		for _, r := range rows {
			if r.candidate == "" {
				continue
			}
			if counts[r.candidate] == nil {
				counts[r.candidate] = &count{}
				names = append(names, r.candidate)
			}
			k := counts[r.candidate]
			switch r.verdict {
			case "better":
				k.better++
			case "worse":
				k.worse++
			default:
				k.same++
			}
		}
	}
	s := ""
	for i, n := range names[:min(len(names), 3)] {
		k := counts[n]
		if i > 0 {
			s += "; "
		}
		s += fmt.Sprintf("%s is better in %d of %d figures and worse in %d", n, k.better, k.better+k.worse+k.same, k.worse)
	}
	if len(names) > 3 {
		s += fmt.Sprintf("; and %d more", len(names)-3)
	}
	return "Against " + v.Contrasts[0].Baseline + ", " + s
}
