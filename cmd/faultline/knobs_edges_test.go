package main

// Rows of the client side of calls: timeouts, retries, load balancers, walls.

var edgeKnobs = []knob{
	{"resilience.Policy.timeout", nil, hop + "timeout=15ms", figures},
	{"resilience.Policy.retries", impatient(), hop + "retries=none", figures},
	{"resilience.Policy.loadBalancer", nil, hop + "loadBalancer=RANDOM", figures},
	{"resilience.Policy.protocol", nil, hop + "protocol=grpc", figures},
	{"resilience.Policy.network", nil, hop + "network=3ms", figures},
	{"resilience.Protocol.cpu", []string{hop + "protocol.cpu=100us"}, hop + "protocol.cpu=1ms", figures},
	{"resilience.Retries.attempts", impatient(), hop + "retries.attempts=1", figures},
	{"resilience.Retries.perTryTimeout", impatient(), hop + "retries.perTryTimeout=12ms", figures},
	{"resilience.Retries.retryOn", impatient(), hop + "retries.retryOn=[error]", figures},
	{"resilience.Backoff.base", impatient(), hop + "retries.backoff.base=5ms", figures},
	{"resilience.Backoff.max", impatient(), hop + "retries.backoff.max=26ms", figures},
	{"resilience.Backoff.jitter", impatient(), hop + "retries.backoff.jitter=equal", figures},
}
