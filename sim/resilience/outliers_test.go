package resilience

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/unit"
)

// detection has Istio's and Envoy's defaults.
func detection(edit func(*OutlierDetection)) *OutlierDetection {
	o := &OutlierDetection{Consecutive5xxErrors: 5, Interval: unit.Duration(10 * second), BaseEjectionTime: unit.Duration(30 * second),
		MaxEjectionPercent: 0.1, PanicThreshold: 0.5}
	if edit != nil {
		edit(o)
	}
	return o
}

func anyShare(o *OutlierDetection) { o.MaxEjectionPercent = 1 }

// answerOf is an error of the application, or none.
func answerOf(failed bool) Answer {
	if failed {
		return ErrorAnswer
	}
	return Fine
}

// fail lets calls to a host fail one after the other.
func fail(o *Outliers, now time.Duration, host int32, times int) (ejected bool) {
	for range times {
		ejected = o.Done(now, host, ErrorAnswer) || ejected
	}
	return ejected
}

func listed(n int32) (all []int32) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestGatewayErrorsHaveARowOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		name         string
		any, gateway int
		answers      string // F an error, G a gateway's, . fine
		ejected      bool
	}{
		{"three of the gateway's", 0, 3, "GGG", true},
		{"an error between", 0, 3, "GGFGG", false},
		{"a success between", 0, 3, "GG.GG", false},
		{"errors alone", 0, 3, "FFFFFFF", false},
		{"gateway errors are failures too", 5, 0, "GFGFG", true},
		{"whichever row is full first", 5, 3, "FGGG", true},
	} {
		o := detection(func(o *OutlierDetection) { o.Consecutive5xxErrors, o.ConsecutiveGateway = c.any, c.gateway }).Start(3)
		ejected := false
		for _, a := range c.answers {
			ejected = o.Done(second, 1, map[rune]Answer{'F': ErrorAnswer, 'G': GatewayError, '.': Fine}[a]) || ejected
		}
		if ejected != c.ejected {
			t.Errorf("%s: ejected %v", c.name, ejected)
		}
	}
}

func TestFailuresInARowEjectAHost(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers string
		ejected bool
	}{
		{"five", "FFFFF", true},
		{"four", "FFFF", false},
		{"a success between", "FFFF.FFFF", false},
		{"five after a success", "FF.FFFFF", true},
	} {
		o := detection(nil).Start(3)
		ejected := false
		for _, a := range c.answers {
			ejected = o.Done(second, 1, answerOf(a == 'F')) || ejected
		}
		want := listed(3)
		if c.ejected {
			want = []int32{0, 2}
		}
		if got := o.Usable(second, listed(3), nil); ejected != c.ejected || !slices.Equal(got, want) {
			t.Errorf("%s: ejected %v, usable %v", c.name, ejected, got)
		}
		if _, ok := o.Next(); ok != c.ejected {
			t.Errorf("%s: a next time is known: %v", c.name, ok)
		}
	}
}

// TestEjectionTimesGrowWithTheEjections: base × times, at most 300 s, and let in
// at the next sweep. Ejected again at once, no sweep finds it well in between.
func TestEjectionTimesGrowWithTheEjections(t *testing.T) {
	for _, c := range []struct {
		name     string
		base     time.Duration
		interval time.Duration
		want     []time.Duration // from ejection to sweep
	}{
		{"the defaults", 30 * second, 10 * second, []time.Duration{30 * second, 60 * second, 90 * second, 120 * second, 150 * second,
			180 * second, 210 * second, 240 * second, 270 * second, 300 * second, 300 * second, 300 * second}},
		{"sweeps are late", 30 * second, 40 * second, []time.Duration{40 * second, 80 * second, 120 * second, 120 * second, 160 * second}},
		{"a base above the limit holds", 400 * second, 10 * second, []time.Duration{400 * second, 400 * second}},
	} {
		o := detection(func(o *OutlierDetection) {
			o.BaseEjectionTime, o.Interval = unit.Duration(c.base), unit.Duration(c.interval)
		}).Start(4)
		now := time.Duration(0)
		for i, want := range c.want {
			if !fail(o, now, 2, 5) {
				t.Fatalf("%s: ejection %d did not happen", c.name, i+1)
			}
			at, _ := o.Next()
			if at-now != want {
				t.Errorf("%s: ejection %d lasts %v, want %v", c.name, i+1, at-now, want)
			}
			if o.Done(at-1, 2, ErrorAnswer); slices.Contains(o.Usable(at-1, listed(4), nil), 2) || !slices.Contains(o.Usable(at, listed(4), nil), 2) {
				t.Errorf("%s: ejection %d does not end at its sweep", c.name, i+1)
			}
			now = at
		}
	}
}

func TestAHostRegainsTrustAtEachSweep(t *testing.T) {
	for _, c := range []struct {
		well time.Duration // between the second ejection's end and the third
		want time.Duration // it lasts
	}{
		{0, 90 * second},
		{9999 * ms, 90 * second},
		{10 * second, 60 * second},
		{20 * second, 30 * second},
		{time.Hour, 30 * second},
	} {
		o := detection(nil).Start(2)
		fail(o, 0, 0, 5)
		fail(o, 30*second, 0, 5)
		now := 90*second + c.well
		fail(o, now, 0, 5)
		if at, _ := o.Next(); at != sweepAt(now+c.want, 10*second) {
			t.Errorf("well for %v: ejected until %v, want %v", c.well, at, sweepAt(now+c.want, 10*second))
		}
	}
}

func TestNoMoreThanAShareIsEjectedButOneAlways(t *testing.T) {
	for _, c := range []struct {
		hosts   int
		percent unit.Share
		want    int
	}{{1, 0.1, 1}, {3, 0.1, 1}, {10, 0.1, 1}, {19, 0.1, 1}, {20, 0.1, 2}, {10, 0, 1}, {10, 0.3, 3}, {10, 1, 10}, {3, 0.5, 1}} {
		o := detection(func(o *OutlierDetection) { o.MaxEjectionPercent = c.percent }).Start(c.hosts)
		got := 0
		for i := range int32(c.hosts) {
			if fail(o, second, i, 5) {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%v of %d hosts: %d ejected, want %d", c.percent, c.hosts, got, c.want)
		}
	}
}

func TestTheShareIsOfTheListedHosts(t *testing.T) {
	o := detection(func(o *OutlierDetection) { o.MaxEjectionPercent = 0.25 }).Start(16)
	o.Usable(0, listed(4), nil) // 4 of 16 run
	if !fail(o, second, 0, 5) || fail(o, second, 1, 5) {
		t.Error("of 4 listed hosts other than one may be ejected")
	}
}

// TestPanicSendsCallsToAll: Envoy's "Panic threshold", 50% by default: below it
// the balancer takes no heed of health.
func TestPanicSendsCallsToAll(t *testing.T) {
	for _, c := range []struct {
		name    string
		edit    func(*OutlierDetection)
		ejected int32
		usable  int
	}{
		{"half are well", anyShare, 5, 5},
		{"fewer than half are well", anyShare, 6, 10},
		{"none is well", anyShare, 10, 10},
		{"no panic", func(o *OutlierDetection) { o.MaxEjectionPercent, o.PanicThreshold = 1, 0 }, 9, 1},
		{"no panic and none well", func(o *OutlierDetection) { o.MaxEjectionPercent, o.PanicThreshold = 1, 0 }, 10, 0},
		{"Istio's least health, met", func(o *OutlierDetection) { o.MaxEjectionPercent, o.MinHealthPercent = 1, 0.8 }, 2, 8},
		{"Istio's least health, not met", func(o *OutlierDetection) { o.MaxEjectionPercent, o.MinHealthPercent = 1, 0.8 }, 3, 10},
	} {
		o := detection(c.edit).Start(10)
		for i := range c.ejected {
			fail(o, second, i, 5)
		}
		if got := o.Usable(second, listed(10), nil); len(got) != c.usable {
			t.Errorf("%s: %v usable, want %d", c.name, got, c.usable)
		}
	}
}

func TestUsableAppendsOnlyListedHosts(t *testing.T) {
	o := detection(nil).Start(8)
	fail(o, 0, 3, 5)
	if got := o.Usable(second, []int32{1, 3, 5}, []int32{7}); !slices.Equal(got, []int32{7, 1, 5}) {
		t.Errorf("usable %v", got)
	}
	if got := o.Usable(second, []int32{3}, []int32{7, 6, 5, 4}); !slices.Equal(got, []int32{7, 6, 5, 4, 3}) {
		t.Errorf("in a panic, which what was there before does not hide, %v are usable", got)
	}
	if got := o.Usable(second, nil, nil); len(got) != 0 {
		t.Errorf("of none %v are usable", got)
	}
	o.Reset()
	if got := o.Usable(second, []int32{1, 3, 5}, nil); len(got) != 3 {
		t.Errorf("after a reset %v are usable", got)
	}
}

// envoy is Envoy's detector with the sweeps that it makes.
type envoy struct {
	*OutlierDetection
	swept time.Duration
	hosts []envoyHost
}

type envoyHost struct {
	failures, gateway int // in a row
	backoff           int
	ejected           bool
	at                time.Duration
}

func (e *envoy) sweep(now time.Duration) {
	for e.swept+time.Duration(e.Interval) <= now {
		e.swept += time.Duration(e.Interval)
		for i := range e.hosts {
			h := &e.hosts[i]
			switch {
			case !h.ejected && h.backoff > 0:
				h.backoff--
			case h.ejected && e.swept-h.at >= min(time.Duration(h.backoff)*time.Duration(e.BaseEjectionTime), 300*second):
				h.ejected, h.failures, h.gateway = false, 0, 0
			}
		}
	}
}

// done is DetectorHostMonitorImpl::putHttpResponseCode.
func (e *envoy) done(now time.Duration, host int32, a Answer) {
	e.sweep(now)
	h := &e.hosts[host]
	if a == Fine {
		h.failures, h.gateway = 0, 0
		return
	}
	if a == GatewayError {
		if h.gateway++; h.gateway == e.ConsecutiveGateway {
			h.gateway = 0
			e.eject(now, h)
		}
	} else {
		h.gateway = 0
	}
	if h.failures++; h.failures == e.Consecutive5xxErrors {
		h.failures = 0
		e.eject(now, h)
	}
}

func (e *envoy) eject(now time.Duration, h *envoyHost) {
	if h.ejected {
		return
	}
	active := 0
	for _, x := range e.hosts {
		active += int(bit(x.ejected))
	}
	if active > 0 && float64(active+1)/float64(len(e.hosts)) > float64(e.MaxEjectionPercent) {
		return
	}
	h.ejected, h.at = true, now
	if time.Duration(h.backoff)*time.Duration(e.BaseEjectionTime) < 300*second+time.Duration(e.BaseEjectionTime) {
		h.backoff++
	}
}

func TestOutliersAreThoseOfEnvoysDetector(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &OutlierDetection{
			Consecutive5xxErrors: rapid.IntRange(0, 4).Draw(t, "errors"),
			ConsecutiveGateway:   rapid.IntRange(0, 4).Draw(t, "gateway"),
			Interval:             unit.Duration(rapid.IntRange(1, 40).Draw(t, "interval")) * unit.Duration(second),
			BaseEjectionTime:     unit.Duration(rapid.IntRange(1, 200).Draw(t, "base")) * unit.Duration(second),
			MaxEjectionPercent:   unit.Share(rapid.IntRange(0, 100).Draw(t, "max")) / 100,
		}
		n := rapid.Int32Range(1, 6).Draw(t, "hosts")
		o, e := p.Start(int(n)), &envoy{OutlierDetection: p, hosts: make([]envoyHost, n)}
		now := time.Duration(0)
		for range 150 {
			now += time.Duration(rapid.IntRange(0, 30).Draw(t, "pass")) * second
			host := rapid.Int32Range(0, n-1).Draw(t, "host")
			a := []Answer{Fine, Fine, ErrorAnswer, ErrorAnswer, ErrorAnswer, GatewayError, GatewayError, GatewayError, GatewayError, GatewayError}[rapid.IntRange(0, 9).Draw(t, "answer")]
			o.Done(now, host, a)
			e.done(now, host, a)
			var want []int32
			for i, h := range e.hosts {
				if !h.ejected {
					want = append(want, int32(i))
				}
			}
			if got := o.Usable(now, listed(n), nil); !slices.Equal(got, want) {
				t.Fatalf("at %v: usable %v, want %v", now, got, want)
			}
		}
	})
}

func TestNothingChangesBeforeTheNextTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := detection(anyShare)
		o.PanicThreshold = 0
		s := o.Start(6)
		now := time.Duration(0)
		for range rapid.IntRange(1, 5).Draw(t, "ejections") {
			now += time.Duration(rapid.IntRange(0, 20_000).Draw(t, "pass")) * ms
			fail(s, now, rapid.Int32Range(0, 5).Draw(t, "host"), 5)
		}
		before := s.Usable(now, listed(6), nil)
		at, ok := s.Next()
		if !ok {
			t.Fatal("a host is ejected, and no next time is known")
		}
		if got := s.Usable(at-1, listed(6), nil); !slices.Equal(got, before) {
			t.Fatalf("usable changed from %v to %v before %v", before, got, at)
		}
		if got := s.Usable(at, listed(6), nil); len(got) <= len(before) {
			t.Fatalf("usable stayed %v at %v", got, at)
		}
	})
}

func TestOutliersRefuseTimesOfNothing(t *testing.T) {
	for name, edit := range map[string]func(*OutlierDetection){
		"interval": func(o *OutlierDetection) { o.Interval = 0 },
		"base":     func(o *OutlierDetection) { o.BaseEjectionTime = 0 },
		"failures": func(o *OutlierDetection) { o.Consecutive5xxErrors = 0 },
	} {
		if detection(edit).Validate() == nil {
			t.Errorf("%s of 0 is taken", name)
		}
	}
	if err := detection(nil).Validate(); err != nil {
		t.Error(err)
	}
}

func TestExtremeTimesDoNotOverflow(t *testing.T) {
	for _, c := range []struct{ interval, base time.Duration }{
		{1, 1}, {math.MaxInt64, 1}, {1, math.MaxInt64}, {math.MaxInt64, math.MaxInt64}, {math.MaxInt64 - 1, math.MaxInt64 / 2},
	} {
		o := detection(func(o *OutlierDetection) {
			o.Interval, o.BaseEjectionTime, o.Consecutive5xxErrors = unit.Duration(c.interval), unit.Duration(c.base), 1
		}).Start(2)
		now := time.Duration(math.MaxInt64 / 4 * 3)
		for range 3 {
			o.Done(now, 0, ErrorAnswer)
			if at, ok := o.Next(); ok && at <= now {
				t.Fatalf("interval %d, base %d: let in at %d, ejected at %d", c.interval, c.base, at, now)
			}
			now++
		}
	}
}
