package engine

import (
	"context"
	"math"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// cpuTime is the user and system time of the process: what other work on the
// machine does not change.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func bench(b *testing.B, job *Job) {
	b.Helper()
	debug.FreeOSMemory() // what was left behind while the job was built is not the engine's
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime()
	run, err := Run(context.Background(), job)
	if err != nil {
		b.Fatal(err)
	}
	used := (cpuTime() - before).Seconds()
	n := run.Flows[0].Offered
	b.ReportMetric(float64(n)/used/1e6, "Mreq/cpu-s")
	b.ReportMetric(float64(run.Events)/used/1e6, "Mevents/cpu-s")
	b.ReportMetric(used*1e9/float64(run.Events), "ns/event")
	b.ReportMetric(run.Journeys[0].Latency.Mean().Seconds()*1e3, "mean-ms")
	b.StopTimer()
	run = nil // there is room for one engine, not for two
	debug.FreeOSMemory()
	b.ReportMetric(bytesPerCall(job, min(b.N, 100_000)), "B/call")
}

// Million requests per CPU-second on a shared server, by the profile
// (docs/performance.md): W1 12.2, W2 3.1, W2t 2.8, W3 0.86, W4 0.98.
func BenchmarkW1(b *testing.B)  { bench(b, w1(b, b.N)) }
func BenchmarkW2(b *testing.B)  { bench(b, w2(b, b.N, 0)) }
func BenchmarkW2t(b *testing.B) { bench(b, w2(b, b.N, time.Second)) }
func BenchmarkW3(b *testing.B)  { bench(b, w3(b, 100, 10_000, b.N)) }
func BenchmarkW4(b *testing.B)  { bench(b, w4(b, b.N)) }

// BenchmarkIslands is W3 of so many trees, simulated together and one after the other.
func BenchmarkIslands(b *testing.B) {
	for _, trees := range []int{2, 10, 30, 100} {
		for _, fewest := range []int{math.MaxInt, 2} {
			name := map[int]string{math.MaxInt: " together", 2: " one after the other"}[fewest]
			b.Run(strconv.Itoa(trees)+" trees"+name, func(b *testing.B) {
				job := w3(b, trees, 100*float64(trees), b.N)
				b.ResetTimer()
				before := cpuTime()
				e := layOut(job, fewest)
				for !e.done {
					e.runOn(lookEvery)
				}
				b.ReportMetric(float64(b.N)/(cpuTime()-before).Seconds()/1e6, "Mreq/cpu-s")
			})
		}
	}
}

// BenchmarkW3Large is W3 with a hundred times as many services and requests.
// Building them takes several seconds: -benchtime 1000000x.
func BenchmarkW3Large(b *testing.B) { bench(b, w3(b, 10_000, 1_000_000, b.N)) }
