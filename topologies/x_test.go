package topologies

import (
	"fmt"
	"testing"
)

func TestX(t *testing.T) {
	for _, n := range []string{"shop-monolith", "shop-microservices"} {
		top, err := Load(n, Options{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(top.Name, top.Digest, len(top.System.Edges), len(top.System.Code), top.Warnings)
		for _, e := range top.System.Edges {
			fmt.Println(e.Name, e.Timeout, e.PerTryTimeout, e.Retries != nil, e.Protocol, e.SameZone, e.CrossZone)
		}
		for _, r := range top.Resolved {
			fmt.Println(r)
		}
		g := NewGraph(top.System)
		for _, j := range top.System.Journeys {
			v := g.Visits(j.Entry, 0)
			fmt.Println(j.Name, j.LatencyBound, v.Steps, v.CPU, v.Edges)
		}
	}
}
