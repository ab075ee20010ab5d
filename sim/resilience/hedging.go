package resilience

import (
	"faultline/sim/unit"
)

// Hedging sends a call again before it has failed, and takes the first success:
// gRPC's hedgingPolicy (github.com/grpc/proposal, A6-client-retries). The next
// try is sent after each delay, or at once when a try has failed, until one
// succeeds or all have been sent. The call's timeout spans them all.
type Hedging struct {
	MaxAttempts  int           `yaml:"maxAttempts" required:"true" min:"2" max:"100" doc:"tries at most, the first included"`
	HedgingDelay unit.Duration `yaml:"hedgingDelay" default:"0" doc:"from one try to the next; 0: all are sent at once"`
}

// Off reports that there is no hedging.
func (h *Hedging) Off() bool { return h == nil }
