package estimate

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// t1 is the 0.975 quantile of Student's t with one degree of freedom.
const t1 = 12.706204736174694

// check compares an estimate with a value and an interval, NaN for none.
func check(t *testing.T, what string, e result.Estimate, value, low, high float64) {
	t.Helper()
	for _, x := range []struct {
		what string
		got  *float64
		want float64
	}{{what, e.Value, value}, {what + ", low", e.Low, low}, {what + ", high", e.High, high}} {
		switch {
		case x.got == nil && math.IsNaN(x.want):
		case x.got == nil || math.IsNaN(x.want) || math.Abs(*x.got-x.want) > 1e-9*math.Max(1, math.Abs(x.want)):
			t.Errorf("%s = %v, want %v (reason %q)", x.what, show(x.got), x.want, e.Reason)
		}
	}
}

func show(v *float64) any {
	if v == nil {
		return "null"
	}
	return *v
}

var nan = math.NaN()

func TestJourneyFiguresAreMeansOverReplications(t *testing.T) {
	d := document(plain(t, browsing(800, 100, 80, 20, 100*time.Millisecond), browsing(1000, 0, 0, 0, 200*time.Millisecond)))
	j := d.Journeys[0]
	// Both offered 1000 in 100 s; half-widths are t₁·s/√2 = t₁·|a − b|/2.
	check(t, "offered", j.Offered, 10, 10, 10)
	check(t, "throughput", j.Throughput, 9.9, 9.9-t1*0.1, 9.9+t1*0.1)
	check(t, "goodput", j.Goodput, 9.5, 9.5-t1*0.5, 9.5+t1*0.5)
	check(t, "availability", j.Availability, 0.95, 0.95-t1*0.05, 1)
	check(t, "degraded rate", j.DegradedRate, 0.05, 0, 0.05+t1*0.05)
	check(t, "error rate", j.ErrorRate, 0.04, 0, 0.04+t1*0.04)
	check(t, "mean latency", j.Latency.Avg, 0.15, 0, 0.15+t1*0.05)
	want := result.RequestCounts{Offered: 2000, Succeeded: 1800, Degraded: 100, Failed: 80, InFlight: 20}
	if diff := cmp.Diff(want, j.Counts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int64{"timeout": 80}, j.Failures); diff != "" {
		t.Error(diff)
	}
	if j.Objectives != (result.Objectives{Latency: "p(99)<300ms", Availability: 0.999}) {
		t.Errorf("objectives %+v", j.Objectives)
	}
	f := d.Flows[0]
	check(t, "flow, offered", f.Offered, 10, 10, 10)
	check(t, "flow, throughput", f.Throughput, 9.9, 9.9-t1*0.1, 9.9+t1*0.1)
	check(t, "flow, goodput", f.Goodput, 9.5, 9.5-t1*0.5, 9.5+t1*0.5)
}

func TestOneRequestLessChangesTheFigures(t *testing.T) {
	d := document(plain(t, browsing(799, 100, 80, 20, 100*time.Millisecond), browsing(1000, 0, 0, 0, 200*time.Millisecond)))
	j := d.Journeys[0]
	if *j.Offered.Value == 10 || *j.Goodput.Value == 9.5 || *j.Availability.Value == 0.95 || j.Counts.Offered == 2000 {
		t.Errorf("a request was dropped, and nothing changed: %v, %v, %v, %d", *j.Offered.Value, *j.Goodput.Value, *j.Availability.Value, j.Counts.Offered)
	}
}

func TestOneReplicationHasNoInterval(t *testing.T) {
	d := document(plain(t, browsing(1000, 0, 0, 0, 100*time.Millisecond)))
	check(t, "availability", d.Journeys[0].Availability, 1, nan, nan)
	check(t, "p99", d.Journeys[0].Latency.P99, 0.1, nan, nan)
	if d.Series.Journeys["browse"]["offered"].Low != nil {
		t.Error("one replication has a band")
	}
}

func TestNoRequestsAreNullAndSayWhy(t *testing.T) {
	j := document(plain(t, run(), run())).Journeys[1]
	check(t, "offered", j.Offered, 0, 0, 0)
	for _, e := range []result.Estimate{j.Availability, j.ErrorRate, j.DegradedRate} {
		if check(t, "a share of nothing", e, nan, nan, nan); e.Reason != noRequests {
			t.Errorf("reason %q, want %q", e.Reason, noRequests)
		}
	}
	for _, e := range []result.Estimate{j.Latency.Avg, j.Latency.P99, j.Latency.Max} {
		if check(t, "a latency of nothing", e, nan, nan, nan); e.Reason != noAnswers {
			t.Errorf("reason %q, want %q", e.Reason, noAnswers)
		}
	}
}

func TestAFigureUndefinedInSomeReplicationsSaysSo(t *testing.T) {
	j := document(plain(t, browsing(0, 0, 10, 0, 0), browsing(10, 0, 0, 0, time.Second), browsing(10, 0, 0, 0, 2*time.Second))).Journeys[0]
	check(t, "mean latency", j.Latency.Avg, 1.5, 0, 1.5+t1*0.5)
	if !strings.HasPrefix(j.Latency.Avg.Reason, "undefined in 1 of 3 replications") {
		t.Errorf("reason %q", j.Latency.Avg.Reason)
	}
}

func TestNoFailureIsNoProofOfNone(t *testing.T) {
	runs := make([]*measure.Run, 20)
	for i := range runs {
		runs[i] = browsing(100, 0, 0, 0, time.Millisecond)
	}
	j := document(plain(t, runs...)).Journeys[0]
	if !strings.Contains(j.ErrorRate.Reason, "15% of such runs") {
		t.Errorf("reason %q, want the bound 3/20", j.ErrorRate.Reason)
	}
	runs[7] = browsing(99, 0, 1, 0, time.Millisecond)
	if j := document(plain(t, runs...)).Journeys[0]; !strings.Contains(j.ErrorRate.Reason, "failures in 1 of 20") || *j.ErrorRate.High <= 0 {
		t.Errorf("one failure: reason %q, interval up to %v", j.ErrorRate.Reason, *j.ErrorRate.High)
	}
}

// TestFewFailuresAreCounted: one replication of twenty lost one request of a hundred, so
// that the shares are 0.0005 and what a count of one can come from, 0.05 to 4.93 of it. All
// journeys together, which the document leaves to the samples, are the same here.
func TestFewFailuresAreCounted(t *testing.T) {
	runs := make([]*measure.Run, 20)
	for i := range runs {
		runs[i] = browsing(100, 0, 0, 0, time.Millisecond)
	}
	runs[7] = browsing(99, 0, 1, 0, time.Millisecond)
	s := store(t, plain(t, runs...))
	least, most := stats.PoissonLimits(1)
	for _, c := range []struct {
		metric           string
		value, low, high float64
	}{
		{"errorRate", 0.0005, 0.0005 * least, 0.0005 * most},
		{"availability", 0.9995, 1 - 0.0005*most, 1 - 0.0005*least},
		{"degradedRate", 0, 0, 0},
	} {
		for _, tags := range []string{"", "{journey:browse}"} {
			f, ok := s.Figure(selector(t, c.metric+tags))
			if !ok || f.Low == nil {
				t.Fatalf("no interval of %s%s: %+v", c.metric, tags, f)
			}
			for _, v := range [][2]float64{{*f.Value, c.value}, {*f.Low, c.low}, {*f.High, c.high}} {
				if math.Abs(v[0]-v[1]) > 1e-12 {
					t.Errorf("%s%s = %v from %v to %v, want %v from %v to %v", c.metric, tags, *f.Value, *f.Low, *f.High, c.value, c.low, c.high)
				}
			}
		}
	}
}

func TestFewReplicationsWithFailuresAreCalledFew(t *testing.T) {
	for _, c := range []struct {
		failing, sound int
		few            bool
	}{{1, 9, true}, {4, 6, true}, {5, 5, false}, {4, 0, false}, {3, 0, false}, {1, 0, false}} {
		var runs []*measure.Run
		for i := range c.failing + c.sound {
			failed := int64(0)
			if i < c.failing {
				failed = 3
			}
			runs = append(runs, browsing(97, 0, failed, 0, time.Millisecond))
		}
		reason := document(plain(t, runs...)).Journeys[0].ErrorRate.Reason
		if strings.Contains(reason, "failures in") != c.few {
			t.Errorf("%d replications with failures, %d without: %q", c.failing, c.sound, reason)
		}
	}
}

func TestPercentilesComeFromTheMergedHistogram(t *testing.T) {
	// 900 answers of 100 ms and 100 of 200 ms: no replication has a median of its
	// own other than its constant, but all together have p90 = 100 ms, p95 = 200 ms.
	l := document(plain(t, browsing(900, 0, 0, 0, 100*time.Millisecond), browsing(100, 0, 0, 0, 200*time.Millisecond))).Journeys[0].Latency
	near := func(what string, e result.Estimate, want float64) {
		t.Helper()
		if math.Abs(*e.Value-want) > 0.005*want {
			t.Errorf("%s = %v, want %v", what, *e.Value, want)
		}
	}
	near("p50", l.P50, 0.1)
	near("p90", l.P90, 0.1)
	near("p95", l.P95, 0.2)
	near("p99.9", l.P999, 0.2)
	check(t, "max", l.Max, 0.2, 0, 0.2+t1*0.1/math.Sqrt2)
	// Sectioning: centred on the merged estimate, spread of 100 and 200 ms about it.
	s := math.Sqrt(math.Pow(0.1-*l.P50.Value, 2) + math.Pow(0.2-*l.P50.Value, 2))
	check(t, "p50", l.P50, *l.P50.Value, 0, *l.P50.Value+t1*s/math.Sqrt2)
	last := 0.0
	for _, e := range []result.Estimate{l.P50, l.P90, l.P95, l.P99, l.P999, l.Max} {
		if *e.Value < last {
			t.Errorf("percentiles do not ascend: %v after %v", *e.Value, last)
		}
		last = *e.Value
	}
}

func TestStationFigures(t *testing.T) {
	r := run()
	s := &r.Stations[1]
	s.UpTime, s.BusyCoreTime, s.CoreTime, s.InServiceTime, s.QueuedTime = 180, 90, 360, 250, 40
	s.WorkTime, s.WastedTime, s.Waited = 290, 29, 3
	s.Counts.Add(measure.Succeeded, 75)
	s.Counts.Add(measure.Rejected, 25)
	for i := range 12 {
		s.QueueWait.Record(time.Duration(max(0, i-8)) * time.Second)
	}
	s.Latency.Record(2 * time.Second)
	r.Stations[4].UpTime, r.Stations[4].BusyCoreTime, r.Stations[4].CoreTime = 100, 10, 1e12
	d := document(plain(t, r))
	front := d.Services[0]
	check(t, "replicas", front.Replicas, 1.8, nan, nan)
	check(t, "utilization", front.Utilization, 0.25, nan, nan)
	check(t, "concurrency", front.Concurrency, 2.5, nan, nan)
	check(t, "queue length", front.QueueLength, 0.4, nan, nan)
	check(t, "mean wait", front.QueueWait.Avg, 6.0/12, nan, nan)
	check(t, "share that waited", front.QueueWait.Share, 0.25, nan, nan)
	check(t, "error rate", front.ErrorRate, 0.25, nan, nan)
	check(t, "wasted work", front.WastedWork, 0.1, nan, nan)
	check(t, "latency", front.Latency.Avg, 2, nan, nan)
	var names []string
	for _, s := range d.Services {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"front", "back", "bank"}, names); diff != "" {
		t.Error(diff)
	}
	bank := d.Services[2]
	if check(t, "utilization without a limit", bank.Utilization, nan, nan, nan); !bank.External || bank.Utilization.Reason == "" {
		t.Errorf("bank: external %v, reason %q", bank.External, bank.Utilization.Reason)
	}
	if len(d.Databases) != 1 || d.Databases[0].Name != "db" || d.Databases[0].Stores[0] != "orders" {
		t.Errorf("databases %+v", d.Databases)
	}
}

func TestEdgesUnderTwoPoliciesAreOne(t *testing.T) {
	r := run()
	r.Edges[1] = measure.Edge{Calls: 60, Sent: 90}
	r.Edges[1].Counts.Add(measure.Succeeded, 50)
	r.Edges[1].Counts.Add(measure.Timeout, 10)
	r.Edges[1].Latency.Record(time.Second)
	r.Edges[2] = measure.Edge{Calls: 40, Sent: 40}
	r.Edges[2].Counts.Add(measure.Succeeded, 35)
	r.Edges[2].Counts.Add(measure.Error, 5)
	r.Edges[2].Latency.Record(3 * time.Second)
	d := document(plain(t, r))
	if len(d.Edges) != 4 {
		t.Fatalf("%d edges, want 4", len(d.Edges))
	}
	e := d.Edges[1]
	if e.From != "front" || e.To != "back" || e.Calls != 100 || e.Retries != 30 {
		t.Errorf("%s -> %s: %d calls, %d retries", e.From, e.To, e.Calls, e.Retries)
	}
	check(t, "amplification", e.Amplification, 1.3, nan, nan)
	check(t, "error rate", e.ErrorRate, 0.15, nan, nan)
	check(t, "latency", e.Latency.Avg, 2, nan, nan)
	if diff := cmp.Diff(map[string]int64{"timeout": 10, "error": 5}, e.Failures); diff != "" {
		t.Error(diff)
	}
	if idle := d.Edges[3].Amplification; idle.Value != nil || idle.Reason != neverCalled {
		t.Errorf("an edge without calls: %+v", idle)
	}
}

func TestSamplesAreTheValuesBehindTheFigures(t *testing.T) {
	top := faulted(t, crash, hit(100, 60, 0), hit(300, 300, 10), hit(200, 0, 20))
	s := store(t, top)
	for _, sample := range s.Document().Samples {
		sel, err := metric.ParseKey(sample.Metric)
		if err != nil {
			t.Errorf("a sample that cannot be asked for: %v", err)
			continue
		}
		if sel.Tags, err = metric.FromMap(sample.Tags); err != nil {
			t.Errorf("%s: %v", sample.Metric, err)
		}
		f, ok := s.Figure(sel)
		if !ok {
			t.Errorf("%s%s is sampled, but no figure", sel.Key(), sel.Tags)
			continue
		}
		var values []float64
		for _, v := range sample.Values {
			if v != nil {
				values = append(values, *v)
			}
		}
		if merged := strings.HasPrefix(string(sel.Aggregator), "p(") || sel.Aggregator == "max"; !merged && f.Value != nil {
			if want := stats.Mean(values); *f.Value != want {
				t.Errorf("%s%s is %v, the mean of its samples %v", sel.Key(), sel.Tags, *f.Value, want)
			}
		}
	}
	for _, text := range []string{"latency", "goodput{journey:browse}", "latency{run:baseline}", "availability{journey:buy, run:baseline}",
		"offered{flow:shoppers}", "queueWait{service:back}", "utilization{database:db}", `amplification{edge:"front -> back"}`,
		"wastedWork{database:db}", "blastRadius{fault:poison}", "blastRadiusAfter{fault:poison, journey:browse}", "severity{fault:poison}",
		"lost{fault:poison}", "timeToRecover{fault:poison}", "timeToRestore{fault:poison}", "recoveredShare{fault:poison}"} {
		sel, err := metric.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := metric.Lookup(sel.Metric)
		for _, a := range append(m.Aggregators[:len(m.Aggregators):len(m.Aggregators)], m.Default()) {
			sel.Aggregator = a
			if f, ok := s.Figure(sel); !ok || len(f.Samples) != 3 {
				t.Errorf("%s, %q: found %v with %d samples, want 3", text, a, ok, len(f.Samples))
			}
		}
	}
}

func TestNothingOfARunIsKeptOnceAnotherIsAdded(t *testing.T) {
	two := func() []*measure.Run {
		a, b := browsing(800, 100, 80, 20, 100*time.Millisecond), browsing(700, 100, 80, 120, 200*time.Millisecond)
		a.Journeys[0].Series.Arrived[3] = 7
		return []*measure.Run{a, b}
	}
	want := document(plain(t, two()...))
	runs := two()
	top := plain(t, runs...)
	for _, r := range runs {
		r.Journeys[0].Latency.Record(time.Hour)
		r.Journeys[0].Series.Arrived[3] = 0
		r.Journeys[0].Counts.Add(measure.Error, 1)
	}
	if diff := cmp.Diff(want, document(top)); diff != "" {
		t.Errorf("runs that were changed after they were added change the result: %s", diff)
	}
}

// Several accumulators read the same run, and the first replication's histograms are
// read where they are.
func TestAddingARunDoesNotChangeIt(t *testing.T) {
	a, b := browsing(800, 100, 80, 20, 100*time.Millisecond), browsing(700, 100, 80, 120, 200*time.Millisecond)
	want := a.Journeys[0].Latency.Count
	plain(t, a, b).Finish()
	var all measure.Histogram
	all.Add(&a.Journeys[0].Latency)
	if all.Count != want || all.Max != 100*time.Millisecond || all.Quantile(1) != 100*time.Millisecond {
		t.Errorf("the first run has %d latencies up to %v, and had %d up to 100ms", all.Count, all.Max, want)
	}
}

func TestTheSameReplicationsGiveTheSameBytes(t *testing.T) {
	write := func() []byte {
		var b bytes.Buffer
		if err := store(t, faulted(t, crash, hit(100, 60, 0), hit(300, 300, 10))).WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	a := write()
	if !bytes.Equal(a, write()) {
		t.Error("two results of the same replications differ")
	}
	if bytes.Contains(a, []byte("NaN")) {
		t.Error("a NaN in result.json")
	}
}

func TestRunsThatDoNotFitAreRefused(t *testing.T) {
	good := func() Replication {
		twin := run()
		return Replication{Run: run(), None: twin, Twins: []*measure.Run{twin}, Blast: []*blast.Pairing{hit(0, 0, 0)}}
	}
	cases := []struct {
		name, want string
		breakIt    func(*Replication)
	}{
		{"no run", "no run", func(r *Replication) { r.Run = nil }},
		{"another load", "0 flows, want 1", func(r *Replication) { r.Run.Flows = nil }},
		{"no baseline", "without faults", func(r *Replication) { r.None = nil }},
		{"no twins", "0 twins", func(r *Replication) { r.Twins = nil }},
		{"a fault without a comparison", "fault poison", func(r *Replication) { r.Blast[0] = nil }},
		{"a twin of its own", "is not the run without any", func(r *Replication) { r.Twins[0] = run() }},
		{"another system", "journeys, stations, edges", func(r *Replication) { r.None.Edges = nil }},
		{"other journeys", "1 journeys compared", func(r *Replication) { r.Blast[0].Journeys = r.Blast[0].Journeys[:1] }},
		{"no time to measure", "warm-up", func(r *Replication) { r.Run.Warmup = r.Run.Duration }},
		{"another window", "were", func(r *Replication) { r.Run.Window = time.Second }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			top := New(shop(), []string{"shoppers"}, []Fault{crash}, Config{})
			if err := top.Add(good()); err != nil {
				t.Fatal(err)
			}
			r := good()
			c.breakIt(&r)
			if err := top.Add(r); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if top.n != 1 || len(top.run.journey[0].offered) != 1 {
				t.Error("a refused replication left something behind")
			}
		})
	}
}

func TestWhatAReaderMustBeWarnedOf(t *testing.T) {
	cut := browsing(10, 0, 0, 0, time.Millisecond)
	cut.Partial, cut.End = "over 5 calls in flight", 50*time.Second
	grows := run()
	grows.Stations[2].Series = make([]measure.StationWindow, 11)
	for k := range 11 {
		grows.Journeys[0].Series.Arrived[k], grows.Journeys[0].Series.Completed[k] = 100, 50
		grows.Stations[2].Series[k].Queued = float32(500 * k)
	}
	top := New(shop(), []string{"shoppers"}, nil, Config{Warnings: []string{"no timeout"}})
	for _, r := range []*measure.Run{cut, grows} {
		if err := top.Add(Replication{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"no timeout", "replication 1 ended early: over 5 calls in flight",
		"overloaded without any fault in 1 of 2 replications: the work at back grows by 50/s"}
	got := document(top).Warnings
	if len(got) != len(want) {
		t.Fatalf("warnings %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("warning %q, want %q", got[i], want[i])
		}
	}
	if w := document(plain(t, run())).Warnings; len(w) != 0 {
		t.Errorf("warnings of a quiet run: %q", w)
	}
}
