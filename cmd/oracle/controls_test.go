package oracle

import (
	"math"
	"math/rand/v2"
	"testing"
)

// errorPlanted is one mistake in the simulated system that its chain does not know.
type errorPlanted struct {
	name  string
	plant func(*system) bool // false: there is no place for it
}

// The mistakes that the comparison must find.
func mistakes() []errorPlanted {
	return []errorPlanted{
		{"3% slower", func(s *system) bool {
			for _, x := range s.services {
				x.scale = 1.03
			}
			return true
		}},
		{"one retry less", func(s *system) bool {
			for _, e := range s.edges {
				if e.attempts > 0 {
					e.attempts--
					return true
				}
			}
			return false
		}},
		inService("one worker less", func(x *service) bool { return x.workers > 1 }, func(x *service) { x.workers-- }),
		inService("queue one longer", func(x *service) bool { return x.queue >= 0 }, func(x *service) { x.queue++ }),
		inService("nobody leaves the queue", func(x *service) bool { return x.patience > 0 }, func(x *service) { x.patience = 0 }),
		inService("shared cores in order", func(x *service) bool { return x.scheduling == "ps" && x.contention == 0 }, func(x *service) { x.scheduling = "fifo" }),
		inService("no contention", func(x *service) bool { return x.contention > 0 }, func(x *service) { x.contention = 0 }),
		inService("no errors", func(x *service) bool { return x.errors > 0 }, func(x *service) { x.errors = 0 }),
	}
}

// inService plants a mistake in the first service that has a place for it.
func inService(name string, fits func(*service) bool, plant func(*service)) errorPlanted {
	return errorPlanted{name, func(s *system) bool {
		for _, x := range s.services {
			if fits(x) {
				plant(x)
				return true
			}
		}
		return false
	}}
}

// planted is what became of one mistake.
type planted struct {
	drawn
	matters bool // by the chain of the mistaken system: some figure is off by half more than is allowed
	caught  bool
}

// A mistake in what is simulated is found wherever it matters, and those of the list
// matter often: the agreement above is not that of blunt figures.
func TestPlantedMistakesAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some twenty million requests")
	}
	sc, list := scale{limit: 600, replications: 60, requests: 10_000}, mistakes()
	const each, m = 4, 300
	found := make([]planted, each*len(list))
	var numbers []int
	for i := range found {
		numbers = append(numbers, i)
	}
	attempts(numbers, func(i int) drawn {
		found[i] = plantOne(t, list[i/each], i, sc, m)
		return found[i].drawn
	})
	matter, total := 0, 0
	for k, x := range list {
		here, caught := 0, 0
		for _, p := range found[k*each : (k+1)*each] {
			switch {
			case p.err != nil:
				t.Errorf("%s: %v", x.name, p.err)
			case p.matters && p.caught:
				here, caught = here+1, caught+1
			case p.matters:
				here++
				t.Errorf("%s matters and is not caught:\n%s", x.name, p.system.files())
			}
		}
		t.Logf("%-24s matters in %d of %d systems, caught in %d", x.name, here, each, caught)
		matter, total = matter+here, total+each
	}
	if matter*2 < total {
		t.Errorf("only %d of %d mistakes matter: the systems are too blunt", matter, total)
	}
}

// plantOne draws systems until one has a place for the mistake, and simulates it with
// the mistake.
func plantOne(t *testing.T, e errorPlanted, number int, sc scale, m int) (p planted) {
	r := rand.New(rand.NewPCG(uint64(number), 0x1e))
	for {
		p.system = generate(r)
		p.system.seed = number
		truth, err := p.system.solve(t, sc)
		if _, large := err.(tooLarge); large {
			continue
		}
		if p.err = err; err != nil {
			return p
		}
		if !e.plant(p.system) {
			continue
		}
		_, plan := loadFiles(t, p.system.files())
		wrong, err := work(plan, 4*sc.limit, func(*solved) float64 { return truth.seconds })
		if _, large := err.(tooLarge); large {
			continue
		}
		if p.err = err; err != nil {
			return p
		}
		store, err := p.system.simulate(t)
		if p.err = err; err != nil {
			return p
		}
		p.figures, _, p.err = truth.compare(store)
		for _, c := range p.figures {
			p.caught = p.caught || c.refused(m)
			for _, w := range wrong.figures {
				p.matters = p.matters || w.name == c.name && math.Abs(w.exact-c.exact) > 1.5*c.allowed(m)
			}
		}
		return p
	}
}
