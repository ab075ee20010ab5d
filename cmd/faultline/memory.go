package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryShare is how much of the memory that is there the simulations may take
// together: loading, the result and the system's own caches need some too.
const memoryShare = 0.75

// room is how many bytes the process may take for simulations: a share of what
// GOMEMLIMIT allows, of what the control groups that it runs in allow, and of what the
// machine has left, whichever is least. 0: nothing of it is known.
func room() int64 {
	least := debug.SetMemoryLimit(-1) // GOMEMLIMIT
	for _, n := range append(groupLimits("/"), available("/proc/meminfo")) {
		if n > 0 {
			least = min(least, n)
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return int64(memoryShare * float64(least))
}

// groupLimits are the limits of the control groups (v2, or v1's memory) that hold
// the process, and of all above them, in a file system under root; 0: none.
func groupLimits(root string) (limits []int64) {
	own, err := os.ReadFile(root + "proc/self/cgroup")
	if err != nil {
		return nil // not Linux
	}
	for line := range strings.Lines(string(own)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(fields) != 3 {
			continue
		}
		base, file := root+"sys/fs/cgroup", "memory.max"
		switch fields[1] {
		case "":
		case "memory":
			base, file = base+"/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group := filepath.Clean("/" + fields[2]); ; group = filepath.Dir(group) {
			limits = append(limits, number(base+group+"/"+file))
			if group == "/" {
				break
			}
		}
	}
	return limits
}

// number is that in a file, 0 if there is none ("max").
func number(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// available is what the machine can give without swapping, as /proc/meminfo says; 0
// where it does not.
func available(file string) int64 {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kib << 10
		}
	}
	return 0
}

// tidyFrom is the size of the heap from which tidy does something: smaller ones are not
// collected before the process ends. Of one from sparseFrom on, what is left lies
// scattered, and the next part finds room beside it rather than in between; so what is
// in between goes back to the system, which takes a few percent of the CPU time.
const (
	tidyFrom   = 8 << 20
	sparseFrom = 256 << 20
)

// tidy collects what one part of a command has left before the next begins. A heap may
// grow to three times what was in use when it was last collected (see [garbage]), and
// of a thousand services, once loaded, little is.
func tidy() {
	var m runtime.MemStats
	switch runtime.ReadMemStats(&m); {
	case m.HeapAlloc > sparseFrom:
		debug.FreeOSMemory()
	case m.HeapAlloc > tidyFrom:
		runtime.GC()
	}
}
