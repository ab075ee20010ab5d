package engine

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/rng"
	"faultline/sim/unit"
)

// closed makes a job's flow a closed loop.
func closed(job *Job, users int, think string) *Job {
	f := &job.Flows[0]
	f.VUs, f.ThinkTime, f.Profile, f.Arrivals = users, mustDist(think).Dist, nil, nil
	return job
}

func TestVirtualUsersAskThinkAndAskAgain(t *testing.T) {
	b := newBuilder()
	b.service(ample("front"), sleep("20ms"))
	b.journey("front.do")
	job := closed(b.job(t, 1, sec), 3, "80ms")
	rs, r := replies(t, job)
	// Each thinks for 80 ms first: asks at 80, 180, … 980 ms.
	if len(rs) != 30 || r.Flows[0].Offered != 30 {
		t.Errorf("%d requests, %d offered, want 3 users × 10", len(rs), r.Flows[0].Offered)
	}
	for _, q := range rs {
		if q.latency != 20*ms || (q.at-80*ms)%(100*ms) != 0 {
			t.Fatalf("request at %v took %v", q.at, q.latency)
		}
	}
}

// TestAClosedNetworkObeysTheMachineRepairmanModel: N users think for exp(Z) and
// share c exponential servers (closed-1 of the references: X = 8.41108038).
func TestAClosedNetworkObeysTheMachineRepairmanModel(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 1, 1<<31-1, 1<<31-1), cpu("exp(100ms)"))
	b.journey("s.do")
	job := closed(b.job(t, 1, 40_000*sec), 20, "exp(2s)")
	job.Warmup, job.Window = 100*sec, 1000*sec
	r := mustRun(t, job)
	x := float64(r.Flows[0].Offered) / 39_900
	if math.Abs(x/8.41108038-1) > 0.004 {
		t.Errorf("throughput %v, want 8.411", x)
	}
}

func TestAUserWhoNeverWaitsDoesNotStopTime(t *testing.T) {
	b := newBuilder()
	b.refusing("front")
	b.journey("front.do")
	rs, _ := replies(t, closed(b.job(t, 1, sec), 1, "0"))
	if len(rs) != 1000 {
		t.Errorf("%d requests, want one a millisecond", len(rs))
	}
}

func TestBatchesComeTogetherAndRateCountsThem(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 1, 1<<31-1, 1<<31-1), cpu("10ms"))
	b.journey("s.do")
	job := b.few(t, 3, sec)
	job.Flows[0].Batch = mustCount("4")
	rs, r := replies(t, job)
	if len(rs) != 12 || r.Flows[0].Offered != 12 {
		t.Fatalf("%d requests, want 3 batches of 4", len(rs))
	}
	for i, q := range rs {
		if want := time.Duration(i%4+1) * 10 * ms; q.latency != want || q.n != uint64(i) {
			t.Errorf("request %d (%d) took %v, want %v", i, q.n, q.latency, want)
		}
	}
}

func TestASurgeOfAClosedLoopIsMoreUsers(t *testing.T) {
	b := newBuilder()
	b.service(ample("front"), sleep("20ms"))
	b.journey("front.do")
	job := closed(b.job(t, 1, 3*sec), 10, "80ms")
	inject(job, "surge", sec, sec, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: unit.Factor(3)})
	rs, _ := replies(t, job)
	base, surge := 0, 0
	for _, q := range rs {
		if q.surge {
			surge++
			if q.at < sec || q.at > 2*sec {
				t.Fatalf("a surge request at %v", q.at)
			}
		} else {
			base++
		}
	}
	if base != 300 || surge != 200 {
		t.Errorf("%d requests and %d of the surge, want 300 and 200", base, surge)
	}
}

func TestTheSameUserAsksTheSameWhateverHappens(t *testing.T) {
	job := func() *Job {
		b := newBuilder()
		b.service(small("s", 1, 1, 1<<31-1), cpu("exp(10ms)"))
		b.journey("s.do")
		return closed(b.job(t, 1, 10*sec), 1, "exp(50ms)")
	}
	plain, _ := replies(t, job())
	slowed := job()
	inject(slowed, "slow", 0, 0+fault.Open, slow(onService("s"), 2))
	twice, _ := replies(t, slowed)
	for i := range min(len(plain), len(twice)) {
		if d := twice[i].latency - 2*plain[i].latency; d > 1 || d < -1 {
			t.Fatalf("request %d took %v and %v", i, plain[i].latency, twice[i].latency)
		}
	}
	if len(twice) >= len(plain) {
		t.Errorf("%d requests of a slow system, %d of a fast one", len(twice), len(plain))
	}
}

// TestTheGuideLeadsToTheJourneyOfTheDraw: the first whose cumulated share lies beyond it,
// however uneven the weights are.
func TestTheGuideLeadsToTheJourneyOfTheDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weight := rapid.OneOf(rapid.Just(0.0), rapid.Just(1.0), rapid.Float64Range(1e-9, 1e-6), rapid.Float64Range(0.1, 1e6))
		weights := rapid.SliceOfN(weight, 2, 40).Draw(t, "weights")
		f := newFlow(0, &load.Flow{Profile: load.Constant(1), Weights: weights}, nil, 0)
		if f.only != none || len(f.journeys) == 0 {
			return
		}
		for range 50 {
			key := rng.Key(rapid.Uint64().Draw(t, "key"))
			s := key.Stream(placeJourney)
			u, want := s.Float64(), f.journeys[len(f.journeys)-1].journey
			for _, p := range f.journeys {
				if u < p.upTo {
					want = p.journey
					break
				}
			}
			if got := f.choose(key); got != want {
				t.Fatalf("journey %d at %v, want %d of %v", got, u, want, f.journeys)
			}
		}
	})
}
