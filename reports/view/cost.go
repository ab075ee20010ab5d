package view

import (
	"faultline/sim/metric"
	"faultline/sim/result"
)

// Costs are what the topologies cost, by topology; nil where none is known.
type Costs struct {
	PerHour    []result.Estimate
	PerMillion []result.Estimate // good requests
	Remark     string            // where prices are assumed
	Table      Table
}

// costs asks the store for the cost of every topology.
func costs(store *result.Store) Costs {
	doc := store.Document()
	out := Costs{Table: Table{Columns: []Column{words("Topology", ""), number("An hour", ""), number("A million good requests", "")}}}
	known := false
	for i := range doc.Topologies {
		tags := metric.Tags{}.With(metric.Topology, doc.Topologies[i].Name)
		hour, million := figure(store, "costPerHour", "", tags), figure(store, "costPerMillion", "", tags)
		known = known || hour.Value != nil || million.Value != nil
		out.PerHour = append(out.PerHour, hour.Estimate)
		out.PerMillion = append(out.PerMillion, million.Estimate)
		out.Table.Rows = append(out.Table.Rows, []Cell{named(doc.Topologies[i].Name), Currency.cell(hour.Estimate), Currency.cell(million.Estimate)})
	}
	if !known {
		return Costs{}
	}
	return out
}
