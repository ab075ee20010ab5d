package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// action is one step, as it is drawn and written.
type action struct {
	kind     string // cpu, sleep, call, read, fork, choose, cache, repeat
	law      string // how the time is written, with %s for its mean
	mean     float64
	target   string
	chance   float64 // share of the requests that take it; 0: all
	times    string  // "": once
	optional bool
	wait     string    // of a fork; "": all
	share    float64   // of hits; of the first alternative
	parts    []*action // fallback, branches, alternatives, body
}

// write is the step in YAML; its times are so much longer.
func (a *action) write(scale float64) string {
	list := func(parts []*action) string {
		var out []string
		for _, p := range parts {
			out = append(out, p.write(scale))
		}
		return "[ " + strings.Join(out, ", ") + " ]"
	}
	switch a.kind {
	case "cpu", "sleep":
		return fmt.Sprintf("{ %s: %s }", a.kind, a.time(scale))
	case "call", "read":
		out := a.kind + ": " + a.target
		if a.chance > 0 {
			out += fmt.Sprintf(", probability: %.0f%%", 100*a.chance)
		}
		if a.times != "" {
			out += ", times: " + a.times
		}
		if a.optional {
			out += ", optional: true"
		}
		if a.parts != nil {
			out += ", fallback: " + list(a.parts)
		}
		return "{ " + out + " }"
	case "fork":
		if a.wait == "" {
			return list(a.parts)
		}
		return fmt.Sprintf("{ parallel: { wait: %s, branches: %s } }", a.wait, list(a.parts))
	case "choose":
		return fmt.Sprintf("{ choose: [ { probability: %.0f%%, steps: %s }, { probability: %.0f%%, steps: %s } ] }",
			100*a.share, list(a.parts[:1]), 100-100*a.share, list(a.parts[1:]))
	case "cache":
		return fmt.Sprintf("{ cache: { hitRatio: %.0f%%, steps: %s } }", 100*a.share, list(a.parts))
	}
	return fmt.Sprintf("{ repeat: { times: %s, steps: %s } }", a.times, list(a.parts))
}

func (a *action) time(scale float64) string {
	mean := func(x float64) string { return fmt.Sprintf("%.3fms", 1000*x*a.mean*scale) }
	switch a.law {
	case "erlang":
		return "erlang(" + mean(1) + " k=2)"
	case "mix":
		return "\"mix(70% exp(" + mean(0.5) + ") 30% exp(" + mean(2.166666667) + "))\""
	}
	return "exp(" + mean(1) + ")"
}

// length is about how long a step takes, and how much of that on a core of its own
// service, from those of the operations that it calls.
func (a *action) length(of func(string) float64) (all, cpu float64) {
	for _, p := range a.parts {
		x, c := p.length(of)
		switch a.kind {
		case "choose":
			x, c = x/2, c/2
		case "cache":
			x, c = x*(1-a.share), c*(1-a.share)
		case "call", "read":
			x, c = x/5, c/5
		}
		all, cpu = all+x, cpu+c
	}
	switch a.kind {
	case "cpu":
		return a.mean, a.mean
	case "sleep":
		return a.mean, 0
	case "call", "read":
		all += of(a.target)
		if a.chance > 0 {
			all, cpu = all*a.chance, cpu*a.chance
		}
	}
	switch a.times {
	case "2":
		return 2 * all, 2 * cpu
	case "uniform(1 2)", "uniform(0 3)":
		return 1.5 * all, 1.5 * cpu
	}
	return all, cpu
}

// draw is where random systems come from.
type draw struct{ *rand.Rand }

func (d draw) likely(p float64) bool { return d.Float64() < p }

func (d draw) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// percent is a share in whole percent, as it is written.
func (d draw) percent(low, high int) float64 { return float64(low+d.IntN(high-low+1)) / 100 }

func pickOne[T any](d draw, list ...T) T { return list[d.IntN(len(list))] }

// work is a step that calls nobody.
func (d draw) work() *action {
	a := &action{kind: "cpu", law: "exp", mean: d.between(0.2, 1.2)}
	if d.likely(0.3) {
		a.kind = "sleep"
	}
	if d.likely(0.15) {
		a.law = pickOne(d, "erlang", "mix")
	}
	return a
}

// calls is a call of a target, with modifiers.
func (d draw) calls(kind, target string) *action {
	a := &action{kind: kind, target: target}
	if d.likely(0.2) {
		a.chance = d.percent(30, 80)
	}
	if d.likely(0.12) {
		a.times = pickOne(d, "2", "2", "uniform(1 2)", "uniform(0 3)")
	}
	switch {
	case d.likely(0.2):
		a.optional = true
	case d.likely(0.2):
		a.parts = []*action{d.work()}
	}
	return a
}

// wrap puts a step, or two, into a larger one.
func (d draw) wrap(a *action, other func() *action) *action {
	switch d.IntN(7) {
	case 0:
		return &action{kind: "fork", parts: []*action{a, other()}}
	case 1:
		return &action{kind: "fork", parts: []*action{other(), a}}
	case 2, 3:
		f := &action{kind: "fork", wait: "any", parts: []*action{a, other()}}
		if d.likely(0.25) {
			f.parts = append(f.parts, other())
			f.wait = pickOne(d, "any", "2")
		}
		return f
	case 4:
		return &action{kind: "choose", share: d.percent(20, 80), parts: []*action{a, other()}}
	case 5:
		return &action{kind: "cache", share: d.percent(20, 80), parts: []*action{a}}
	}
	return &action{kind: "repeat", times: pickOne(d, "2", "uniform(1 2)"), parts: []*action{a}}
}

// program is the steps of an operation that calls so many others.
func (d draw) program(calls []*action) (steps []*action) {
	if len(calls) == 0 || d.likely(0.5) {
		steps = append(steps, d.work())
	}
	for i, c := range calls {
		other := func() *action {
			if i+1 < len(calls) && d.likely(0.5) {
				return calls[i+1]
			}
			return d.work()
		}
		for d.likely(0.4) {
			c = d.wrap(c, other)
		}
		steps = append(steps, c)
	}
	for d.likely(0.3) && len(steps) < 3 {
		w := d.work()
		for d.likely(0.5) {
			w = d.wrap(w, d.work)
		}
		steps = append(steps, w)
	}
	return steps
}
