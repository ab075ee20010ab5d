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
		"edge": unsafe.Sizeof(edge{}), "site": unsafe.Sizeof(site{}), "station": unsafe.Sizeof(station{}), "instance": unsafe.Sizeof(instance{}),
		"measure.Edge": unsafe.Sizeof(measure.Edge{}), "measure.Station": unsafe.Sizeof(measure.Station{}),
		"measure.Histogram": unsafe.Sizeof(measure.Histogram{}),
	} {
		if size%line != 0 {
			t.Errorf("%s takes %d bytes, %d more than a multiple of %d", name, size, size%line, line)
		}
	}
	for name, at := range map[string]uintptr{
		"edge.timeout":      unsafe.Offsetof(edge{}.timeout),
		"station.queue":     unsafe.Offsetof(station{}.queue),
		"Edge.Latency":      unsafe.Offsetof(measure.Edge{}.Latency),
		"Station.Latency":   unsafe.Offsetof(measure.Station{}.Latency),
		"Station.QueueWait": unsafe.Offsetof(measure.Station{}.QueueWait),
	} {
		if at%line != 0 {
			t.Errorf("%s begins %d bytes into a line", name, at%line)
		}
	}
	if at := unsafe.Offsetof(instance{}.fifo); at > 48 {
		t.Errorf("instance.fifo begins at %d: what it touches first should lie in the instance's first line", at)
	}
}
