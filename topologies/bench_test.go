package topologies

import (
	"os"
	"testing"

	"faultline/topologies/strict"
)

// BenchmarkLoadOfAThousandServices loads and lowers W3 of docs/performance.md, in
// one file of 83 kB.
func BenchmarkLoadOfAThousandServices(b *testing.B) {
	files := os.DirFS("../cmd/faultline/testdata/workloads/topologies")
	b.ReportAllocs()
	for b.Loop() {
		errs := new(strict.Errors)
		t := NewLoader(errs).Topology(InFS(files, "w3-1000.yaml"), nil, func(string) []Override { return nil })
		if err := errs.Err(); err != nil || len(t.System.Stations) != 1001 {
			b.Fatal(err)
		}
	}
}
