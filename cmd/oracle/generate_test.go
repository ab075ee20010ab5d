package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// service is one service with its component, and a helper in the same process if
// there is one.
type service struct {
	name                     string
	replicas, workers, queue int // queue below 0: unlimited
	cores, scheduling        string
	patience, contention     float64
	discipline               string
	every, length            float64 // of pauses
	errors, helperErrors     float64
	steps, other, helper     []*action // other: of a second operation
	scale                    float64
	parent                   int
}

// edge is a policy, by the service that is called: each has one caller.
type edge struct {
	attempts, bulkhead int
	balancer           string
	protocol           float64
}

// system is a random scenario.
type system struct {
	services []*service
	edges    []*edge
	database *database
	journeys []string // criticality, one or two
	vus      int
	think    float64
	rate     float64
	batch    int
	fault    string
	seed     int
	run      string
}

type database struct {
	connections int
	cores       string
	mean        float64
	pool        int
	by          int // the service that reads
}

// generate draws a system. Requests in it are bounded: by the workers and the queue of
// the service in front, or by the number of users.
func generate(r *rand.Rand) *system {
	d := draw{r}
	s := &system{batch: 1, journeys: []string{"normal"}}
	if d.likely(0.3) {
		s.vus = 2 + d.IntN(4)
		s.think = d.between(0.5, 4)
	}
	n := pickOne(d, 1, 1, 2, 2, 2, 3)
	for i := range n {
		s.services = append(s.services, d.service(i, s.vus > 0))
		s.edges = append(s.edges, d.edge(s.services[i]))
	}
	if d.likely(0.15) {
		s.database = &database{1 + d.IntN(2), pickOne(d, "1", "1", "2", "500m"), d.between(0.2, 0.8), 0, d.IntN(n)}
		if d.likely(0.5) {
			s.database.pool = 1
		}
	}
	if d.likely(0.3) {
		s.journeys = []string{pickOne(d, "critical", "normal"), pickOne(d, "normal", "sheddable")}
	}
	for i := n - 1; i >= 0; i-- {
		d.programs(s, i)
	}
	s.fault = d.breakdown(s)
	if s.vus == 0 && d.likely(0.08) {
		s.batch = 2
	}
	s.rate = d.between(0.3, 1.3) * s.capacity() / float64(s.batch)
	return s
}

func (d draw) service(i int, closed bool) *service {
	x := &service{name: string(rune('a' + i)), replicas: 1, workers: 1 + d.IntN(3), queue: d.IntN(3), scale: 1, discipline: "fifo",
		cores: pickOne(d, "1", "1", "2", "500m"), scheduling: pickOne(d, "ps", "ps", "fifo")}
	if d.likely(0.3) {
		x.replicas = 2
		x.workers = min(x.workers, 2)
	}
	if i > 0 {
		x.parent = d.IntN(i)
	}
	bounded := i > 0 || closed // by others than itself
	if bounded && d.likely(0.25) {
		x.queue = -1
	}
	if d.likely(0.2) {
		x.patience = d.between(0.5, 4)
	}
	if d.likely(0.2) {
		x.discipline = pickOne(d, "lifo", "priority")
	}
	if d.likely(0.1) {
		x.contention = d.percent(10, 40)
	}
	if d.likely(0.2) {
		x.errors = d.percent(5, 30)
	}
	if bounded && d.likely(0.15) {
		x.every, x.length = d.between(4, 20), d.between(0.5, 3)
	}
	return x
}

func (d draw) edge(to *service) *edge {
	e := &edge{balancer: "LEAST_REQUEST"}
	if to.replicas > 1 {
		e.balancer = pickOne(d, "LEAST_REQUEST", "RANDOM", "ROUND_ROBIN", "POWER_OF_TWO")
	}
	if d.likely(0.35) {
		e.attempts = 1 + d.IntN(2)
	}
	if d.likely(0.1) {
		e.bulkhead = 1 + d.IntN(2)
	}
	if d.likely(0.1) {
		e.protocol = d.between(0.05, 0.2)
	}
	return e
}

// programs draws what a service does: it calls those below it, its helper, and the
// database if it is the one that does.
func (d draw) programs(s *system, i int) {
	x := s.services[i]
	var calls []*action
	for k := i + 1; k < len(s.services); k++ {
		if s.services[k].parent == i {
			calls = append(calls, d.calls("call", s.services[k].name+".do"))
		}
	}
	if s.database != nil && s.database.by == i {
		calls = append(calls, d.calls("read", "rows"))
	}
	if d.likely(0.15) {
		x.helper = d.program(nil)
		if d.likely(0.5) {
			x.helper = []*action{d.wrap(d.wrap(d.work(), d.work), d.work)}
		}
		if d.likely(0.3) {
			x.helperErrors = d.percent(5, 30)
		}
		calls = append(calls, d.calls("call", x.name+"Helper.do"))
	}
	x.steps = d.program(calls)
	if i == 0 && len(s.journeys) > 1 {
		x.other = d.program(nil)
	}
}

func (d draw) breakdown(s *system) string {
	i := d.IntN(len(s.services))
	if !d.likely(0.12) || i == 0 && s.vus == 0 {
		return ""
	}
	return fmt.Sprintf("faults: { breakdown: { at: 0, every: exp(%.2fs), repair: exp(%.2fs), mode: %s, pause: { service: %s } } }\n",
		d.between(4, 20), d.between(0.5, 3), pickOne(d, "one", "all"), s.services[i].name)
}

// capacity is about how many requests a second the service in front can take.
func (s *system) capacity() float64 {
	lengths := map[string]float64{"rows": 0}
	if s.database != nil {
		lengths["rows"] = s.database.mean
	}
	length := func(steps []*action) (all, cpu float64) {
		for _, a := range steps {
			x, c := a.length(func(name string) float64 { return lengths[name] })
			all, cpu = all+x, cpu+c
		}
		return all, cpu
	}
	least := 1e9
	for i := len(s.services) - 1; i >= 0; i-- {
		x := s.services[i]
		lengths[x.name+"Helper.do"], _ = length(x.helper)
		all, cpu := length(x.steps)
		lengths[x.name+".do"] = all
		cores := map[string]float64{"1": 1, "2": 2, "500m": 0.5}[x.cores]
		least = min(least, float64(x.replicas)*min(float64(x.workers)/all, cores/max(cpu, 1e-9)))
	}
	return least
}

// files are the system in YAML.
func (s *system) files() files {
	var app, top strings.Builder
	app.WriteString("application: random\ncomponents:\n")
	list := func(steps []*action, scale float64, errors float64) string {
		var out []string
		for _, a := range steps {
			out = append(out, a.write(scale))
		}
		return fmt.Sprintf("{ errorRate: %.0f%%, steps: [ %s ] }", 100*errors, strings.Join(out, ", "))
	}
	for _, x := range s.services {
		fmt.Fprintf(&app, "  %s:\n    operations:\n      do: %s\n", x.name, list(x.steps, x.scale, x.errors))
		if x.other != nil {
			fmt.Fprintf(&app, "      other: %s\n", list(x.other, x.scale, 0))
		}
		if x.helper != nil {
			fmt.Fprintf(&app, "  %sHelper: { operations: { do: %s } }\n", x.name, list(x.helper, x.scale, x.helperErrors))
		}
	}
	if s.database != nil {
		fmt.Fprintf(&app, "stores: { rows: { read: exp(%.3fms), write: exp(1ms) } }\n", 1000*s.database.mean)
	}
	fmt.Fprintf(&app, "journeys:\n  first: { call: a.do, weight: 2, criticality: %s }\n", s.journeys[0])
	if len(s.journeys) > 1 {
		fmt.Fprintf(&app, "  second: { call: a.other, weight: 1, criticality: %s }\n", s.journeys[1])
	}
	top.WriteString("topology: random\napplication: application.yaml\nnetwork: none\nservices:\n")
	for i, x := range s.services {
		top.WriteString("  " + x.name + ": " + x.write(s.poolOf(i)) + "\n")
	}
	if b := s.database; b != nil {
		fmt.Fprintf(&top, "databases: { base: { stores: [rows], cpu: %s, connections: %d } }\n", b.cores, b.connections)
	}
	top.WriteString("edges:\n")
	for i, e := range s.edges {
		from := "users"
		if i > 0 {
			from = s.services[s.services[i].parent].name
		}
		fmt.Fprintf(&top, "  \"%s -> %s\": %s\n", from, s.services[i].name, e.write())
	}
	return files{app.String(), top.String(), s.scenario()}
}

func (s *system) poolOf(i int) int {
	if s.database != nil && s.database.by == i {
		return s.database.pool
	}
	return 0
}

func (x *service) write(pool int) string {
	out := fmt.Sprintf("components: [%s", x.name)
	if x.helper != nil {
		out += ", " + x.name + "Helper"
	}
	out += fmt.Sprintf("], replicas: %d, workers: %d, cpu: %s, scheduling: %s", x.replicas, x.workers, x.cores, x.scheduling)
	if x.queue < 0 {
		out += ", queue: unlimited"
	} else {
		out += fmt.Sprintf(", queue: %d", x.queue)
	}
	if x.patience > 0 {
		out += fmt.Sprintf(", queueTimeout: exp(%.3fs)", x.patience)
	}
	if x.discipline != "fifo" {
		out += ", queueDiscipline: " + x.discipline
	}
	if x.contention > 0 {
		out += fmt.Sprintf(", contention: %.0f%%", 100*x.contention)
	}
	if x.every > 0 {
		out += fmt.Sprintf(", runtime: { base: go, pauses: { every: exp(%.3fs), length: exp(%.3fs) } }", x.every, x.length)
	}
	if pool > 0 {
		out += fmt.Sprintf(", pool: %d", pool)
	}
	return "{ " + out + " }"
}

func (e *edge) write() string {
	out := "timeout: none, loadBalancer: " + e.balancer
	if e.attempts > 0 {
		out += fmt.Sprintf(", retries: { attempts: %d, retryOn: [rejected, error], backoff: { base: 0, max: 0, jitter: none } }", e.attempts)
	}
	if e.bulkhead > 0 {
		out += fmt.Sprintf(", bulkhead: { maxConcurrentCalls: %d }", e.bulkhead)
	}
	if e.protocol > 0 {
		out += fmt.Sprintf(", protocol: { cpu: exp(%.3fms) }", 1000*e.protocol)
	}
	return "{ " + out + " }"
}

func (s *system) scenario() string {
	load := fmt.Sprintf("rate: %.5f/s, batch: %d", s.rate, s.batch)
	if s.vus > 0 {
		load = fmt.Sprintf("vus: %d, thinkTime: exp(%.3fs)", s.vus, s.think)
	}
	run := s.run
	if run == "" {
		run = "warmup: 0"
	}
	return fmt.Sprintf("scenario: random-%d\ntopologies: topology.yaml\nrun: { %s }\nload: { flow: { %s } }\n%s", s.seed, run, load, s.fault)
}
