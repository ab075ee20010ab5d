package view

import (
	"math"
	"slices"

	"faultline/sim/result"
)

// maxPoints bounds the points of a line: more than the picture has pixels for
// only makes the page heavier.
const maxPoints = 300

// Band is a series with its 95% interval. A missing value is NaN; Low and High
// are nil without an interval.
type Band struct{ Value, Low, High []float64 }

// Empty reports whether no value is known.
func (b Band) Empty() bool { return !slices.ContainsFunc(b.Value, finite) }

// Timeline is the flow of requests over time, all journeys together, in
// requests per second. Time is the middle of each window, in seconds.
type Timeline struct {
	Time       []float64
	Window     float64 // seconds
	Offered    Band
	Throughput Band // answered, all outcomes
	Goodput    Band
	Baseline   Band // goodput without the faults
	Latency    Band // mean of the answers, seconds
	Usual      Band // the same without the faults
}

// Empty reports whether there is nothing to draw.
func (t Timeline) Empty() bool { return t.Goodput.Empty() && t.Throughput.Empty() }

// timeline sums the journeys' series and thins them out to maxPoints.
func timeline(t *result.Topology, duration float64) Timeline {
	s := t.Series
	if !(s.Window > 0) {
		return Timeline{}
	}
	n := seriesLength(s, duration)
	step := (n + maxPoints - 1) / maxPoints
	if step == 0 {
		return Timeline{}
	}
	out := Timeline{Window: s.Window * float64(step)}
	for i := range n / step {
		out.Time = append(out.Time, (float64(i)+0.5)*out.Window)
	}
	get := func(s result.Series, kind string) Band { return thin(floats(s.Total[kind], n), step) }
	out.Offered = get(s, "offered")
	out.Throughput = get(s, "throughput")
	out.Goodput = get(s, "goodput")
	out.Latency = get(s, "latency")
	if t.Baseline != nil {
		out.Baseline, out.Usual = get(t.Baseline.Series, "goodput"), get(t.Baseline.Series, "latency")
	}
	return out
}

// seriesLength is the number of whole windows while requests arrive: what is
// answered while the run drains belongs to no load.
func seriesLength(s result.Series, duration float64) int {
	n := 0
	for _, band := range s.Total {
		n = max(n, len(band.Value))
	}
	if duration > 0 {
		n = min(n, int(math.Floor(duration/s.Window+1e-9)))
	}
	return n
}

// floats turns pointers into numbers, with NaN for null, cut or filled to n.
func floats(b result.Band, n int) Band {
	out := Band{Value: numbers(b.Value, n)}
	if len(b.Low) > 0 && len(b.High) > 0 {
		out.Low, out.High = numbers(b.Low, n), numbers(b.High, n)
	}
	return out
}

func numbers(values []*float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = numberAt(values, i)
	}
	return out
}

// numberAt is one of some values, NaN if it is missing.
func numberAt(values []*float64, i int) float64 {
	if i < len(values) && values[i] != nil && finite(*values[i]) {
		return *values[i]
	}
	return math.NaN()
}

// thin replaces each step windows by their mean.
func thin(b Band, step int) Band {
	return Band{Value: means(b.Value, step), Low: means(b.Low, step), High: means(b.High, step)}
}

func means(values []float64, step int) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, 0, len(values)/step)
	for i := 0; i+step <= len(values); i += step {
		sum, n := 0.0, 0
		for _, v := range values[i : i+step] {
			if finite(v) {
				sum += v
				n++
			}
		}
		out = append(out, sum/float64(n)) // 0/0 is NaN: missing
	}
	return out
}
