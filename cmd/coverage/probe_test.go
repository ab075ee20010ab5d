package coverage

import (
	"testing"
	"math"

	"faultline/scenarios"
	"faultline/sim/stats"
)

func TestDiffProbe(t *testing.T) {
	slower := 1/(1/0.0103-20) - 1/(service-20)
	for _, dur := range []string{"1m", "3m"} {
		m := model{name: "slower", set: []string{"run.duration=" + dur}}
		truth := slower * math.Log(100)
		tr := exactly(truth)
		m.figures = []figure{{name: "mean of differences " + dur, truth: tr, rule: shown}, {name: "sectioned " + dur, truth: tr, rule: shown}}
		m.ask = func(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
			store, err := run(s, seed, 0)
			if err != nil {
				return answer{}, err
			}
			sel, _ := parse("latency.p99{topology:slower, versus:mm1}")
			out := answer{replications: 10}
			i, err := figureOf(store, sel, &out)
			c := out.comparisons[0]
			out.comparisons = nil
			a, _ := parse("latency.p99{topology:mm1}")
			b, _ := parse("latency.p99{topology:slower}")
			fa, _ := store.Figure(a)
			fb, _ := store.Figure(b)
			var d []float64
			for k := range fa.Samples {
				d = append(d, *fb.Samples[k]-*fa.Samples[k])
			}
			var st stats.Students
			low, high, _ := st.Section(c.b-c.a, d)
			out.intervals = []interval{i, {c.b - c.a, low, high}}
			return out, err
		}
		m.measure(t, 1000)
	}
}
