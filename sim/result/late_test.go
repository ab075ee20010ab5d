package result

import (
	"strings"
	"testing"

	"faultline/sim/metric"
)

// What services, databases and edges have is held apart, and found all the same.
func TestFiguresOfMachineryAreFoundWithTheirSamples(t *testing.T) {
	doc := testDocument()
	tags := metric.Tags{metric.Topology: "mono", metric.Service: doc.Topologies[0].Services[0].Name}
	doc.Samples = append(doc.Samples, testSample("utilization", tags, ptr(0.1), ptr(0.2), ptr(0.3)))
	s := newStore(t, doc)
	snapshot, err := s.WithVerdicts(nil, "pass")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Store{s, snapshot} {
		f, ok := s.Figure(metric.Selector{Metric: "utilization", Tags: tags})
		if !ok || f.Value != doc.Topologies[0].Services[0].Utilization.Value || len(f.Samples) != 3 || *f.Samples[2] != 0.3 {
			t.Errorf("the utilisation is %+v, %v", f, ok)
		}
	}
}

func TestReadingRefusesSamplesOfMachineryThatNoSelectorFinds(t *testing.T) {
	tags := metric.Tags{metric.Topology: "mono", metric.Service: "shop"}
	sound := testSample("utilization", tags, ptr(0.1), ptr(0.2), ptr(0.3))
	for want, s := range map[string]Sample{
		"there twice":    sound,
		"unknown metric": {"utilisation", sound.Tags, sound.Values},
		"no tag":         {"errorRate", map[string]string{"service": "shop", "colour": "red"}, sound.Values},
	} {
		doc := testDocument()
		doc.Samples = append(doc.Samples, sound, s)
		_, err := ReadJSON(strings.NewReader(writeJSON(t, newStore(t, doc))))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "samples[5]") {
			t.Errorf("got %v, want an error about samples[5] with %q", err, want)
		}
	}
}
