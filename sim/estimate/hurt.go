package estimate

import (
	"math"
	"slices"
	"time"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/stats"
)

const (
	notMeasured = "components were not measured during the fault"
	noOthers    = "the application has no other component"
	noTeams     = "no other team owns a component"
	noPlace     = "the target has no place in the graph of calls"
	noBlocking  = "no component can block on the target"
)

// hurt tells which components a fault hurt while it lasted. A component is hurt in
// a replication if its error rate or its 99th percentile of time
//
//   - is above the band of the runs without the fault: the upper end of the 95%
//     prediction interval of one more of them, mean + t·s·√(1 + 1/n); and
//   - is worse than in its own twin by more than a hundredth of the calls, or a
//     tenth of the time, so that no difference is large only because others are none.
//
// What improved is not hurt. Calls that nobody could make because the host was down
// are errors: as many as the twin handled in the time, up to the share of the
// host's instances that are missing.
type hurt struct {
	others, target, reach []bool // by component
	placed                bool   // the target has a place in the graph of calls
	teams                 []string
	of                    []fared
	missing               bool // the runs have not measured it
}

// fared is how one component fared in each replication, with and without the fault.
type fared struct{ errors, errorsBase, p99, p99Base column }

func newHurt(sys *model.System, f Fault) hurt {
	n := len(sys.Components)
	h := hurt{others: make([]bool, n), target: make([]bool, n), reach: make([]bool, n), of: make([]fared, n)}
	if f.Seeds != nil && f.Seeds.Known {
		h.placed = true
		h.target = f.Seeds.Components
		h.reach = f.Seeds.Blocking(sys)
	}
	for i := range sys.Components {
		c := &sys.Components[i]
		h.others[i] = !h.target[i] && !c.External
		h.reach[i] = h.reach[i] && h.others[i]
	}
	for i := range sys.Components {
		if t := sys.Components[i].Team; h.others[i] && t != "" && !h.ownsTarget(sys, t) && !slices.Contains(h.teams, t) {
			h.teams = append(h.teams, t)
		}
	}
	return h
}

func (h *hurt) ownsTarget(sys *model.System, team string) bool {
	for i := range sys.Components {
		if h.target[i] && sys.Components[i].Team == team {
			return true
		}
	}
	return false
}

func (h *hurt) undefined() {
	for i := range h.of {
		h.of[i].add(math.NaN(), math.NaN(), math.NaN(), math.NaN())
	}
}

func (f *fared) add(errors, errorsBase, p99, p99Base float64) {
	f.errors.add(errors)
	f.errorsBase.add(errorsBase)
	f.p99.add(p99)
	f.p99Base.add(p99Base)
}

// add takes a replication in which the fault is number k of the scenario.
func (h *hurt) add(sys *model.System, run, twin *measure.Run, w blast.Window, k int) {
	for i := range h.of {
		if k >= len(run.ComponentSpans) || k >= len(twin.ComponentSpans) {
			h.missing = true
			h.of[i].add(math.NaN(), math.NaN(), math.NaN(), math.NaN())
			continue
		}
		fs, bs := &run.ComponentSpans[k][i], &twin.ComponentSpans[k][i]
		missed := missed(run, twin, i, sys.Components[i].Station, w.Span(run.Duration))
		errors, base := math.NaN(), math.NaN()
		if calls := float64(fs.Calls) + missed; calls > 0 {
			errors = (float64(fs.Failed) + missed) / calls
		}
		if bs.Calls > 0 {
			base = float64(bs.Failed) / float64(bs.Calls)
		}
		h.of[i].add(errors, base, quantile(&fs.Times, 99), quantile(&bs.Times, 99))
	}
}

// missed is how many calls of a component nobody could make.
func missed(run, twin *measure.Run, component int, host model.StationID, span measure.Span) (n float64) {
	up, upBase := run.Stations[host].Series, twin.Stations[host].Series
	for k := int(span.From / run.Window); time.Duration(k)*run.Window < span.To; k++ {
		gone := 1 - over(float64(at(up, k).Up), float64(at(upBase, k).Up))
		calls := float64(at(at(twin.ComponentSeries, k), component).Calls)
		fewer := calls - float64(at(at(run.ComponentSeries, k), component).Calls)
		if gone > 0 && fewer > 0 {
			n += min(fewer, float64(gone*calls))
		}
	}
	return n
}

// The least that counts as damage, whatever the band.
const (
	leastErrors = 0.01 // of the calls
	leastTime   = 0.1  // of the twin's percentile
)

// judge is whether a component was hurt, by replication; all are false for one
// that was not called.
func (f *fared) judge(students *stats.Students) []bool {
	errors, p99 := ceiling(f.errorsBase, students), ceiling(f.p99Base, students)
	out := make([]bool, len(f.errors))
	for r := range out {
		worse := f.errors[r] > errors && f.errors[r] > f.errorsBase[r]+leastErrors
		slower := f.p99[r] > p99 && f.p99[r] > float64(f.p99Base[r]*(1+leastTime))
		out[r] = worse || slower
	}
	return out
}

// ceiling is the upper end of the 95% prediction interval of one more value, the
// mean where there are not two.
func ceiling(values column, students *stats.Students) float64 {
	var defined []float64
	for _, v := range values {
		if !math.IsNaN(v) {
			defined = append(defined, v)
		}
	}
	high := stats.Mean(defined)
	if n := len(defined); n >= 2 {
		high += float64(students.T95(n-1) * math.Sqrt(stats.Variance(defined)*(1+1/float64(n))))
	}
	return high
}

// shares counts the hurt among a set of components, by replication.
func (h *hurt) shares(hit [][]bool, set []bool, replications int, defined column) (count, ratio column) {
	size := 0.0
	for _, in := range set {
		if in {
			size++
		}
	}
	for r := range replications {
		n := 0.0
		for i := range hit {
			if set[i] && hit[i][r] {
				n++
			}
		}
		if math.IsNaN(defined[r]) {
			n = math.NaN()
		}
		count.add(n)
		ratio.ratio(n, size)
	}
	return count, ratio
}

func (d *damage) documentHurt(out *result.Fault, sys *model.System, s scope) {
	h, n := &d.hurt, len(d.all.during.radius)
	hit := make([][]bool, len(h.of))
	for i := range h.of {
		hit[i] = h.of[i].judge(&s.e.students)
	}
	judged := h.judged(d)
	_, others := h.shares(hit, h.others, n, judged)
	out.ComponentBlastRadius = s.mean("componentBlastRadius", others, share, h.why(d, noOthers))
	out.TeamBlastRadius = s.mean("teamBlastRadius", h.teamShare(sys, hit, judged), share, h.why(d, noTeams))
	_, blocked := h.shares(hit, h.reach, n, judged)
	contained := column{}
	for _, v := range blocked {
		contained.add(1 - v)
	}
	reason := noBlocking
	if !h.placed {
		reason = noPlace
	}
	out.Containment = s.mean("containment", contained, share, h.why(d, reason))
	unreached := make([]bool, len(h.of))
	for i := range unreached {
		unreached[i] = h.placed && h.others[i] && !h.reach[i]
	}
	surprise, _ := h.shares(hit, unreached, n, judged)
	if !h.placed {
		surprise = surprise.undefined()
	}
	s.part("surprise", metric.Total, surprise, amount, h.why(d, noPlace))
	h.list(out, sys, hit, unreached, judged)
}

// undefined is c without its values.
func (c column) undefined() column {
	for i := range c {
		c[i] = math.NaN()
	}
	return c
}

// judged is NaN in the replications without a comparison, or without its measures.
func (h *hurt) judged(d *damage) column {
	out := append(column{}, d.recovered...)
	if h.missing {
		return out.undefined()
	}
	return out
}

func (h *hurt) why(d *damage, reason string) string {
	if h.missing && d.reason == "" {
		return notMeasured
	}
	return d.why(reason)
}

// teamShare is the share of the other teams with a component that was hurt.
func (h *hurt) teamShare(sys *model.System, hit [][]bool, judged column) (out column) {
	for r := range judged {
		n := 0.0
		for _, team := range h.teams {
			for i := range hit {
				if h.others[i] && sys.Components[i].Team == team && hit[i][r] {
					n++
					break
				}
			}
		}
		if math.IsNaN(judged[r]) {
			n = math.NaN()
		}
		out.ratio(n, float64(len(h.teams)))
	}
	return out
}

// list names the components with the share of the replications in which they
// were hurt; a surprise is one hurt in at least half of them.
func (h *hurt) list(out *result.Fault, sys *model.System, hit [][]bool, unreached []bool, judged column) {
	for i := range sys.Components {
		if sys.Components[i].External && !h.target[i] {
			continue
		}
		c := result.FaultComponent{Name: sys.Components[i].Name, Target: h.target[i], Reachable: h.reach[i]}
		n, of := 0, 0
		for r := range judged {
			if math.IsNaN(judged[r]) {
				continue
			}
			of++
			if hit[i][r] {
				n++
			}
		}
		if of > 0 {
			share := float64(n) / float64(of)
			c.Hurt = &share
			if unreached[i] && share >= 0.5 {
				out.Surprise = append(out.Surprise, c.Name)
			}
		}
		out.Components = append(out.Components, c)
	}
}
