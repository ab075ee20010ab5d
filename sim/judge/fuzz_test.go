package judge

import (
	"testing"

	"faultline/cmd/bounded"
)

// FuzzThreshold: a threshold is refused, or prints as one that is the same.
func FuzzThreshold(f *testing.F) {
	for _, s := range [][2]string{{"latency{journey:browse}", "p(99) < 300ms"}, {"availability", ">= 99.9%"}, {"state{fault:x}", "== stable"}, {"blastRadius{fault:x,versus:y}", "< -20%"}, {"latency.p99", "< 1s"}, {"lost", "count < 5"}, {"edge", "rate>1"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, selector, expression string) {
		defer bounded.Input(t)()
		a, err := Parse(selector, expression)
		if err != nil {
			return
		}
		b, err := Parse(a.Selector.String(), a.Expression.String())
		if err != nil || a.Selector != b.Selector || a.Expression != b.Expression {
			t.Errorf("%q: %q is %v, which is %v, %v", selector, expression, a, b, err)
		}
	})
}
