// Command bench measures the whole of faultline, in CPU time, on the workloads of
// docs/performance.md, and writes the tables of that document and docs/scaling.md.
//
//	go run ./cmd/bench w3 -trees 10000 -out DIR   write W3 with 100,000 services
//	go run ./cmd/bench peers                      the workloads beside other simulators
//	go run ./cmd/bench process                    the command beside the engine's own benchmark
//	go run ./cmd/bench jobs                       one simulation at a time beside two
//	go run ./cmd/bench thinning                   1/k of the load on 1/k of the capacity beside the whole
//
// CPU time is user and system time: wall time says more about what else the
// machine does. What is compared runs in turns, one at a time, and the medians
// count. With -write a table replaces that of its document.
//
// To add a table: a file with a function of options that returns its text, and a
// line in tables. To add a simulator to compare with: its program in testdata,
// which prints its version, the requests, the CPU seconds and the mean response in
// milliseconds, and a line in peers.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The documents that hold the tables, and what those are measured on; from the
// module's root, where the command runs.
const (
	performance = "docs/performance.md"
	scaling     = "docs/scaling.md"
	workloadDir = "cmd/faultline/testdata/workloads"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is what the tables share.
type bench struct {
	dir    string // for programs and results, removed at the end
	rounds int
	size   float64 // of the requests of a workload, as a share
	log    io.Writer
}

// table is something that can be measured, with the document that its text goes to.
type table struct {
	name, document string
	measure        func(*bench) (string, error)
}

// tables are all of them, by name.
var tables = []table{
	{"peers", performance, (*bench).peers},
	{"process", performance, (*bench).process},
	{"jobs", performance, (*bench).jobs},
	{"thinning", scaling, (*bench).thinning},
}

func run(args []string, out, log io.Writer) error {
	if len(args) > 0 && args[0] == "w3" {
		return writeW3(args[1:], out)
	}
	for _, t := range tables {
		if len(args) > 0 && args[0] == t.name {
			return t.run(args[1:], out, log)
		}
	}
	return errors.New("usage: go run ./cmd/bench w3|peers|process|jobs|thinning [FLAGS], from the root of the project")
}

func (t *table) run(args []string, out, log io.Writer) error {
	b := &bench{log: log}
	flags := flag.NewFlagSet(t.name, flag.ContinueOnError)
	flags.IntVar(&b.rounds, "rounds", 5, "`number` of times that each program runs")
	flags.Float64Var(&b.size, "size", 1, "`share` of the requests: less to be done sooner, with more noise")
	write := flags.Bool("write", false, "write the table to "+t.document)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.rounds < 1 || !(b.size > 0 && b.size <= 1) || flags.NArg() > 0 {
		return fmt.Errorf("%s: %d rounds, a size of %v and arguments %q; at least one round, a size up to 1, and no argument", t.name, b.rounds, b.size, flags.Args())
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	text, err := t.measure(b)
	if err != nil {
		return err
	}
	fmt.Fprint(out, text)
	if *write {
		return writeTable(t.document, t.name, text)
	}
	return nil
}

// build makes faultline, as a user does.
func (b *bench) build() error {
	return b.command("go", "build", "-o", b.path("faultline"), "./cmd/faultline")
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// command runs a tool that is not measured.
func (b *bench) command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// writeTable puts a text between the markers of its name in a document.
func writeTable(path, name, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := "<!-- bench "+name+" -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(string(old), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return fmt.Errorf("%s: no lines %q and %q to write the table between", path, strings.TrimSpace(begin), end)
	}
	return os.WriteFile(path, []byte(before+begin+text+end+after), 0o666)
}
