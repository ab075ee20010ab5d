package engine

import (
	"math"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/unit"
)

// failing is a system whose call "front -> back" fails in one way for ever.
func failing(t *testing.T, how string, policy *resilience.Retries) *Job {
	b := newBuilder()
	b.edge.Retries = policy
	switch how {
	case "rejected":
		b.refusing("back")
	default:
		b.service(ample("back"), sleep("1s"))
	}
	if how == "timeout" {
		b.edge.PerTryTimeout = 5 * ms
	}
	b.service(ample("front"), call("back.do"))
	b.edge.Retries, b.edge.PerTryTimeout = nil, 0
	b.journey("front.do")
	job := b.few(t, 20, 500*ms)
	switch how {
	case "error":
		inject(job, "errors", 0, fault.Open, &fault.Errors{Target: fault.Target{Component: "back"}, Share: 1})
	case "unavailable":
		inject(job, "crash", 0, fault.Open, &fault.Crash{Target: fault.Target{Service: "back"}})
	}
	return job
}

func TestRetriesRepeatTheFailuresThatTheyName(t *testing.T) {
	all := []resilience.FailureName{"timeout", "unavailable", "rejected", "error"}
	for _, how := range all {
		for _, on := range all {
			t.Run(string(how+" under retryOn "+on), func(t *testing.T) {
				rs, r := replies(t, failing(t, string(how), retries(2, 10*ms, on)))
				want := int64(1)
				if how == on {
					want = 3
				}
				ed := &r.Edges[0]
				if ed.Calls != 20 || ed.Sent != want*ed.Calls || ed.Counts.Failed() != 20 || ed.Tries.Failed() != ed.Sent {
					t.Errorf("%d calls, %d tries, want %d a call; ended %v and %v", ed.Calls, ed.Sent, want, ed.Counts, ed.Tries)
				}
				for _, q := range rs {
					if !q.outcome.Failed() {
						t.Errorf("request %d %v", q.n, q.outcome)
					}
				}
			})
		}
	}
}

func TestRetriesWaitTheirBackoff(t *testing.T) {
	policy := retries(4, 0, "error")
	policy.Backoff.Base, policy.Backoff.Max = unit.Duration(10*ms), unit.Duration(35*ms)
	rs, r := replies(t, failing(t, "error", policy))
	if r.Edges[0].Sent != 100 {
		t.Errorf("%d tries, want 100", r.Edges[0].Sent)
	}
	for _, q := range rs {
		if want := (10 + 20 + 35 + 35) * ms; q.latency != want {
			t.Fatalf("request %d failed after %v, want %v", q.n, q.latency, want)
		}
	}
}

func TestTheOverallTimeoutBoundsAllTries(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		tries   int64
		latency time.Duration
	}{
		{"none", 0, 4, (4*5 + 3*10) * ms},
		{"in a try", 18 * ms, 2, 18 * ms},
		{"in a backoff", 12 * ms, 1, 12 * ms},
		{"in the first try", 3 * ms, 1, 3 * ms},
		{"longer than all", 51 * ms, 4, 50 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := failing(t, "timeout", retries(3, 10*ms, "timeout"))
			job.System.Edges[0].Timeout = c.timeout
			rs, r := replies(t, job)
			if got := r.Edges[0].Sent; got != 20*c.tries {
				t.Errorf("%d tries of 20 calls, want %d a call", got, c.tries)
			}
			for _, q := range rs {
				if q.latency != c.latency || q.outcome != measure.Timeout {
					t.Fatalf("request %d: %v after %v, want a timeout after %v", q.n, q.outcome, q.latency, c.latency)
				}
			}
		})
	}
}

// TestTheLateReplyOfAnEarlierTryIsDropped: the second request waits 10 ms for the
// only worker, so its try times out after 26 and is answered, in vain, after 30,
// amid the backoff; the retry after 31 finds the worker free.
func TestTheLateReplyOfAnEarlierTryIsDropped(t *testing.T) {
	b := newBuilder()
	b.edge.Retries, b.edge.PerTryTimeout = retries(1, 5*ms, "timeout"), 26*ms
	b.service(small("back", 1, 1, model.Unlimited), sleep("20ms"))
	b.service(ample("front"), call("back.do"))
	b.edge.Retries, b.edge.PerTryTimeout = nil, 0
	b.journey("front.do")
	job := only(b.few(t, 2, 10*ms), 2, 10*ms, 100*ms)
	rs, r := replies(t, job)
	expect(t, rs, []string{ok, ok}, []time.Duration{20 * ms, 51 * ms})
	if ed := &r.Edges[0]; ed.Tries.Of(measure.Timeout) != 1 || ed.Tries.Of(measure.Succeeded) != 2 || ed.Counts.Of(measure.Succeeded) != 2 {
		t.Errorf("calls %v, tries %v", ed.Counts, ed.Tries)
	}
}

// TestRetriesTurnErrorsIntoLoad is Brooker's arithmetic: with k retries of an
// error share p, 1−p^(k+1) succeed and (1−p^(k+1))/(1−p) tries are sent.
func TestRetriesTurnErrorsIntoLoad(t *testing.T) {
	for _, k := range []int{0, 1, 3} {
		for _, p := range []float64{0.1, 0.5, 0.8} {
			b := newBuilder()
			b.edge.SameZone = mustDist("exp(10ms)").Dist
			b.edge.Retries = retries(max(k, 1), 0, "error")
			if k == 0 {
				b.edge.Retries = nil
			}
			b.service(ample("back"), sleep("1ms"))
			b.service(ample("front"), call("back.do"))
			b.edge.Retries = nil
			b.journey("front.do")
			job := b.job(t, 1000, 20*sec)
			inject(job, "errors", 0, fault.Open, &fault.Errors{Target: fault.Target{Component: "back"}, Share: unit.Share(p)})
			r := mustRun(t, job)
			n := r.Flows[0].Offered
			success := 1 - math.Pow(p, float64(k+1))
			if got := float64(r.Journeys[0].Counts.Of(measure.Succeeded)) / float64(n); !within(got, success, int(n)) {
				t.Errorf("%d retries of %v: %v succeed, want %v", k, p, got, success)
			}
			// Tries a call are at most k+1, so their deviation is at most k/2.
			load := success / (1 - p)
			if got := float64(r.Edges[0].Sent) / float64(n); math.Abs(got-load) > 5*float64(k)/2/math.Sqrt(float64(n)) {
				t.Errorf("%d retries of %v: %v tries a call, want %v", k, p, got, load)
			}
		}
	}
}
