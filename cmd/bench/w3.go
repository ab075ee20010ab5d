package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	treeServices = 10   // of a tree of W3
	treeRate     = 100  // requests a second to each tree
	mostJourneys = 100  // beyond as many trees, a journey chooses among several
	partTrees    = 2000 // at most, of a file: a file has a limit on how much it may hold
)

// topologyDir is where the topologies of workloads are, beside their scenarios.
const topologyDir = "topologies"

// writeW3 writes W3 of any size as scenario w3-N.yaml and its topology, which a
// large one spreads over several files that extend one another.
func writeW3(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("w3", flag.ContinueOnError)
	trees := flags.Int("trees", 10_000, "`number` of trees of ten services, a multiple of 100")
	dir := flags.String("out", ".", "`folder` to write to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *trees < mostJourneys || *trees > 15*partTrees || *trees%mostJourneys != 0 || flags.NArg() > 0 {
		return fmt.Errorf("w3: %d trees; write a multiple of %d up to %d", *trees, mostJourneys, 15*partTrees)
	}
	if err := os.MkdirAll(filepath.Join(*dir, topologyDir), 0o777); err != nil {
		return err
	}
	for _, f := range w3(*trees) {
		path := filepath.Join(*dir, f.name)
		if err := os.WriteFile(path, []byte(f.text), 0o666); err != nil {
			return err
		}
		fmt.Fprintln(out, path)
	}
	return nil
}

// file is one that is to be written.
type file struct{ name, text string }

// w3 is the scenario and, the last first, the parts of its topology.
func w3(trees int) []file {
	name := fmt.Sprintf("w3-%d", trees*treeServices)
	list := []file{{name + ".yaml", w3Scenario(name, trees)}}
	size := partSize(trees)
	parts := (trees + size - 1) / size
	for p := range parts {
		this, base := name, ""
		if p > 0 {
			this = fmt.Sprintf("%s-part%d", name, p)
		}
		if p < parts-1 {
			base = fmt.Sprintf("%s-part%d", name, p+1)
		}
		list = append(list, file{filepath.Join(topologyDir, this+".yaml"), w3Part(this, base, p*size, min(trees, (p+1)*size), trees/mostJourneys)})
	}
	return list
}

// partSize is how many trees a file holds: those of whole journeys.
func partSize(trees int) int {
	each := trees / mostJourneys
	return partTrees / each * each
}

func w3Scenario(name string, trees int) string {
	rate := trees * treeRate
	return fmt.Sprintf(`# Two million requests to %d services: each goes through one of %d trees of ten. The
# mean response is 7.30 ms.
scenario: %s
topologies: topologies/%s.yaml
run: { duration: %gs, warmup: 100ms, window: 1m, replications: 1, seed: 1 }
load: { all: { rate: %d/s } }
`, trees*treeServices, trees, name, name, 2e6/float64(rate), rate)
}

// w3Part is a topology with the trees from one to before another, of which each
// journey takes so many, on top of base.
func w3Part(name, base string, from, to, each int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# W3: trees of ten services: a root calls three children in parallel, and each of them two
# leaves. Two servers each, exponential service of 1 ms; each message takes 0.5 ms.
# Written by go run ./cmd/bench w3.
topology: %s
`, name)
	if base != "" {
		fmt.Fprintf(&b, "extends: %s.yaml\n", base)
	} else {
		b.WriteString("network: { sameZone: 500us, crossZone: 500us }\nedges: { \"users -> *\": { timeout: none } }\n")
	}
	b.WriteString("services:\n")
	if base == "" {
		b.WriteString("  \"*\": { workers: 2, queue: unlimited, cpu: 2, scheduling: fifo }\n")
	}
	for i := from; i < to; i++ {
		writeTree(&b, i)
	}
	b.WriteString("journeys:\n")
	for j := from; j < to; j += each {
		fmt.Fprintf(&b, "  j%02d: %s\n", j/each, journey(j, each))
	}
	return b.String()
}

// writeTree writes the ten services of a tree.
func writeTree(b *strings.Builder, i int) {
	const service = "  %s: { operations: { do: [ { cpu: exp(1ms) }%s ] } }\n"
	root, mids := fmt.Sprintf("t%05d", i), ""
	for _, m := range []string{"a", "b", "c"} {
		leaves := ""
		for _, l := range []string{"1", "2"} {
			fmt.Fprintf(b, service, root+m+l, "")
			leaves += ", { call: " + root + m + l + ".do }"
		}
		fmt.Fprintf(b, service, root+m, ", [ "+leaves[2:]+" ]")
		mids += ", { call: " + root + m + ".do }"
	}
	fmt.Fprintf(b, service, root, ", [ "+mids[2:]+" ]")
}

// journey calls one of so many trees, each as often as the others.
func journey(from, trees int) string {
	if trees == 1 {
		return fmt.Sprintf("{ call: t%05d.do }", from)
	}
	list := make([]string, trees)
	for k := range list {
		list[k] = fmt.Sprintf("{ probability: %g, steps: [ { call: t%05d.do } ] }", 1/float64(trees), from+k)
	}
	return "{ steps: [ { choose: [ " + strings.Join(list, ", ") + " ] } ] }"
}
