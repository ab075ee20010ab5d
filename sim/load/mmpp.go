package load

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"faultline/sim/dist"
	"faultline/sim/rng"
	"faultline/sim/unit"
)

var mmppKind = Kind{
	Name:   "mmpp",
	Syntax: "mmpp(LEVEL for TIME LEVEL for TIME …)",
	Doc: "Markov-modulated Poisson: phases of different rates in turn, each for an exponential time of the mean written; " +
		"the levels are relative, and the flow's rate is the mean over all phases.",
	Source:   "Fischer and Meier-Hellstern, The Markov-Modulated Poisson Process Cookbook, Performance Evaluation 18, 1993",
	Example:  "mmpp(1 for 20s 7 for 10s)",
	Examples: []string{"mmpp(0 for 2s 1.6 for 2s)", "mmpp(0.5 for 1s 1 for 3s 4 for 500ms)"},
	parse:    parseMMPP,
}

// maxPhases bounds the phases, and leastPhase their mean time: a process that
// changes a thousand times a second does not differ from one that does not.
const (
	maxPhases  = 16
	leastPhase = time.Millisecond
)

// MMPP is the Markov-modulated Poisson process whose phases follow each other in a
// circle; of two phases, any is. The rates 0.2/s and 1.4/s of phases that last 20 s
// and 10 s on average, which make 0.6/s, are rate: 0.6/s and
// mmpp(0.2 for 20s 1.4 for 10s). Over a profile that changes, the phases multiply
// its rate.
//
// The phases are drawn from the flow's key, the first by the share of time that
// each takes, so that a run begins as it goes on. All requests of the flow meet
// the same phases, in every topology, with a fault and without.
type MMPP struct {
	phases []phase
	cycle  float64 // mean time of one round, in nanoseconds
}

type phase struct {
	level  float64       // as written
	factor float64       // of the flow's rate
	mean   time.Duration // how long it lasts
}

var errPhases = fmt.Errorf("write two to %d phases, each a level, the word for, and a time", maxPhases)

func parseMMPP(args []unit.Arg) (Arrivals, error) {
	if len(args) < 6 || len(args)%3 != 0 || len(args) > 3*maxPhases {
		return nil, errPhases
	}
	m := &MMPP{}
	sum := 0.0
	for i := 0; i < len(args); i += 3 {
		p, err := parsePhase(args[i : i+3])
		if err != nil {
			return nil, err
		}
		m.phases = append(m.phases, p)
		m.cycle += float64(p.mean)
		sum += float64(p.level * float64(p.mean))
	}
	if sum == 0 {
		return nil, errors.New("every level is 0: no request comes")
	}
	for i := range m.phases {
		m.phases[i].factor = float64(m.phases[i].level*m.cycle) / sum
	}
	return m, nil
}

func parsePhase(args []unit.Arg) (p phase, err error) {
	if args[0].Key != "" || args[1] != (unit.Arg{Value: "for"}) || args[2].Key != "" {
		return p, errPhases
	}
	if level := args[0].Value; level != "0" {
		f, err := unit.ParseFactor(level)
		if err != nil {
			return p, fmt.Errorf("level: %w", err)
		}
		if f < 1e-9 || f > 1e9 {
			return p, fmt.Errorf("level %s is neither 0 nor within 0.000000001 to 1000000000", unit.Quote(level))
		}
		p.level = float64(f)
	}
	d, err := unit.ParseDuration(args[2].Value)
	if err == nil && d.Std() < leastPhase {
		err = fmt.Errorf("%s is shorter than %s", unit.Quote(args[2].Value), unit.Duration(leastPhase))
	}
	p.mean = d.Std()
	return p, err
}

// Next panics: the phases are those of a run. See [Start].
func (*MMPP) Next(float64, uint64, rng.Stream) float64 {
	panic("load: an mmpp must be started")
}

// String is the spelling.
func (m *MMPP) String() string {
	list := make([]string, len(m.phases))
	for i, p := range m.phases {
		list[i] = strconv.FormatFloat(p.level, 'f', -1, 64) + " for " + unit.Duration(p.mean).String()
	}
	return "mmpp(" + strings.Join(list, " ") + ")"
}

var placePhases = rng.Place("load", "phases")

// Start draws the first phase.
func (m *MMPP) Start(c Clock) Process {
	s := c.Key.Child(placePhases).Stream(0)
	u, run := float64(s.Float64()*m.cycle), &modulated{mmpp: m, clock: c}
	for last := len(m.phases) - 1; run.phase < last && u >= float64(m.phases[run.phase].mean); run.phase++ {
		u -= float64(m.phases[run.phase].mean)
	}
	run.stay()
	return run
}

// modulated is the process of one run.
type modulated struct {
	mmpp  *MMPP
	clock Clock
	phase int           // in force
	count uint32        // of phases so far
	until time.Duration // when the phase ends
	hits  float64       // that are expected then
}

// stay draws how long the phase lasts.
func (m *modulated) stay() {
	m.count++
	p := &m.mmpp.phases[m.phase]
	length := float64(float64(p.mean) * dist.Exponential(m.clock.Key.Child(placePhases).Stream(m.count)))
	if t, ok := nanoseconds(float64(m.until) + length); ok {
		m.until = t
	} else {
		m.until = math.MaxInt64
	}
	m.hits = m.clock.Hits(m.until)
}

// Next spends an exponential of mean 1 on the phases, each of which uses it up by
// its factor for every hit that is expected.
func (m *modulated) Next(hits float64, _ uint64, s rng.Stream) float64 {
	left := dist.Exponential(s)
	for {
		factor := m.mmpp.phases[m.phase].factor
		room := float64(max(m.hits-hits, 0) * factor)
		if left < room {
			return min(hits+left/factor, m.hits)
		}
		if m.until >= m.clock.End {
			return math.Inf(1)
		}
		left -= room
		hits = max(hits, m.hits)
		m.phase = (m.phase + 1) % len(m.mmpp.phases)
		m.stay()
	}
}
