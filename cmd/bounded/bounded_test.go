package bounded

import (
	"testing"
	"time"
)

// told counts what a test was told.
type told struct {
	testing.TB
	errors int
}

func (t *told) Helper()               {}
func (t *told) Errorf(string, ...any) { t.errors++ }

func TestWhatTakesTooMuchIsTold(t *testing.T) {
	for _, c := range []struct {
		name string
		take func()
		want int
	}{
		{"nothing", func() {}, 0},
		{"a second and more", func() {
			for began := processorTime(); processorTime()-began < mostTime+time.Millisecond; {
			}
		}, 1},
		{"half a GiB and more", func() {
			for range 65 {
				kept = make([]byte, 8<<20)
			}
		}, 1},
	} {
		watched := new(told)
		end := Input(watched)
		c.take()
		if end(); watched.errors != c.want {
			t.Errorf("%s: told of %d times, want %d", c.name, watched.errors, c.want)
		}
	}
}

// kept keeps the compiler from leaving an allocation out.
var kept []byte
