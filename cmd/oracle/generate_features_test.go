package oracle

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// What the oracle knows is drawn, and often enough to mean something: each in at least
// five of 500 systems, all of which load.
func TestTheDrawReachesAllThatTheOracleKnows(t *testing.T) {
	features := []string{"sleep:", "erlang(", "mix(", "probability:", "times: 2", "uniform(0 3)", "optional:", "fallback:", "parallel: { wait: any",
		"wait: 2", "choose:", "cache:", "repeat:", "errorRate: 1", "Helper.do", "read: rows", "pool: 1", "connections: 2", "replicas: 2", "queue: unlimited",
		"queueTimeout:", "lifo", "priority", "contention:", "pauses:", "scheduling: fifo", "cpu: 500m", "LEAST_REQUEST", "RANDOM", "ROUND_ROBIN", "POWER_OF_TWO",
		"retries:", "bulkhead:", "protocol:", "criticality: critical", "vus:", "batch: 2", "mode: one", "mode: all"}
	const systems = 500
	met := make(map[string]int)
	for n := range systems {
		s := generate(rand.New(rand.NewPCG(uint64(n), 0xfea)))
		f := s.files()
		if n%10 == 0 {
			_, plan := loadFiles(t, f)
			if _, err := newMachine(plan.System, plan.Flows, plan.Faults); err != nil {
				t.Errorf("%v\n%v", err, f)
			}
		}
		for _, x := range features {
			if strings.Contains(f.String(), x) {
				met[x]++
			}
		}
	}
	for _, x := range features {
		if met[x] < systems/100 {
			t.Errorf("%d of %d systems have %s", met[x], systems, x)
		}
	}
}
