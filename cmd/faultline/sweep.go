package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/scenarios/study"
	"faultline/sim/result"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// sweepFlags are the flags of sweep.
type sweepFlags struct {
	modelFlags
	studyFlags
	limitFlags
	vary    []string
	metrics []string
	shard   shard
}

// shard is a part of a sweep as a flag: i/n.
type shard struct{ study.Shard }

// Set parses i/n.
func (s *shard) Set(text string) (err error) {
	s.Shard, err = study.ParseShard(text)
	return err
}

// Type names the value in the help.
func (s *shard) Type() string { return "i/n" }

func (t *tool) sweepCommand() *cobra.Command {
	f := new(sweepFlags)
	cmd := &cobra.Command{
		Use:   "sweep SCENARIO --vary path=VALUES…",
		Short: "Run a scenario over a grid of values, resumable, in shards; tables and plots",
		Long: `Run a scenario at every point of a grid. --vary takes a path as --set does, and
values: 1..8, in steps 1..8:2 or 100/s..1000/s:100/s, or a list a,b,c. Several make
every combination. --metric chooses what is shown, as metric{tags} and, behind it,
an aggregator; without any it is the p99 latency, availability, goodput and cost of
all requests, and the blast radius of each fault.

Each finished point is kept in the folder of the sweep. A sweep that was
interrupted, or killed, goes on where it was when it is started again, and its
result is that of one that was not, to the byte; a point of which a file, a value or
a flag has changed is run again. --shard i/n does every n-th point, on a machine of
its own; faultline merge puts the shards together.

The table goes to stdout; sweep.json and report.html go to
faultline-out/sweep-SCENARIO/, or to the folder that --out names.

The exit code is 0 when all points are done, 2 for wrong usage or an invalid file:
points that cannot be run are reported all at once, before any is; 1 when the tool
fails, 130 when it was interrupted.`,
		Example: `  faultline sweep scale-payments --vary shop-monolith-sale.services.shop.replicas=2..8
  faultline sweep shop.yaml --vary load.shoppers.rate=100/s..600/s:100/s \
    --vary services.payments.replicas=1,2,4 --metric 'latency{journey:checkout} p(99)'
  faultline sweep shop.yaml --vary run.seed=1..20 --shard 1/2 --out half-1`,
		Args:              oneScenario,
		ValidArgsFunction: completeOne(completeScenarios),
		RunE:              func(cmd *cobra.Command, args []string) error { return t.sweep(cmd, args[0], f) },
	}
	f.modelFlags.add(cmd)
	f.studyFlags.add(cmd, writerNames(reports.SweepWriters), "faultline-out/sweep-SCENARIO")
	flags := cmd.Flags()
	flags.StringArrayVar(&f.vary, "vary", nil, "vary a value of the files, `path=VALUES`, such as services.payments.replicas=1..8; repeatable")
	flags.StringArrayVar(&f.metrics, "metric", nil, "show a `metric`, such as 'latency{journey:browse} p(99)'; repeatable")
	flags.Var(&f.shard, "shard", "do every n-th point, from the i-th: `i/n`")
	f.limitFlags.add(flags)
	return cmd
}

// sweep runs the points that are not done yet, writes the files and prints them.
func (t *tool) sweep(cmd *cobra.Command, arg string, f *sweepFlags) error {
	format, err := lookupWriter(cmd, reports.SweepWriters, f.format)
	if err != nil {
		return err
	}
	if len(f.vary) == 0 {
		return usageError(cmd, "no --vary: write what to vary, as in --vary services.payments.replicas=1..8")
	}
	sweep, err := study.NewSweep(study.SweepSpec{Scenario: pathFirst(arg), Options: f.options(), Vary: f.vary, Metrics: f.metrics, Shard: f.shard.Shard,
		Version: version(), Command: f.sweepCommandLine(arg), Limits: f.limits()})
	var points *study.PointErrors
	switch {
	case errors.As(err, &points):
		return fail(exitUsage, "sweep: %v", err)
	case err != nil:
		return asUsage(err)
	}
	dir := f.dir(filepath.Join("faultline-out", "sweep-"+sweep.Name()))
	keep := filepath.Join(dir, "points")
	if err := prepare(keep); err != nil {
		return fail(exitTool, "%v", err)
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	bar := t.progress("sweep of "+sweep.Name(), f.quiet)
	doc, err := sweep.Run(in.ctx, study.SweepRun{Jobs: int(f.jobs.value), Progress: bar.tell, Stop: in.stop,
		Known: func(index int, digest string) *result.SweepPoint {
			return readPoint(pointFile(keep, index), index, digest)
		},
		Save: func(p *result.SweepPoint) error { return writeAtomically(pointFile(keep, p.Index), p.WriteJSON) }})
	bar.clear()
	switch {
	case errors.Is(err, context.Canceled):
		return fail(exitInterrupted, "interrupted: the points that were finished are kept in %s, and the same command goes on from there", keep)
	case err != nil:
		return fail(exitTool, "%v", err)
	}
	if err := t.deliverSweep(dir, doc, format, &f.studyFlags); err != nil {
		return err
	}
	if doc.Partial {
		return fail(exitInterrupted, "interrupted: %d points are done, and the same command goes on from there", len(doc.Points))
	}
	return nil
}

// deliverSweep writes the files of a sweep and prints it.
func (t *tool) deliverSweep(dir string, doc *result.Sweep, format reports.Writer[*result.Sweep], f *studyFlags) error {
	if !f.quiet {
		t.say(doc.Warnings)
	}
	files := []outFile{{"sweep.json", doc.WriteJSON}}
	if !f.noReport {
		files = append(files, outFile{"report.html", func(w io.Writer) error { return reports.SweepHTML(w, doc, reports.Options{}) }})
	}
	return t.deliver(dir, files, f.quiet, func(w io.Writer, o reports.Options) error { return format.Write(w, doc, o) })
}

// sweepCommandLine repeats the whole sweep: of the shards as of one in one piece.
func (f *sweepFlags) sweepCommandLine(arg string) string {
	line := f.line([]string{"faultline", "sweep", arg})
	for _, v := range f.vary {
		line += " --vary " + shellQuote(v)
	}
	for _, m := range f.metrics {
		line += " --metric " + shellQuote(m)
	}
	return line
}

// pointFile is where a finished point is kept.
func pointFile(dir string, index int) string {
	return filepath.Join(dir, fmt.Sprintf("%06d.json", index+1))
}

// readPoint is a point that was finished before; nil if there is none, if it is of
// other files, values or flags, or if it cannot be read: then it is run again.
func readPoint(path string, index int, digest string) *result.SweepPoint {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	p, err := result.ReadSweepPoint(f)
	if err != nil || p.Index != index || p.Digest != digest {
		return nil
	}
	return p
}

func (t *tool) mergeCommand() *cobra.Command {
	f := new(studyFlags)
	cmd := &cobra.Command{
		Use:   "merge DIR…",
		Short: "Put the shards of a sweep together: the same files as from a sweep in one piece",
		Long: `Put the shards of a sweep together. Each DIR is the folder that a sweep with --shard
has written, or its sweep.json. The files and the table are those of the sweep in
one piece, to the byte. What is no shard of the same sweep, and points that are
missing, are refused.`,
		Example: `  faultline merge half-1 half-2 --out whole`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, "no shard: write the folders that faultline sweep --shard has written")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return t.merge(cmd, args, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default faultline-out/sweep-SCENARIO)")
	flags.BoolVar(&f.noReport, "no-report", false, "write no report.html")
	flags.BoolVar(&f.quiet, "quiet", false, "errors alone on stderr")
	addFormatOf(cmd, &f.format, "what stdout gets", writerNames(reports.SweepWriters))
	return cmd
}

func (t *tool) merge(cmd *cobra.Command, args []string, f *studyFlags) error {
	format, err := lookupWriter(cmd, reports.SweepWriters, f.format)
	if err != nil {
		return err
	}
	var shards []*result.Sweep
	for _, arg := range args {
		s, err := readSweep(arg)
		if err != nil {
			return fail(exitUsage, "%v", err)
		}
		shards = append(shards, s)
	}
	doc, err := study.MergeSweeps(shards, args)
	if err != nil {
		return fail(exitUsage, "merge: %v", err)
	}
	dir := f.dir(filepath.Join("faultline-out", "sweep-"+doc.Scenario.Name))
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	return t.deliverSweep(dir, doc, format, f)
}

// readSweep reads the sweep.json at a path, or in the folder at it.
func readSweep(path string) (*result.Sweep, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "sweep.json")
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file (a sweep writes it at its end)", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	defer f.Close()
	s, err := result.ReadSweep(f)
	if err != nil {
		return nil, fmt.Errorf("%s is no sweep of this version: %v", path, err)
	}
	if why := topologies.BadName(s.Scenario.Name); why != "" {
		return nil, fmt.Errorf("%s is no sweep of this version: the scenario's name %s: %s", path, strict.Quote(s.Scenario.Name), why)
	}
	return s, nil
}
