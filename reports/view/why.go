package view

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"faultline/sim/result"
)

// Chain is the way from the worst fault to the damage in one topology: what it
// hit, what filled up, who failed, who asked again, who suffered.
type Chain struct {
	Topology string
	Index    int
	Fault    string
	Links    []Link
}

// Link is one step of a chain, with its time and its figure. A step that the
// run without the fault shows too is none.
type Link struct {
	At     string // when it is first seen; "" where the result does not tell
	Text   string
	Figure string
	Tone   Tone
}

// chains explains the worst fault of each topology.
func chains(doc *result.Document, v *View) []Chain {
	var out []Chain
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		f := worstOf(t)
		if f == nil || t.Baseline == nil {
			continue
		}
		w := newWitness(doc, t, f)
		c := Chain{Topology: Name(t.Name), Index: i, Fault: Name(f.Name)}
		c.Links = append(c.Links, Link{At: Clock(f.Window.Start), Text: faultWords(f), Figure: spanWords(f)})
		for _, link := range [][]Link{w.instances(), w.saturation(), w.held(), w.queues(), w.failures(), w.retries(), w.journeys(), w.aftermath()} {
			c.Links = append(c.Links, link...)
		}
		out = append(out, c)
	}
	return out
}

// faultWords says what the fault does: "poison-input: recommendations crashes".
func faultWords(f *result.Fault) string {
	v := Fault{Name: Name(f.Name), Kind: Name(f.Kind), Target: Name(f.Target)}
	if h := v.Happening(); h != "" {
		return v.Name + ": " + h
	}
	return v.Name + " hits " + v.Place()
}

func spanWords(f *result.Fault) string {
	start, end := window(*f)
	switch {
	case math.IsInf(end, 1):
		return "to the end"
	case end > start:
		return "for " + Clock(end-start)
	}
	return "once"
}

// witness looks at a topology while a fault is active, and in the same time of
// the run without it.
type witness struct {
	doc      *result.Document
	topology *result.Topology
	fault    *result.Fault
	from, to int // windows
	window   float64
	names    []string // of the stations, in order
}

func newWitness(doc *result.Document, t *result.Topology, f *result.Fault) *witness {
	w := &witness{doc: doc, topology: t, fault: f, window: t.Series.Window}
	start, end := window(*f)
	if end <= start {
		end = start + 60
	}
	if w.window > 0 {
		w.from = int(start / w.window)
		w.to = int(min(end, max(doc.Scenario.Duration, start)) / w.window)
	}
	for _, s := range t.Services {
		w.names = append(w.names, s.Name)
	}
	for _, d := range t.Databases {
		w.names = append(w.names, d.Name)
	}
	return w
}

// peak is how far a series strays from the run without the fault: its highest
// five-window mean while the fault is active, the mean of the same windows
// without it, and when it first is beyond half of the way.
type peak struct {
	name         string
	value, usual float64
	at           float64
}

// smooth is the number of windows over which a peak is taken: one alone is chance.
const smooth = 5

// peaks finds the strays of one series of all stations, highest first; low
// turns the sign around, for what falls.
func (w *witness) peaks(kind string, low bool) []peak {
	var out []peak
	sign := 1.0
	if low {
		sign = -1
	}
	for _, name := range w.names {
		f := means5(w.topology.Series.Services[name][kind].Value, w.from, w.to)
		b := meanOf(means5(w.topology.Baseline.Series.Services[name][kind].Value, w.from, w.to))
		p := peak{name: Name(name), value: math.NaN(), usual: b}
		for _, v := range f {
			if finite(v) && (!finite(p.value) || sign*v > sign*p.value) {
				p.value = v
			}
		}
		if !finite(p.value) || !finite(b) {
			continue
		}
		for i, v := range f {
			if sign*v >= sign*(p.value+b)/2 {
				p.at = float64(w.from+i) * w.window
				break
			}
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b peak) int { return cmp.Compare(sign*(b.value-b.usual), sign*(a.value-a.usual)) })
	return out
}

// means5 are the means of five windows each, from one window to another.
func means5(values []*float64, from, to int) []float64 {
	all := numbers(values, len(values))
	var out []float64
	for i := max(from, 0); i+smooth <= min(to, len(all)); i++ {
		out = append(out, meanOf(all[i:i+smooth]))
	}
	return out
}

// maxPeaks bounds the stations that a chain names in one step.
const maxPeaks = 2

// links turns the strays that matter into steps.
func links(all []peak, matters func(peak) bool, say func(peak) (text, figure string)) []Link {
	var out []Link
	for _, p := range all {
		if matters(p) && len(out) < maxPeaks {
			text, figure := say(p)
			out = append(out, Link{At: Clock(p.at), Text: text, Figure: figure})
		}
	}
	return out
}

func (w *witness) instances() []Link {
	return links(w.peaks("replicas", true), func(p peak) bool { return p.value < p.usual-0.05 }, func(p peak) (string, string) {
		return p.name + " loses instances", fmt.Sprintf("%s of %s ready", Short(Count, p.value), Short(Count, p.usual))
	})
}

func (w *witness) saturation() []Link {
	return links(w.peaks("utilization", false), func(p peak) bool { return p.value >= 0.85 && p.value > p.usual+0.1 }, func(p peak) (string, string) {
		return "The cores of " + p.name + " are busy", fmt.Sprintf("%s, usually %s", Short(Share, p.value), Short(Share, p.usual))
	})
}

func (w *witness) queues() []Link {
	return links(w.peaks("queueLength", false), func(p peak) bool { return p.value >= 1 && p.value > 2*p.usual }, func(p peak) (string, string) {
		return "Calls wait before " + p.name, "up to " + Short(Count, p.value) + ", usually " + Short(Count, p.usual)
	})
}

func (w *witness) held() []Link {
	return links(w.peaks("concurrency", false), func(p peak) bool { return p.value >= p.usual+2 && p.value > 1.5*p.usual }, func(p peak) (string, string) {
		return p.name + " holds more calls at once", Short(Count, p.value) + ", usually " + Short(Count, p.usual)
	})
}

// failures names the edges on which most calls fail, with the commonest cause.
func (w *witness) failures() []Link {
	all := slices.Clone(w.topology.Edges)
	failed := func(e result.Edge) int64 {
		n := int64(0)
		for _, k := range e.Failures {
			n += k
		}
		return n
	}
	slices.SortStableFunc(all, func(a, b result.Edge) int { return cmp.Compare(failed(b), failed(a)) })
	var out []Link
	for _, e := range all[:min(len(all), maxPeaks)] {
		if e.ErrorRate.Value == nil || *e.ErrorRate.Value < 0.005 || failed(e) == 0 {
			continue
		}
		out = append(out, Link{Text: "Calls from " + Name(e.From) + " to " + Name(e.To) + " fail",
			Figure: Short(Share, *e.ErrorRate.Value) + " over the whole run: " + causes(e.Failures)})
	}
	return out
}

// retries names the edges on which callers ask again most.
func (w *witness) retries() []Link {
	all := slices.Clone(w.topology.Edges)
	slices.SortStableFunc(all, func(a, b result.Edge) int { return cmp.Compare(b.Retries, a.Retries) })
	var out []Link
	for _, e := range all[:min(len(all), maxPeaks)] {
		if e.Amplification.Value != nil && *e.Amplification.Value > 1.005 {
			out = append(out, Link{Text: Name(e.From) + " asks " + Name(e.To) + " again",
				Figure: Ratio.Format(*e.Amplification.Value) + " as many calls over the whole run"})
		}
	}
	return out
}

// journeys says who pays.
func (w *witness) journeys() []Link {
	type loss struct {
		name  string
		share float64
	}
	var all []loss
	for _, j := range w.fault.Journeys {
		if v := j.BlastRadius.Value; v != nil && *v >= 0.005 {
			all = append(all, loss{Name(j.Name), *v})
		}
	}
	link := Link{Tone: Bad}
	if v := w.fault.TimeToImpact.Value; v != nil {
		link.At = Clock(w.fault.Window.Start + *v)
	}
	if len(all) == 0 {
		return []Link{{Text: "No journey loses as much as 0.5% of its good requests", Figure: "blast radius " + Short(Share, number64(w.fault.BlastRadius.Value)), Tone: Good}}
	}
	slices.SortStableFunc(all, func(a, b loss) int { return cmp.Compare(b.share, a.share) })
	var figures []string
	for _, l := range all[:min(len(all), 3)] {
		figures = append(figures, l.name+" "+Short(Share, l.share))
	}
	link.Text, link.Figure = "Good requests are lost", strings.Join(figures, ", ")
	if n := len(all) - 3; n > 0 {
		link.Figure += ", and in " + Plural(n, "more journey", "more journeys")
	}
	return []Link{link}
}

// aftermath says how it ends.
func (w *witness) aftermath() []Link {
	if w.fault.State == nil || *w.fault.State == "stable" {
		return nil
	}
	state := Clean(*w.fault.State)
	link := Link{Text: "State: " + state, Figure: stateHints[state], Tone: stateTone(state)}
	_, end := window(*w.fault)
	if r := w.fault.TimeToRecover.Value; r != nil && finite(end) {
		link = Link{At: Clock(end + *r), Text: "All is well again", Figure: within(*r) + " after the fault", Tone: Good}
		if *r == 0 {
			link.Figure = "at once"
		}
	}
	return []Link{link}
}
