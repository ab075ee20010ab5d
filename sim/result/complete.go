package result

import "faultline/sim/metric"

// complete turns every nil list into [] and every nil map into {}, so that
// result.json says null only where a figure is undefined.
func complete(doc *Document) {
	list(&doc.Warnings)
	list(&doc.Sources)
	list(&doc.Topologies)
	list(&doc.Comparisons)
	list(&doc.Thresholds)
	list(&doc.Samples)
	for i := range doc.Comparisons {
		dict(&doc.Comparisons[i].Tags)
	}
	for i := range doc.Thresholds {
		dict(&doc.Thresholds[i].Tags)
	}
	for i := range doc.Samples {
		dict(&doc.Samples[i].Tags)
		list(&doc.Samples[i].Values)
	}
	for i := range doc.Topologies {
		completeTopology(&doc.Topologies[i])
	}
}

func completeTopology(t *Topology) {
	list(&t.Graph.Nodes)
	list(&t.Graph.Edges)
	list(&t.Flows)
	list(&t.Services)
	list(&t.Databases)
	list(&t.Topics)
	list(&t.Edges)
	list(&t.Faults)
	list(&t.Warnings)
	dict(&t.Histograms)
	for i := range t.Graph.Nodes {
		list(&t.Graph.Nodes[i].Components)
		list(&t.Graph.Nodes[i].Teams)
	}
	completeParts(t.Services, t.Databases, t.Edges)
	completeJourneys(&t.Journeys)
	t.completeSeries(&t.Series)
	t.completeBaseline(t.Baseline)
	for i := range t.Faults {
		f := &t.Faults[i]
		list(&f.Surprise)
		list(&f.Journeys)
		dict(&f.States)
		t.completeBaseline(f.Baseline)
	}
	for _, key := range histogramKeys(t) {
		if h, ok := t.Histograms[key]; ok {
			list(&h.Low)
			list(&h.High)
			list(&h.Count)
			t.Histograms[key] = h
		}
	}
}

func completeParts(services []Service, databases []Database, edges []Edge) {
	for i := range services {
		list(&services[i].Components)
	}
	for i := range databases {
		list(&databases[i].Stores)
	}
	for i := range edges {
		dict(&edges[i].Failures)
	}
}

func (t *Topology) completeBaseline(b *Baseline) {
	if b != nil {
		completeParts(b.Services, b.Databases, b.Edges)
		completeJourneys(&b.Journeys)
		t.completeSeries(&b.Series)
	}
}

func completeJourneys(all *[]Journey) {
	list(all)
	for i := range *all {
		dict(&(*all)[i].Failures)
	}
}

// completeSeries fills in the maps within the maps and the lists of the bands.
func (t *Topology) completeSeries(s *Series) {
	completeKinds(&s.Total, journeySeries)
	dict(&s.Journeys)
	dict(&s.Services)
	dict(&s.Components)
	for i := range t.Journeys {
		completeBands(s.Journeys, t.Journeys[i].Name, journeySeries)
	}
	for i := range t.Services {
		completeBands(s.Services, t.Services[i].Name, stationSeries)
	}
	for i := range t.Databases {
		completeBands(s.Services, t.Databases[i].Name, stationSeries)
	}
	for i := range t.Graph.Nodes {
		for _, name := range t.Graph.Nodes[i].Components {
			completeBands(s.Components, name, componentSeries)
		}
	}
}

func completeBands(all map[string]map[string]Band, name string, metrics []string) {
	bands, ok := all[name]
	if !ok {
		return
	}
	completeKinds(&bands, metrics)
	all[name] = bands
}

func completeKinds(bands *map[string]Band, metrics []string) {
	dict(bands)
	for _, m := range metrics {
		if b, ok := (*bands)[m]; ok {
			list(&b.Value)
			(*bands)[m] = b
		}
	}
}

// histogramKeys are the keys that Histograms may have.
func histogramKeys(t *Topology) []string {
	keys := []string{"latency", "latency{run:baseline}"}
	for i := range t.Journeys {
		tags := metric.Tags{}.With(metric.Journey, t.Journeys[i].Name)
		keys = append(keys, "latency"+tags.String(), "latency"+tags.With(metric.Run, metric.Baseline).String())
	}
	return keys
}

func list[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

func dict[T any](m *map[string]T) {
	if *m == nil {
		*m = map[string]T{}
	}
}
