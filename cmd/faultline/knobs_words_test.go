package main

import (
	"slices"
	"testing"
)

// Words that a key takes: each pair of them must make a difference.
var words = []struct {
	field, key string
	given      []string
	words      []string
}{
	{"loadBalancer", hop + "loadBalancer", nil, []string{"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM"}},
	{"jitter", hop + "retries.backoff.jitter", impatient(), []string{"none", "full", "equal"}},
	{"retryOn", hop + "retries.retryOn", impatient("services.back.components=[back]", "services.back.workers=1", "services.back.queue=1",
		"faults.e.at=2s", "faults.e.duration=2s", "faults.e.errors.component=back", "faults.e.errors.share=20%",
		"faults.c.at=5s", "faults.c.crash.component=back"),
		[]string{"[timeout]", "[unavailable]", "[rejected]", "[error]", "[timeout, unavailable, rejected]"}},
	{"protocol", hop + "protocol", nil, []string{"none", "grpc", "rest", "{ cpu: 1ms }"}},
	{"scheduling", "services.front.scheduling", nil, []string{"ps", "fifo"}},
	{"arrivals", "load.visitors.arrivals", nil, []string{"poisson", "uniform"}},
	{"mode", "faults.f.mode", hit("faults.f.slow.service=front", "faults.f.slow.factor=4"), []string{"one", "all"}},
	{"percent", "faults.f.value", hit("faults.f.slow.service=front", "faults.f.slow.factor=4", "faults.f.mode=fixedPercent"), []string{"50%", "51%"}},
	{"distribution", page + "0.cpu", nil, []string{"6ms", "exp(6ms)", "lognormal(6ms cv=0.5)", "lognormal(p50=5ms p99=20ms)"}},
	{"workers", "services.front.workers", nil, []string{"unlimited", "3", "2"}},
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
