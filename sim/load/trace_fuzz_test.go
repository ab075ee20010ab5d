package load

import (
	"math"
	"testing"
	"time"

	"faultline/cmd/bounded"
)

// FuzzTrace: the rows of a trace are refused, or requests come in order, as many as
// there are rows.
func FuzzTrace(f *testing.F) {
	for _, s := range []string{"0\n1ms\n2ms\n", "time\n1s\n1s\n", "1h\n", "\ufeff5ms\r\n7ms\r\n", "1ms,2\n", "0\n0\n", "9223372036854775807ns\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer bounded.Input(t)()
		trace := &Trace{name: "t.csv"}
		if err := (Value{trace}).Open(func(string) ([]byte, error) { return data, nil }); err != nil {
			return
		}
		if r := trace.Rate(); !(r > 0) || math.IsInf(r, 0) {
			t.Fatalf("a rate of %v", r)
		}
		p, last := Start(trace, Clock{Key: 1, End: time.Hour, Hits: Constant(1).Hits}), 0.0
		for n := range uint64(len(trace.times)) {
			hits := p.Next(last, n, stream(0, n))
			if !(hits >= last) || math.IsInf(hits, 0) {
				t.Fatalf("request %d at %v, the one before at %v", n, hits, last)
			}
			last = hits
		}
		if hits := p.Next(last, uint64(len(trace.times)), stream(0, 0)); !math.IsInf(hits, 1) {
			t.Errorf("one more at %v", hits)
		}
	})
}
