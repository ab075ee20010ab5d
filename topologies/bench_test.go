package topologies

import (
	"os"
	"testing"

	"faultline/sim/result"
	"faultline/topologies/strict"
)

// thousand loads and lowers W3 of docs/performance.md, in one file of 83 kB.
func thousand(b *testing.B) *Topology {
	errs := new(strict.Errors)
	files := os.DirFS("../cmd/faultline/testdata/workloads/topologies")
	t := NewLoader(errs).Topology(InFS(files, "w3-1000.yaml"), nil, func(string) []Override { return nil })
	if err := errs.Err(); err != nil || len(t.System.Stations) != 1001 {
		b.Fatal(err)
	}
	return t
}

// docs/performance.md has what it took.
func BenchmarkLoadOfAThousandServices(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		thousand(b)
	}
}

// BenchmarkValuesInForceOfAThousandServices lists them, as result.json has them.
func BenchmarkValuesInForceOfAThousandServices(b *testing.B) {
	t := thousand(b)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if t.Resolved(func(result.Resolved) { n++ }); n < 18_000 {
			b.Fatalf("%d values", n)
		}
	}
}
