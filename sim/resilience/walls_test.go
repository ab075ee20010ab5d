package resilience

import "testing"

func TestABulkheadIsFullAtItsBound(t *testing.T) {
	b := &Bulkhead{MaxConcurrentCalls: 2}
	for inFlight, full := range []bool{false, false, true, true} {
		if b.Full(inFlight) != full {
			t.Errorf("%d in flight: full is %v", inFlight, !full)
		}
	}
}

func TestPoliciesAreOffWhenAbsent(t *testing.T) {
	var p Policy
	for name, off := range map[string]bool{
		"circuitBreaker": p.CircuitBreaker.Off(), "bulkhead": p.Bulkhead.Off(), "hedging": p.Hedging.Off(),
		"outlierDetection": p.OutlierDetection.Off(), "adaptiveThrottling": p.AdaptiveThrottling.Off(), "budget": (*Budget)(nil).Off(),
	} {
		if !off {
			t.Errorf("%s is on", name)
		}
	}
	on := Policy{CircuitBreaker: new(CircuitBreaker), Bulkhead: new(Bulkhead), Hedging: new(Hedging),
		OutlierDetection: new(OutlierDetection), AdaptiveThrottling: new(AdaptiveThrottling)}
	for name, off := range map[string]bool{
		"circuitBreaker": on.CircuitBreaker.Off(), "bulkhead": on.Bulkhead.Off(), "hedging": on.Hedging.Off(),
		"outlierDetection": on.OutlierDetection.Off(), "adaptiveThrottling": on.AdaptiveThrottling.Off(), "budget": new(Budget).Off(),
	} {
		if off {
			t.Errorf("%s is off", name)
		}
	}
}
