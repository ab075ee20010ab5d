package study

import (
	"cmp"
	"math"
	"slices"

	"faultline/sim/detmath"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// knee is the load with the highest power, goodput ÷ mean latency: beyond it, more
// load adds more to the latency than to the goodput. Kleinrock, Power and
// deterministic rules of thumb for probabilistic problems in computer
// communications, ICC 1979; of M/M/1 it is half of the service rate. The maximum
// lies between the points, on the parabola through the highest and its neighbours
// over the logarithm of the load.
func knee(points []result.LoadPoint) result.Knee {
	var x, y []float64
	for i := range points {
		p := &points[i]
		if p.Goodput.Value == nil || p.Latency.Avg.Value == nil || !(*p.Latency.Avg.Value > 0) || !(*p.Goodput.Value > 0) {
			continue
		}
		x = append(x, detmath.Log(p.Load))
		y = append(y, detmath.Log(*p.Goodput.Value / *p.Latency.Avg.Value))
	}
	best := -1
	for i := range y {
		if best < 0 || y[i] > y[best] {
			best = i
		}
	}
	switch {
	case best < 0:
		return result.Knee{Reason: "no load was answered"}
	case best == 0:
		return result.Knee{Reason: "below the lowest load that was run"}
	case best == len(y)-1:
		return result.Knee{Reason: "beyond the highest load that was run"}
	}
	load := detmath.Exp(vertex(x[best-1:best+2], y[best-1:best+2]))
	return result.Knee{Load: &load}
}

// vertex is where the parabola through three points, of which the middle one is
// the highest, has its maximum.
func vertex(x, y []float64) float64 {
	a, b := (y[1]-y[0])/(x[1]-x[0]), (y[2]-y[1])/(x[2]-x[1])
	if a == b {
		return x[1]
	}
	return float64((x[0]+x[1])/2) + float64(float64((x[2]-x[0])/2)*(a/(a-b)))
}

// crossings are the loads at which one of two topologies overtakes the other, in
// the cost of a million good requests or in the 99th percentile of a journey. Only
// loads that both were run at are compared, replication by replication, and only
// where the difference is certain.
func crossings(tops []*searched) []result.Crossing {
	list := []result.Crossing{}
	for i, a := range tops {
		for _, b := range tops[i+1:] {
			list = append(list, crossed(a, b, "costPerMillion", "")...)
			for j := range a.plan.System.Journeys {
				list = append(list, crossed(a, b, "latency.p99", a.plan.System.Journeys[j].Name)...)
			}
		}
	}
	return list
}

// crossed are the crossings of two topologies in one metric; less is better.
func crossed(a, b *searched, metric, journey string) (list []result.Crossing) {
	last, lastAt := 0.0, 0.0 // difference and logarithm of the load where it was certain last
	for _, at := range shared(a, b) {
		d, certain := paired(a.points[at].samples[metric+"/"+journey], b.points[at].samples[metric+"/"+journey])
		if !certain {
			continue
		}
		x := detmath.Log(a.points[at].doc.Load)
		if last != 0 && d < 0 != (last < 0) {
			cross := lastAt + float64((x-lastAt)*(last/(last-d)))
			c := result.Crossing{Metric: metric, Journey: journey, Load: detmath.Exp(cross), Below: a.plan.System.Name, Above: b.plan.System.Name}
			if last < 0 {
				c.Below, c.Above = c.Above, c.Below
			}
			list = append(list, c)
		}
		last, lastAt = d, x
	}
	return list
}

// shared are the places of the lattice at which both were run, ascending.
func shared(a, b *searched) (list []int) {
	for at := range a.points {
		if b.points[at] != nil {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	return list
}

// paired is the mean of b − a over the replications in which both are defined, and
// whether its interval excludes zero.
func paired(a, b []*float64) (mean float64, certain bool) {
	var x, y []float64
	for i := range min(len(a), len(b)) {
		if a[i] != nil && b[i] != nil {
			x, y = append(x, *a[i]), append(y, *b[i])
		}
	}
	if len(x) < 2 {
		return 0, false
	}
	d := new(stats.Students).Paired(x, y)
	return d.Mean, d.OK && (d.Low > 0 || d.High < 0)
}

// choices are the ranges of load with the cheapest topology that meets all
// objectives in each: from range to range a capacity ends, or a price overtakes.
func choices(tops []result.CapacityTopology) []result.Choice {
	cuts := []float64{0}
	for i := range tops {
		if v := tops[i].Capacity.Value; v != nil && *v > 0 {
			cuts = append(cuts, *v)
		}
	}
	for i := range tops {
		for k := range tops[:i] {
			cuts = append(cuts, priceCrossings(&tops[i], &tops[k])...)
		}
	}
	slices.Sort(cuts)
	list := []result.Choice{}
	for i := 1; i < len(cuts); i++ {
		from, to := cuts[i-1], cuts[i]
		name, hour := cheapest(tops, (from+to)/2, to)
		if n := len(list); n > 0 && list[n-1].Topology == name {
			list[n-1].To = to
		} else if to > from {
			list = append(list, result.Choice{From: from, To: to, Topology: name})
		}
		if n := len(list); n > 0 && name != "" {
			million := hour / (to * 3600 / 1e6)
			list[n-1].CostPerHour, list[n-1].CostPerMillion = &hour, &million
		}
	}
	return list
}

// samePrice is how much dearer is as good as the cheapest: less says nothing.
const samePrice = 1.01

// cheapest is the topology whose hour costs least at a load, of those that carry it
// within their objectives, and that price at another; of those that cost the same,
// the first. "" if none carries it.
func cheapest(tops []result.CapacityTopology, load, at float64) (name string, hour float64) {
	best := math.Inf(1)
	for _, factor := range []float64{1, samePrice} {
		for i := range tops {
			t := &tops[i]
			if t.Capacity.Value == nil || *t.Capacity.Value < load {
				continue
			}
			h, ok := priceAt(t, load)
			switch {
			case !ok:
			case factor == 1:
				best = min(best, h)
			case h <= float64(best*factor):
				hour, _ = priceAt(t, at)
				return t.Name, hour
			}
		}
	}
	return "", 0
}

// priceAt is what an hour costs at a load: on the straight line between two points,
// below them on that through the lowest two, above them as at the highest.
func priceAt(t *result.CapacityTopology, load float64) (float64, bool) {
	x, y := prices(t)
	if len(x) == 0 {
		return 0, false
	}
	i, found := slices.BinarySearch(x, load)
	switch {
	case found:
		return y[i], true
	case i == 0 && len(x) > 1:
		i = 1
	case i == 0:
		return y[0], true
	case i == len(x):
		return y[i-1], true
	}
	share := (load - x[i-1]) / (x[i] - x[i-1])
	return y[i-1] + float64(share*(y[i]-y[i-1])), true
}

// prices are the points of a topology's price of an hour, up to its capacity.
func prices(t *result.CapacityTopology) (x, y []float64) {
	for i := range t.Points {
		if p := &t.Points[i]; p.CostPerHour.Value != nil && (len(x) == 0 || p.Load > x[len(x)-1]) {
			x, y = append(x, p.Load), append(y, *p.CostPerHour.Value)
		}
	}
	return x, y
}

// priceCrossings are the loads at which the hour of one topology becomes dearer
// than that of another, both within their capacity.
func priceCrossings(a, b *result.CapacityTopology) (list []float64) {
	if a.Capacity.Value == nil || b.Capacity.Value == nil {
		return nil
	}
	most := min(*a.Capacity.Value, *b.Capacity.Value)
	ax, _ := prices(a)
	bx, _ := prices(b)
	x := slices.Concat(ax, bx)
	slices.SortFunc(x, cmp.Compare)
	lastX, last := 0.0, 0.0
	for _, load := range x {
		pa, oka := priceAt(a, load)
		pb, okb := priceAt(b, load)
		if !oka || !okb || load > most {
			break
		}
		d := pb - pa
		if last != 0 && d != 0 && d < 0 != (last < 0) {
			list = append(list, lastX+float64((load-lastX)*(last/(last-d))))
		}
		lastX, last = load, d
	}
	return list
}
