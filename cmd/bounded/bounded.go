// Package bounded is what fuzz tests want of every input, whatever it is: that
// the time and the memory that it takes are bounded.
package bounded

import (
	"runtime/metrics"
	"syscall"
	"testing"
	"time"
)

// The most that one input may take. The time is the processor's, as the clock
// depends on who else is at work; the memory is all that was allocated, which is
// never less than what was held at once.
const (
	mostTime   = time.Second
	mostMemory = 512 << 20
)

// Input begins to watch one input; the function that it returns ends it, and fails
// the test where the input took too much:
//
//	defer bounded.Input(t)()
func Input(t testing.TB) (end func()) {
	time, memory := processorTime(), allocated()
	return func() {
		t.Helper()
		if took := processorTime() - time; took > mostTime {
			t.Errorf("took %v of processor time; %v are allowed", took, mostTime)
		}
		if took := allocated() - memory; took > mostMemory {
			t.Errorf("took %d MiB; %d are allowed", took>>20, mostMemory>>20)
		}
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// allocated is how many bytes this process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
