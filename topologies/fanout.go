package topologies

import (
	"fmt"
	"math"
	"strings"

	"faultline/sim/model"
)

// checkFanOut reports journeys whose expected number of steps is beyond reason:
// each request would take the engine seconds.
func (c *cut) checkFanOut() {
	g := model.NewGraph(c.sys)
	var v model.Visits
	for i, e := range c.app.Journeys {
		g.VisitsInto(&v, c.sys.Journeys[i].Entry, model.Users)
		if v.Steps <= maxSteps {
			continue
		}
		at := e.Node.Get("call")
		if at == nil {
			at = e.KeyNode
		}
		c.l.Errs.At(at, "journey %s takes %s steps in expectation, more than %d: %s",
			e.Key, roughly(v.Steps), maxSteps, c.fanOut(g, v))
	}
}

// checkPairs reports callers and callees of so many instances that what each knows
// of each would fill the memory.
func (c *cut) checkPairs() {
	pairs := 0
	for i := range c.sys.Edges {
		e := &c.sys.Edges[i]
		from, to := &c.sys.Stations[e.From], &c.sys.Stations[e.To]
		if e.Local {
			continue
		}
		if pairs += from.Replicas * to.Replicas; pairs > maxPairs {
			c.l.Errs.AtKey(c.root, "services", "more than %d pairs of an instance that calls and one that is called, up to %s -> %s (%d × %d); write fewer replicas",
				maxPairs, from.Name, to.Name, from.Replicas, to.Replicas)
			return
		}
	}
}

// fanOut names the operation that takes the most steps, and the chain of callers
// through which it is run so often.
func (c *cut) fanOut(g *model.Graph, v model.Visits) string {
	worst := g.Heaviest(v)
	const longest = 8
	chain := []string{c.runs(worst, v)}
	for id := worst; len(chain) < longest; {
		caller, calls := g.HeaviestCaller(id, v)
		if caller == none || calls == 0 {
			break
		}
		chain = append([]string{c.runs(caller, v)}, chain...)
		id = caller
	}
	return strings.Join(chain, " → ")
}

func (c *cut) runs(id model.OpID, v model.Visits) string {
	name := c.sys.Ops[id].Name
	if n := v.Ops[id]; n > 1 {
		return fmt.Sprintf("%s (%s times)", name, roughly(n))
	}
	return name
}

// roughly prints a count that may be astronomical.
func roughly(n float64) string {
	if n < 1e15 {
		return fmt.Sprintf("%.0f", math.Round(n))
	}
	return "more than 1e15"
}
