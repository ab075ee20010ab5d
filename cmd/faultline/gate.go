package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim/result"
	"faultline/topologies/strict"
)

// gateFlags are the flags of gate.
type gateFlags struct {
	runFlags
	update       bool
	inconclusive string
}

func (t *tool) gateCommand() *cobra.Command {
	f := &gateFlags{runFlags: runFlags{jobs: count{min: 1}}}
	cmd := &cobra.Command{
		Use:   "gate DIR",
		Short: "Judge every scenario under a folder by its thresholds and its committed baseline",
		Long: `Simulate every scenario under a folder, judge its thresholds, and compare it with its
baseline, NAME.baseline.json beside NAME.yaml, replication by replication. A figure has
regressed where the difference is for the worse, beyond the relative tolerance and the
absolute floor of the scenario (gate: { tolerance: 2%, floor: { latency: 2ms } }), and its
95% interval excludes zero. Where nothing was changed, the difference is exactly zero.

--update writes the baselines of what was run whole; commit them. A scenario with
expect: fail must fail its thresholds.

The exit code is 0 when all pass, 99 when a threshold failed or a figure regressed, 98
when something cannot be decided or compared (--inconclusive pass or fail makes 0 or 99
of it), 2 for an invalid file, 1 when the tool fails, 130 when it was interrupted.

result.json and report.html of each scenario, and gate.json, gate.md, gate.xml
(JUnit) and gate.html go to faultline-out/gate, or to the folder that --out names.`,
		Example: `  faultline gate scenarios --update
  faultline gate scenarios --format github
  faultline gate scenarios --replications 5 --inconclusive pass`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError(cmd, "gate takes one folder, and finds the scenarios in it")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error { return t.gate(cmd, args[0], f) },
	}
	f.modelFlags.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.update, "update", false, "write the baselines")
	flags.StringVar(&f.inconclusive, "inconclusive", "", "what to make of what cannot be decided: `pass|fail` (default: exit code 98)")
	flags.StringVar(&f.baseline, "baseline", "", "`file` to compare with, where there is one scenario (default: NAME.baseline.json beside it)")
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default faultline-out/gate)")
	flags.BoolVar(&f.noReport, "no-report", false, "write no pages: report.html, gate.html")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress: errors alone on stderr")
	flags.Var(&f.jobs, "jobs", "`number` of simulations at once (default: one per processor); the result is the same")
	f.limitFlags.add(flags)
	addFormatOf(cmd, &f.format, "what stdout gets", writerNames(reports.GateWriters))
	_ = cmd.RegisterFlagCompletionFunc("inconclusive", cobra.FixedCompletions([]string{"pass", "fail"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// gate runs all scenarios under dir, one after the other.
func (t *tool) gate(cmd *cobra.Command, dir string, f *gateFlags) error {
	format, err := lookupWriter(cmd, reports.GateWriters, f.format)
	if err != nil {
		return err
	}
	files, err := t.gateFiles(cmd, dir, f)
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = filepath.Join("faultline-out", "gate")
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	g := gating{tool: t, in: in, flags: f, dir: dir}
	for _, file := range files {
		if g.scenario(file); in.stopped() || g.broken != nil {
			break
		}
	}
	return g.end(format)
}

// gateFiles are the scenarios to run; what is wrong with the flags is said first.
func (t *tool) gateFiles(cmd *cobra.Command, dir string, f *gateFlags) ([]string, error) {
	if f.inconclusive != "" && f.inconclusive != study.GatePass && f.inconclusive != study.GateFail {
		return nil, usageError(cmd, "--inconclusive: %s is neither pass nor fail", strict.Quote(f.inconclusive))
	}
	files, err := scenarios.Find(dir)
	switch {
	case err != nil:
		return nil, fail(exitUsage, "%v", err)
	case len(files) == 0:
		return nil, fail(exitUsage, "no scenario under %s: no YAML file there has the key scenario (faultline init writes one to begin with)", dir)
	case f.baseline != "" && len(files) > 1:
		return nil, usageError(cmd, "--baseline is the baseline of one scenario, and there are %d under %s", len(files), dir)
	}
	return files, nil
}

// gating is one run of the gate.
type gating struct {
	tool  *tool
	in    *interrupt
	flags *gateFlags
	dir   string

	done   []result.GatedScenario
	fresh  []freshBaseline
	broken error // of the tool: nothing more is tried
}

// freshBaseline is a baseline to be written when all scenarios are done.
type freshBaseline struct {
	scenario int // in done
	path     string
	file     *result.BaselineFile
}

// scenario runs one; what is wrong with its files is kept as its outcome.
func (g *gating) scenario(file string) {
	f := g.flags
	s, err := f.load(pathFirst(file))
	var base *result.BaselineFile
	path := f.baseline
	if path == "" {
		path = strings.TrimSuffix(file, filepath.Ext(file)) + ".baseline.json"
	}
	if err == nil {
		base, err = readBaseline(path, f.update || f.baseline == "")
		if err != nil && f.update && f.baseline == "" {
			err = nil // it is about to be written anew
		}
	}
	if err != nil {
		g.done = append(g.done, study.NotRun(file, err))
		g.tool.report(err)
		return
	}
	g.run(s, file, path, base)
}

// run simulates and judges a scenario whose files are sound, and writes its result.
func (g *gating) run(s *scenarios.Scenario, file, path string, base *result.BaselineFile) {
	f := g.flags
	dir := g.folder(file)
	if g.broken = prepare(dir); g.broken != nil {
		return
	}
	store, err := g.tool.simulate(g.in, s, file, s.Name, int(f.jobs.value), &f.runFlags)
	if err != nil || g.in.stopped() && store.Document().Partial {
		if !g.in.stopped() {
			g.broken = err
		}
		return
	}
	against := study.Against(store, s, path, base)
	gated := study.Gated(store, file, against, f.update)
	if base != nil || f.baseline != "" {
		store = store.WithBaseline(against)
	}
	if _, g.broken = writeResult(dir, store, !f.noReport); g.broken != nil {
		return
	}
	g.done = append(g.done, gated)
	if fresh, err := result.NewBaselineFile(store); err == nil && f.update {
		g.fresh = append(g.fresh, freshBaseline{len(g.done) - 1, path, fresh})
	}
}

// folder is where the result of a scenario goes: the path below the folder that
// was named, without its extension.
func (g *gating) folder(file string) string {
	rel, err := filepath.Rel(g.dir, file)
	if err != nil || !filepath.IsLocal(rel) || rel == "." {
		rel = filepath.Base(file)
	}
	return filepath.Join(g.flags.out, strings.TrimSuffix(rel, filepath.Ext(rel)))
}

// end writes the baselines, unless interrupted, and what was found.
func (g *gating) end(format reports.Writer[*result.Gate]) error {
	if g.broken != nil {
		return fail(exitTool, "%v", g.broken)
	}
	if !g.in.stopped() {
		for _, b := range g.fresh {
			if err := g.update(b); err != nil {
				return fail(exitTool, "%v", err)
			}
		}
	}
	found, err := study.NewGate(g.done, version(), g.flags.inconclusive, g.in.stopped())
	if err != nil {
		return err
	}
	if err := g.write(found); err != nil {
		return fail(exitTool, "%v", err)
	}
	if err := format.Write(g.tool.stdout, found, reports.Options{Color: g.tool.color(g.tool.stdout)}); err != nil {
		return written(err)
	}
	return g.exit(found)
}

// update writes one baseline, unless the file holds it already.
func (g *gating) update(b freshBaseline) error {
	var text strings.Builder
	if err := b.file.WriteJSON(&text); err != nil {
		return err
	}
	old, err := os.ReadFile(b.path)
	if err == nil && string(old) == text.String() {
		g.done[b.scenario].Updated = "unchanged"
		return nil
	}
	if err := writeAtomically(b.path, func(w io.Writer) error { _, err := io.WriteString(w, text.String()); return err }); err != nil {
		return err
	}
	g.done[b.scenario].Updated = "written"
	if !g.flags.quiet {
		fmt.Fprintf(g.tool.stderr, "wrote %s\n", b.path)
	}
	return nil
}

// gateFiles are the files that hold what the gate found, by format.
var gateFiles = map[string]string{"json": "gate.json", "markdown": "gate.md", "junit": "gate.xml", "html": "gate.html"}

// write writes what was found in the formats of machines, and the job summary of
// GitHub where that is asked for.
func (g *gating) write(found *result.Gate) error {
	for _, format := range reports.GateWriters {
		file, ok := gateFiles[format.Name]
		if !ok || format.Name == "html" && g.flags.noReport {
			continue
		}
		path := filepath.Join(g.flags.out, file)
		if err := writeAtomically(path, func(w io.Writer) error { return format.Write(w, found, reports.Options{}) }); err != nil {
			return err
		}
	}
	if g.flags.format != "github" {
		return nil
	}
	return summarize(func(w io.Writer) error { return reports.GateSummary(w, found) })
}

// summarize appends to the job summary of a GitHub workflow, if there is one.
func summarize(write func(io.Writer) error) (err error) {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("cannot write the job summary: %s", reason(err))
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return write(file)
}

// exit is the exit code of what was found.
func (g *gating) exit(found *result.Gate) error {
	switch {
	case found.Partial:
		return fail(exitInterrupted, "interrupted: %d of the scenarios were judged, and no baseline was written", len(found.Scenarios))
	case hasErrors(found):
		return fail(exitUsage, "")
	case found.Verdict == study.GateFail:
		return fail(exitFail, "")
	case found.Verdict == study.GateInconclusive:
		return fail(exitInconclusive, "")
	}
	return nil
}

func hasErrors(found *result.Gate) bool {
	for _, s := range found.Scenarios {
		if s.Outcome == study.GateError {
			return true
		}
	}
	return false
}

// readBaseline reads a baseline, or a result.json as one. Where absent may be, a
// file that is not there is nil.
func readBaseline(path string, absent bool) (*result.BaselineFile, error) {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && absent:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail(exitUsage, "%s: no such file", path)
	case err != nil:
		return nil, fail(exitUsage, "%s: %s", path, reason(err))
	}
	defer file.Close()
	base, err := result.ReadBaselineFile(file)
	if err == nil {
		return base, nil
	}
	if store, other := readResult(path); other == nil {
		base, err = result.NewBaselineFile(store)
	}
	if err != nil {
		return nil, fail(exitUsage, "%s is no baseline of this version: %v (faultline gate --update writes one)", path, err)
	}
	return base, nil
}
