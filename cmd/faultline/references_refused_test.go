package main

import (
	"slices"
	"strings"
	"testing"
)

// refusal is a system that is not the one of its rows, and the figures that must
// show it.
type refusal struct {
	what, file, duration string
	set                  []string
	refused              string // metrics
}

// refusals has one or more for each family. They are quick: a few per cent that
// are wrong must be seen by far fewer customers than a proof takes.
var refusals = []refusal{
	{"1% more service time", "mm1-1", "3h", []string{"mm1.services.station.operations.serve.0.cpu=exp(10100us)"}, "rho W"},
	{"one server fewer", "mmc-4", "25h", []string{"mm5.services.station.workers=4", "mm5.services.station.cpu=4"}, "rho W"},
	{"one worker fewer", "mmc-4", "25h", []string{"mm5.services.station.workers=4"}, "W"},
	{"one core fewer", "mmc-4", "25h", []string{"mm5.services.station.cpu=4"}, "rho W"},
	{"one place fewer", "mmck-2", "25h", []string{"mm1-10.services.station.queue=8"}, "W_accepted L"},
	{"cores that are shared", "md1-1", "40h", []string{"md1.services.station.workers=unlimited", "md1.services.station.scheduling=ps"}, "W"},
	{"one place to wait", "erlB-1", "4h", []string{"loss5-exp.services.station.queue=1"}, "P_block"},
	{"a service of less variance", "mln1-2", "60h", []string{"mln2.services.station.operations.serve.0.cpu=lognormal(1s cv=1)"}, "Wq W L"},
	{"a tail cut off", "mbimod1-1", "10h", []string{"mbimod.services.station.operations.serve.0.cpu=exp(109900us)"}, "Wq W"},
	{"Poisson arrivals for even ones", "gm1-1", "30h", []string{"load.customers.arrivals=poisson"}, "sigma W"},
	{"two stages for four", "gm1-3", "60h", []string{"load.customers.arrivals=gamma(cv=0.7071)"}, "sigma W"},
	{"exponential services for constant ones", "mdc-1", "20h", []string{"md2.services.station.operations.serve.0.cpu=exp(1s)"}, "Wq W"},
	{"no priority", "prio-1", "30h", []string{"priority.services.station.queueDiscipline=fifo"}, "W1"},
	{"last come first served", "mm1-1", "1h", []string{"mm1.services.station.queueDiscipline=lifo"}, "T_p99"},
	{"3% more to the second station", "jackson-1", "6h", []string{"jackson.journeys.customer.steps.1.probability=63%"}, "lam2"},
	{"2% less feedback", "jackson-4", "8h", []string{"feedback.services.door.operations.enter.0.repeat.times=geometric(1.3)"}, "lam"},
	{"thinking 3% longer", "mva-1", "3h", []string{"load.users10.thinkTime=exp(1030ms)"}, "X"},
	{"one user fewer", "closed-1", "4h", []string{"load.users20.vus=19"}, "X R L"},
	{"the slowest but one", "fj-max-10", "3m", []string{"max10.services.fan.operations.out.0.parallel.wait=9"}, "mean p50 p99"},
	{"all for two of three", "kofn-2-3", "3m", []string{"quorum2-3.services.fan.operations.out.0.parallel.wait=all"}, "mean p99"},
	{"jobs that go anywhere", "fork-2-50", "20h", []string{`fork2.edges."front -> station".loadBalancer=RANDOM`}, "W"},
	{"leaves nine times slower for ten", "slow-10-1", "3m", []string{"faults.slow-leaves.slow.factor=9"}, "p95 p99"},
	{"leaves slow a tenth less often", "tailscale-1", "20s", []string{"tail100.services.leaf.operations.answer.errorRate=0.9%"}, "P_any_slow"},
	{"a quarter more patience", "erlA-1", "4h", []string{"patience1.services.station.queueTimeout=exp(2500ms)"}, "P_abandon Lq"},
	{"a tenth less patience", "mmcD-1", "20h", []string{"deadline5s.services.station.queueTimeout=4500ms"}, "P_timeout Wq_all"},
	{"retrials a tenth later", "retrial-1", "40h", []string{"retrial1.services.orbit.operations.again.0.sleep=exp(1100ms)"}, "W E_orbit"},
	{"one failure in ten more", "breakdown-1", "60h", []string{"faults.breakdowns.every=exp(9s)"}, "L W"},
	{"a third more of slowness", "gray-1", "60h", []string{"faults.gray.slow.factor=4.5"}, "L W"},
	{"any queue for the shorter of two", "pod-50", "8m", []string{`fleet-two.edges."users -> *".loadBalancer=RANDOM`}, "W_d2"},
	{"a random queue for the shortest", "jsq-2-50", "10h", []string{`jsq2.edges."users -> *".loadBalancer=RANDOM`}, "W"},
	{"units that are repaired half as fast", "kofn-avail-1", "60h", []string{"faults.u1.repair=exp(20s)"}, "A_unit"},
	{"a call in 500 for one in 1,000", "series-1", "1m", []string{"chain10.services.s3.operations.serve.errorRate=1%"}, "A"},
	{"batches of a random size", "batch-1", "60h", []string{"load.customers.batch=geometric(4)"}, "W L"},
	{"phases of half the length", "mmpp-1", "60h", []string{"load.customers.arrivals=mmpp(0.2 for 10s 1.4 for 5s)"}, "W L"},
	{"an outage a fiftieth longer", "outage-1", "10m", []string{"faults.outage.duration=61300ms"}, "backlog max_delay"},
	{"one attempt fewer", "retry-2", "1m", []string{`retry-2.edges."users -> *".retries.attempts=1`}, "calls_to_leaf_per_user_req P_user_fail"},
	{"hedged a sixth earlier", "hedge-1", "1m", []string{`hedged1.edges."users -> *".hedging.hedgingDelay=25ms`}, "extra_load p99"},
	{"a breaker that waits longer", "cbr-1", "10h", []string{`cbr-1.edges."users -> *".circuitBreaker.waitDurationInOpenState=7s`}, "frac_rejected frac_user_success"},
	{"a breaker of four failures", "cbr-1", "10h", []string{`cbr-1.edges."users -> *".circuitBreaker.slidingWindow=4`, `cbr-1.edges."users -> *".circuitBreaker.minimumNumberOfCalls=4`}, "frac_rejected"},
	{"jitter of half the wait", "backoff-1", "20s", []string{`backoff1.edges."client -> server".retries.backoff.jitter=equal`}, "mean_total"},
	{"a throttle that sends more", "throttle-1", "30m", []string{`throttle1.edges."users -> *".adaptiveThrottling.k=2.2`}, "P_local_reject sent"},
	{"services a twentieth longer", "mtminf-1", "11m", []string{"infinite.services.station.operations.serve.0.sleep=exp(10500ms)"}, "mean peak"},
	{"1% more work, evenly spaced", "dd1-1", "2m", []string{"even8.services.station.operations.serve.0.cpu=8100us"}, "W util"},
	{"one CPU step longer", "util-1", "1m", []string{"cpu-chain.services.s7.operations.serve.0.cpu=3ms"}, "busy_cores"},
}

// The check must be able to fail: the same customers, with what the reference
// does not say.
func TestReferencesRefuseAnotherSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 30 million customers")
	}
	all := knownFigures(t)
	for _, c := range refusals {
		t.Run(c.file+"/"+c.what, func(t *testing.T) {
			args := []string{"--duration", c.duration}
			if strings.HasPrefix(c.file, "mm") {
				args = append(args, "--set", "run.warmup=30m")
			}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			store := simulate(t, referenceDir+c.file+".yaml", args...)
			topology, _, _ := strings.Cut(c.set[0], ".")
			missing := strings.Fields(c.refused)
			for _, f := range all {
				if f.file != c.file || f.reading == "" || f.topology != "" && topology != f.topology && topology != "load" && topology != "faults" {
					continue
				}
				if !slices.Contains(strings.Fields(c.refused), f.metric) {
					continue
				}
				missing = slices.DeleteFunc(missing, func(m string) bool { return m == f.metric })
				// A share of the reference is no bound of noise, and stands beside one here.
				switch j := f.judge(t, store, len(all)); {
				case !j.deviates || j.rule != "" && j.noisy:
					t.Errorf("not refused, or too noisy to be: %v", j)
				default:
					t.Log("refused:", j)
				}
			}
			if len(missing) > 0 {
				t.Errorf("%s has no %v", c.file, missing)
			}
		})
	}
}
