package resilience

// CircuitBreaker stops calls to a callee that fails.
type CircuitBreaker struct{}

// Bulkhead bounds the calls in flight.
type Bulkhead struct{}

// Hedging sends a call again before it has failed.
type Hedging struct{}

// OutlierDetection leaves out instances that fail.
type OutlierDetection struct{}

// AdaptiveThrottling refuses calls at the client when the callee refuses many.
type AdaptiveThrottling struct{}
