package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"faultline/reports"
	"faultline/reports/view"
	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim"
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/unit"
)

// runFlags are the flags of run.
type runFlags struct {
	modelFlags
	out      string
	baseline string
	format   string
	noReport bool
	quiet    bool
	verify   bool
	jobs     count
	limitFlags
}

// limitFlags bound what one simulation takes of the machine.
type limitFlags struct {
	inFlight, events count
	memory           unit.Bytes
}

func (l *limitFlags) add(flags *pflag.FlagSet) {
	l.inFlight, l.events = count{min: 1, max: 1_000_000_000}, count{min: 1, max: 1_000_000_000_000_000}
	flags.Var(&l.inFlight, "max-in-flight", "`number` of calls at once in a simulation; more end it, and the result is partial (default 4000000)")
	flags.Var(&l.events, "max-events", "`number` of events in a simulation; more end it, and the result is partial (default 10000000000)")
	flags.TextVar(&l.memory, "max-memory", unit.Bytes(0), "`size` of what a simulation remembers of calls and events, such as 500MiB; more ends it, and the result is partial (default 1GiB)")
	flags.Lookup("max-memory").DefValue = ""
}

func (l *limitFlags) limits() sim.Limits {
	return sim.Limits{InFlight: int(l.inFlight.value), Events: l.events.value, Memory: int64(l.memory), Process: room()}
}

func (t *tool) runCommand() *cobra.Command {
	f := &runFlags{jobs: count{min: 1}}
	cmd := &cobra.Command{
		Use:   "run SCENARIO…",
		Short: "Simulate scenarios, judge their thresholds, write result.json and report.html",
		Long: `Simulate scenarios and judge their thresholds. The table goes to stdout; result.json
and report.html go to faultline-out/SCENARIO/, or to the folder that --out names.

The exit code is 0 when all thresholds pass, 99 when one fails, 98 when the
replications cannot decide or a limit ended a simulation early, 2 for wrong usage
or an invalid file, 1 when the tool fails, 130 when it was interrupted. Of several
scenarios the worst counts.

The first Ctrl-C finishes the replications in flight and writes what there is, the
second stops at once.`,
		Example: `  faultline run recommendations-crash
  faultline run shop.yaml --set shop-monolith.services.shop.replicas=8 --seed 7
  faultline run shop.yaml --format json --no-report --quiet`,
		Args:              someArgs("scenario"),
		ValidArgsFunction: completeScenarios,
		RunE:              func(cmd *cobra.Command, args []string) error { return t.runAll(cmd, args, f) },
	}
	f.modelFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default faultline-out/SCENARIO; with several scenarios, one folder each below it)")
	flags.StringVar(&f.baseline, "baseline", "", "`file` to compare with: a baseline that gate wrote, or the result.json of another run")
	flags.BoolVar(&f.noReport, "no-report", false, "write no report.html")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress, no warnings: errors alone on stderr")
	flags.BoolVar(&f.verify, "verify", false, "simulate twice and compare the results, byte for byte")
	flags.Var(&f.jobs, "jobs", "`number` of simulations at once (default: one per processor); the result is the same")
	f.limitFlags.add(flags)
	addFormat(cmd, &f.format)
	return cmd
}

// runAll runs one scenario after the other. All are tried, but for an interrupt;
// the worst exit code counts.
func (t *tool) runAll(cmd *cobra.Command, args []string, f *runFlags) error {
	format, err := lookupFormat(cmd, f.format)
	if err != nil {
		return err
	}
	if f.baseline != "" && len(args) > 1 {
		return usageError(cmd, "--baseline is the baseline of one scenario, and there are %d", len(args))
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	code := exitPass
	taken := make(map[string]string) // by which scenario, by folder
	for _, arg := range args {
		s, err := f.load(arg)
		if err != nil {
			code = worse(code, t.report(err))
			continue
		}
		dir := f.dir(s.Name, len(args) > 1)
		if other, ok := taken[dir]; ok {
			code = worse(code, t.report(fail(exitUsage, "%s and %s would both write to %s (rename a scenario, or run them with different --out)", other, arg, dir)))
			continue
		}
		taken[dir] = arg
		code = worse(code, t.report(t.runOne(in, s, arg, dir, format, f)))
		if in.stopped() {
			code = exitInterrupted
			break
		}
	}
	return fail(code, "")
}

// dir is the folder that a scenario's files go to. A scenario's name is letters,
// digits, - and _: it leads nowhere else.
func (f *runFlags) dir(scenario string, several bool) string {
	switch {
	case f.out == "":
		return filepath.Join("faultline-out", scenario)
	case several:
		return filepath.Join(f.out, scenario)
	}
	return f.out
}

// runOne simulates one scenario, writes its files and prints its result. The
// files come first: a reader of stdout who goes away early does not lose them.
// Whether they can be written is known before the simulation, not after it.
func (t *tool) runOne(in *interrupt, s *scenarios.Scenario, arg, dir string, format reports.Format, f *runFlags) error {
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	var base *result.BaselineFile
	var err error
	if f.baseline != "" {
		if base, err = readBaseline(f.baseline, false); err != nil {
			return err
		}
	}
	store, doubt, err := t.simulateAndVerify(in, s, arg, f)
	if err != nil {
		return err
	}
	if base != nil {
		store = store.WithBaseline(study.Against(store, s, f.baseline, base))
	}
	if !f.quiet {
		t.warn(store)
	}
	t.collect()
	files, err := writeResult(dir, store, !f.noReport)
	if err != nil {
		return fail(exitTool, "%v", err)
	}
	if err := format.Write(t.stdout, store, reports.Options{Color: t.color(t.stdout)}); err != nil {
		return written(err)
	}
	if !f.quiet {
		fmt.Fprintf(t.stderr, "wrote %s\n", strings.Join(files, " and "))
	}
	if doubt != nil {
		return doubt
	}
	return t.verdict(store.Document(), in.stopped())
}

// simulate is one simulation of a scenario, with a progress bar of that title.
func (t *tool) simulate(in *interrupt, s *scenarios.Scenario, arg, title string, jobs int, f *runFlags) (*result.Store, error) {
	s.Forget()
	t.collect()
	bar := t.progress(title, f.quiet)
	store, err := t.study(in.ctx, s, study.RunOptions{
		Jobs: jobs, Limits: f.limits(), Progress: bar.tell, Simulated: t.collect, Stop: in.stop,
		Version: version(), Command: f.command(arg),
	})
	bar.clear()
	switch {
	case errors.Is(err, sim.ErrStopped), errors.Is(err, context.Canceled):
		return nil, fail(exitInterrupted, "interrupted before the first replication of all topologies was done; nothing is written")
	case err != nil:
		return nil, fail(exitTool, "%v", err)
	}
	return store, nil
}

// warn prints the warnings of a result, as the report shows them.
func (t *tool) warn(store *result.Store) {
	for _, w := range view.Warnings(store) {
		fmt.Fprintf(t.stderr, "warning: %s\n", w)
	}
}

// verdict is the exit code of a result. One that a limit ended early decides nothing.
func (t *tool) verdict(doc *result.Document, interrupted bool) error {
	switch {
	case doc.Partial && interrupted:
		return fail(exitInterrupted, "interrupted: the result is partial")
	case doc.Partial:
		return fail(exitInconclusive, "ended early: the result is partial, and decides nothing (the warnings say which limit was reached)")
	case doc.Verdict == "fail", doc.Against != nil && doc.Against.Verdict == result.GateRegressed:
		return fail(exitFail, "")
	case doc.Against != nil && (doc.Against.Verdict == result.GateInconclusive || doc.Against.Verdict == result.GateIncompatible):
		return fail(exitInconclusive, "%s: %s", doc.Against.Verdict, strings.Join(doc.Against.Reasons, "; "))
	case doc.Verdict == "inconclusive":
		for _, v := range doc.Thresholds {
			if v.Verdict == "inconclusive" {
				fmt.Fprintf(t.stderr, "inconclusive: %s\n", inconclusive(v))
			}
		}
		return fail(exitInconclusive, "")
	}
	return nil
}

func inconclusive(v result.Verdict) string {
	tags, _ := metric.FromMap(v.Tags) // as the judge wrote them
	text := fmt.Sprintf("%s%s %s on %s", v.Metric, tags, v.Expression, v.Topology)
	if v.Reason != "" {
		text += ": " + v.Reason
	}
	return view.Clean(text)
}
