package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// These tests hold the whole command to systems whose answers are known: the
// files of testdata/references are what a reader can run by hand, and
// references.csv are the answers, by closed forms and exact numerics.
//
// A figure is accepted where
//
//	|simulated − reference| ≤ t(df, 1 − 0.0005/m) · SE + 0.2% of the reference
//
// with m the number of figures that are judged together, so that all of them
// together are falsely refused once in a thousand seeds. Its standard error must
// be at most 0.25% of the reference, so that noise cannot pass for agreement;
// there are at least 20 replications, one cut for the warm-up, the seed of the
// file, and no second try.
//
// What takes more customers than a quick test should simulate is checked by the
// soak, which runs the same files with more replications:
//
//	FAULTLINE_SOAK=1 go test ./cmd/faultline -run Soak -timeout 2h -v

// reference is one file of testdata/references.
type reference struct {
	id       string // of the rows; the file's name, but for what follows "/"
	topology string // of a file with several; "" is the only one
	journey  string // whose latency counts; "" is customer
	service  float64
	only     string   // the one metric that this file is for; "" is all
	late     []string // metrics for the soak alone
	soak     int      // replications of the soak; 0: the quick test is enough
}

// references are all systems, in the order of the rows.
var references = []reference{
	{id: "mm1-1", late: []string{"T_p999"}, soak: 100},
	{id: "mm1-2", late: []string{"T_p99", "T_p999", "Wq_p99"}, soak: 360},
	{id: "mmc-1", late: []string{"T_p99", "T_p999", "Wq_p99"}, soak: 240},
	{id: "mmc-2", late: []string{"T_p999", "Wq_p99"}, soak: 100},
	{id: "mmc-3", late: []string{"Wq", "Lq", "Wq_p99"}, soak: 200},
	{id: "mmc-4", late: []string{"Wq", "Lq", "Wq_p99"}, soak: 120},
	{id: "mmc-5", late: []string{"P_wait", "Wq", "Lq", "Wq_p99"}, soak: 600},
	{id: "mmck-1"},
	{id: "mmck-2", late: []string{"P_empty"}, soak: 1000},
	{id: "mmck-3"},
	{id: "mmck-5"},
	{id: "md1-1", service: 1},
	{id: "md1-2", service: 1, late: []string{"Wq_p99"}, soak: 60},
	{id: "ps-1", service: 1, topology: "mg1ps-exp", soak: 60},
	{id: "ps-1", service: 1, topology: "mg1ps-lognormal", soak: 60},
	{id: "ps-1", service: 1, topology: "mg1ps-constant", soak: 60},
	{id: "ps-1/sizes", service: 1, journey: "long", only: "W_given_size_x", soak: 60},
}

// soakOnly are the systems that even their means take too long for the quick test.
var soakOnly = []reference{
	{id: "mm1-3", soak: 900},
}

// inexpressible are the rows that no figure of result.json answers, and why.
var inexpressible = []struct{ ids, metric, why string }{
	{"mm1-1 mm1-2 mm1-3", "P_N_ge_10", "result.json holds the mean number of requests, not its distribution"},
	{"md1-1 md1-2", "scv", "a parameter of the system, not a result"},
	{"md1-1 md1-2", "Wq_sd", "result.json holds means and percentiles of waits, no standard deviation"},
	{"mmck-3", "P_empty", "with four servers, utilization does not tell how often all are idle"},
	{"mmck-5", "P_empty", "1.4e-6: within 0.25% it takes some 10^12 customers"},
	{"ps-1", "W_given_size_x", "in its own file, ps-1-sizes"},
}

// heldTo2Percent are rows that take billions of customers: 1% of standard error
// and 2% of deviation are what they are held to.
var heldTo2Percent = []struct{ id, metric string }{{"mm1-3", "T_p999"}}

// summand is one figure of the result with its factor.
type summand struct {
	factor float64
	key    string // as samples are named
}

// reading is how a row's metric is read from the result: a constant and a sum.
type reading struct {
	constant float64
	terms    []summand
}

// read says how the metric of a row is read, for a service time of the system
// that is always the same.
func (r reference) read(name string) (reading, bool) {
	one := func(key string) (reading, bool) { return reading{terms: []summand{{1, key}}}, true }
	switch name {
	case "rho":
		return one("utilization")
	case "W", "W_accepted", "W_given_size_x":
		return one("latency.avg")
	case "Wq", "Wq_accepted":
		return one("queueWait.avg")
	case "L":
		return reading{terms: []summand{{1, "concurrency"}, {1, "queueLength"}}}, true
	case "Lq":
		return one("queueLength")
	case "Wq_p99":
		return one("queueWait.p99")
	case "Wq_p90": // the service is always the same, and comes on top
		return reading{constant: -r.service, terms: []summand{{1, "latency.p90"}}}, r.service > 0
	case "P_wait":
		return one("queueWait.share")
	case "P_Wq_eq_0":
		return reading{constant: 1, terms: []summand{{-1, "queueWait.share"}}}, true
	case "P_block":
		return one("errorRate")
	case "P_empty": // of one server
		return reading{constant: 1, terms: []summand{{-1, "utilization"}}}, true
	case "goodput":
		return one("goodput")
	case "slowdown":
		return reading{terms: []summand{{1 / r.service, "latency.avg"}}}, r.service > 0
	}
	if p, ok := strings.CutPrefix(name, "T_"); ok {
		return one("latency." + p)
	}
	return reading{}, false
}

// row is one line of references.csv.
type row struct {
	id, metric string
	value      float64
}

func rows(t *testing.T) (all []row) {
	t.Helper()
	f, err := os.Open("testdata/references/references.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		v, err := strconv.ParseFloat(l[4], 64)
		if err != nil || l[5] != "True" {
			t.Fatalf("%s %s: value %q, exact %q", l[0], l[3], l[4], l[5])
		}
		all = append(all, row{l[0], l[3], v})
	}
	return all
}

// rows are the rows that a file answers, in the soak or without it.
func (r reference) rows(all []row, soak bool) (mine []row) {
	id, _, _ := strings.Cut(r.id, "/")
	for _, row := range all {
		switch {
		case row.id != id, r.only != "" && row.metric != r.only:
		case r.only == "" && !expressible(row):
		case !soak && slices.Contains(r.late, row.metric):
		default:
			mine = append(mine, row)
		}
	}
	return mine
}

func expressible(r row) bool {
	for _, n := range inexpressible {
		if n.metric == r.metric && slices.Contains(strings.Fields(n.ids), r.id) {
			return false
		}
	}
	return true
}

// judged is one figure beside its reference.
type judged struct {
	row
	file      string // with the topology
	simulated float64
	se        float64 // standard error
	allowed   float64 // largest deviation that is accepted
	noisy     bool    // the standard error is too large to judge
}

func (j judged) deviates() bool { return math.Abs(j.simulated-j.value) > j.allowed }

func (j judged) String() string {
	return fmt.Sprintf("%-28s %-14s reference %-12.6g simulated %-12.6g %+.3f%% (allowed %.3f%%, SE %.3f%%)", j.file, j.metric,
		j.value, j.simulated, 100*(j.simulated-j.value)/j.value, 100*j.allowed/j.value, 100*j.se/j.value)
}

// judge compares the rows of one file with its result; m figures are judged in all.
func (r reference) judge(t *testing.T, store *result.Store, mine []row, m int) (all []judged) {
	t.Helper()
	for _, row := range mine {
		reading, ok := r.read(row.metric)
		if !ok {
			t.Fatalf("%s: nothing in the result answers %s; list it as inexpressible, with the reason", r.id, row.metric)
		}
		value, se, n := r.evaluate(t, store, reading)
		if n < 20 {
			t.Fatalf("%s: %d replications, at least 20", r.id, n)
		}
		j := judged{row: row, file: strings.TrimSuffix(r.id+" "+r.topology, " "), simulated: value, se: se,
			allowed: stats.TQuantile(1-0.0005/float64(m), n-1)*se + 0.002*row.value, noisy: !(se <= 0.0025*row.value)}
		for _, h := range heldTo2Percent {
			if h.id == row.id && h.metric == row.metric {
				j.allowed, j.noisy = 0.02*row.value, !(se <= 0.01*row.value)
			}
		}
		all = append(all, j)
	}
	return all
}

// evaluate adds up a reading, replication by replication for its standard error.
func (r reference) evaluate(t *testing.T, store *result.Store, of reading) (value, se float64, n int) {
	t.Helper()
	value = of.constant
	var each []float64
	for _, s := range of.terms {
		f := r.figure(t, store, s.key)
		value += s.factor * *f.Value
		if each == nil {
			each = make([]float64, len(f.Samples))
			for i := range each {
				each[i] = of.constant
			}
		}
		for i, v := range f.Samples {
			each[i] += s.factor * *v
		}
	}
	var sum float64
	for _, v := range each {
		sum += (v - value) * (v - value)
	}
	n = len(each)
	return value, math.Sqrt(sum / float64(n-1) / float64(n)), n
}

// figure looks one figure up: that of the journey where users see it, else of
// the station.
func (r reference) figure(t *testing.T, store *result.Store, key string) result.Figure {
	t.Helper()
	sel, err := metric.ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	journey := r.journey
	if journey == "" {
		journey = "customer"
	}
	switch sel.Metric {
	case "latency", "errorRate", "goodput":
		sel.Tags[metric.Journey] = journey
	default:
		sel.Tags[metric.Service] = "station"
	}
	sel.Tags[metric.Topology] = r.topology
	f, ok := store.Figure(sel)
	if !ok || f.Value == nil {
		t.Fatalf("%s: the result has no %s", r.id, sel)
	}
	return f
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

func (r reference) path() string {
	return filepath.Join("testdata/references", strings.ReplaceAll(r.id, "/", "-")+".yaml")
}

// check runs all files of a list and judges what they answer together.
func check(t *testing.T, list []reference, soak bool) {
	all := rows(t)
	m := 0
	for _, r := range list {
		m += len(r.rows(all, soak))
	}
	stores := make(map[string]*result.Store)
	for _, r := range list {
		t.Run(strings.TrimSuffix(r.id+"/"+r.topology, "/"), func(t *testing.T) {
			if stores[r.id] == nil {
				var more []string
				if soak && r.soak > 0 {
					more = []string{"--replications", strconv.Itoa(r.soak)}
				}
				stores[r.id] = simulate(t, r.path(), more...)
			}
			for _, j := range r.judge(t, stores[r.id], r.rows(all, soak), m) {
				t.Log(j)
				switch {
				case j.deviates():
					t.Errorf("refused: %v", j)
				case j.noisy:
					t.Errorf("too noisy to judge: %v", j)
				}
			}
		})
	}
}

func TestReferences(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 300 million customers")
	}
	check(t, references, false)
}

func TestReferencesSoak(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("takes a quarter of an hour; set FAULTLINE_SOAK=1")
	}
	check(t, append(slices.Clone(soakOnly), references...), true)
}

// Every row is checked somewhere, or its absence has a reason.
func TestNoReferenceIsForgotten(t *testing.T) {
	all := rows(t)
	answered := make(map[row]bool)
	for _, r := range append(slices.Clone(soakOnly), references...) {
		mine := r.rows(all, true)
		if len(mine) == 0 {
			t.Errorf("%s answers no row", r.id)
		}
		for _, row := range mine {
			answered[row] = true
		}
		for _, name := range r.late {
			if !slices.ContainsFunc(mine, func(row row) bool { return row.metric == name }) {
				t.Errorf("%s has no metric %s to put off", r.id, name)
			}
		}
	}
	for _, row := range all {
		if answered[row] == !expressible(row) && row.metric != "W_given_size_x" {
			t.Errorf("%s %s: checked is %v, expressible is %v", row.id, row.metric, answered[row], expressible(row))
		}
	}
}

// The check must be able to fail: the same customers, with what the reference
// does not say.
func TestReferencesRefuseAnotherSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 10 million customers")
	}
	for _, c := range []struct {
		name, id, duration string
		set                []string
		refused            []string // metrics that must be
	}{
		{"1% more service time", "mm1-1", "3h", []string{"mm1.services.station.operations.serve.0.cpu=exp(10100us)"}, []string{"rho", "W"}},
		{"one server fewer", "mmc-4", "25h", []string{"mm5.services.station.workers=4", "mm5.services.station.cpu=4"}, []string{"rho", "W"}},
		{"one worker fewer", "mmc-4", "25h", []string{"mm5.services.station.workers=4"}, []string{"W"}},
		{"one core fewer", "mmc-4", "25h", []string{"mm5.services.station.cpu=4"}, []string{"rho", "W"}},
		{"one place fewer", "mmck-2", "25h", []string{"mm1-10.services.station.queue=8"}, []string{"W_accepted", "L"}},
		{"cores that are shared", "md1-1", "40h", []string{"md1.services.station.workers=unlimited", "md1.services.station.scheduling=ps"}, []string{"W"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := references[slices.IndexFunc(references, func(r reference) bool { return r.id == c.id })]
			args := []string{"--duration", c.duration, "--set", "run.warmup=30m"}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			judged := r.judge(t, simulate(t, r.path(), args...), r.rows(rows(t), false), 100)
			for _, j := range judged {
				switch must := slices.Contains(c.refused, j.metric); {
				case must && (j.noisy || !j.deviates()):
					t.Errorf("not refused, or too noisy to be: %v", j)
				case must:
					t.Log("refused:", j)
				}
			}
		})
	}
}

// The numbers of a row stand in its file: who reads one has read the other.
func TestReferenceFilesHaveTheNumbersOfTheirRows(t *testing.T) {
	text, err := os.ReadFile("testdata/references/references.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, l := range lines[1:] {
		if seen[l[0]] {
			continue
		}
		seen[l[0]] = true
		var params struct{ Lam float64 }
		if err := json.Unmarshal([]byte(l[2]), &params); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile("testdata/references/" + l[0] + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if rate := fmt.Sprintf("rate: %v/s }", params.Lam); !strings.Contains(string(file), rate) {
			t.Errorf("%s.yaml has no %q", l[0], rate)
		}
	}
}
