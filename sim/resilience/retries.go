package resilience

import (
	"errors"
	"slices"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// Retries repeats a failed call.
type Retries struct {
	Attempts      int       `yaml:"attempts" required:"true" min:"0" doc:"tries in addition to the first, as in Istio; 0: only a perTryTimeout"`
	PerTryTimeout *Patience `yaml:"perTryTimeout" doc:"from each send to its answer, network included; default none"`
	Backoff       Backoff   `yaml:"backoff" doc:"wait before each retry; none: at once"`
	RetryOn       RetryOn   `yaml:"retryOn" default:"[timeout, unavailable, rejected]" doc:"failures that are retried: timeout (of a try), unavailable (refused, lost, unreachable), rejected, error"`
	Budget        *Budget   `yaml:"budget" doc:"bounds the retries of a client instance: a share such as 20%, or a mapping; none: no bound"`

	none bool
}

// MaxAttempts bounds Attempts, so that no file asks for an endless call.
const MaxAttempts = 100

// UnmarshalText takes "none", which switches retries off.
func (r *Retries) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return errors.New(`retries is a mapping such as { attempts: 2 }, or none`)
	}
	r.none = true
	return nil
}

// String is "none" or nothing: the fields speak for themselves.
func (r Retries) String() string {
	if r.none {
		return "none"
	}
	return ""
}

// Off reports that there is no retry: absent, or none.
func (r *Retries) Off() bool { return r == nil || r.none }

// Validate bounds the attempts.
func (r *Retries) Validate() error {
	if r.none {
		return nil
	}
	if r.Attempts > MaxAttempts {
		return errors.New("more than 100 attempts; write 0 to 100")
	}
	return nil
}

// Failure is a class of failures that retryOn names.
type Failure uint8

// The classes.
const (
	OnTimeout Failure = 1 << iota
	OnUnavailable
	OnRejected
	OnError
)

var failureNames = []string{"timeout", "unavailable", "rejected", "error"}

// RetryOn is a set of Failure.
type RetryOn []FailureName

// FailureName is one entry of retryOn.
type FailureName string

// UnmarshalText refuses an unknown name.
func (f *FailureName) UnmarshalText(text []byte) error {
	if !slices.Contains(failureNames, string(text)) {
		return unlisted("cannot retry on", text, failureNames)
	}
	*f = FailureName(text)
	return nil
}

// String is the name.
func (f FailureName) String() string { return string(f) }

// Set is the bit set of the names.
func (r RetryOn) Set() (set Failure) {
	for _, n := range r {
		set |= 1 << slices.Index(failureNames, string(n))
	}
	return set
}

// Backoff is the wait before a retry: b = min(max, base·2ⁿ⁻¹) before retry n,
// with jitter. Brooker, "Exponential Backoff And Jitter", AWS 2015; envoy is
// Envoy's "x-envoy-max-retries" with its JitteredExponentialBackOffStrategy.
type Backoff struct {
	Base   unit.Duration `yaml:"base" default:"25ms" doc:"wait before the first retry"`
	Max    unit.Duration `yaml:"max" default:"250ms" doc:"longest wait"`
	Jitter Jitter        `yaml:"jitter" default:"full" doc:"none: b; full: U(0, b); equal: b/2 + U(0, b/2); decorrelated: min(max, U(base, 3·previous)); envoy: U(0, min(max, (2ⁿ−1)·base))"`

	none bool
}

// UnmarshalText takes "none": no wait, so that retries follow at once.
func (b *Backoff) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return errors.New("backoff is a mapping such as { base: 25ms, max: 250ms }, or none")
	}
	*b = Backoff{Jitter: "none", none: true}
	return nil
}

// String is "none" or nothing: the fields speak for themselves.
func (b Backoff) String() string {
	if b.none {
		return "none"
	}
	return ""
}

// Validate refuses a maximum below the base.
func (b *Backoff) Validate() error {
	if b.Max < b.Base {
		return errors.New("backoff max is below base; write max at least as long as base")
	}
	return nil
}

// Jitter is how a wait is spread.
type Jitter string

var jitterNames = []string{"none", "full", "equal", "decorrelated", "envoy"}

// UnmarshalText refuses an unknown name.
func (j *Jitter) UnmarshalText(text []byte) error {
	if !slices.Contains(jitterNames, string(text)) {
		return unlisted("no jitter", text, jitterNames)
	}
	*j = Jitter(text)
	return nil
}

// String is the name.
func (j Jitter) String() string { return string(j) }

// Wait is the pause before retry n (1 for the first), drawn from s. Only
// decorrelated jitter asks for the previous wait: 0 before the first.
func (b *Backoff) Wait(n int, previous time.Duration, s rng.Stream) time.Duration {
	base, limit := time.Duration(b.Base), time.Duration(b.Max)
	switch b.Jitter {
	case "decorrelated":
		previous = max(previous, base)
		high := later(later(previous, previous), previous)
		return min(limit, base+part(&s, high-base))
	case "envoy":
		return part(&s, envoyRange(base, limit, n))
	}
	w := base
	for i := 1; i < n && w < limit; i++ {
		w += min(w, limit-w) // never past the end of time
	}
	switch b.Jitter {
	case "full":
		return part(&s, w)
	case "equal":
		return w/2 + part(&s, w-w/2)
	}
	return w
}

// part is a uniform draw from 0 to whole.
func part(s *rng.Stream, whole time.Duration) time.Duration {
	return time.Duration(s.Float64() * float64(whole))
}

// envoyRange is min(max, (2ⁿ−1)·base).
func envoyRange(base, limit time.Duration, n int) time.Duration {
	w := base
	for i := 1; i < n && w < limit; i++ {
		w += min(w, limit-w)
		w += min(base, limit-w)
	}
	return w
}
