package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"faultline/scenarios"
)

const committed = "../faultline/testdata/workloads/"

func TestTheCommittedW3IsThatOfTheGenerator(t *testing.T) {
	for _, f := range w3(100) {
		if text, err := os.ReadFile(committed + f.name); err != nil || string(text) != f.text {
			t.Errorf("%s is another (%v): go run ./cmd/bench w3 -trees 100 -out cmd/faultline/testdata/workloads", f.name, err)
		}
	}
}

func TestALargeW3IsInPartsThatExtendOneAnother(t *testing.T) {
	files := w3(4300)
	if len(files) != 4 {
		t.Fatalf("%d files, want a scenario and three parts", len(files))
	}
	services, journeys := 0, 0
	for i, f := range files[1:] {
		services += strings.Count(f.text, "operations:")
		journeys += strings.Count(f.text, "choose:")
		if i < 2 != strings.Contains(f.text, "\nextends: w3-43000-part") {
			t.Errorf("%s begins with\n%.300s", f.name, f.text)
		}
	}
	if services != 43_000 || journeys != mostJourneys {
		t.Errorf("%d services and %d journeys, want 43000 and %d", services, journeys, mostJourneys)
	}
}

func TestAJourneyIsInOnePart(t *testing.T) {
	for trees := mostJourneys; trees <= 15*partTrees; trees += mostJourneys {
		for from := 0; from < trees; from += partSize(trees) {
			if from%(trees/mostJourneys) != 0 {
				t.Fatalf("of %d trees a part begins at %d, within a journey of %d", trees, from, trees/mostJourneys)
			}
		}
	}
}

func TestW3RefusesOtherSizes(t *testing.T) {
	for _, size := range []string{"0", "99", "150", "1000000"} {
		if err := run([]string{"w3", "-trees", size, "-out", t.TempDir()}, os.Stdout, os.Stderr); err == nil || !strings.Contains(err.Error(), "multiple of 100") {
			t.Errorf("%s trees: %v", size, err)
		}
	}
}

func TestTheMedianOfSamples(t *testing.T) {
	list := []sample{{requests: 4, cpu: 1}, {requests: 100, cpu: 1}, {requests: 2, cpu: 1}}
	if got := median(list, (*sample).rate); got != 4 {
		t.Errorf("median %v of three, want 4", got)
	}
	if got := median(list[:2], (*sample).rate); got != 52 {
		t.Errorf("median %v of two, want 52", got)
	}
}

// samples are those of all workloads, each by as many programs as rates, with the
// known means times a factor.
func samples(factor float64, rates ...float64) (all [][][]sample) {
	for _, w := range workloads {
		var programs [][]sample
		for _, r := range rates {
			programs = append(programs, []sample{{requests: r, cpu: 1, mean: factor * w.mean}})
		}
		all = append(all, programs)
	}
	return all
}

func TestATableOfPeersHasRatesAndRatios(t *testing.T) {
	list := []peer{{name: "slow 1.0"}, {name: "fast 2.0"}}
	text, err := peerTable(list, samples(1, 2_000_000, 50_000, 4_000_000), agreement)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| | faultline | slow 1.0 | fast 2.0 |\n", "| W1, requests per CPU-second | 2.00 M | 50 k (÷ 40) | 4.00 M (÷ 0.5) |\n", "| W3, mean response in ms (7.30) | 7.30 | 7.30 | 7.30 |\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func TestAPeerThatRunsSomethingElseIsRefused(t *testing.T) {
	if _, err := peerTable([]peer{{name: "other"}}, samples(1.06, 1, 1), agreement); err == nil || !strings.Contains(err.Error(), "what it runs is not the workload") {
		t.Errorf("%v", err)
	}
}

func TestATableReplacesTheOneBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.md")
	old := "a\n<!-- bench peers -->\nold\n<!-- end -->\nb\n<!-- bench jobs -->\nkept\n<!-- end -->\n"
	if err := os.WriteFile(path, []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := writeTable(path, "peers", "new\n"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != strings.Replace(old, "old", "new", 1) {
		t.Errorf("%s", got)
	}
	if err := writeTable(path, "other", "new\n"); err == nil {
		t.Error("a table without a place is written")
	}
}

func TestEveryTableHasItsPlace(t *testing.T) {
	for _, table := range tables {
		text, err := os.ReadFile("../../" + table.document)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "<!-- bench "+table.name+" -->\n") {
			t.Errorf("%s has no place for the table %s", table.document, table.name)
		}
	}
}

func TestAScenarioIsEnlargedInAllItsParts(t *testing.T) {
	sets, err := enlarged("recommendations-crash", 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"load.shoppers.rate=1600/s", "shop-monolith.services.shop.replicas=48", "shop-monolith.databases.shop-db.cpu=48",
		"shop-monolith.databases.shop-db.connections=1600", "shop-microservices.services.payments.replicas=16", "shop-microservices.databases.orders-db.cpu=4"} {
		if !slices.Contains(sets, want) {
			t.Errorf("%s is missing in %q", want, sets)
		}
	}
	if _, err := scenarios.Load("recommendations-crash", scenarios.Options{Set: sets}); err != nil {
		t.Error(err)
	}
}
