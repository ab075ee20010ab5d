package reports

import (
	"io"
	"testing"

	"faultline/reports/internal/fixture"
)

// BenchmarkReport is the page of two topologies with a fault; a report may take a
// second. docs/performance.md has what it took.
func BenchmarkReport(b *testing.B) {
	store := fixture.Store(fixture.Document())
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, store, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReportOfAThousandServices is that of one topology of that many.
func BenchmarkReportOfAThousandServices(b *testing.B) {
	store := fixture.Store(fixture.Vast(1000))
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, store, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTextOfAThousandServices is what a terminal shows of them, which needs none
// of the tables that the page has.
func BenchmarkTextOfAThousandServices(b *testing.B) {
	store := fixture.Store(fixture.Vast(1000))
	b.ReportAllocs()
	for b.Loop() {
		if err := Text(io.Discard, store, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
