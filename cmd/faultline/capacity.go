package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/scenarios/study"
	"faultline/sim"
	"faultline/sim/result"
	"faultline/sim/unit"
)

// capacityFlags are the flags of capacity.
type capacityFlags struct {
	modelFlags
	studyFlags
	limitFlags
	precision  precision
	withFaults bool
}

// precision is the relative width of a search as a flag: a share such as 1%.
type precision float64

// Set parses a share of which a search can make something.
func (p *precision) Set(text string) error {
	share, err := unit.ParseShare(text)
	switch {
	case err != nil:
		return err
	case share < 0.0001 || share > 0.25:
		return fmt.Errorf("%s is not between 0.01%% and 25%%", share)
	}
	*p = precision(share)
	return nil
}

// String is the share, "" for the default.
func (p *precision) String() string {
	if *p == 0 {
		return ""
	}
	return unit.Share(*p).String()
}

// Type names the value in the help.
func (p *precision) Type() string { return "share" }

func (t *tool) capacityCommand() *cobra.Command {
	f := new(capacityFlags)
	cmd := &cobra.Command{
		Use:   "capacity SCENARIO",
		Short: "Search the highest load that meets all objectives, and what limits it",
		Long: `Search the highest load at which a topology meets all objectives of all its
journeys, by bisection over a factor on the load of all flows: each replication by
itself, on the same requests. Beside it stand the resource that saturates first by
the utilisation law and the one that is busiest in the simulation, goodput and
latency over load, the knee, the headroom at the scenario's own load, the cost of
a million good requests at each load, and the loads at which one topology
overtakes another.

The scenario's faults are left out, unless --with-faults injects them. The table
goes to stdout; capacity.json and report.html go to
faultline-out/capacity-SCENARIO/, or to the folder that --out names.

The exit code is 0 when the search is done, 2 for wrong usage or an invalid file,
1 when the tool fails, 130 when it was interrupted: the first Ctrl-C finishes the
replications in flight and writes what there is, the second stops at once.`,
		Example: `  faultline capacity recommendations-crash
  faultline capacity shop.yaml --set shop-monolith.services.shop.replicas=8
  faultline capacity shop.yaml --precision 5% --replications 5 --duration 2m`,
		Args:              oneScenario,
		ValidArgsFunction: completeOne(completeScenarios),
		RunE:              func(cmd *cobra.Command, args []string) error { return t.capacity(cmd, args[0], f) },
	}
	f.modelFlags.add(cmd)
	f.studyFlags.add(cmd, writerNames(reports.CapacityWriters), "faultline-out/capacity-SCENARIO")
	flags := cmd.Flags()
	flags.Var(&f.precision, "precision", "relative distance of two neighbouring loads of the search, such as 5% (default 1%)")
	flags.BoolVar(&f.withFaults, "with-faults", false, "inject the scenario's faults, in place of leaving them out")
	f.limitFlags.add(flags)
	return cmd
}

// capacity searches, writes the files and prints the result.
func (t *tool) capacity(cmd *cobra.Command, arg string, f *capacityFlags) error {
	format, err := lookupWriter(cmd, reports.CapacityWriters, f.format)
	if err != nil {
		return err
	}
	s, err := f.load(arg)
	if err != nil {
		return err
	}
	dir := f.dir(filepath.Join("faultline-out", "capacity-"+s.Name))
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	bar := t.progress("capacity of "+s.Name, f.quiet)
	doc, err := study.Capacity(in.ctx, s, study.CapacityOptions{
		RunOptions: study.RunOptions{Jobs: int(f.jobs.value), Limits: f.limits(), Progress: bar.tell, Stop: in.stop, Version: version(),
			Command: f.line([]string{"faultline", "capacity", arg}, "precision", "with-faults")},
		Precision: float64(f.precision), WithFaults: f.withFaults,
	})
	bar.clear()
	var objectives *study.NoObjectives
	switch {
	case errors.As(err, &objectives):
		return fail(exitUsage, "%v", err)
	case errors.Is(err, sim.ErrStopped), errors.Is(err, context.Canceled):
		return fail(exitInterrupted, "interrupted before any load was run; nothing is written")
	case err != nil:
		return fail(exitTool, "%v", err)
	}
	if !f.quiet {
		t.say(doc.Warnings)
	}
	files := []outFile{{"capacity.json", doc.WriteJSON}}
	if !f.noReport {
		files = append(files, outFile{"report.html", func(w io.Writer) error { return reports.CapacityHTML(w, doc, reports.Options{}) }})
	}
	if err := t.deliver(dir, files, f.quiet, func(w io.Writer, o reports.Options) error { return format.Write(w, doc, o) }); err != nil {
		return err
	}
	return interruptedIf(doc.Partial, doc)
}

func interruptedIf(partial bool, _ *result.Capacity) error {
	if partial {
		return fail(exitInterrupted, "interrupted: the result is partial")
	}
	return nil
}

var _ = strings.Join
