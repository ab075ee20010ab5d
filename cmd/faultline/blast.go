package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/reports/view"
	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim"
	"faultline/sim/result"
	"faultline/sim/unit"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// blastFlags are the flags of blast.
type blastFlags struct {
	modelFlags
	limitFlags
	rate              unit.Rate
	at, lasts, budget unit.Duration
	only, skip, mtbf  []string
	out, format       string
	noReport, quiet   bool
	jobs              count
}

func (t *tool) blastCommand() *cobra.Command {
	f := &blastFlags{jobs: count{min: 1}}
	cmd := &cobra.Command{
		Use:   "blast TOPOLOGY…|SCENARIO",
		Short: "Try every fault of a catalogue alone: fault × journey, single points of failure",
		Long: `Inject the faults of a catalogue one at a time on every service, instance, component,
database, external component, zone and edge, and compare each request with itself
in the run without any fault: the matrix fault × journey, single points of failure,
the worst case, and the expectation.

Topologies get a load of their application's own mix, by --rate or 60% of the
capacity predicted by the utilisation law; several are tried side by side under the
same. A scenario brings its topologies and its load; its faults are not used.

A PATTERN is a class of targets (edge), a kind of fault (kill), a target (payments,
"checkout -> payments"), or one of these or of the names of the matrix with * for
what is left open.

blast.json and report.html go to faultline-out/blast-NAME/, or to the folder that
--out names. The exit code is 0, or 98 when --budget or a limit ended it early or
a topology does not carry the load, 2 for wrong usage or an invalid file, 1 when the
tool fails, 130 when it was interrupted.`,
		Example: `  faultline blast shop-monolith shop-microservices --rate 200/s
  faultline blast shop.yaml --only service --only database --replications 10
  faultline blast shop.yaml --mtbf instance=30d --mtbf zone=1000d --skip edge`,
		Args:              someArgs("topology and no scenario"),
		ValidArgsFunction: completeBlast,
		RunE:              func(cmd *cobra.Command, args []string) error { return t.blast(cmd, args, f) },
	}
	f.modelFlags.add(cmd)
	flags := cmd.Flags()
	flags.TextVar(&f.rate, "rate", unit.Rate(0), "`rate` at which requests arrive, such as 200/s (default 60% of the predicted capacity; topologies only)")
	flags.TextVar(&f.at, "at", unit.Duration(0), "`time` at which each fault begins (default a fifth of the duration)")
	flags.TextVar(&f.lasts, "lasts", unit.Duration(0), "`time` that each fault lasts (default a fifth of the duration)")
	flags.StringArrayVar(&f.only, "only", nil, "try only the faults that a `pattern` means; repeatable")
	flags.StringArrayVar(&f.skip, "skip", nil, "leave out the faults that a `pattern` means; repeatable")
	flags.StringArrayVar(&f.mtbf, "mtbf", nil, "`pattern=time` between such faults on one target, such as instance=30d, for the expectation; repeatable")
	flags.TextVar(&f.budget, "budget", unit.Duration(0), "wall `time` after which no simulation is begun; what was left out is said, and the result is partial")
	for _, name := range []string{"rate", "at", "lasts", "budget"} {
		flags.Lookup(name).DefValue = ""
	}
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default faultline-out/blast-NAME)")
	flags.BoolVar(&f.noReport, "no-report", false, "write no report.html")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress, no warnings: errors alone on stderr")
	flags.Var(&f.jobs, "jobs", "`number` of simulations at once (default: one per processor); the result is the same")
	f.limitFlags.add(flags)
	addFormatOf(cmd, &f.format, "what stdout gets", blastFormats())
	return cmd
}

func blastFormats() (names []string) {
	for _, f := range reports.BlastFormats {
		names = append(names, f.Name)
	}
	return names
}

// blast tries all faults, writes the files and prints the matrix.
func (t *tool) blast(cmd *cobra.Command, args []string, f *blastFlags) error {
	write, err := blastFormat(cmd, f.format)
	if err != nil {
		return err
	}
	options, err := f.chosen()
	if err != nil {
		return usageError(cmd, "%v", err)
	}
	refs := make([]string, len(args))
	for i, arg := range args {
		refs[i] = pathFirst(arg)
	}
	b, err := study.PrepareBlast(refs, f.options(), options)
	if err != nil {
		return asUsage(err)
	}
	dir := f.dir(b)
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	doc, err := t.tryAll(in, b, args, f)
	if err != nil {
		return err
	}
	return t.blasted(in, doc, dir, write, f)
}

// tryAll runs all experiments, until the budget or an interrupt ends them.
func (t *tool) tryAll(in *interrupt, b *study.Blast, args []string, f *blastFlags) (*result.Blast, error) {
	stop, release := in.within(f.budget.Std())
	defer release()
	bar := t.progress("blast", f.quiet)
	doc, err := b.Run(in.ctx, study.RunOptions{Jobs: int(f.jobs.value), Limits: f.limits(), Progress: bar.tell, Stop: stop,
		Version: version(), Command: f.repeat(args)})
	bar.clear()
	switch {
	case errors.Is(err, sim.ErrStopped) && !in.stopped():
		return nil, fail(exitInconclusive, "the budget of %s was over before the first fault was tried; nothing is written", f.budget)
	case errors.Is(err, sim.ErrStopped), errors.Is(err, context.Canceled):
		return nil, fail(exitInterrupted, "interrupted before the first fault was tried; nothing is written")
	case err != nil:
		return nil, fail(exitTool, "%v", err)
	}
	return doc, nil
}

// blasted writes files and stdout, and is the exit code.
func (t *tool) blasted(in *interrupt, doc *result.Blast, dir string, write reports.WriteBlast, f *blastFlags) error {
	if !f.quiet {
		for _, w := range view.NewBlast(doc).Warnings {
			fmt.Fprintf(t.stderr, "warning: %s\n", w)
		}
	}
	files := []string{filepath.Join(dir, "blast.json")}
	writes := []reports.WriteBlast{reports.BlastJSON}
	if !f.noReport {
		files, writes = append(files, filepath.Join(dir, "report.html")), append(writes, reports.BlastHTML)
	}
	for i, path := range files {
		if err := writeAtomically(path, func(w io.Writer) error { return writes[i](w, doc, reports.Options{}) }); err != nil {
			return fail(exitTool, "%v", err)
		}
	}
	if err := write(t.stdout, doc, reports.Options{Color: t.color(t.stdout)}); err != nil {
		return written(err)
	}
	if !f.quiet {
		fmt.Fprintf(t.stderr, "wrote %s\n", strings.Join(files, " and "))
	}
	return blastVerdict(doc, in.stopped())
}

// blastVerdict is the exit code of a document.
func blastVerdict(doc *result.Blast, interrupted bool) error {
	switch {
	case doc.Partial && interrupted:
		return fail(exitInterrupted, "interrupted: the result is partial")
	case doc.Partial:
		return fail(exitInconclusive, "ended early: the result is partial (the warnings say what was left out)")
	}
	for i := range doc.Topologies {
		if o := doc.Topologies[i].Overload; o != nil {
			return fail(exitInconclusive, "%s does not carry this load without any fault: its matrix says nothing (write a lower rate)", view.Name(doc.Topologies[i].Name))
		}
	}
	return nil
}

// chosen are the flags that say what is tried.
func (f *blastFlags) chosen() (o study.BlastOptions, err error) {
	o.Only, o.Skip = f.only, f.skip
	if f.flags.Changed("rate") {
		if f.rate == 0 {
			return o, errors.New("--rate: at a rate of 0 nobody is hurt; write a rate such as 200/s")
		}
		o.Rate = &f.rate
	}
	if f.flags.Changed("at") {
		d := f.at.Std()
		o.At = &d
	}
	if f.flags.Changed("lasts") {
		d := f.lasts.Std()
		o.Lasts = &d
	}
	if f.flags.Changed("budget") && f.budget == 0 {
		return o, errors.New("--budget: in no time nothing can be tried; write a time such as 5m")
	}
	for _, text := range f.mtbf {
		m, err := parseMTBF(text)
		if err != nil {
			return o, err
		}
		o.MTBF = append(o.MTBF, m)
	}
	return o, nil
}

// parseMTBF reads PATTERN=TIME, where the time may be in days.
func parseMTBF(text string) (m study.MTBF, err error) {
	i := strings.LastIndexByte(text, '=')
	if i < 1 {
		return m, fmt.Errorf("--mtbf: %s is not PATTERN=TIME (write instance=30d)", strict.Quote(text))
	}
	m.Pattern = text[:i]
	value := text[i+1:]
	if days, ok := strings.CutSuffix(value, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n > 0) || n > maxDays {
			return m, fmt.Errorf("--mtbf: %s is no time above 0 (write instance=30d)", strict.Quote(value))
		}
		m.Time = time.Duration(n * 24 * float64(time.Hour))
		return m, nil
	}
	d, err := unit.ParseDuration(value)
	if err != nil {
		return m, fmt.Errorf("--mtbf: %w", err)
	}
	if m.Time = d.Std(); m.Time == 0 {
		return m, errors.New("--mtbf: what happens all the time is no fault; write a time such as 30d")
	}
	return m, nil
}

// maxDays bounds a time between failures: some two centuries.
const maxDays = 73_000

// dir is the folder that the files go to.
func (f *blastFlags) dir(b *study.Blast) string {
	if f.out != "" {
		return f.out
	}
	name := b.Scenario.Name
	if len(name) > 150 { // no folder has a name of any length
		name = b.Scenario.Topologies[0].Name + fmt.Sprintf("+%d-more", len(b.Scenario.Topologies)-1)
	}
	return filepath.Join("faultline-out", "blast-"+name)
}

// repeat is the shortest command line that repeats the experiments: what only says
// where to write or how long to wait is left out.
func (f *blastFlags) repeat(args []string) string {
	words := append([]string{"faultline", "blast"}, args...)
	for _, name := range []string{"rate", "at", "lasts"} {
		if f.flags.Changed(name) {
			words = append(words, "--"+name, f.flags.Lookup(name).Value.String())
		}
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"only", f.only}, {"skip", f.skip}, {"mtbf", f.mtbf}} {
		for _, v := range list.values {
			words = append(words, "--"+list.name, v)
		}
	}
	return f.line(words)
}

func blastFormat(cmd *cobra.Command, name string) (reports.WriteBlast, error) {
	for _, f := range reports.BlastFormats {
		if f.Name == name {
			return f.Write, nil
		}
	}
	return nil, unknownFormat(cmd, name, blastFormats())
}

// completeBlast offers the built-in topologies and scenarios; the shell adds files.
func completeBlast(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return described(append(topologies.Entries(topologies.Builtin(), "topology"), scenarios.Entries()...)), cobra.ShellCompDirectiveDefault
}
