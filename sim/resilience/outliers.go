package resilience

import (
	"time"

	"faultline/sim/unit"
)

// OutlierDetection leaves an instance of the callee alone for a while when its
// answers fail one after the other: Istio's outlierDetection with its keys and
// defaults, and Envoy's algorithm and panicThreshold (Envoy's documentation,
// "Outlier detection" and "Panic threshold"; DetectorImpl). Each client instance
// judges for itself. A failure is any outcome but success.
type OutlierDetection struct {
	Consecutive5xxErrors int           `yaml:"consecutive5xxErrors" default:"5" min:"0" doc:"failures in a row of one instance that eject it; 0: not"`
	ConsecutiveGateway   int           `yaml:"consecutiveGatewayErrors" default:"0" min:"0" doc:"the same, of failures other than error: timeouts, refused and lost connections, rejected calls; 0: not"`
	Interval             unit.Duration `yaml:"interval" default:"10s" doc:"between the sweeps that let instances back in; a healthy one regains trust by a step at each"`
	BaseEjectionTime     unit.Duration `yaml:"baseEjectionTime" default:"30s" doc:"ejected for so long, times the ejections lately, at most 300s or this"`
	MaxEjectionPercent   unit.Share    `yaml:"maxEjectionPercent" default:"10%" doc:"share of the instances that may be ejected at once; one always may"`
	MinHealthPercent     unit.Share    `yaml:"minHealthPercent" default:"0%" doc:"fewer not ejected: calls go to all, as with panicThreshold; the larger of the two holds"`
	_                    struct{}      `yaml:"splitExternalLocalOriginErrors" notyet:"true"`
	_                    struct{}      `yaml:"consecutiveLocalOriginFailures" notyet:"true"`
	PanicThreshold       unit.Share    `yaml:"panicThreshold" default:"50%" doc:"fewer not ejected: calls go to all, ejected or not; 0% switches it off"`
}

// maxEjectionTime is Envoy's default.
const maxEjectionTime = 300 * time.Second

// Off reports that there is no outlier detection.
func (o *OutlierDetection) Off() bool { return o == nil }

// Validate refuses times of nothing.
func (o *OutlierDetection) Validate() error {
	switch {
	case o.Interval <= 0:
		return wrong("interval", "interval is 0; write a duration above 0")
	case o.Consecutive5xxErrors == 0 && o.ConsecutiveGateway == 0:
		return wrong("consecutive5xxErrors", "no number of failures ejects an instance; write consecutive5xxErrors or consecutiveGatewayErrors of 1 or more, or outlierDetection: none")
	case o.BaseEjectionTime <= 0:
		return wrong("baseEjectionTime", "baseEjectionTime is 0; write a duration above 0")
	}
	return nil
}

// Outliers is an OutlierDetection at work: what one client instance knows of
// the instances of a callee. It allocates nothing after Start. Times never go back.
type Outliers struct {
	policy  *OutlierDetection
	hosts   []host
	members int           // instances listed when last asked
	panic   float64       // share below which all are used
	next    time.Duration // earliest release of an ejected host; end of time: none is
}

type host struct {
	failures int32         // in a row
	gateway  int32         // of them in a row those other than an error
	times    int32         // ejections that the next ejection time counts
	until    time.Duration // ejected before it: the sweep that lets it in again
}

// Start knows so many instances, all well.
func (o *OutlierDetection) Start(hosts int) *Outliers {
	return &Outliers{policy: o, hosts: make([]host, hosts), members: hosts, next: never,
		panic: max(float64(o.MinHealthPercent), float64(o.PanicThreshold))}
}

// Reset forgets all, as a client instance does that starts again.
func (o *Outliers) Reset() {
	clear(o.hosts)
	o.members, o.next = len(o.hosts), never
}

// Answer is how a call ended, as outlier detection sees it.
type Answer uint8

// The answers.
const (
	Fine         Answer = iota
	ErrorAnswer         // by the application: 500
	GatewayError        // any other failure: 502, 503, 504, as Envoy reports them
)

// Done tells how a call to a host ended. It reports whether the host has been
// ejected for it, so that Usable may have changed. As in Envoy each threshold has a
// row of its own: every failure is one of the first, and an error ends the second.
func (o *Outliers) Done(now time.Duration, host int32, a Answer) (ejected bool) {
	h := &o.hosts[host]
	if a != GatewayError {
		h.gateway = 0
	}
	if a == Fine {
		h.failures = 0
		return false
	}
	if now < h.until {
		return false // a late answer: the rows start anew when it is let in
	}
	if a == GatewayError && o.full(&h.gateway, o.policy.ConsecutiveGateway) && o.eject(now, h) {
		return true
	}
	return o.full(&h.failures, o.policy.Consecutive5xxErrors) && o.eject(now, h)
}

// full counts one more of a row, and reports that it is as long as it takes; the
// next row then begins.
func (o *Outliers) full(row *int32, long int) bool {
	if long == 0 {
		return false
	}
	if *row++; int(*row) < long {
		return false
	}
	*row = 0
	return true
}

// eject ejects a host if so many may be.
func (o *Outliers) eject(now time.Duration, h *host) bool {
	active := 0
	for i := range o.hosts {
		if now < o.hosts[i].until {
			active++
		}
	}
	if active > 0 && float64(active+1)/float64(o.members) > float64(o.policy.MaxEjectionPercent) {
		return false
	}
	interval, base := time.Duration(o.policy.Interval), time.Duration(o.policy.BaseEjectionTime)
	// Each sweep that found it well since the one that let it in took one off.
	h.times = int32(max(0, int64(h.times)-int64((now-h.until)/interval)))
	limit := max(maxEjectionTime, base)
	if int64(h.times) <= int64((limit-1)/base)+1 { // as Envoy: while times·base < limit + base
		h.times++
	}
	span := limit
	if int64(h.times) <= int64(limit/base) {
		span = base * time.Duration(h.times)
	}
	h.until, h.failures, h.gateway = sweepAt(later(now, span), interval), 0, 0
	o.release(now)
	return true
}

// sweepAt is the first sweep at a time or after it.
func sweepAt(t, interval time.Duration) time.Duration {
	if rest := t % interval; rest > 0 {
		return later(t, interval-rest)
	}
	return t
}

// Usable appends to into those of the listed instances that are not ejected; in
// a panic, all of them. Without a panicThreshold it may be none.
func (o *Outliers) Usable(now time.Duration, listed []int32, into []int32) []int32 {
	o.members = len(listed)
	if o.next == never {
		return append(into, listed...)
	}
	if now >= o.next {
		o.release(now)
	}
	start := len(into)
	for _, i := range listed {
		if now >= o.hosts[i].until {
			into = append(into, i)
		}
	}
	if float64(len(into)-start)/float64(len(listed)) < o.panic {
		return append(into[:start], listed...)
	}
	return into
}

// release finds the earliest release after a time.
func (o *Outliers) release(now time.Duration) {
	o.next = never
	for i := range o.hosts {
		if until := o.hosts[i].until; until > now {
			o.next = min(o.next, until)
		}
	}
}

// Next is the time at which an ejected instance is let in again, so that Usable
// changes without a Done; !ok if none is ejected. Ask after Usable.
func (o *Outliers) Next() (at time.Duration, ok bool) { return o.next, o.next != never }
