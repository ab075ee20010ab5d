package metric

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/cmd/bounded"
)

func of(t *testing.T, selector string) Selector {
	t.Helper()
	s, err := ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExpressionsAsUsersWriteThem(t *testing.T) {
	for _, c := range []struct {
		selector, text, prints string
		want                   Expression
	}{
		{"latency", "p(99) < 300ms", "p(99) < 300ms", Expression{"p(99)", Less, 0.3, Time, ""}},
		{"latency", "p(99)<300ms", "p(99) < 300ms", Expression{"p(99)", Less, 0.3, Time, ""}},
		{"latency", "p( 99.90 )<=1.5s", "p(99.9) <= 1.5s", Expression{"p(99.9)", AtMost, 1.5, Time, ""}},
		{"latency", "avg < 1s", "avg < 1s", Expression{"avg", Less, 1, Time, ""}},
		{"latency", "< 250us", "avg < 250us", Expression{"avg", Less, 0.00025, Time, ""}},
		{"latency", "max > 0", "max > 0", Expression{"max", Greater, 0, Time, ""}},
		{"latency{versus:x}", "p(99) < -20ms", "p(99) < -20ms", Expression{"p(99)", Less, -0.02, Time, ""}},
		{"availability", ">= 99.9%", ">= 99.9%", Expression{"", AtLeast, 0.999, Share, ""}},
		{"availability", ">=0.9995", ">= 99.95%", Expression{"", AtLeast, 0.9995, Share, ""}},
		{"blastRadius{versus:x}", "< -20%", "< -20%", Expression{"", Less, -0.2, Share, ""}},
		{"blastRadius{versus:x}", "< -0%", "< 0%", Expression{"", Less, 0, Share, ""}},
		{"throughput", "> 500/s", "> 500/s", Expression{"", Greater, 500, Rate, ""}},
		{"throughput", "> 90/m", "> 1.5/s", Expression{"", Greater, 1.5, Rate, ""}},
		{"queueLength{service:x}", "<= 3", "<= 3", Expression{"", AtMost, 3, Count, ""}},
		{"queueWait{service:x}", "share < 5%", "share < 5%", Expression{ShareOf, Less, 0.05, Share, ""}},
		{"lost{fault:x}", "== 0", "total == 0", Expression{Total, Equal, 0, Count, ""}},
		{"lost{fault:x}", "total != 2.5", "total != 2.5", Expression{Total, Unequal, 2.5, Count, ""}},
		{"state{fault:x}", "state == stable", "== stable", Expression{"", Equal, 0, Word, "stable"}},
		{"state{fault:x}", "!= metastable", "!= metastable", Expression{"", Unequal, 0, Word, "metastable"}},
	} {
		e, err := ParseExpression(c.text, of(t, c.selector))
		if err != nil || e != c.want || e.String() != c.prints {
			t.Errorf("%s %s: %+v in %s, %v; want %+v in %s", c.selector, c.text, e, e, err, c.want, c.prints)
		}
	}
}

func TestExpressionErrorsSayWhatWouldBeRight(t *testing.T) {
	for _, c := range []struct{ selector, text, want string }{
		{"latency", "", "no comparison"},
		{"latency", "p(99)", "no comparison in \"p(99)\" (write one, as in p(99) < 300ms)"},
		{"latency", "p(99) <", "nothing follows <"},
		{"latency", "p(99) < 300", "has no unit (write 300ms, 300s"},
		{"latency", "p(99) < 5%", "latency takes a time, as in p(99) < 300ms"},
		{"latency", "p(99) < -5ms", "negative"},
		{"latency", "p(99) < 3000h", "too long"},
		{"latency", "p99 < 300ms", `unknown aggregator "p99" (did you mean p(99)?)`},
		{"latency", "P99 < 300ms", `did you mean p(99)?`},
		{"queueWait{service:x}", "p(98) < 300ms", "queueWait has no p(98) (it has avg, p(99), share)"},
		{"latency", "p(0) < 300ms", "no percentile"},
		{"latency", "p(100) < 300ms", "no percentile"},
		{"latency", "p(NaN) < 300ms", "no percentile"},
		{"latency", "p(99 < 300ms", "p(99 is no percentile (write p(N)"},
		{"latency", "q(99) < 300ms", "unknown aggregator"},
		{"latency", "p() < 300ms", "no percentile"},
		{"latency", "agv < 300ms", `did you mean "avg"?`},
		{"latency", "mode < 300ms", "avg, min, med, max, p(50)"},
		{"memory{service:x}", "< 512", "has no unit (write 512B"},
		{"latency", "latency < 300ms", `unknown aggregator "latency"`},
		{"latency", "p(99) = 300ms", `unknown operator "=" (write ==)`},
		{"latency", "p(99) =< 300ms", "write <="},
		{"latency", "p(99) ≤ 300ms", "write <="},
		{"latency", "p(99) << 300ms", "write one of < <= > >= == !="},
		{"latency", "p(99) < 300ms < 400ms", "300ms < 400ms"},
		{"latency{versus:x}", "p(99) < -20%", "latency takes a time"},
		{"latency{versus:x}", "p(99) < --20ms", "negative"},
		{"availability", ">= 99.9", "write 99.9% if that was meant"},
		{"availability", ">= 101%", "outside 0%..100%"},
		{"availability", ">= -1%", "add versus:TOPOLOGY"},
		{"availability", "avg >= 99%", `availability has no aggregator "avg" (it has one value, as in >= 99.9%)`},
		{"availability", ">= 99ms", "availability takes a share, as in >= 99.9%"},
		{"errorRate", "< 5ms", "as in < 1%"},
		{"throughput", "> 500", "has no unit of time"},
		{"queueLength{service:x}", "< 3%", `"3%" is not a plain number`},
		{"queueLength{service:x}", "< 1e3", "is not a plain number"},
		{"queueLength{service:x}", "< 010", "is not a plain number"},
		{"queueLength{service:x}", "< .5", "is not a plain number"},
		{"queueLength{service:x}", "< Inf", "is not a plain number"},
		{"queueLength{service:x}", "< " + strings.Repeat("9", 400), "too large"},
		{"queueWait{service:x}", "share < 5ms", "queueWait takes a share, as in share < 5%"},
		{"queueWait{service:x}", "p(95) < 5ms", "queueWait has no p(95) (it has avg, p(99), share)"},
		{"state{fault:x}", "== stabel", `unknown state "stabel" (did you mean "stable"?)`},
		{"state{fault:x}", "< stable", "words have no order"},
		{"state{fault:x}", "avg == stable", "state has no aggregator"},
		{"latency", "p(99) < 3\x00ms", "control character"},
	} {
		if e, err := ParseExpression(c.text, of(t, c.selector)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %.60q: %v, %v; want an error with %q", c.selector, c.text, e, err, c.want)
		}
	}
	if _, err := ParseExpression("< 3", Selector{Metric: "lag"}); err == nil {
		t.Error("a metric that is not due is accepted")
	}
}

func TestJudgeByTheWholeInterval(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		op               Op
		low, value, high float64
		want             Outcome
	}{
		{Less, 1, 2, 3, Pass}, {Less, 3, 4, 11, Inconclusive}, {Less, 9, 11, 12, Inconclusive}, {Less, 11, 12, 13, Fail},
		{Less, 9, 9.5, 10, Inconclusive}, {AtMost, 9, 9.5, 10, Pass}, {Less, 10, 10, 10, Fail}, {AtMost, 10, 10, 10, Pass},
		{Greater, 11, 12, 13, Pass}, {Greater, 9, 10, 11, Inconclusive}, {Greater, 1, 2, 3, Fail}, {Greater, 10, 11, 12, Inconclusive},
		{AtLeast, 10, 11, 12, Pass}, {AtLeast, 8, 9, 10, Inconclusive}, {AtLeast, 8, 9, 9.5, Fail},
		{Equal, 10, 10, 10, Pass}, {Equal, 9, 10, 11, Inconclusive}, {Equal, 11, 12, 13, Fail}, {Equal, 10, 11, 12, Inconclusive},
		{Unequal, 10, 10, 10, Fail}, {Unequal, 9, 10, 11, Inconclusive}, {Unequal, 11, 12, 13, Pass}, {Unequal, 10, 11, 12, Inconclusive},
		{Less, 1, 12, 3, Inconclusive}, // a point outside its interval contradicts it
		{Less, nan, 1, 1, Inconclusive}, {Less, 1, nan, 1, Inconclusive}, {Unequal, 1, 1, nan, Inconclusive},
	} {
		e := Expression{Op: c.op, Bound: 10, Unit: Count}
		if got := e.Judge(c.low, c.value, c.high); got != c.want {
			t.Errorf("[%v %v %v] %s: %s, want %s", c.low, c.value, c.high, e, got, c.want)
		}
	}
}

// Negative control of the table above: for a point, Judge is Holds.
func TestAPointIsNeverInconclusive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Expression{Op: rapid.SampledFrom([]Op{Less, AtMost, Greater, AtLeast, Equal, Unequal}).Draw(t, "op"), Bound: 10}
		v := rapid.OneOf(rapid.Float64(), rapid.Just(10.0)).Draw(t, "value")
		want := Fail
		if e.Holds(v) {
			want = Pass
		}
		if got := e.Judge(v, v, v); got != want {
			t.Fatalf("%v %s is %s, want %s", v, e, got, want)
		}
	})
}

func TestWords(t *testing.T) {
	is := Expression{Op: Equal, Unit: Word, Word: "stable"}
	not := Expression{Op: Unequal, Unit: Word, Word: "stable"}
	if !is.HoldsWord("stable") || is.HoldsWord("outage") || not.HoldsWord("stable") || !not.HoldsWord("outage") {
		t.Error("== and != on words")
	}
}

func TestObjectives(t *testing.T) {
	for _, c := range []struct {
		name, text, prints string
		bound              time.Duration
	}{
		{"latency", "p(99)<300ms", "p(99) < 300ms", 300 * time.Millisecond},
		{"latency", "p(97.5) <= 1s", "p(97.5) <= 1s", time.Second},
		{"latency", "max < 2m", "max < 2m", 2 * time.Minute},
		{"availability", "99.9%", ">= 99.9%", 0},
		{"availability", ">= 99.95%", ">= 99.95%", 0},
		{"availability", "0.99", ">= 99%", 0},
	} {
		e, err := ParseObjective(c.name, c.text)
		if err != nil || e.String() != c.prints {
			t.Errorf("%s %s: %s, %v; want %s", c.name, c.text, e, err, c.prints)
		}
		if c.bound > 0 && e.Duration() != c.bound {
			t.Errorf("%s: bound %s, want %s", c.text, e.Duration(), c.bound)
		}
	}
	for _, c := range []struct{ name, text, want string }{
		{"latency", "p(99)>300ms", "no latency objective"},
		{"latency", "p(99)<0", "no latency objective"},
		{"latency", "p(99)<300", "has no unit"},
		{"latency", "300ms", "no comparison"},
		{"latency", "p99<300ms", "did you mean p(99)?"},
		{"latency", "p(99)<-1ms", "negative"},
		{"availability", "99.9", "write 99.9%"},
		{"availability", "< 99.9%", "no availability objective"},
		{"availability", "0%", "no availability objective"},
		{"completion", "p(99)<1m", "completion is not supported yet"},
		{"goodput", "> 5/s", "goodput is no objective"},
		{"latancy", "p(99)<1m", `did you mean "latency"?`},
	} {
		if e, err := ParseObjective(c.name, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, %v; want an error with %q", c.name, c.text, e, err, c.want)
		}
	}
}

// expressions draws valid expressions on s's metric.
func expressions(t *rapid.T, s Selector) Expression {
	m, err := Lookup(s.Metric)
	if err != nil {
		t.Fatal(err)
	}
	e := Expression{Aggregator: m.Default(), Unit: m.Unit}
	if m.Unit == Word {
		e.Op = rapid.SampledFrom([]Op{Equal, Unequal}).Draw(t, "op")
		e.Word = rapid.SampledFrom(m.Words).Draw(t, "word")
		return e
	}
	if len(m.Aggregators) > 0 {
		e.Aggregator = rapid.SampledFrom(m.Aggregators).Draw(t, "aggregator")
		e.Unit = m.UnitOf(e.Aggregator)
	}
	e.Op = rapid.SampledFrom([]Op{Less, AtMost, Greater, AtLeast, Equal, Unequal}).Draw(t, "op")
	switch e.Unit {
	case Time:
		e.Bound = float64(rapid.Int64Range(0, int64(longest)).Draw(t, "ns")) / 1e9
	case Share:
		e.Bound = rapid.Float64Range(0, 1).Draw(t, "share")
	case Size:
		e.Bound = float64(rapid.Int64Range(0, 1<<53).Draw(t, "bytes"))
	default:
		e.Bound = rapid.Float64Range(0, 1e18).Draw(t, "number")
	}
	if s.Tags[Versus] != "" && e.Bound > 0 && rapid.Bool().Draw(t, "negative") {
		e.Bound = -e.Bound
	}
	return e
}

func TestExpressionsPrintWhatTheyParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := selectors(t)
		e := expressions(t, s)
		back, err := ParseExpression(e.String(), s)
		if err != nil || back != e {
			t.Fatalf("%s: %+v prints %s, parses as %+v, %v", s, e, e, back, err)
		}
	})
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"p(99) < 300ms", ">= 99.9%", "< -20%", "== stable", "> 500/s", "<= 3", "share < 5%", "p(99.9)<=1h30m"} {
		for i := range Table {
			f.Add(i, seed)
		}
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		defer bounded.Input(t)()
		if i < 0 || i >= len(Table) {
			return
		}
		s := Selector{Metric: Table[i].Name, Tags: Tags{Versus: "x"}}
		e, err := ParseExpression(text, s)
		if err != nil {
			return
		}
		back, err := ParseExpression(e.String(), s)
		if err != nil || back != e {
			t.Fatalf("%s %q: %+v prints %q, parses as %+v, %v", s, text, e, e.String(), back, err)
		}
		if math.IsNaN(e.Bound) || math.IsInf(e.Bound, 0) {
			t.Fatalf("%q has the bound %v", text, e.Bound)
		}
	})
}

func FuzzObjective(f *testing.F) {
	f.Add("p(99)<300ms")
	f.Add("99.9%")
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		for _, name := range []string{"latency", "availability"} {
			e, err := ParseObjective(name, text)
			if err != nil {
				continue
			}
			if back, err := ParseObjective(name, e.String()); err != nil || back != e {
				t.Fatalf("%q: %+v prints %q, parses as %+v, %v", text, e, e.String(), back, err)
			}
			if !(e.Bound > 0) {
				t.Fatalf("%q has the bound %v", text, e.Bound)
			}
		}
	})
}
