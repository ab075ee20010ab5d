package main

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
)

// workload is one that every simulator runs.
type workload struct {
	name, label string
	scenario    string
	rate        float64 // requests a second of simulated time
	mean        float64 // known mean response, milliseconds
	ours        float64 // requests for some seconds of CPU time
}

var workloads = []workload{
	{"w1", "W1", "w1.yaml", 1000, 4.00, 20e6},
	{"w2", "W2", "w2.yaml", 1500, 7.10, 5e6},
	{"w2t", "W2t", "w2t.yaml", 1500, 7.10, 4e6},
	{"w3", "W3", "w3-1000.yaml", 10_000, 7.30, 1.5e6},
}

// agreement is how far a simulated mean may lie from the known one: the noise of
// the slowest program's few requests. With a part of them it is wider, as noise is.
const agreement = 0.05

// peer is another simulator.
type peer struct {
	name     string
	packages []string // of Debian
	version  string   // the package that has the simulator's version
	build    []string // arguments of g++; none for Python
	run      []string // program and arguments before workload, requests and seed
	after    []string // arguments after them
	requests map[string]float64
}

const (
	python  = "/usr/bin/python3" // the system's, for which Debian's packages are
	sources = "cmd/bench/testdata/"
)

// others are the simulators to compare with. Their requests are what takes each
// some seconds.
func (b *bench) others() []peer {
	return []peer{
		{name: "ns-3", version: "libns3-dev", packages: []string{"libns3-dev", "g++"},
			build:    []string{sources + "peer_ns3.cc", "-o", b.path("ns3"), "-lns3-core"},
			run:      []string{b.path("ns3")},
			requests: map[string]float64{"w1": 10e6, "w2": 3e6, "w2t": 1.5e6, "w3": 6e5}},
		{name: "SimPy", version: "python3-simpy3", packages: []string{"python3-simpy3"},
			run:      []string{python, sources + "peer_simpy.py"},
			requests: map[string]float64{"w1": 4e5, "w2": 1e5, "w2t": 6e4, "w3": 2e4}},
		{name: "SimGrid", version: "libsimgrid-dev", packages: []string{"libsimgrid-dev", "g++"},
			build: []string{sources + "peer_simgrid.cc", "-o", b.path("simgrid"), "-lsimgrid"},
			run:   []string{b.path("simgrid")},
			// The fastest of its settings: contexts without system calls, small stacks.
			after:    []string{"--cfg=contexts/factory:raw", "--cfg=contexts/stack-size:32", "--log=root.thres:critical"},
			requests: map[string]float64{"w1": 3e5, "w2": 2e5, "w2t": 6e4, "w3": 2e4}},
	}
}

// prepare builds a peer, and finds its version.
func (b *bench) prepare(p *peer) error {
	out, err := exec.Command("dpkg-query", "-W", "-f=${Version}", p.version).Output()
	if err != nil {
		return fmt.Errorf("%s is not installed: apt-get install %s (make bench-peers does)", p.name, strings.Join(p.packages, " "))
	}
	version, _, _ := strings.Cut(string(out), "-")
	p.name += " " + version
	if p.build != nil {
		return b.command("g++", append([]string{"-O2", "-std=c++17"}, p.build...)...)
	}
	return nil
}

// measure runs a peer's program. Its CPU time is that of its event loop alone,
// which it measures itself; ours is that of the whole process.
func (p *peer) measure(b *bench, w *workload, seed int) (sample, error) {
	args := append(p.run[1:len(p.run):len(p.run)], w.name, fmt.Sprintf("%.0f", b.requests(p.requests[w.name])), fmt.Sprint(seed))
	s, out, err := timed(p.run[0], append(args, p.after...)...)
	if err != nil {
		return s, err
	}
	var version string
	if _, err := fmt.Sscan(out, &version, &s.requests, &s.cpu, &s.mean); err != nil {
		return s, fmt.Errorf("%s: %w in %q", p.name, err, out)
	}
	return s, nil
}

func (b *bench) requests(n float64) float64 { return n * b.size }

// own runs a workload with faultline.
func (b *bench) own(w *workload, seed int) (sample, error) {
	seconds := fmt.Sprintf("%.0fs", math.Ceil(b.requests(w.ours)/w.rate))
	return b.faultline(workloadDir+"/"+w.scenario, "--duration", seconds, "--jobs", "1", "--seed", fmt.Sprint(seed))
}

// peers measures the workloads with every simulator, in turns.
func (b *bench) peers() (string, error) {
	list := b.others()
	for i := range list {
		if err := b.prepare(&list[i]); err != nil {
			return "", err
		}
	}
	if err := b.build(); err != nil {
		return "", err
	}
	all := make([][][]sample, len(workloads)) // by workload and program, ours first
	for round := 1; round <= b.rounds; round++ {
		for i := range workloads {
			w := &workloads[i]
			if all[i] == nil {
				all[i] = make([][]sample, 1+len(list))
			}
			for k := range all[i] {
				s, err := b.own(w, round)
				if k > 0 {
					s, err = list[k-1].measure(b, w, round)
				}
				if err != nil {
					return "", err
				}
				all[i][k] = append(all[i][k], s)
			}
		}
		fmt.Fprintf(b.log, "round %d of %d\n", round, b.rounds)
	}
	return peerTable(list, all, agreement/math.Sqrt(b.size))
}

// peerTable is the medians and ratios as text; an error where a simulator's mean
// response is not the known one.
func peerTable(list []peer, all [][][]sample, within float64) (string, error) {
	names := []string{"faultline"}
	for _, p := range list {
		names = append(names, p.name)
	}
	var t strings.Builder
	fmt.Fprintf(&t, "| | %s |\n|%s\n", strings.Join(names, " | "), strings.Repeat(" --- |", 1+len(names)))
	for i, w := range workloads {
		rates, means := "", ""
		ours := median(all[i][0], (*sample).rate)
		for k, samples := range all[i] {
			rate, mean := median(samples, (*sample).rate), median(samples, func(s *sample) float64 { return s.mean })
			if math.Abs(mean-w.mean) > within*w.mean {
				return "", fmt.Errorf("%s: the mean response of %s is %.3f ms, and known to be %.2f: what it runs is not the workload", w.label, names[k], mean, w.mean)
			}
			rates += " " + thousands(rate)
			if k > 0 {
				rates += fmt.Sprintf(" (÷ %s)", short(ours/rate))
			}
			rates, means = rates+" |", means+fmt.Sprintf(" %.2f |", mean)
		}
		fmt.Fprintf(&t, "| %s, requests per CPU-second |%s\n| %s, mean response in ms (%.2f) |%s\n", w.label, rates, w.label, w.mean, means)
	}
	return t.String(), nil
}

// thousands is a rate in thousands or millions, to three digits.
func thousands(rate float64) string {
	if rate >= 1e6 {
		return fmt.Sprintf("%.2f M", rate/1e6)
	}
	return fmt.Sprintf("%.3g k", rate/1e3)
}

// short is a ratio to two digits or whole.
func short(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}
