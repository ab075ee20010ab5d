package engine

import (
	"testing"
	"unsafe"

	"faultline/sim/measure"
)

// TestWhatEveryCallTouchesStartsACacheLine: with a thousand services, lines of the
// cache are what calls cost. In a large slice each element begins where a line does
// if its size is a multiple of one.
func TestWhatEveryCallTouchesStartsACacheLine(t *testing.T) {
	const line = 64
	for name, size := range map[string]uintptr{
		"edge": unsafe.Sizeof(edge{}) / 2, "site": unsafe.Sizeof(site{}), "instance": unsafe.Sizeof(instance{}) / 3,
		"edge to only": unsafe.Offsetof(edge{}.only), "instance to fifo": unsafe.Offsetof(instance{}.fifo),
		"instance to stay": unsafe.Offsetof(instance{}.stay) / 2, "measure.Recorder": unsafe.Sizeof(measure.Recorder{}) + 8,
	} {
		if size != line {
			t.Errorf("%s takes %d bytes, want %d", name, size, line)
		}
	}
}
