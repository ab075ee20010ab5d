package resilience

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

func ptr[T any](v T) *T { return &v }

func share(v float64) *unit.Share { return ptr(unit.Share(v)) }

func tokens(size, perCall float64) *Budget { return &Budget{Tokens: &size, PerCall: &perCall} }

func TestBudgetsAreWrittenInOneForm(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget Budget
		err    string // "" where it is fine
	}{
		{"a ratio", Budget{Ratio: share(0.2)}, ""},
		{"a ratio with a minimum", Budget{Ratio: share(0.2), MinRetryConcurrency: ptr(0)}, ""},
		{"tokens", *tokens(10, 0.1), ""},
		{"tokens with a minimum", Budget{Tokens: ptr(10.0), PerCall: ptr(0.1), MinTokens: ptr(5.0)}, ""},
		{"a bucket that never fills again", *tokens(10, 0), ""},
		{"a share of failures", Budget{MaxFailureShare: share(0.1)}, ""},
		{"nothing", Budget{}, "is empty"},
		{"a minimum alone", Budget{MinRetryConcurrency: ptr(3)}, "write ratio too"},
		{"a size alone", Budget{Tokens: ptr(10.0)}, "write tokens and perCall"},
		{"a gain alone", Budget{PerCall: ptr(0.1)}, "write tokens and perCall"},
		{"ratio and tokens", Budget{Ratio: share(0.2), Tokens: ptr(10.0), PerCall: ptr(0.1)}, "mixes its forms"},
		{"tokens and failures", Budget{MinTokens: ptr(1.0), MaxFailureShare: share(0.1)}, "mixes its forms"},
		{"minimum and failures", Budget{MinRetryConcurrency: ptr(3), MaxFailureShare: share(0.1)}, "mixes its forms"},
		{"no retry ever", *tokens(1, 0.1), "never holds enough"},
		{"less than a retry takes", Budget{Tokens: ptr(0.5), PerCall: ptr(0.1), MinTokens: ptr(0.0)}, "never holds enough"},
		{"less than none", *tokens(10, -1), "from 0"},
		{"no number", *tokens(math.NaN(), 1), "from 0"},
		{"too fine", *tokens(10, 1e-9), "0.000001"},
		{"endless", *tokens(math.Inf(1), 1), "1000000000"},
	} {
		err := c.budget.Validate()
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}

func TestARatioAllowsSoManyRetriesPerCallInProgress(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget *Budget
		calls  int
		want   int // retries at once
	}{
		{"a fifth of 100", &Budget{Ratio: share(0.2)}, 100, 20},
		{"a fifth of 24, rounded down", &Budget{Ratio: share(0.2)}, 24, 4},
		{"Envoy's least of 3", &Budget{Ratio: share(0.2)}, 1, 3},
		{"a least of its own", &Budget{Ratio: share(0.2), MinRetryConcurrency: ptr(5)}, 10, 5},
		{"no least", &Budget{Ratio: share(0.2), MinRetryConcurrency: ptr(0)}, 4, 0},
		{"the ratio alone", &Budget{Ratio: share(0.2), MinRetryConcurrency: ptr(0)}, 5, 1},
		{"0.07 of 100 is 7", &Budget{Ratio: share(0.07)}, 100, 7},
		{"nothing of many", &Budget{Ratio: share(0), MinRetryConcurrency: ptr(0)}, 1000, 0},
	} {
		s := c.budget.Start()
		for range c.calls {
			s.CallBegan(0)
		}
		got := 0
		for got <= c.calls+9 && s.AllowRetry(0) {
			got++
		}
		if got != c.want {
			t.Errorf("%s: %d retries at once, want %d", c.name, got, c.want)
			continue
		}
		if got == 0 {
			continue
		}
		if s.RetryEnded(); !s.AllowRetry(0) {
			t.Errorf("%s: a retry has ended, and none may take its place", c.name)
		}
		s.CallEnded(0, true)
		if s.AllowRetry(0) {
			t.Errorf("%s: one retry more though a call has ended", c.name)
		}
	}
}

func TestTheRetriesOfARatioAreNeverMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ratio := float64(rapid.IntRange(0, 100).Draw(t, "ratio")) / 100
		always := rapid.IntRange(0, 5).Draw(t, "always")
		s := (&Budget{Ratio: share(ratio), MinRetryConcurrency: &always}).Start()
		calls, retries := 0, 0
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 4), 1, 200).Draw(t, "steps") {
			switch {
			case step == 0 && calls > retries:
				calls--
				s.CallEnded(0, false)
			case step == 1 && retries > 0:
				retries--
				s.RetryEnded()
			case step == 2 && calls > 0:
				free := math.Floor(ratio*float64(calls)+1e-9) >= float64(retries+1) || retries < always
				if got := s.AllowRetry(0); got != free {
					t.Fatalf("%d calls, %d retries: allowed %v", calls, retries, got)
				} else if got {
					retries++
				}
			case step > 2:
				calls++
				s.CallBegan(0)
			}
		}
	})
}

func TestABucketSpendsATokenARetry(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget *Budget
		first  int // retries from a full bucket
		calls  int // that give one more
	}{
		{"Brooker's", tokens(5, 0.1), 4, 1},
		{"gRPC's example: more than half", &Budget{Tokens: ptr(10.0), PerCall: ptr(0.1), MinTokens: ptr(5.0)}, 5, 1},
		{"down to nothing", &Budget{Tokens: ptr(2.0), PerCall: ptr(0.25), MinTokens: ptr(0.0)}, 2, 4},
		{"a least of less than a retry takes", &Budget{Tokens: ptr(1.5), PerCall: ptr(0.5), MinTokens: ptr(0.5)}, 1, 1},
		{"ten tenths are one", &Budget{Tokens: ptr(1.0), PerCall: ptr(0.1), MinTokens: ptr(0.0)}, 1, 10},
	} {
		s := c.budget.Start()
		got := 0
		for got < 99 && s.AllowRetry(0) {
			got++
		}
		if got != c.first {
			t.Errorf("%s: %d retries at first, want %d", c.name, got, c.first)
		}
		calls := 0
		for calls < 99 && !s.AllowRetry(0) {
			s.CallBegan(0)
			calls++
		}
		if calls != c.calls {
			t.Errorf("%s: a retry after %d calls, want %d", c.name, calls, c.calls)
		}
		for range 1000 {
			s.CallBegan(0)
		}
		got = 0
		for got < 99 && s.AllowRetry(0) {
			got++
		}
		if got != c.first {
			t.Errorf("%s: %d retries after a quiet time, want %d", c.name, got, c.first)
		}
	}
}

func TestNoRetryAboveAShareOfFailures(t *testing.T) {
	s := (&Budget{MaxFailureShare: share(0.1)}).Start()
	for range 20 {
		s.CallBegan(0)
	}
	for i, want := range []bool{true, true, false} { // 1, 2, 3 of 20
		s.TryEnded(0, true)
		s.TryEnded(0, false)
		if got := s.AllowRetry(0); got != want {
			t.Errorf("%d failures of 20 calls: allowed %v", i+1, got)
		}
	}
	for range 10 {
		s.CallBegan(time.Hour)
		s.CallEnded(time.Hour, false)
	}
	if !s.AllowRetry(time.Hour) {
		t.Error("3 failures of 30 calls: not allowed")
	}
}

// clients is Brooker's experiment without its clock: clients make calls one after
// the other, of which each try fails with probability p. It returns the share of
// the calls that succeed, and tries per call.
func clients(b *Budget, n, calls, attempts int, p float64) (success, load float64) {
	s := rng.Root(3, 0).Stream(0)
	tries := 0.0
	for range n {
		state := b.Start()
		for range calls {
			state.CallBegan(0)
			for try := 0; ; try++ {
				tries++
				failed := s.Float64() < p
				state.TryEnded(0, failed)
				if !failed {
					success++
				}
				if try > 0 {
					state.RetryEnded()
				}
				if !failed || try >= attempts || !state.AllowRetry(0) {
					state.CallEnded(0, failed)
					break
				}
			}
		}
	}
	all := float64(n * calls)
	return success / all, tries / all
}

// TestBudgetsMeetBrookersSimulation holds budgets to the rows of "Fixing retries
// with token buckets and circuit breakers", simulated by its author's program:
// 100 clients, 1000 calls each (or 100, where the bucket's first load shows).
func TestBudgetsMeetBrookersSimulation(t *testing.T) {
	bucket, breaker := tokens(5, 0.1), &Budget{MaxFailureShare: share(0.1)}
	for _, c := range []struct {
		name          string
		budget        *Budget
		calls         int
		attempts      int
		p             float64
		success, load float64
	}{
		{"bucket", bucket, 1000, 99, 0.01, 1, 1.01029},
		{"bucket", bucket, 1000, 99, 0.05, 0.99967, 1.05315},
		{"bucket", bucket, 1000, 99, 0.1, 0.98534, 1.09346},
		{"bucket", bucket, 1000, 99, 0.2, 0.88190, 1.10348},
		{"bucket", bucket, 1000, 99, 0.5, 0.55162, 1.10428},
		{"bucket", bucket, 1000, 99, 1, 0, 1.10443},
		{"bucket, 100 calls", bucket, 100, 99, 0.2, 0.90775, 1.13342},
		{"bucket, 100 calls", bucket, 100, 99, 0.5, 0.57536, 1.14245},
		{"failures", breaker, 1000, 3, 0.01, 0.99986, 1.00977},
		{"failures", breaker, 1000, 3, 0.05, 0.99873, 1.05063},
		{"failures", breaker, 1000, 3, 0.1, 0.92527, 1.02949},
		{"failures", breaker, 1000, 3, 0.2, 0.79889, 1.00044},
		{"failures", breaker, 1000, 3, 0.5, 0.50048, 1},
		{"failures, 100 calls", breaker, 100, 3, 0.05, 0.98540, 1.04031},
		{"failures, 100 calls", breaker, 100, 3, 0.2, 0.80473, 1.00432},
	} {
		success, load := clients(c.budget, 100, c.calls, c.attempts, c.p)
		// Both sides are noisy: 5 standard errors of their difference.
		tolerance := 5*math.Sqrt(2*c.p*(1-c.p)/float64(100*c.calls)) + 0.001
		if math.Abs(success-c.success) > tolerance || math.Abs(load-c.load) > tolerance {
			t.Errorf("%s, p = %g: success %.5f and load %.5f, want %.5f and %.5f within %.5f", c.name, c.p, success, load, c.success, c.load, tolerance)
		}
	}
}

// TestABucketHasTheCriticalFailureRateOfGrpcsThrottle: gRPC takes a token for
// each failed try and gives perCall for each success, the bucket here takes one
// for each retry and gives perCall for each call. Both run dry above the same
// share of failures, perCall/(1 + perCall) (grpc-throttle-1: 1/11), and below it
// both send 1.052625 tries a call at p = 5% with 4 attempts. Above it gRPC's
// stays empty and sends no retry, this one goes on with perCall retries a call.
func TestABucketHasTheCriticalFailureRateOfGrpcsThrottle(t *testing.T) {
	b := &Budget{Tokens: ptr(10.0), PerCall: ptr(0.1), MinTokens: ptr(5.0)}
	const critical = 0.0909090909
	unbounded := func(p float64) float64 { return (1 - p*p*p*p) / (1 - p) }
	for _, c := range []struct{ p, load float64 }{
		{0.05, 1.052625},
		{critical - 0.03, unbounded(critical - 0.03)},
		{critical + 0.03, 1.1},
		{0.5, 1.1},
	} {
		if _, load := clients(b, 10, 50_000, 3, c.p); math.Abs(load-c.load) > 0.003 {
			t.Errorf("p = %.3f: %.4f tries a call, want %.4f", c.p, load, c.load)
		}
	}
}
