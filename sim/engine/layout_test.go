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
		"edge": unsafe.Sizeof(edge{}) / 3, "site": unsafe.Sizeof(site{}), "station": unsafe.Sizeof(station{}) / 3,
		"instance": unsafe.Sizeof(instance{}) / 2, "measure.Recorder": unsafe.Sizeof(measure.Recorder{}) / 2,
	} {
		if size != line {
			t.Errorf("%s takes %d bytes, want %d", name, size, line)
		}
	}
	if at := unsafe.Offsetof(instance{}.fifo); at > 48 {
		t.Errorf("instance.fifo begins at %d: what it touches first should lie in the instance's first line", at)
	}
}
