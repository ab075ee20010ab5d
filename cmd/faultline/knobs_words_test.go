package main

import (
	"slices"
	"strings"
	"testing"
)

// Words that a key takes: each pair of them must make a difference.
var words = []struct {
	field, key string
	given      []string
	words      []string
}{
	{"loadBalancer", hop + "loadBalancer", []string{"services.back={ components: [back], replicas: 4 }"}, []string{"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "POWER_OF_TWO", "RING_HASH"}},
	{"jitter", hop + "retries.backoff.jitter", impatient(), []string{"none", "full", "equal", "decorrelated", "envoy"}},
	{"retryOn", hop + "retries.retryOn", impatient("services.back.components=[back]", "services.back.workers=1", "services.back.queue=1",
		"faults.e.at=2s", "faults.e.duration=2s", "faults.e.errors.component=back", "faults.e.errors.share=20%",
		"faults.c.at=5s", "faults.c.crash.component=back"),
		[]string{"[timeout]", "[unavailable]", "[rejected]", "[error]", "[timeout, unavailable, rejected]"}},
	{"protocol", hop + "protocol", nil, []string{"none", "grpc", "rest", "{ cpu: 1ms }"}},
	{"scheduling", "services.front.scheduling", nil, []string{"ps", "fifo"}},
	{"arrivals", "load.visitors.arrivals", nil, []string{"poisson", "uniform", "gamma(cv=2)", "gamma(cv=0.5)", "mmpp(1 for 1s 4 for 500ms)", "trace(trace.csv)"}},
	{"batch", "load.visitors.batch", nil, []string{"1", "3", "uniform(1 5)"}},
	{"warmup", "run.warmup", []string{"run.duration=20s"}, []string{"0", "1s", "auto"}},
	{"mode", "faults.f.mode", hit("faults.f.slow.service=front", "faults.f.slow.factor=4"), []string{"one", "all"}},
	{"direction", "faults.f.partition.direction", with("partition", "service=back"), []string{"both", "to", "from"}},
	{"percent", "faults.f.value", hit("faults.f.slow.service=front", "faults.f.slow.factor=4", "faults.f.mode=fixedPercent"), []string{"50%", "51%"}},
	{"distribution", page + "0.cpu", nil, []string{"6ms", "exp(6ms)", "lognormal(6ms cv=0.5)", "lognormal(p50=5ms p99=20ms)",
		"uniform(2ms 10ms)", "normal(6ms sd=2ms)", "gamma(6ms cv=0.5)", "erlang(6ms k=3)", "weibull(6ms shape=0.7)", "pareto(6ms alpha=2.5)",
		"hyperexp(6ms cv=2)", "empirical(times.csv)", "mix(90% 5ms 10% exp(15ms))"}},
	{"workers", "services.front.workers", nil, []string{"unlimited", "3", "2"}},
	{"pool", "services.front.pool", nil, []string{"unlimited", "1", "{ main: 1 }", "{ other: 1 }"}},
	{"queueDiscipline", "services.front.queueDiscipline", []string{"services.front.workers=2", "journeys.page.criticality=critical"}, []string{"fifo", "lifo", "priority"}},
	{"runtime", "services.front.runtime", []string{hop + "protocol=grpc"}, []string{"go", "jvm", "node", "python", "{ base: jvm, pauses: none }"}},
	{"budget", hop + "retries.budget", impatient(), []string{"none", "10%", "{ ratio: 10%, minRetryConcurrency: 0 }", "{ tokens: 5, perCall: 0.1 }", "{ maxFailureShare: 60% }"}},
	{"slidingWindow", hop + "circuitBreaker.slidingWindow", broken(), []string{"5", "1s", "2s"}},
	{"parallel wait", page + "5.parallel.wait", []string{page + "5={ parallel: { branches: [ { sleep: exp(3ms) }, { sleep: exp(3ms) }, { sleep: exp(3ms) } ] } }"}, []string{"all", "any", "2"}},
	{"branches", page + "5.parallel.branches", []string{page + "5={ parallel: { branches: [ { sleep: exp(3ms) } ] } }"}, []string{"[ { sleep: exp(3ms) }, { sleep: exp(3ms) } ]",
		"[ [ { sleep: exp(3ms) }, { sleep: exp(3ms) } ] ]", "[ [ [ { sleep: exp(3ms) }, { sleep: exp(3ms) } ], { sleep: exp(3ms) } ] ]"}},
	{"backoff", hop + "retries.backoff", impatient(), []string{"none", "{ base: 10ms }", "{ base: 10ms, jitter: none }"}},
	{"attempts", hop + "retries.attempts", impatient(), []string{"0", "1", "2"}},
	{"fallback", page + "1.fallback", shaky(), []string{"[ { sleep: exp(1ms) } ]", "[ { sleep: exp(9ms) } ]", "[ { read: pages } ]"}},
	{"session", "journeys.ping", nil, []string{"{ call: front.ping }", "{ steps: [ { call: front.ping }, { call: front.ping } ] }",
		"{ steps: [ { call: front.ping }, { sleep: exp(1s) }, { call: front.ping } ] }"}},
	{"repeat", page + "2", nil, []string{"{ sleep: exp(2ms) }", "{ repeat: { times: 2, steps: [ { sleep: exp(2ms) } ] } }", "{ repeat: { times: uniform(1 5), steps: [ { sleep: exp(2ms) } ] } }"}},
	{"cached steps", page + "2.cache.steps", []string{page + "2=" + aCache}, []string{"[ { sleep: exp(8ms) } ]", "[ { sleep: exp(20ms) } ]", "[ { read: pages } ]"}},
	{"chosen steps", page + "2.choose.0.steps", []string{page + "2=" + choice("50%", "50%")}, []string{"[]", "[ { sleep: exp(20ms) } ]", "[ { read: pages } ]"}},
	{"wall", `edges."front -> back"`, []string{"services.front.components=[front, back]"}, []string{"{ bulkhead: { maxConcurrentCalls: 1 } }", "{ timeout: 3ms }", "{ timeout: 9ms }", "{}"}},
}

func TestEveryWordMakesADifference(t *testing.T) {
	cache := make(map[string]outcome)
	for _, w := range words {
		t.Run(w.field, func(t *testing.T) {
			for i, word := range w.words {
				a := tryKnob(t, cache, append(slices.Clone(w.given), w.key+"="+word))
				if a.samples == nil {
					t.Fatalf("%s: exit code %d\n%s", word, a.code, a.stderr)
				}
				for _, other := range w.words[:i] {
					if b := tryKnob(t, cache, append(slices.Clone(w.given), w.key+"="+other)); !a.moved(b, figures) {
						t.Errorf("%s and %s give the same figures", other, word)
					}
				}
			}
		})
	}
}

// replicasOf is the mean number of instances of the service front that are ready,
// under a fault that kills some of four.
func replicasOf(t *testing.T, cache map[string]outcome, mode, value string) string {
	t.Helper()
	set := append(with("kill", "service=front"), "services.front.replicas=4", "faults.f.mode="+mode)
	if value != "" {
		set = append(set, "faults.f.value="+value)
	}
	o := tryKnob(t, cache, set)
	if o.samples == nil {
		t.Fatalf("%s %s: exit code %d\n%s", mode, value, o.code, o.stderr)
	}
	return o.samples[`replicas{"service":"front"}`]
}

func TestModesHitAsManyInstancesAsTheySay(t *testing.T) {
	cache := make(map[string]outcome)
	figures := make(map[string]string)
	for _, same := range [][]string{
		{"one", "fixed 1", "fixedPercent 1%", "fixedPercent 25%"},
		{"fixed 2", "fixedPercent 26%", "fixedPercent 50%"},
		{"fixed 3", "fixedPercent 51%", "fixedPercent 75%"},
		{"all", "fixed 4", "fixed 9", "fixedPercent 76%", "fixedPercent 100%"},
	} {
		first := ""
		for i, mode := range same {
			name, value, _ := strings.Cut(mode, " ")
			got := replicasOf(t, cache, name, value)
			switch other := figures[got]; {
			case i == 0 && other != "":
				t.Errorf("%s hits as many as %s", mode, other)
			case i == 0:
				first, figures[got] = got, mode
			case got != first:
				t.Errorf("%s: %s, but %s: %s", mode, got, same[0], first)
			}
		}
		if first == "" {
			t.Errorf("%s: no figure", same[0])
		}
	}
}
