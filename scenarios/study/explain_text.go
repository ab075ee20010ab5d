package study

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"faultline/sim/unit"
)

// WriteText writes the explanation for people.
func (e *Explanation) WriteText(w io.Writer) error {
	out := &printer{w: w}
	out.printf("scenario %s\n", e.Scenario)
	out.printf("load: %.4g requests/s on average, %.4g/s at most", e.Rate, e.Peak)
	if e.Closed {
		out.printf("; closed loops as on an idle system, the most that they can send")
	}
	out.printf("\n")
	out.faults(e.Faults)
	for i := range e.Topologies {
		out.topology(&e.Topologies[i])
	}
	out.list("", "warnings of the scenario", e.Warnings)
	out.printf("\nvalues in force, as for --set, and where they come from\n")
	for _, r := range e.Resolved {
		out.printf("  %s=%s  # %s\n", r.Path, oneLine(r.Value), r.Origin)
	}
	return out.err
}

// oneLine is a value on one line, cut where it is long.
func oneLine(value string) string {
	const most = 60
	short := []rune(strings.Join(strings.Fields(value), " "))
	if len(short) > most {
		return string(short[:most]) + "…"
	}
	return string(short)
}

// printer remembers the first error of its writer.
type printer struct {
	w   io.Writer
	err error
}

// Write passes text on until an error has come.
func (p *printer) Write(text []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(text)
	p.err = err
	return n, err
}

func (p *printer) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// table aligns the columns of what fill writes.
func (p *printer) table(fill func(io.Writer)) {
	t := tabwriter.NewWriter(p, 0, 0, 2, ' ', 0)
	fill(t)
	if err := t.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

func (p *printer) list(indent, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.printf("\n%s%s\n", indent, title)
	for _, l := range lines {
		p.printf("%s  %s\n", indent, l)
	}
}

func (p *printer) faults(list []FaultExplained) {
	if len(list) == 0 {
		return
	}
	p.printf("\n")
	p.table(func(w io.Writer) {
		fmt.Fprintf(w, "  fault\tkind\ttarget\tmode\tfrom\tto\trandom\tnot in\n")
		for _, f := range list {
			end, random := "the end", "-"
			if f.End != nil {
				end = seconds(*f.End)
			}
			if f.Every != "" {
				random = "every " + f.Every
			}
			if f.Repair != "" {
				random += ", repaired after " + f.Repair
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Kind, f.Target, f.Mode, seconds(f.Start), end, random, orDash(strings.Join(f.NotIn, ", ")))
		}
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (p *printer) topology(t *TopologyExplained) {
	p.printf("\n%s\n", t.Name)
	if b := t.Bottleneck; b != nil {
		p.printf("  predicted bottleneck: the %s of %s, %s busy; saturated at %.4g requests/s\n", b.Resource, b.Station, percent(&b.Utilization), b.SaturatesAt)
	}
	p.printf("  %.3g remote calls a request on average\n\n", t.Hops)
	p.table(func(w io.Writer) {
		fmt.Fprintf(w, "  station\tkind\treplicas\tcores\tworkers\tqueue\tcalls/s\tcores busy\tworkers busy\thosts\n")
		for _, s := range t.Stations {
			cores := "unlimited"
			if s.Cores != nil {
				cores = unit.Cores(*s.Cores).String()
			}
			fmt.Fprintf(w, "  %s\t%s\t%d\t%s\t%s\t%s\t%.4g\t%s\t%s\t%s\n", s.Name, s.Kind, s.Replicas, cores,
				limit(s.Workers), limit(s.Queue), s.Calls, percent(s.Utilization), percent(s.WorkerUse), strings.Join(s.Hosts, ", "))
		}
	})
	p.printf("\n")
	p.table(func(w io.Writer) {
		fmt.Fprintf(w, "  journey\tshare\tidle time\tCPU\tremote calls\tat most\tcalls a request\n")
		for _, j := range t.Journeys {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%.3g\t%.4g\t%s\n", j.Name, percent(&j.Share), seconds(j.Time), seconds(j.CPU), j.Hops, j.MaxCalls, calls(j.Calls))
		}
	})
	p.printf("\n")
	p.table(func(w io.Writer) {
		fmt.Fprintf(w, "  edge\tcalls/s\ttimeout\tper try\ttries\tbalancer\tprotocol\tsame zone\tcross zone\tpolicies\n")
		for _, e := range t.Edges {
			fmt.Fprintf(w, "  %s\t%.4g\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", e.Name, e.Calls, patience(e.Timeout), patience(e.PerTryTimeout),
				e.MaxTries, e.LoadBalancer, e.Protocol, e.SameZone, e.CrossZone, orDash(strings.Join(e.Policies, ", ")))
		}
	})
	p.list("  ", "warnings", t.Warnings)
}

// calls lists stations by name with the expected calls.
func calls(m map[string]float64) string {
	var parts []string
	for name, n := range m {
		parts = append(parts, fmt.Sprintf("%s %.3g", name, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func percent(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%.3g%%", *share*100)
}

func limit(n *int) string {
	if n == nil {
		return "unlimited"
	}
	return fmt.Sprint(*n)
}

func patience(seconds float64) string {
	if seconds == 0 {
		return "none"
	}
	return unit.Duration(seconds * float64(time.Second)).String()
}
