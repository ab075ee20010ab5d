package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"

	"faultline/reports/view"
)

// timeTicks marks an axis of seconds from zero at round times, five or six of them.
func timeTicks(end float64) plot.ConstantTicks {
	step := end
	for _, s := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400} {
		if end/s <= 6 {
			step = s
			break
		}
	}
	var out plot.ConstantTicks
	if !(step > 0) {
		return out
	}
	for i := 0; float64(i)*step <= end*(1+1e-9); i++ {
		at := float64(i) * step
		label := view.Clock(at)
		switch {
		case i == 0:
			label = "0"
		case step >= 60 && step < 3600:
			label = fmt.Sprintf("%g\u00a0min", at/60)
		}
		out = append(out, plot.Tick{Value: at, Label: label})
	}
	return out
}

// linearTicks marks an axis from low to high at about n round values; label
// writes them. The axis should be widened to the outer ticks.
func linearTicks(low, high float64, n int, label func(float64) string) plot.ConstantTicks {
	step := niceStep((high - low) / float64(n))
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	var out plot.ConstantTicks
	for i := math.Floor(low/step + 1e-9); i <= math.Ceil(high/step-1e-9); i++ {
		out = append(out, plot.Tick{Value: i * step, Label: label(i * step)})
	}
	return out
}

// niceStep is the smallest of 1, 2, 5 × 10ⁿ that is at least v.
func niceStep(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	base := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, f := range []float64{1, 2, 5} {
		if v <= f*base*(1+1e-9) {
			return f * base
		}
	}
	return 10 * base
}

// logTicks marks an axis that shows log10 of a time at 1, 2 and 5 of each
// decade, at fewer where there are many decades.
func logTicks(low, high float64) plot.ConstantTicks {
	factors := []float64{1, 2, 5}
	switch {
	case high-low > 4:
		factors = []float64{1}
	case high-low > 2.2:
		factors = []float64{1, 3}
	}
	var out plot.ConstantTicks
	for e := math.Floor(low); e <= math.Ceil(high); e++ {
		for _, f := range factors {
			at := e + math.Log10(f)
			if at >= low-1e-9 && at <= high+1e-9 {
				out = append(out, plot.Tick{Value: at, Label: view.Time.Format(math.Pow(10, at))})
			}
		}
	}
	return out
}

// widen stretches an axis to its outer ticks.
func widen(a *plot.Axis, ticks plot.ConstantTicks) {
	a.Tick.Marker = ticks
	for _, t := range ticks {
		a.Min, a.Max = min(a.Min, t.Value), max(a.Max, t.Value)
	}
}
