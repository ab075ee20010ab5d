package oracle

import (
	"fmt"
	"math"
)

// The places of a tally: what one transition counts.
const (
	jOffered = iota
	jSucceeded
	jDegraded
	jFailed
	jLate // of the failed: not as they came
	perJourney

	eCalls  = 0
	eSent   = 1
	perEdge = 2
)

func (m *machine) journey(j int) int { return j * perJourney }
func (m *machine) edge(e int) int    { return len(m.sys.Journeys)*perJourney + e*perEdge }
func (m *machine) station(s int) int { return m.edge(len(m.sys.Edges)) + s }
func (m *machine) size() int         { return m.station(len(m.sys.Stations)) }

// The levels of a state: how much of what there is.
const (
	lBusy = iota
	lService
	lQueue
	perStation
)

// chain is a Markov chain in continuous time: for each state the states it is
// entered from, and what is counted and held there.
type chain struct {
	from    [][]arrow // by the state that is entered
	leaving []float64 // rate
	counted [][]float64
	levels  [][]float64 // stations × perStation, then requests open by journey
	pi      []float64
}

type arrow struct {
	state int
	rate  float64
}

// maxPeople bounds the requests in a state: a queue without an end is found out before
// all memory is full of it.
const maxPeople = 40

func (w *world) people() int { return len(w.trees) }

// tooLarge says that a system has more states than allowed.
type tooLarge struct{ states int }

func (e tooLarge) Error() string { return fmt.Sprintf("more than %d states", e.states) }

// explore finds all states that follow from the empty one.
func (m *machine) explore(limit int) (*chain, error) {
	c := &chain{}
	numbers := make(map[string]int)
	var worlds []*world
	number := func(w *world) int {
		key := w.key()
		n, ok := numbers[key]
		if !ok {
			n = len(worlds)
			numbers[key] = n
			worlds = append(worlds, w)
			c.from, c.leaving = append(c.from, nil), append(c.leaving, 0)
			c.counted = append(c.counted, make([]float64, m.size()))
			c.levels = append(c.levels, m.levels(w))
		}
		return n
	}
	number(m.empty())
	for s := 0; s < len(worlds); s++ {
		if len(worlds) > limit || worlds[s].people() > maxPeople {
			return nil, tooLarge{limit}
		}
		for _, e := range m.events(worlds[s]) {
			for again := true; again; again = m.nextScript() {
				m.w, m.chosen, m.odds, m.tally = worlds[s].copy(), 0, 1, make([]float64, m.size())
				m.happen(e)
				rate := e.rate * m.odds
				for i, x := range m.tally {
					c.counted[s][i] += rate * x
				}
				if to := number(m.w); to != s {
					c.from[to] = append(c.from[to], arrow{s, rate})
					c.leaving[s] += rate
				}
			}
		}
		worlds[s] = nil
	}
	return c, nil
}

// levels are what a state holds.
func (m *machine) levels(w *world) []float64 {
	m.w = w
	out := make([]float64, len(m.sys.Stations)*perStation+len(m.sys.Journeys))
	busy := m.busy()
	for i, p := range m.places {
		s, st := &w.insts[i], &m.sys.Stations[p.station]
		at := out[p.station*perStation:]
		if jobs := float64(busy[i]); !s.frozen() {
			if speed := math.Ceil(st.Cores); st.Cores < speed && jobs > 0 {
				jobs *= st.Cores / speed
			}
			at[lBusy] += min(jobs, st.Cores)
		}
		at[lService] += float64(st.Workers - s.free)
		at[lQueue] += float64(len(s.queue))
	}
	for _, t := range w.trees {
		if t.kind == request && !t.gone {
			out[len(m.sys.Stations)*perStation+t.jour]++
		}
	}
	return out
}

// solve finds how often each state is met, by Gauss and Seidel's iteration to and
// fro, until what flows in and out of each agrees to 1e-12 of all that flows.
func (c *chain) solve() error {
	n := len(c.from)
	c.pi = make([]float64, n)
	for i := range c.pi {
		c.pi[i] = 1 / float64(n)
	}
	for sweep := range 200_000 {
		for i := range n {
			if sweep%2 == 1 {
				i = n - 1 - i
			}
			c.pi[i] = c.inflow(i) / c.leaving[i]
		}
		c.normalise()
		if sweep%10 == 9 && c.residual() < 1e-12 {
			return nil
		}
	}
	return fmt.Errorf("the chain of %d states has not been solved: residual %g", n, c.residual())
}

func (c *chain) inflow(i int) (sum float64) {
	for _, a := range c.from[i] {
		sum += c.pi[a.state] * a.rate
	}
	return sum
}

func (c *chain) normalise() {
	sum := 0.0
	for _, p := range c.pi {
		sum += p
	}
	for i := range c.pi {
		c.pi[i] /= sum
	}
}

// residual is what does not balance, over all that flows.
func (c *chain) residual() float64 {
	wrong, all := 0.0, 0.0
	for i, p := range c.pi {
		wrong += math.Abs(c.inflow(i) - p*c.leaving[i])
		all += p * c.leaving[i]
	}
	return wrong / all
}

// mean is the average of what the states have, in a distribution over them.
func mean(p []float64, of [][]float64) []float64 {
	out := make([]float64, len(of[0]))
	for s, x := range of {
		for i := range x {
			out[i] += p[s] * x[i]
		}
	}
	return out
}

// settle follows the chain from the empty state until it has forgotten that: until
// its distribution is within 1e-3 of the stationary one (half the sum of the
// differences). It returns how long that takes, and the integral of the difference
// up to then, which says how far the mean over a run that begins empty is off.
func (c *chain) settle() (after float64, excess []float64) {
	n := len(c.from)
	fastest := 0.0
	for _, r := range c.leaving {
		fastest = max(fastest, r)
	}
	fastest *= 1.01
	p, next := make([]float64, n), make([]float64, n)
	excess = make([]float64, n)
	p[0] = 1
	for step := 0; ; step++ {
		gap := 0.0
		for i := range p {
			gap += math.Abs(p[i]-c.pi[i]) / 2
			excess[i] += (p[i] - c.pi[i]) / fastest
		}
		if gap < 1e-3 && after == 0 {
			after = float64(step) / fastest
		}
		if gap < 1e-5 {
			return after, excess
		}
		for i := range next {
			sum := p[i] * (1 - c.leaving[i]/fastest)
			for _, a := range c.from[i] {
				sum += p[a.state] * a.rate / fastest
			}
			next[i] = sum
		}
		p, next = next, p
	}
}
