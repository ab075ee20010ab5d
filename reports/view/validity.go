package view

import (
	"fmt"
	"strings"

	"faultline/sim/result"
)

// maxResolved bounds the table of values in force; result.json holds them all.
const maxResolved = 1000

// Warnings are those of a view: the result's and each topology's, without repeats.
func Warnings(store *result.Store) []string { return warnings(store.Document()) }

func warnings(doc *result.Document) []string {
	var out []string
	seen := map[string]bool{}
	add := func(w string) {
		if w = Clean(w); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, w := range doc.Warnings {
		add(w)
	}
	for _, t := range doc.Topologies {
		for _, w := range t.Warnings {
			if strings.HasPrefix(w, t.Name+":") {
				add(w)
				continue
			}
			add(t.Name + ": " + w)
		}
	}
	return out
}

// validity tells how far the figures can be trusted.
func validity(doc *result.Document, v *View) []Fact {
	out := []Fact{{"Replications", replications(v.Replications)}}
	switch {
	case v.EndedEarly:
		out = append(out, Fact{"Ended early", "A limit was reached before the end of the last replication; its figures are those of a shorter run, and nothing is judged by them."})
	case v.Partial:
		out = append(out, Fact{"Interrupted", "The run was stopped early; the figures hold for the replications that were finished."})
	}
	if v.Duration > 0 {
		out = append(out, Fact{"Measured window", fmt.Sprintf("%s of requests, after a warm-up of %s that the charts show and all figures leave out.%s",
			Clock(v.Duration-v.Warmup), Clock(v.Warmup), found(doc))})
	}
	if p := doc.Precision; p != nil {
		out = append(out, Fact{"Precision", precision(p, v.Replications)})
	}
	for i := range doc.Topologies {
		if o := doc.Topologies[i].Overload; o != nil {
			out = append(out, Fact{"Overload", overload(&doc.Topologies[i], v.Replications)})
		}
	}
	for _, f := range v.Faults {
		out = append(out, Fact{"Fault " + f.Name, fmt.Sprintf("%s, %s.", joinWords(f.Kind, f.Target), f.Span())})
	}
	if len(v.Faults) > 0 {
		out = append(out, Fact{"Comparison", pairing(doc)})
	}
	out = append(out,
		Fact{"Conservation", conservation(doc)},
		Fact{"Percentiles", "From histograms merged over the replications, exact to 0.5%; over answered requests only, so read them beside the availability."})
	return out
}

// found says how the warm-up was chosen where nobody chose it.
func found(doc *result.Document) string {
	if doc.Scenario.AutoWarmup {
		return " Its length was found from pilot runs without faults, by MSER-5."
	}
	return ""
}

func precision(p *result.Precision, n int) string {
	s := fmt.Sprintf("Replications were added until the interval of %s was within ± %s of its value, %s at most; there are %s.",
		Clean(p.Metric), Share.Format(p.HalfWidth), Integer(int64(p.MaxReplications)), Integer(int64(n)))
	switch {
	case p.Reached == nil:
		return s + " Its width is undefined."
	case *p.Reached > p.HalfWidth:
		return s + " It was not reached: ± " + Share.Format(*p.Reached) + "."
	}
	return s + " Reached: ± " + Share.Format(*p.Reached) + "."
}

func overload(t *result.Topology, n int) string {
	o := t.Overload
	what := "the requests in flight grow"
	if o.Where != "" {
		what = "what waits at " + Name(o.Where) + " grows"
	}
	return fmt.Sprintf("%s is overloaded without any fault, in %d of %d replications: %s by %s a second. There is no steady state; latencies and queues are those of a run of this length.",
		Name(t.Name), o.Replications, n, what, Count.Format(o.GrowthRate))
}

func replications(n int) string {
	if n < 2 {
		return "One run: no interval can be given, and a difference may be chance."
	}
	return fmt.Sprintf("%d independent runs; every figure is their mean, ± the half-width of the 95%% Student-t interval. One without ± was the same in all of them.", n)
}

// pairing says over how many pairs of requests the damage was counted.
func pairing(doc *result.Document) string {
	var pairs int64
	for _, t := range doc.Topologies {
		for _, f := range t.Faults {
			pairs += f.Pairs.During + f.Pairs.After
		}
	}
	s := "Each request is compared with itself in a run without the fault, on the same random numbers; chance differences cancel."
	for _, t := range doc.Topologies {
		for _, f := range t.Faults {
			if f.Note != "" {
				return Clean(f.Note)
			}
		}
	}
	if pairs > 0 {
		s += " " + Integer(pairs) + " pairs were compared."
	}
	return s
}

// conservation checks here what the result says of itself: every request
// offered has exactly one end.
func conservation(doc *result.Document) string {
	var offered int64
	for _, t := range doc.Topologies {
		for _, j := range t.Journeys {
			c := j.Counts
			if c.Offered != c.Succeeded+c.Degraded+c.Failed+c.InFlight {
				return fmt.Sprintf("Violated by %s in %s: %s offered, %s accounted for. The result cannot be trusted.", Name(j.Name), Name(t.Name),
					Integer(c.Offered), Integer(c.Succeeded+c.Degraded+c.Failed+c.InFlight))
			}
			offered += c.Offered
		}
	}
	return fmt.Sprintf("Offered = succeeded + degraded + failed + in flight holds exactly for all %s requests measured.", Integer(offered))
}

// resolved splits the values in force by where they come from.
func resolved(doc *result.Document) (values, defaults Table) {
	columns := []Column{words("Key", ""), words("Value", ""), words("From", "file and line")}
	values.Columns, defaults.Columns = columns, columns[:2]
	stated, assumed := 0, 0
	for r := range doc.Resolved.All() {
		n, t := &stated, &values
		if r.Origin == "default" {
			n, t = &assumed, &defaults
		}
		if *n++; *n > maxResolved {
			continue
		}
		row := []Cell{text(r.Path), text(r.Value), text(r.Origin)}
		t.Rows = append(t.Rows, row[:len(t.Columns)])
	}
	values.Note, defaults.Note = elsewhere(stated), elsewhere(assumed)
	return values, defaults
}

// elsewhere says how many of n values the table leaves out.
func elsewhere(n int) string {
	if n <= maxResolved {
		return ""
	}
	return fmt.Sprintf("%s more are in result.json.", Integer(int64(n-maxResolved)))
}

// digests identify exactly what was run.
func digests(doc *result.Document) []Fact {
	out := []Fact{{"Seed", fmt.Sprint(doc.Seed)}}
	add := func(term, digest string) {
		if digest != "" {
			out = append(out, Fact{term, Clean(digest)})
		}
	}
	add("Fingerprint", doc.Fingerprint)
	add("Scenario", doc.Scenario.Digest)
	for _, t := range doc.Topologies {
		add(Name(t.Name), t.Digest)
	}
	add("Made by", strings.TrimSpace("faultline "+doc.Tool.Version))
	return out
}
