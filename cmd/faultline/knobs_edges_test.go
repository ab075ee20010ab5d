package main

// Rows of the client side of calls: timeouts, retries, load balancers, walls.

// shaky are calls of which many fail for two seconds.
func shaky(more ...string) []string {
	return hit(append([]string{"faults.f.errors.service=back", "faults.f.errors.share=60%"}, more...)...)
}

// broken is a circuit breaker before calls that fail.
func broken(more ...string) []string {
	return shaky(append([]string{hop + "circuitBreaker={ slidingWindow: 10, minimumNumberOfCalls: 5, waitDurationInOpenState: 200ms, permittedNumberOfCallsInHalfOpenState: 3 }"}, more...)...)
}

// ejected is outlier detection before one instance that fails.
func ejected(more ...string) []string {
	return shaky(append([]string{"services.back={ replicas: 4, components: [back] }", "faults.f.mode=fixed", "faults.f.value=2", "faults.f.errors.share=90%",
		hop + "outlierDetection={ consecutive5xxErrors: 3, interval: 100ms, baseEjectionTime: 300ms, maxEjectionPercent: 100%, panicThreshold: 0% }"}, more...)...)
}

// crowded is outlier detection before instances that reject calls.
func crowded() []string {
	return []string{"services.back={ replicas: 4, components: [back], workers: 1, queue: 0 }", hop + "loadBalancer=RANDOM",
		hop + "outlierDetection={ consecutive5xxErrors: 0, consecutiveGatewayErrors: 1, interval: 100ms, baseEjectionTime: 300ms, maxEjectionPercent: 100%, panicThreshold: 0% }"}
}

// budgeted are retries with a budget.
func budgeted(budget string) []string { return impatient(hop + "retries.budget=" + budget) }

var edgeKnobs = []knob{
	{"resilience.Policy.timeout", nil, hop + "timeout=15ms", figures},
	{"resilience.Policy.retries", impatient(), hop + "retries=none", figures},
	{"resilience.Policy.loadBalancer", nil, hop + "loadBalancer=RANDOM", figures},
	{"resilience.Policy.protocol", nil, hop + "protocol=grpc", figures},
	{"resilience.Policy.network", nil, hop + "network=3ms", figures},
	{"resilience.Policy.localityAware", nil, hop + "localityAware=true", figures},
	{"resilience.Policy.cancelOnTimeout", []string{hop + "timeout=8ms"}, hop + "cancelOnTimeout=true", figures},
	{"resilience.Policy.deadlinePropagation", []string{`edges."users -> front".timeout=25ms`}, `edges."users -> front".deadlinePropagation=true`, figures},
	{"resilience.Protocol.cpu", []string{hop + "protocol.cpu=100us"}, hop + "protocol.cpu=1ms", figures},

	{"resilience.Retries.attempts", impatient(), hop + "retries.attempts=1", figures},
	{"resilience.Retries.perTryTimeout", impatient(), hop + "retries.perTryTimeout=12ms", figures},
	{"resilience.Retries.retryOn", impatient(), hop + "retries.retryOn=[error]", figures},
	{"resilience.Retries.backoff", impatient(), hop + "retries.backoff=none", figures},
	{"resilience.Backoff.base", impatient(), hop + "retries.backoff.base=5ms", figures},
	{"resilience.Backoff.max", impatient(), hop + "retries.backoff.max=26ms", figures},
	{"resilience.Backoff.jitter", impatient(), hop + "retries.backoff.jitter=equal", figures},
	{"resilience.Budget.ratio", budgeted("{ ratio: 50%, minRetryConcurrency: 0 }"), hop + "retries.budget.ratio=10%", figures},
	{"resilience.Budget.minRetryConcurrency", budgeted("{ ratio: 10%, minRetryConcurrency: 0 }"), hop + "retries.budget.minRetryConcurrency=2", figures},
	{"resilience.Budget.tokens", budgeted("{ tokens: 5, perCall: 0.1 }"), hop + "retries.budget.tokens=10", figures},
	{"resilience.Budget.perCall", budgeted("{ tokens: 5, perCall: 0.1 }"), hop + "retries.budget.perCall=0.3", figures},
	{"resilience.Budget.minTokens", budgeted("{ tokens: 5, perCall: 0.1 }"), hop + "retries.budget.minTokens=3", figures},
	{"resilience.Budget.maxFailureShare", budgeted("{ maxFailureShare: 10% }"), hop + "retries.budget.maxFailureShare=90%", figures},

	{"resilience.CircuitBreaker.failureRateThreshold", broken(), hop + "circuitBreaker.failureRateThreshold=20%", figures},
	{"resilience.CircuitBreaker.slowCallRateThreshold", broken(hop + "circuitBreaker.slowCallDurationThreshold=8ms"), hop + "circuitBreaker.slowCallRateThreshold=20%", figures},
	{"resilience.CircuitBreaker.slowCallDurationThreshold", broken(hop + "circuitBreaker.slowCallRateThreshold=20%"), hop + "circuitBreaker.slowCallDurationThreshold=8ms", figures},
	{"resilience.CircuitBreaker.slidingWindow", broken(), hop + "circuitBreaker.slidingWindow=1s", figures},
	{"resilience.CircuitBreaker.minimumNumberOfCalls", broken(), hop + "circuitBreaker.minimumNumberOfCalls=10", figures},
	{"resilience.CircuitBreaker.waitDurationInOpenState", broken(), hop + "circuitBreaker.waitDurationInOpenState=1s", figures},
	{"resilience.CircuitBreaker.permittedNumberOfCallsInHalfOpenState", broken(), hop + "circuitBreaker.permittedNumberOfCallsInHalfOpenState=1", figures},
	{"resilience.CircuitBreaker.maxWaitDurationInHalfOpenState", broken(), hop + "circuitBreaker.maxWaitDurationInHalfOpenState=5ms", figures},
	{"resilience.Bulkhead.maxConcurrentCalls", []string{hop + "bulkhead={ maxConcurrentCalls: 1 }"}, hop + "bulkhead.maxConcurrentCalls=2", figures},
	{"resilience.Hedging.maxAttempts", []string{hop + "hedging={ maxAttempts: 2, hedgingDelay: 3ms }"}, hop + "hedging.maxAttempts=3", figures},
	{"resilience.Hedging.hedgingDelay", []string{hop + "hedging={ maxAttempts: 2, hedgingDelay: 3ms }"}, hop + "hedging.hedgingDelay=9ms", figures},
	{"resilience.AdaptiveThrottling.k", []string{"services.back={ components: [back], workers: 1, queue: 0 }", hop + "adaptiveThrottling={ k: 2 }"}, hop + "adaptiveThrottling.k=1.1", figures},

	{"resilience.OutlierDetection.consecutive5xxErrors", ejected(), hop + "outlierDetection.consecutive5xxErrors=6", figures},
	{"resilience.OutlierDetection.consecutiveGatewayErrors", crowded(), hop + "outlierDetection.consecutiveGatewayErrors=2", figures},
	{"resilience.OutlierDetection.interval", ejected(), hop + "outlierDetection.interval=250ms", figures},
	{"resilience.OutlierDetection.baseEjectionTime", ejected(), hop + "outlierDetection.baseEjectionTime=1s", figures},
	{"resilience.OutlierDetection.maxEjectionPercent", ejected(), hop + "outlierDetection.maxEjectionPercent=25%", figures},
	{"resilience.OutlierDetection.minHealthPercent", ejected(), hop + "outlierDetection.minHealthPercent=80%", figures},
	{"resilience.OutlierDetection.panicThreshold", ejected(), hop + "outlierDetection.panicThreshold=80%", figures},
}
