package estimate

import (
	"math"

	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// cost accumulates what the measured window cost, an hour.
type cost struct {
	perHour, perMillion               column
	vcpu, memory, crossZone, services float64 // an hour, summed over the replications
	n                                 int
}

const (
	gib  = 1 << 30
	hour = 3600.0 // seconds
)

// add prices one run: provisioned cores and memory of services and databases, up
// or not, bytes that crossed a zone, and a fixed price a service. External
// components are somebody else's bill.
func (c *cost) add(r *measure.Run, sys *model.System) {
	seconds := (r.Duration - r.Warmup).Seconds()
	var vcpu, memory, services float64
	for i := range sys.Stations {
		m := &sys.Stations[i]
		if m.Kind != model.KindService && m.Kind != model.KindDatabase {
			continue
		}
		instances := r.Stations[i].ProvisionedTime / seconds // on average
		if m.Cores < model.Unlimited {
			vcpu += float64(instances * float64(m.Cores*sys.Cost.VCPUHour))
		}
		memory += float64(instances * float64(float64(m.Memory)/gib*sys.Cost.GiBHour))
		if m.Kind == model.KindService {
			services += sys.Cost.ServiceHour
		}
	}
	bytes := int64(0)
	for i := range r.Edges {
		bytes += r.Edges[i].CrossBytes
	}
	crossZone := float64(float64(bytes) / gib * sys.Cost.CrossZoneGiB / seconds * hour)
	perHour := vcpu + memory + crossZone + services
	c.n++
	c.vcpu += vcpu
	c.memory += memory
	c.crossZone += crossZone
	c.services += services
	c.perHour.add(perHour)
	good := int64(0)
	for i := range r.Journeys {
		good += r.Journeys[i].Good
	}
	if good == 0 {
		c.perMillion.add(math.NaN())
		return
	}
	c.perMillion.add(float64(perHour*seconds) / hour / (float64(good) / 1e6))
}

func (c *cost) document(sys *model.System, s scope) *result.Cost {
	n := float64(max(1, c.n))
	return &result.Cost{
		PerHour:    s.mean("costPerHour", c.perHour, amount, ""),
		PerMillion: s.mean("costPerMillion", c.perMillion, amount, "no request was good"),
		Assumed:    sys.Cost.Assumed,
		Parts:      result.CostParts{VCPU: c.vcpu / n, Memory: c.memory / n, CrossZone: c.crossZone / n, Services: c.services / n},
	}
}
