package result

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"faultline/sim/metric"
)

// wide is a document of one topology with n services and 3n edges, each figure
// with its samples: what a scenario of a thousand services leaves.
func wide(n int) *Document {
	doc := testDocument()
	t := testTopology("wide", 0.02, true)
	for i := range n {
		s := t.Services[0]
		s.Name = fmt.Sprintf("service-%d", i)
		t.Services = append(t.Services, s)
		for k := range 3 {
			e := t.Edges[0]
			e.From, e.To = s.Name, fmt.Sprintf("service-%d", i+k+1)
			t.Edges = append(t.Edges, e)
		}
	}
	doc.Topologies, doc.Samples = []Topology{t}, nil
	walk("", &t, func(_ place, s metric.Selector, e *Estimate) {
		if s.Tags[metric.Service] != "" || s.Tags[metric.Edge] != "" {
			doc.Samples = append(doc.Samples, testSample(s.Key(), s.Tags, e.Value, e.Value, e.Value))
		}
	})
	return doc
}

func BenchmarkNewOfAThousandServices(b *testing.B) {
	doc := wide(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteAndReadAThousandServices(b *testing.B) {
	s, err := New(wide(1000))
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	if err := s.WriteJSON(&text); err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			if err := s.WriteJSON(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			if _, err := ReadJSON(bytes.NewReader(text.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFigure(b *testing.B) {
	s, err := New(testDocument())
	if err != nil {
		b.Fatal(err)
	}
	sel := metric.Selector{Metric: "latency", Aggregator: "p(99)",
		Tags: metric.Tags{}.With(metric.Topology, "mono").With(metric.Journey, "browse")}
	for b.Loop() {
		if _, ok := s.Figure(sel); !ok {
			b.Fatal("not found")
		}
	}
}
