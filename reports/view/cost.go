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
	out := Costs{Table: Table{Columns: []Column{words("Topology", ""), number("An hour", ""), number("A million good requests", ""),
		number("Cores", "of an hour"), number("Memory", "of an hour"), number("Traffic between zones", "of an hour"), number("Services", "the fixed price of running them, of an hour")}}}
	known, assumed := false, []string{}
	for i := range doc.Topologies {
		tags := metric.Tags{}.With(metric.Topology, doc.Topologies[i].Name)
		hour, million := figure(store, "costPerHour", "", tags), figure(store, "costPerMillion", "", tags)
		known = known || hour.Value != nil || million.Value != nil
		out.PerHour = append(out.PerHour, hour.Estimate)
		out.PerMillion = append(out.PerMillion, million.Estimate)
		row := []Cell{named(doc.Topologies[i].Name), Currency.cell(hour.Estimate), Currency.cell(million.Estimate)}
		part := make([]float64, 4)
		if c := doc.Topologies[i].Cost; c != nil {
			part = []float64{c.Parts.VCPU, c.Parts.Memory, c.Parts.CrossZone, c.Parts.Services}
			if c.Assumed {
				assumed = append(assumed, Name(doc.Topologies[i].Name))
			}
		}
		for _, p := range part {
			row = append(row, Currency.cell(result.Estimate{Value: &p}))
		}
		out.Table.Rows = append(out.Table.Rows, row)
	}
	if !known {
		return Costs{}
	}
	if len(assumed) > 0 {
		out.Remark = " List prices are assumed for " + list(assumed) + "."
	}
	return out
}
