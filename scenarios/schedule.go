package scenarios

import (
	"slices"
	"strings"

	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/unit"
	"faultline/topologies/strict"
)

// injections makes the faults that package sim takes, and checks their times.
func (l *loader) injections(s *Scenario) {
	warmup, end := s.Run.warmup(), s.Run.Duration
	sound := s.Run.Validate() == nil // else its own error is enough
	plan := &schedule{l: l, faults: s.Spec.Faults, warmup: warmup, begin: make(map[string]begin)}
	for i := range s.Spec.Faults {
		e := &s.Spec.Faults[i]
		f := &e.Value
		switch random := f.At == nil && f.StartAfter == ""; {
		case random && f.Every == nil || f.What.Fault == nil:
			continue // reported
		case random && s.Run.auto():
			l.Errs.At(e.Node.Get("every"), "random failures begin when the warm-up ends, and warmup: auto finds that only later (write at: beside every)")
			continue
		}
		at, known := plan.at(e)
		if !known {
			continue
		}
		switch {
		case !sound || at >= warmup && at < end:
		case f.StartAfter != "":
			l.Errs.At(e.Node.Get("startAfter"), "it begins at %s, which is not between the warm-up and the end (%s to less than %s)", at, warmup, end)
		default:
			l.Errs.At(e.Node.Get("at"), "%s is not between the warm-up and the end (write %s or later, and less than %s)", at, warmup, end)
		}
		in := fault.Injection{Name: e.Key, At: at.Std(), Duration: fault.Open,
			Mode:  fault.Mode{Kind: f.Mode, Value: f.Value},
			Every: distOf(f.Every), Repair: distOf(f.Repair), Spec: f.What}
		if f.Duration != nil {
			in.Duration = f.Duration.Std()
			if *f.Duration > end-at {
				s.Warnings = append(s.Warnings, "fault "+e.Key+" lasts beyond the end of the run: nothing is seen of the recovery")
			}
		}
		s.faults = append(s.faults, in)
	}
}

// distOf is the distribution of a value, nil if there is none.
func distOf(v *dist.Value) dist.Dist {
	if v == nil {
		return nil
	}
	return v.Dist
}

// schedule finds when the faults begin that begin after others.
type schedule struct {
	l      *loader
	faults strict.Map[Fault]
	warmup unit.Duration
	begin  map[string]begin // by name
	open   []string         // the faults that wait for each other
}

// begin is when a fault begins; !known if that cannot be said.
type begin struct {
	at    unit.Duration
	known bool
}

// at is when a fault begins. What makes that impossible is reported, once.
func (p *schedule) at(e *strict.Entry[Fault]) (unit.Duration, bool) {
	f := &e.Value
	if b, done := p.begin[e.Key]; done {
		return b.at, b.known
	}
	var b begin
	switch {
	case f.StartAfter == "" && f.At != nil:
		b = begin{*f.At, true}
	case f.StartAfter == "" && f.Every != nil:
		b = begin{p.warmup, true} // random failures, as long as anything is measured
	case f.StartAfter != "":
		p.open = append(p.open, e.Key)
		b = p.after(e)
		p.open = p.open[:len(p.open)-1]
	}
	p.begin[e.Key] = b
	return b.at, b.known
}

// after is when a fault begins that begins after another.
func (p *schedule) after(e *strict.Entry[Fault]) begin {
	f, n := &e.Value, e.Node.Get("startAfter")
	i := slices.IndexFunc(p.faults, func(o strict.Entry[Fault]) bool { return o.Key == f.StartAfter })
	if i < 0 {
		others := slices.DeleteFunc(p.faults.Keys(), func(k string) bool { return k == e.Key })
		hint := strict.DidYouMean(f.StartAfter, others)
		if hint == "" && len(others) > 0 {
			hint = " (known: " + strings.Join(others[:min(len(others), 12)], ", ") + ")"
		}
		p.l.Errs.At(n, "no fault %s%s", strict.Quote(f.StartAfter), hint)
		return begin{}
	}
	if k := slices.Index(p.open, f.StartAfter); k >= 0 {
		circle := append(slices.Clone(p.open[k:]), f.StartAfter)
		p.l.Errs.At(n, "faults begin after each other in a circle: %s", strings.Join(circle, " → "))
		return begin{}
	}
	other := &p.faults[i]
	at, known := p.at(other)
	switch {
	case !known:
		return begin{} // reported
	case other.Value.Duration == nil:
		p.l.Errs.At(n, "%s lasts to the end of the run: nothing begins after it (give it a duration)", other.Key)
		return begin{}
	}
	at = sum(at, *other.Value.Duration)
	if f.At != nil {
		at = sum(at, *f.At)
	}
	return begin{at, true}
}

// sum is a + b, at most the longest run: what is beyond it is refused anyway.
func sum(a, b unit.Duration) unit.Duration {
	return min(min(a, maxDuration)+min(b, maxDuration), maxDuration)
}
