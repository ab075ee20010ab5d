package oracle

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"faultline/scenarios"
	"faultline/sim"
)

// load writes an application, a topology and a scenario, and loads them.
func loadFiles(t *testing.T, f files) (*scenarios.Scenario, *sim.Plan) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"application.yaml": f.application, "topology.yaml": f.topology, "scenario.yaml": f.scenario} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := scenarios.Load(filepath.Join(dir, "scenario.yaml"), scenarios.Options{Root: dir})
	if err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	return s, &s.Plans()[0]
}

type files struct{ application, topology, scenario string }

func (f files) String() string {
	return "application.yaml:\n" + f.application + "\ntopology.yaml:\n" + f.topology + "\nscenario.yaml:\n" + f.scenario
}

// exact solves a station with one operation under one flow.
func exact(t *testing.T, station, flow, fault string) func(string) float64 {
	t.Helper()
	f := files{
		"application: a\ncomponents: { s: { operations: { do: [ { cpu: exp(1s) } ] } } }\njourneys: { j: { call: s.do } }\n",
		"topology: t\napplication: application.yaml\nnetwork: none\nservices: { s: { components: [s], " + station + " } }\nedges: { \"users -> *\": { timeout: none } }\n",
		"scenario: x\ntopologies: topology.yaml\nrun: { warmup: 0 }\nload: { f: { " + flow + " } }\n" + fault,
	}
	_, plan := loadFiles(t, f)
	s, err := work(plan, 5000, func(*solved) float64 { return 1e15 })
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) float64 {
		for _, f := range s.figures {
			if f.name.Metric == name {
				return f.exact
			}
		}
		t.Fatalf("no figure %s", name)
		return 0
	}
}

// birthAndDeath is the stationary distribution with births λ(n) and deaths μ(n).
func birthAndDeath(top int, birth, death func(n int) float64) []float64 {
	p, sum := make([]float64, top+1), 1.0
	p[0] = 1
	for n := 1; n <= top; n++ {
		p[n] = p[n-1] * birth(n-1) / death(n)
		sum += p[n]
	}
	for n := range p {
		p[n] /= sum
	}
	return p
}

func expect(p []float64, f func(n int) float64) (sum float64) {
	for n := range p {
		sum += p[n] * f(n)
	}
	return sum
}

// The chain is right where the answer is in the books: M/M/c/K by cores that are
// shared and cores in order, patience (Palm's Erlang A, cut), the machine repairman.
func TestTheChainAgreesWithClosedForms(t *testing.T) {
	waiting := func(c int) func(int) float64 { return func(n int) float64 { return math.Max(0, float64(n-c)) } }
	serving := func(c int) func(int) float64 { return func(n int) float64 { return math.Min(float64(n), float64(c)) } }
	constant := func(x float64) func(int) float64 { return func(int) float64 { return x } }
	mm13 := birthAndDeath(4, constant(0.9), serving(1))
	mm37 := birthAndDeath(7, constant(2.4), serving(3))
	shared := birthAndDeath(5, constant(1.5), serving(2))
	patient := birthAndDeath(12, constant(2.5), func(n int) float64 { return serving(2)(n) + 0.5*waiting(2)(n) })
	repair := birthAndDeath(6, func(n int) float64 { return float64(6-n) * 0.4 }, serving(2))
	for _, x := range []struct {
		what, station, flow, figure string
		want                        float64
	}{
		{"M/M/1/4", "workers: 1, queue: 3, cpu: 1", "rate: 0.9/s", "availability", 1 - mm13[4]},
		{"M/M/1/4", "workers: 1, queue: 3, cpu: 1", "rate: 0.9/s", "queueLength", expect(mm13, waiting(1))},
		{"M/M/1/4", "workers: 1, queue: 3, cpu: 1", "rate: 0.9/s", "latency", expect(mm13, func(n int) float64 { return float64(n) }) / 0.9 / (1 - mm13[4])},
		{"M/M/3/7", "workers: 3, queue: 4, cpu: 3, scheduling: fifo", "rate: 2.4/s", "availability", 1 - mm37[7]},
		{"M/M/3/7", "workers: 3, queue: 4, cpu: 3, scheduling: fifo", "rate: 2.4/s", "utilization", expect(mm37, serving(3)) / 3},
		{"M/M/3/7", "workers: 3, queue: 4, cpu: 3", "rate: 2.4/s", "queueLength", expect(mm37, waiting(3))},
		{"five share two cores", "workers: 5, queue: 0, cpu: 2", "rate: 1.5/s", "concurrency", expect(shared, func(n int) float64 { return float64(n) })},
		{"five share two cores", "workers: 5, queue: 0, cpu: 2", "rate: 1.5/s", "utilization", expect(shared, serving(2)) / 2},
		{"Erlang A of 12", "workers: 2, queue: 10, cpu: 2, queueTimeout: exp(2s)", "rate: 2.5/s", "queueLength", expect(patient, waiting(2))},
		{"Erlang A of 12", "workers: 2, queue: 10, cpu: 2, queueTimeout: exp(2s)", "rate: 2.5/s", "availability", expect(patient, serving(2)) / 2.5},
		{"repairman", "workers: 2, queue: unlimited, cpu: 2", "vus: 6, thinkTime: exp(2500ms)", "throughput", expect(repair, serving(2))},
		{"repairman", "workers: 2, queue: unlimited, cpu: 2", "vus: 6, thinkTime: exp(2500ms)", "latency", expect(repair, func(n int) float64 { return float64(n) }) / expect(repair, serving(2))},
	} {
		got := exact(t, x.station, x.flow, "")(x.figure)
		if !(math.Abs(got-x.want) <= 1e-9*x.want) {
			t.Errorf("%s, %s: %.12g by the chain, %.12g by the book", x.what, x.figure, got, x.want)
		}
	}
}

// The repairman's machines with a repairman who falls ill: the balance of (broken
// machines, ill or not), which has no closed form, solved as it stands.
func TestTheChainAgreesWithBreakdowns(t *testing.T) {
	const users, think, mu, xi, eta = 5, 0.3, 1.0, 0.2, 0.5
	get := exact(t, "workers: 1, queue: unlimited, cpu: 1", "vus: 5, thinkTime: exp(3333333333ns)",
		"faults: { b: { at: 0, every: exp(5s), repair: exp(2s), pause: { service: s } } }\n")
	var q [2 * (users + 1)][2 * (users + 1)]float64 // state 2n, or 2n + 1 where he is ill
	flow := func(from, to int, rate float64) {
		q[to][from] += rate
		q[from][from] -= rate
	}
	for n := range users + 1 {
		flow(2*n, 2*n+1, xi)
		flow(2*n+1, 2*n, eta)
		if n < users {
			flow(2*n, 2*n+2, think*float64(users-n))
			flow(2*n+1, 2*n+3, think*float64(users-n))
		}
		if n > 0 {
			flow(2*n, 2*n-2, mu)
		}
	}
	p := stationary(q[:])
	number, busy := 0.0, 0.0
	for i, x := range p {
		number += x * float64(i/2)
		if i >= 2 && i%2 == 0 {
			busy += x
		}
	}
	if got := get("concurrency") + get("queueLength"); math.Abs(got-number) > 1e-8*number {
		t.Errorf("%.12g in the system by the chain, %.12g by its balance", got, number)
	}
	if got := get("utilization"); math.Abs(got-busy) > 1e-8*busy {
		t.Errorf("busy %.12g by the chain, %.12g by its balance", got, busy)
	}
}

// stationary solves for what flows in and out alike, by elimination.
func stationary(q [][12]float64) []float64 {
	n := len(q)
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
		copy(a[i], q[i][:])
	}
	for k := range a[n-1] { // in place of the last balance, which the others imply: all make 1
		a[n-1][k] = 1
	}
	for c := range n {
		best := c
		for r := c; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		a[c], a[best] = a[best], a[c]
		for r := range n {
			if f := a[r][c] / a[c][c]; r != c {
				for k := range a[r] {
					a[r][k] -= f * a[c][k]
				}
			}
		}
	}
	p := make([]float64, n)
	for i := range p {
		p[i] = a[i][n] / a[i][i]
	}
	return p
}
