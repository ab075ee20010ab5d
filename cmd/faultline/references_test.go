package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"faultline/sim/result"
	"faultline/sim/stats"
)

// These tests hold the whole command to systems whose answers are known: the
// files of testdata/references are what a reader can run by hand, references.csv
// are the answers, by closed forms and exact numerics, and readings.csv says where
// in the result each of them is read.
//
// A figure is accepted where
//
//	|simulated − reference| ≤ t(df, 1 − 0.0005/m) · SE + 0.2% of the reference
//
// with m the number of figures that are judged together, so that all of them
// together are falsely refused once in a thousand seeds. Its standard error must
// be at most 0.25% of the reference, so that noise cannot pass for agreement;
// there are at least 20 replications, one cut for the warm-up, the seed of the
// file, and no second try. Where readings.csv states another rule, it says why:
// "2%" is a deviation of at most that, with a standard error of at most a third of
// it; "at most" is a bound, with a standard error of at most 1%.
//
// What takes more customers than a quick test should simulate is checked by
//
//	make validate
//
// which runs all files, those of runs.csv with more replications, and writes
// docs/validation.md. FAULTLINE_REFERENCES names the files to run, as a regular
// expression; the lines of the others stay as they are.

const referenceDir = "testdata/references/"

// figure is one row of references.csv with one place where it is read.
type figure struct {
	id, metric     string
	value          float64
	file, topology string
	reading        string // "" where the result does not answer it
	rule, why      string
	late           bool // too noisy in the quick test
}

// plan is one file to run: the quick test takes it or not, and validation runs it
// with so many replications, or those of the file.
type plan struct {
	file  string
	quick bool
	soak  int
}

func table(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	f, err := os.Open(referenceDir + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) < 2 || len(lines[0]) != columns {
		t.Fatalf("%s: %d lines, %v", name, len(lines), err)
	}
	return lines[1:]
}

// knownFigures are all rows of references.csv, in their order, with their readings.
func knownFigures(t *testing.T) (all []figure) {
	t.Helper()
	readings := make(map[[2]string][]figure)
	for _, l := range table(t, "readings.csv", 8) {
		f := figure{id: l[0], metric: l[1], file: l[2], topology: l[3], reading: l[4], rule: l[5], late: l[6] != "", why: l[7]}
		key := [2]string{f.id, f.metric}
		readings[key] = append(readings[key], f)
	}
	for _, l := range table(t, "references.csv", 6) {
		key := [2]string{l[0], l[3]}
		value, err := strconv.ParseFloat(l[4], 64)
		if err != nil || len(readings[key]) == 0 {
			t.Fatalf("%s %s: value %q, %d readings", l[0], l[3], l[4], len(readings[key]))
		}
		for _, f := range readings[key] {
			f.value = value
			all = append(all, f)
		}
		delete(readings, key)
	}
	for key := range readings {
		t.Errorf("%s %s is in readings.csv and not in references.csv", key[0], key[1])
	}
	return all
}

func plans(t *testing.T) (all []plan) {
	t.Helper()
	for _, l := range table(t, "runs.csv", 3) {
		soak, err := strconv.Atoi(cmp.Or(l[2], "0"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, plan{l[0], l[1] == "yes", soak})
	}
	return all
}

// judged is one figure beside its reference.
type judged struct {
	figure
	simulated float64
	se        float64 // standard error
	df        int
	allowed   float64 // largest deviation that is accepted
	deviates  bool
	noisy     bool // the standard error is too large to judge
}

func (j judged) relative(x float64) float64 { return 100 * x / math.Abs(cmp.Or(j.value, 1)) }

func (j judged) String() string {
	return fmt.Sprintf("%-14s %-14s %-28s reference %-12.6g simulated %-12.6g %+.3f%% (allowed %.3f%%, SE %.3f%%) %s", j.id, j.metric,
		strings.TrimSpace(j.file+" "+j.topology), j.value, j.simulated, j.relative(j.simulated-j.value), j.relative(j.allowed), j.relative(j.se), j.rule)
}

// judge compares one figure with a result; m figures are judged in all.
func (f figure) judge(t *testing.T, store *result.Store, m int) judged {
	t.Helper()
	simulated, se, err := evaluate(store, f.topology, f.reading)
	if err != nil {
		t.Fatalf("%s %s: %v", f.id, f.metric, err)
	}
	n := store.Document().Replications
	if n < 20 {
		t.Fatalf("%s: %d replications, at least 20", f.file, n)
	}
	size := math.Abs(f.value)
	tolerance := stats.TQuantile(1-0.0005/float64(m), n-1) * se
	j := judged{figure: f, simulated: simulated, se: se, df: n - 1}
	share, isShare := strings.CutSuffix(f.rule, "%")
	switch {
	case f.rule == "":
		j.allowed, j.noisy = tolerance+0.002*size, !(se <= 0.0025*size)
	case f.rule == "at most":
		j.allowed, j.noisy = tolerance, !(se <= 0.01*math.Max(size, 1))
	case isShare:
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil {
			t.Fatal(err)
		}
		j.allowed, j.noisy = percent/100*size, !(se <= percent/300*size)
	default:
		t.Fatalf("%s %s: no rule %q", f.id, f.metric, f.rule)
	}
	j.deviates = !(math.Abs(simulated-f.value) <= j.allowed)
	if f.rule == "at most" {
		j.deviates = !(simulated <= f.value+j.allowed)
	}
	return j
}

// simulate runs a scenario through the command and reads what it prints.
func simulate(t *testing.T, scenario string, args ...string) *result.Store {
	t.Helper()
	args = append([]string{"run", scenario, "--format", "json", "--no-report", "--quiet", "--out", t.TempDir()}, args...)
	code, stdout, stderr := command(t, args...)
	if code != exitPass {
		t.Fatalf("faultline %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
	}
	store, err := result.ReadJSON(strings.NewReader(stdout))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// check runs files and judges all that they answer together; done is called after
// each.
func check(t *testing.T, soak bool, done func(plan, []judged)) {
	all := slices.DeleteFunc(knownFigures(t), func(f figure) bool { return f.reading == "" || !soak && f.late })
	files := slices.DeleteFunc(plans(t), func(p plan) bool { return !soak && !p.quick })
	m := 0
	for _, p := range files {
		for _, f := range all {
			if f.file == p.file {
				m++
			}
		}
	}
	only := regexp.MustCompile(os.Getenv("FAULTLINE_REFERENCES"))
	for _, p := range files {
		if !only.MatchString(p.file) {
			continue
		}
		t.Run(p.file, func(t *testing.T) {
			var more []string
			if soak && p.soak > 0 {
				more = []string{"--replications", strconv.Itoa(p.soak)}
			}
			store := simulate(t, referenceDir+p.file+".yaml", more...)
			var answers []judged
			for _, f := range all {
				if f.file != p.file {
					continue
				}
				j := f.judge(t, store, m)
				answers = append(answers, j)
				t.Log(j)
				switch {
				case j.deviates:
					t.Errorf("refused: %v", j)
				case j.noisy:
					t.Errorf("too noisy to judge: %v", j)
				}
			}
			done(p, answers)
		})
	}
}

func TestReferences(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 400 million customers")
	}
	check(t, false, func(plan, []judged) {})
}

func TestReferencesSoak(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("takes an hour; set FAULTLINE_SOAK=1")
	}
	check(t, true, func(p plan, answers []judged) {
		if err := writeValidation(knownFigures(t), p, answers); err != nil {
			t.Error(err)
		}
	})
}

// Every row is read somewhere, or its absence has a reason; every file answers
// something, and every other rule says why.
func TestNoReferenceIsForgotten(t *testing.T) {
	planned := make(map[string]bool)
	for _, p := range plans(t) {
		if planned[p.file] {
			t.Errorf("%s is in runs.csv twice", p.file)
		}
		planned[p.file] = true
	}
	answered := make(map[string]int)
	for _, f := range knownFigures(t) {
		switch {
		case f.reading == "" && (f.why == "" || f.file != "" || f.rule != ""):
			t.Errorf("%s %s is neither read nor has a reason", f.id, f.metric)
		case f.reading == "":
		case !planned[f.file]:
			t.Errorf("%s %s is read in %s, which runs.csv does not run", f.id, f.metric, f.file)
		case (f.rule == "") == (f.why != ""):
			t.Errorf("%s %s has the rule %q and the reason %q", f.id, f.metric, f.rule, f.why)
		default:
			answered[f.file]++
		}
	}
	files, err := filepath.Glob(referenceDir + "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file := strings.TrimSuffix(filepath.Base(path), ".yaml")
		if answered[file] == 0 {
			t.Errorf("%s answers no row", file)
		}
		delete(planned, file)
	}
	if len(planned) > 0 {
		t.Errorf("runs.csv runs what is not there: %v", slices.Sorted(maps.Keys(planned)))
	}
}

// The numbers of a row stand in its file: who reads one has read the other.
func TestReferenceFilesHaveTheNumbersOfTheirRows(t *testing.T) {
	params := make(map[string]string)
	for _, l := range table(t, "references.csv", 6) {
		params[l[0]] = l[2]
	}
	lam := regexp.MustCompile(`"lam": ([0-9.]+)`)
	servers := map[string]float64{"pod": 1000, "mm1t": 1000, "random": 10} // the row has the load of one
	for _, f := range knownFigures(t) {
		match := lam.FindStringSubmatch(params[f.id])
		if f.reading == "" || match == nil || f.id == "overload-1" { // a ramp
			continue
		}
		rate, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(referenceDir + f.file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		family, _, _ := strings.Cut(f.file, "-")
		if n := servers[family]; n > 0 {
			rate = math.Round(rate*n*100) / 100
		}
		if text := fmt.Sprintf("%v/s", rate); !strings.Contains(string(file), text) {
			t.Errorf("%s.yaml has no %q", f.file, text)
		}
	}
}
