package resilience

// Bulkhead bounds the calls of one client instance to a callee that are in
// flight at once; one more is refused at once. It is resilience4j's
// SemaphoreBulkhead with its default maxWaitDuration of 0. The engine counts.
type Bulkhead struct {
	MaxConcurrentCalls int      `yaml:"maxConcurrentCalls" default:"25" min:"1" doc:"calls in flight at once; one more is refused (bulkheadFull)"`
	_                  struct{} `yaml:"maxWaitDuration" notyet:"true"`
}

// Off reports that there is no bulkhead.
func (b *Bulkhead) Off() bool { return b == nil }

// Full reports that no further call may be made beside those in flight.
func (b *Bulkhead) Full(inFlight int) bool { return inFlight >= b.MaxConcurrentCalls }
