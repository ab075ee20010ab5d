package resilience

import (
	"errors"
	"math"
	"time"

	"faultline/sim/unit"
)

// Budget bounds the retries of a client instance on an edge, whatever attempts
// says of a single call. It has three forms:
//
//   - ratio, minRetryConcurrency: a retry is made while, with it, the retries in
//     progress are at most max(ratio × calls in progress, minRetryConcurrency).
//     A retry is in progress from the decision, its backoff included, to its end.
//     Envoy's retry_budget and its defaults. The text "20%" is { ratio: 20% }.
//   - tokens, perCall, minTokens: a bucket that is full at first; each call adds
//     perCall up to tokens, a retry needs more than minTokens and takes 1. Brooker,
//     "Fixing retries with token buckets and circuit breakers", 2022.
//   - maxFailureShare: no retry while the failed tries are more than that share
//     of the calls, both since the client instance started: Brooker's circuit
//     breaker for retries, of the same article.
type Budget struct {
	Ratio               *unit.Share `yaml:"ratio" doc:"retries in progress per call in progress, at most"`
	MinRetryConcurrency *int        `yaml:"minRetryConcurrency" default:"3" min:"0" max:"1000000" doc:"retries in progress that are always allowed; with ratio"`
	Tokens              *float64    `yaml:"tokens" doc:"size of a token bucket, full at first; a retry takes 1"`
	PerCall             *float64    `yaml:"perCall" doc:"tokens that each call adds; with tokens"`
	MinTokens           *float64    `yaml:"minTokens" default:"1" doc:"a retry needs more tokens than this, and the one that it takes; with tokens"`
	MaxFailureShare     *unit.Share `yaml:"maxFailureShare" doc:"no retry while failed tries are more than this share of the calls since the client instance started"`
}

// ShortKey says that a bare share is the ratio.
func (*Budget) ShortKey() string { return "ratio" }

// Off reports that retries are not bounded.
func (b *Budget) Off() bool { return b == nil }

const budgetForms = "{ ratio, minRetryConcurrency }, { tokens, perCall, minTokens } or { maxFailureShare }"

// Validate holds that exactly one form is written, and its numbers can be.
func (b *Budget) Validate() error {
	byTokens := b.Tokens != nil || b.PerCall != nil || b.MinTokens != nil
	forms := 0
	for _, is := range []bool{b.Ratio != nil || b.MinRetryConcurrency != nil, byTokens, b.MaxFailureShare != nil} {
		if is {
			forms++
		}
	}
	switch {
	case forms == 0:
		return errors.New("the budget is empty; write a share such as 20%, or " + budgetForms)
	case forms > 1:
		return errors.New("the budget mixes its forms; write one of " + budgetForms)
	case b.MinRetryConcurrency != nil && b.Ratio == nil:
		return wrong("minRetryConcurrency", "minRetryConcurrency is part of { ratio, minRetryConcurrency }; write ratio too")
	case byTokens:
		return b.validateTokens()
	}
	return nil
}

// maxTokens bounds the numbers of a bucket, which is kept in millionths.
const maxTokens = 1e9

func (b *Budget) validateTokens() error {
	if b.Tokens == nil || b.PerCall == nil {
		return errors.New("a token budget is { tokens, perCall, minTokens }; write tokens and perCall")
	}
	least := orElse(b.MinTokens, 1)
	for _, v := range []float64{*b.Tokens, *b.PerCall, least} {
		if !(v >= 0 && v <= maxTokens) || micros(v) == 0 && v > 0 {
			return errors.New("tokens are numbers from 0, or 0.000001, to 1000000000")
		}
	}
	if *b.Tokens < 1 || *b.Tokens <= least {
		return errors.New("the bucket never holds enough for a retry; write tokens of 1 or more and above minTokens (default 1)")
	}
	return nil
}

func orElse[T any](p *T, or T) T {
	if p == nil {
		return or
	}
	return *p
}

// micros is a number of tokens in millionths, so that sums are exact.
func micros(v float64) int64 { return int64(math.Floor(float64(v*1e6) + 0.5)) }

const token = 1_000_000

type budgetForm uint8

const (
	byRatio budgetForm = iota
	byTokens
	byFailures
)

// BudgetState is a Budget at work for one client instance. Nothing of it
// allocates. The engine calls CallBegan and CallEnded for each call, TryEnded for
// each of its tries, AllowRetry before each retry, and RetryEnded when a retry
// that was allowed has ended, or is given up.
type BudgetState struct {
	form                         budgetForm
	share                        float64 // ratio or maxFailureShare
	calls                        int64   // by ratio: in progress; by failures: since the start
	failed                       int64   // tries
	retries                      int64   // in progress
	always                       int64   // retries always allowed
	bucket, size, perCall, least int64   // millionths of a token
}

// Start makes the state of a client instance that has made no call.
func (b *Budget) Start() BudgetState {
	switch {
	case b.Tokens != nil:
		size := micros(*b.Tokens)
		least := max(micros(orElse(b.MinTokens, 1)), token-1)
		return BudgetState{form: byTokens, bucket: size, size: size, perCall: micros(*b.PerCall), least: least}
	case b.MaxFailureShare != nil:
		return BudgetState{form: byFailures, share: float64(*b.MaxFailureShare)}
	}
	return BudgetState{form: byRatio, share: float64(*b.Ratio), always: int64(orElse(b.MinRetryConcurrency, 3))}
}

// CallBegan counts a call.
func (s *BudgetState) CallBegan(time.Duration) {
	s.calls++
	s.bucket = min(s.size, s.bucket+s.perCall)
}

// CallEnded ends a call that CallBegan has counted.
func (s *BudgetState) CallEnded(time.Duration, bool) {
	if s.form == byRatio {
		s.calls--
	}
}

// TryEnded tells how a try, the first or a retry, has ended. It comes before
// AllowRetry for the same try.
func (s *BudgetState) TryEnded(_ time.Duration, failed bool) { s.failed += int64(bit(failed)) }

// AllowRetry asks for one retry, and takes it if the answer is yes.
func (s *BudgetState) AllowRetry(time.Duration) bool {
	switch s.form {
	case byTokens:
		if s.bucket <= s.least {
			return false
		}
		s.bucket -= token
	case byFailures:
		if float64(s.failed)/float64(s.calls) > s.share {
			return false
		}
	default:
		if s.retries >= s.always && float64(s.retries+1)/float64(s.calls) > s.share {
			return false
		}
	}
	s.retries++
	return true
}

// RetryEnded ends a retry that AllowRetry has allowed.
func (s *BudgetState) RetryEnded() { s.retries-- }
