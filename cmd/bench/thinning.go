package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"faultline/scenarios"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// fullSize is how many times as large as the built-in scenario the system is that
// is thinned: as much more load, replicas, and cores and connections of databases.
const fullSize = 8

// thinned are the sizes that are compared with it, with replications that make
// about as many requests.
var thinned = []struct{ size, replications int }{{fullSize, 2}, {2, 4}, {1, 6}}

// thinnings are the built-in scenarios, with what is read of each.
var thinnings = []struct {
	scenario string
	figures  []string
}{
	{"recommendations-crash", []string{"latency{run:baseline} avg", "latency{run:baseline} p(99)", "blastRadius{fault:poison-input}"}},
	{"network-overhead", []string{"latency{run:baseline} avg", "latency{run:baseline} p(99)", "blastRadius{fault:lossy-network}"}},
	{"noisy-neighbour", []string{"latency{run:baseline} avg", "latency{run:baseline} p(99)", "blastRadius{fault:month-end}"}},
}

// thinning measures what simulating 1/k of the load on 1/k of the capacity gets
// wrong.
func (b *bench) thinning() (string, error) {
	if err := b.build(); err != nil {
		return "", err
	}
	var t strings.Builder
	t.WriteString("| scenario, topology | figure |")
	for _, size := range thinned {
		if size.size == fullSize {
			t.WriteString(" whole |")
		} else {
			fmt.Fprintf(&t, " 1/%d | error |", fullSize/size.size)
		}
	}
	fmt.Fprintf(&t, "\n|%s\n", strings.Repeat(" --- |", 1+2*len(thinned)))
	for _, c := range thinnings {
		stores := make([]*result.Store, len(thinned))
		for i, size := range thinned {
			var err error
			if stores[i], err = b.atSize(c.scenario, size.size, size.replications); err != nil {
				return "", err
			}
			fmt.Fprintf(b.log, "%s × %d: done\n", c.scenario, size.size)
		}
		for _, top := range stores[0].Document().Topologies {
			for _, figure := range c.figures {
				row, err := thinningRow(stores, top.Name, figure)
				if err != nil {
					return "", err
				}
				fmt.Fprintf(&t, "| %s, %s | `%s` |%s\n", c.scenario, top.Name, figure, row)
			}
		}
	}
	return t.String(), nil
}

// atSize runs a built-in scenario that many times as large.
func (b *bench) atSize(scenario string, size, replications int) (*result.Store, error) {
	sets, err := enlarged(scenario, size)
	if err != nil {
		return nil, err
	}
	out := b.path("out")
	args := []string{"run", scenario, "--quiet", "--no-report", "--out", out, "--replications", strconv.Itoa(replications)}
	for _, set := range sets {
		args = append(args, "--set", set)
	}
	// The exit code is that of thresholds, which are about the scenario as it is.
	_, _, failed := timed(b.path("faultline"), args...)
	f, err := os.Open(out + "/result.json")
	if err != nil {
		return nil, failed
	}
	defer f.Close()
	defer os.RemoveAll(out)
	return result.ReadJSON(f)
}

// enlarged are the overrides that make a built-in scenario that many times as large.
func enlarged(scenario string, size int) (sets []string, err error) {
	s, err := scenarios.Load(scenario, scenarios.Options{})
	if err != nil {
		return nil, err
	}
	plans := s.Plans()
	for _, f := range plans[0].Flows {
		rate := f.Expected(plans[0].Duration) / plans[0].Duration.Seconds()
		sets = append(sets, fmt.Sprintf("load.%s.rate=%g/s", f.Name, rate*float64(size)))
	}
	for _, p := range plans {
		for i := range p.System.Stations {
			at := &p.System.Stations[i]
			switch at.Kind {
			case model.KindService:
				sets = append(sets, fmt.Sprintf("%s.services.%s.replicas=%d", p.System.Name, at.Name, at.Replicas*size))
			case model.KindDatabase:
				path := fmt.Sprintf("%s.databases.%s.", p.System.Name, at.Name)
				sets = append(sets, path+fmt.Sprintf("cpu=%g", at.Cores*float64(size)))
				if at.Workers != model.Unlimited {
					sets = append(sets, path+fmt.Sprintf("connections=%d", at.Workers*size))
				}
			}
		}
	}
	return sets, nil
}

// thinningRow is a figure at each size, and how far it is from that of the whole.
func thinningRow(stores []*result.Store, topology, figure string) (string, error) {
	text, by, _ := strings.Cut(figure, " ")
	s, err := metric.ParseSelector(text)
	if err != nil {
		return "", err
	}
	s.Aggregator, s.Tags[metric.Topology] = metric.Aggregator(by), topology
	row, whole := "", math.NaN()
	for i, store := range stores {
		f, ok := store.Figure(s)
		if !ok || f.Value == nil {
			return "", fmt.Errorf("%s has no %s", topology, figure)
		}
		row += " " + spelled(f) + " |"
		switch {
		case i == 0:
			whole = *f.Value
		case f.Unit == metric.Share:
			row += fmt.Sprintf(" %+.1f points |", 100*(*f.Value-whole))
		default:
			row += fmt.Sprintf(" %+.1f%% |", 100*(*f.Value/whole-1))
		}
	}
	return row, nil
}

// spelled is a value with the half-width of its interval: a share in percent, a time
// in milliseconds.
func spelled(f result.Figure) string {
	unit, factor := " ms", 1e3
	if f.Unit == metric.Share {
		unit, factor = "%", 100
	}
	half := 0.0
	if f.Low != nil {
		half = (*f.High - *f.Low) / 2
	}
	return fmt.Sprintf("%.1f%s ± %.1f", factor**f.Value, unit, factor*half)
}
