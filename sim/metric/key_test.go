package metric

import (
	"testing"

	"faultline/cmd/bounded"
)

// FuzzKey: whatever names a figure, as in latency.p99, prints as a name of the same.
func FuzzKey(f *testing.F) {
	for _, s := range []string{"latency", "latency.p99", "latency.p99.9", "latency.avg", "availability", "latency.", ".p99", "latency.p", "queueWait.p50"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		s, err := ParseKey(text)
		if err != nil {
			return
		}
		if back, err := ParseKey(s.Key()); err != nil || back != s {
			t.Errorf("%q: %+v prints %q, which is %+v, %v", text, s, s.Key(), back, err)
		}
	})
}
