package view

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"faultline/sim/result"
)

// maxSlices bounds the columns of the damage map.
const maxSlices = 60

// DamageRow is one component over time, compared with itself in the run
// without the faults.
type DamageRow struct {
	Component string
	Slice     float64 // seconds a cell covers; the first starts at zero
	Cells     []DamageCell
}

// Worst is the row's worst cell and its position.
func (r DamageRow) Worst() (DamageCell, int) {
	worst, at := DamageCell{}, -1
	for i, c := range r.Cells {
		if at < 0 || c.weight() > worst.weight() {
			worst, at = c, i
		}
	}
	return worst, at
}

// DamageCell is one component during one slice of time.
type DamageCell struct {
	Kind    DamageKind
	Level   int     // 0: well; 1 and up: ever worse, within the kind
	Errors  float64 // error share above the baseline's, 0..1; NaN if unknown
	Slowing float64 // mean latency as a multiple of the baseline's; NaN if unknown
}

// DamageKind says in which way a component is hurt.
type DamageKind int

// The kinds, and Idle for a component that nobody called.
const (
	Idle DamageKind = iota
	Well
	Slow
	Failing
	Silent // it answers less than a tenth of the calls of the baseline: dead, or nobody is left to call it
)

// Bounds at which the levels of a damage cell start.
var (
	FailingBounds = []float64{0.01, 0.05, 0.20, 0.50}
	SlowBounds    = []float64{1.5, 3, 10}
)

// Words is the cell as a reader is told: "42% more errors", "3.1× slower".
func (c DamageCell) Words() string {
	switch c.Kind {
	case Silent:
		return "silent"
	case Failing:
		return Share.Format(c.Errors) + " more errors"
	case Slow:
		return Ratio.Format(c.Slowing) + " the latency"
	case Well:
		return "well"
	}
	return "not called"
}

// weight orders cells by damage: a step of failing weighs as much as a step of
// slowness, a failing cell more than a slow one of the same level.
func (c DamageCell) weight() float64 {
	switch c.Kind {
	case Silent:
		return 10
	case Failing:
		return float64(c.Level) + 0.5
	case Slow:
		return float64(c.Level)
	case Well:
		return 0
	}
	return -1
}

// damageRows computes the damage map of every topology. All have the same
// components in the same order, the worst hit first, so that they can be read
// side by side; a component that a topology lacks has idle cells there.
func damageRows(doc *result.Document) [][]DamageRow {
	out := make([][]DamageRow, len(doc.Topologies))
	names := map[string]float64{} // by component, the worst weight anywhere
	rows := make([]map[string]DamageRow, len(doc.Topologies))
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		rows[i] = map[string]DamageRow{}
		if t.Baseline == nil {
			continue
		}
		for name, faulted := range t.Series.Components {
			row := damageRow(name, faulted, t.Baseline.Series.Components[name], t.Series.Window, doc.Scenario.Duration)
			if len(row.Cells) == 0 {
				continue
			}
			rows[i][name] = row
			names[name] = max(names[name], rowWeight(row))
		}
	}
	order := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(names[b], names[a]), cmp.Compare(a, b))
	})
	for i := range rows {
		for _, name := range order {
			row, ok := rows[i][name]
			if !ok {
				row = DamageRow{Component: Name(name)}
			}
			out[i] = append(out[i], row)
		}
	}
	return out
}

// rowWeight orders rows: by the worst cell, then by how long the damage lasts.
func rowWeight(r DamageRow) float64 {
	worst, _ := r.Worst()
	sum := 0.0
	for _, c := range r.Cells {
		sum += max(c.weight(), 0)
	}
	return worst.weight() + sum/(1000*float64(len(r.Cells)))
}

// damageRow compares a component's series with its baseline's, slice by slice.
func damageRow(name string, faulted, base map[string]result.Band, window, duration float64) DamageRow {
	row := DamageRow{Component: Name(name)}
	n := 0
	for _, b := range faulted {
		n = max(n, len(b.Value))
	}
	if !(window > 0) || n == 0 {
		return row
	}
	if duration > 0 {
		n = min(n, int(math.Floor(duration/window+1e-9)))
	}
	step := sliceWindows(n, window)
	row.Slice = window * float64(step)
	row.Cells = make([]DamageCell, 0, (n+step-1)/step)
	f, b := component(faulted), component(base)
	for i := 0; i < n; i += step {
		end := min(i+step, n)
		row.Cells = append(row.Cells, damageCell(f.slice(i, end), b.slice(i, end)))
	}
	return row
}

// sliceWindows is how many windows a cell of the map covers: 10 s, the slice
// of the blast radius, or more where that would give too many columns.
func sliceWindows(n int, window float64) int {
	for _, slice := range []float64{10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600} {
		step := int(math.Round(slice / window))
		if step >= 1 && (n+step-1)/step <= maxSlices {
			return step
		}
	}
	return max(1, (n+maxSlices-1)/maxSlices)
}

// componentSeries is what the map needs of one component in one run, where it lies: of
// a thousand services copies would be most of what a page takes.
type componentSeries struct{ rate, errors, latency []*float64 }

func component(kinds map[string]result.Band) componentSeries {
	return componentSeries{kinds["throughput"].Value, kinds["errorRate"].Value, kinds["latency"].Value}
}

// slice is the mean rate of the windows, and their error share and latency
// weighted by the calls; NaN where there were none.
func (s componentSeries) slice(from, to int) (out struct{ rate, errors, latency float64 }) {
	var calls, failed, failable, time, timed float64
	for i := from; i < to; i++ {
		rate := numberAt(s.rate, i)
		if math.IsNaN(rate) {
			continue
		}
		calls += rate
		if share := numberAt(s.errors, i); finite(share) {
			failed += rate * share
			failable += rate
		}
		if mean := numberAt(s.latency, i); finite(mean) {
			time += rate * mean
			timed += rate
		}
	}
	out.rate = calls / float64(to-from)
	out.errors = failed / failable
	out.latency = time / timed
	return out
}

// damageCell judges one slice of a component against its baseline.
func damageCell(f, b struct{ rate, errors, latency float64 }) DamageCell {
	c := DamageCell{Errors: math.NaN(), Slowing: math.NaN()}
	if f.rate == 0 && b.rate == 0 {
		return c
	}
	c.Kind = Well
	if f.rate < 0.1*b.rate {
		c.Kind, c.Level = Silent, 1
		return c
	}
	if finite(f.errors) {
		c.Errors = f.errors
		if finite(b.errors) {
			c.Errors = max(0, f.errors-b.errors)
		}
	}
	if finite(f.latency) && b.latency > 0 {
		c.Slowing = f.latency / b.latency
	}
	failing, slow := level(c.Errors, FailingBounds), level(c.Slowing, SlowBounds)
	switch {
	case failing > 0 && failing >= slow:
		c.Kind, c.Level = Failing, failing
	case slow > 0:
		c.Kind, c.Level = Slow, slow
	}
	return c
}

// level is how many of the bounds v has reached; none for NaN.
func level(v float64, bounds []float64) int {
	n := 0
	for n < len(bounds) && v >= bounds[n] {
		n++
	}
	return n
}
