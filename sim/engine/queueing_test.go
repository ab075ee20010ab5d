package engine

import (
	"fmt"
	"math"
	"testing"
	"time"

	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/stats"
	"faultline/sim/step"
)

// queue is a station with a closed form.
type queue struct {
	name       string
	arrivals   load.Arrivals
	rate       float64 // requests per second
	service    string
	cores      float64
	workers    int // 0: unlimited
	places     int // of the queue; -1: unlimited
	scheduling model.Scheduling
	n          int // requests a replication
	figures    []figure
}

// figure is one number of a run and what theory says of it.
type figure struct {
	name string
	of   func(*measure.Run) float64
	want float64
}

const replications = 20

// seconds is the mean of a histogram.
func seconds(h *measure.Histogram) float64 { return float64(h.Sum) / float64(h.Count) / 1e9 }

func response(want float64) figure {
	return figure{"mean response", func(r *measure.Run) float64 { return seconds(&r.Journeys[0].Latency) }, want}
}

func waiting(want float64) figure {
	return figure{"mean wait", func(r *measure.Run) float64 { return seconds(&r.Stations[1].QueueWait) }, want}
}

func delayed(want float64) figure {
	return figure{"share that waits", func(r *measure.Run) float64 {
		return float64(r.Stations[1].Waited) / float64(r.Stations[1].QueueWait.Count)
	}, want}
}

func blocked(want float64) figure {
	return figure{"share rejected", func(r *measure.Run) float64 {
		c := &r.Journeys[0].Counts
		return float64(c.Of(measure.Rejected)) / float64(c.Offered())
	}, want}
}

func busy(want float64) figure {
	return figure{"cores in use", func(r *measure.Run) float64 {
		return r.Stations[1].BusyCoreTime / (r.Duration - r.Warmup).Seconds()
	}, want}
}

func inside(want float64) figure {
	return figure{"requests inside", func(r *measure.Run) float64 {
		return (r.Stations[1].InServiceTime + r.Stations[1].QueuedTime) / (r.Duration - r.Warmup).Seconds()
	}, want}
}

// erlangB is the loss probability of c servers under a Erlang (Erlang 1917).
func erlangB(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// erlangC is the probability of waiting for one of c servers.
func erlangC(c int, a float64) float64 {
	b := erlangB(c, a)
	return b / (1 - a/float64(c)*(1-b))
}

// mmck is the distribution of the number in M/M/c/K, K = c + places.
func mmck(c, places int, a float64) (p []float64) {
	p = []float64{1}
	sum := 1.0
	for k := 1; k <= c+places; k++ {
		p = append(p, p[k-1]*a/float64(min(k, c)))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// queues are the systems with a closed form; service is in seconds below.
// Sources: Kleinrock, Queueing Systems I, 1975; Pollaczek and Khinchine for
// M/G/1; insensitivity of M/G/1-PS and M/G/c/c: Kelly 1979.
func queues() []queue {
	const s = 0.8e-3
	pk := func(cv2 float64) float64 { return 0.8 * s * (1 + cv2) / 2 / (1 - 0.8) } // mean wait
	c3 := erlangC(3, 2.4)
	p25 := mmck(2, 3, 1.6)
	var in25 float64
	for k, p := range p25 {
		in25 += float64(k) * p
	}
	b := erlangB(4, 3.2)
	return []queue{
		{"M/M/1", load.Poisson{}, 1000, "exp(800us)", 1, 1, -1, model.FIFO, 60_000,
			[]figure{response(s / 0.2), waiting(0.8 * s / 0.2), delayed(0.8), busy(0.8), inside(4)}},
		{"M/M/3", load.Poisson{}, 3000, "exp(800us)", 3, 3, -1, model.FIFO, 60_000,
			[]figure{response(s + c3*s/(3-2.4)), waiting(c3 * s / (3 - 2.4)), delayed(c3), busy(2.4)}},
		{"M/M/2/5", load.Poisson{}, 2000, "exp(800us)", 2, 2, 3, model.FIFO, 50_000,
			[]figure{blocked(p25[5]), busy(1.6 * (1 - p25[5])), inside(in25), response(in25 / 2000 / (1 - p25[5]))}},
		{"M/G/4/4, insensitive", load.Poisson{}, 4000, "lognormal(800us cv=2)", 4, 4, 0, model.FIFO, 50_000,
			[]figure{blocked(b), busy(3.2 * (1 - b)), response(s)}},
		{"M/D/1", load.Poisson{}, 1000, "800us", 1, 0, -1, model.FIFO, 60_000,
			[]figure{response(s + pk(0)), busy(0.8), inside(1000 * (s + pk(0)))}},
		{"M/G/1", load.Poisson{}, 1000, "lognormal(800us cv=1.5)", 1, 1, -1, model.FIFO, 100_000,
			[]figure{response(s + pk(2.25)), waiting(pk(2.25)), delayed(0.8), busy(0.8)}},
		{"M/M/1-PS", load.Poisson{}, 1000, "exp(800us)", 1, 0, -1, model.PS, 60_000,
			[]figure{response(s / 0.2), busy(0.8)}},
		{"M/G/1-PS, insensitive", load.Poisson{}, 1000, "lognormal(800us cv=2)", 1, 0, -1, model.PS, 60_000,
			[]figure{response(s / 0.2), busy(0.8)}},
		{"M/D/1-PS, insensitive", load.Poisson{}, 1000, "800us", 1, 0, -1, model.PS, 60_000,
			[]figure{response(s / 0.2), busy(0.8)}},
		{"M/M/1 on half a core", load.Poisson{}, 500, "exp(800us)", 0.5, 1, -1, model.FIFO, 60_000,
			[]figure{response(2 * s / 0.2), busy(0.4)}},
		{"M/M/1-PS on half a core", load.Poisson{}, 500, "exp(800us)", 0.5, 0, -1, model.PS, 60_000,
			[]figure{response(2 * s / 0.2), busy(0.4)}},
		{"D/D/1", load.Uniform{}, 1000, "800us", 1, 1, -1, model.FIFO, 1000,
			[]figure{response(s), waiting(0), delayed(0), busy(0.8)}},
	}
}

func (q queue) job(t testing.TB, replication int) *Job {
	b := newBuilder()
	st := model.Station{Name: "s", Cores: q.cores, Scheduling: q.scheduling, Workers: q.workers, Queue: q.places}
	if q.places < 0 {
		st.Queue = model.Unlimited
	}
	b.service(st, cpu(q.service))
	b.journey("s.do")
	job := b.job(t, q.rate, time.Duration(float64(q.n)/q.rate*1e9))
	job.Flows[0].Arrivals = q.arrivals
	job.Warmup = job.Duration / 10
	job.Replication = replication
	job.Window = job.Duration
	return job
}

// disagreements runs the replications and returns the figures that theory
// refuses: |simulated − closed form| > t(df, 1 − 0.0005/m)·SE + 0.2%.
func (q queue) disagreements(t testing.TB, replicas func(*Job)) (bad []string) {
	values := make([][]float64, len(q.figures))
	for r := range replications {
		job := q.job(t, r)
		if replicas != nil {
			replicas(job)
		}
		run := mustRun(t, job)
		for i, f := range q.figures {
			values[i] = append(values[i], f.of(run))
		}
	}
	quantile := stats.TQuantile(1-0.0005/float64(len(q.figures)), replications-1)
	for i, f := range q.figures {
		mean := stats.Mean(values[i])
		se := math.Sqrt(stats.Variance(values[i]) / replications)
		if math.Abs(mean-f.want) > quantile*se+0.002*f.want {
			bad = append(bad, fmt.Sprintf("%s is %.6g ± %.2g, theory says %.6g", f.name, mean, quantile*se, f.want))
		}
	}
	return bad
}

func TestStationsAgreeWithTheory(t *testing.T) {
	for _, q := range queues() {
		t.Run(q.name, func(t *testing.T) {
			for _, text := range q.disagreements(t, nil) {
				t.Error(text)
			}
		})
	}
}

// TestTheoryNoticesAPlantedError is the negative control: the same checks must
// fail on a system that is slightly another.
func TestTheoryNoticesAPlantedError(t *testing.T) {
	scale := func(by float64) func(*Job) {
		return func(j *Job) {
			sys := *j.System
			sys.Dists = append(sys.Dists[:0:0], sys.Dists...)
			for i, d := range sys.Dists {
				sys.Dists[i] = mustDist("exp(" + time.Duration(float64(d.Mean())*by).String() + ")").Dist
			}
			j.System = &sys
		}
	}
	for _, c := range []struct {
		queue, name string
		plant       func(*Job)
	}{
		{"M/M/1", "service 1% longer", scale(1.01)},
		{"M/M/3", "service 1% longer", scale(1.01)},
		{"M/M/1-PS", "service 1% longer", scale(1.01)},
		{"M/M/3", "one server more", func(j *Job) { j.System.Stations[1].Workers, j.System.Stations[1].Cores = 4, 4 }},
		{"M/M/2/5", "one place fewer", func(j *Job) { j.System.Stations[1].Queue-- }},
		{"M/M/2/5", "one server fewer", func(j *Job) { j.System.Stations[1].Workers-- }},
		{"M/G/4/4, insensitive", "one server fewer", func(j *Job) { j.System.Stations[1].Workers-- }},
		{"M/M/1", "arrivals that are not random", func(j *Job) { j.Flows[0].Arrivals = load.Uniform{} }},
	} {
		t.Run(c.queue+", "+c.name, func(t *testing.T) {
			for _, q := range queues() {
				if q.name == c.queue && len(q.disagreements(t, c.plant)) == 0 {
					t.Error("nothing was noticed")
				}
			}
		})
	}
}

// TestAnOpenNetworkHasTheProductForm: Jackson, Management Science 10(1), 1963.
func TestAnOpenNetworkHasTheProductForm(t *testing.T) {
	var values []float64
	for r := range replications {
		b := newBuilder()
		free := func(name string) model.Station { return small(name, 1, 0, model.Unlimited) }
		b.service(free("back"), cpu("exp(700us)"))
		b.service(free("side"), cpu("exp(1ms)"))
		b.service(free("front"), cpu("exp(500us)"), call("back.do"), maybe("side.do", 0.4))
		b.journey("front.do")
		job := b.job(t, 1000, 60*sec)
		job.Warmup, job.Replication = 6*sec, r
		run := mustRun(t, job)
		values = append(values, seconds(&run.Journeys[0].Latency))
	}
	want := 0.5e-3/(1-0.5) + 0.7e-3/(1-0.7) + 0.4*1e-3/(1-0.4)
	mean, se := stats.Mean(values), math.Sqrt(stats.Variance(values)/replications)
	if q := stats.TQuantile(1-0.0005, replications-1); math.Abs(mean-want) > q*se+0.002*want {
		t.Errorf("mean response %.6g ± %.2g, want %.6g", mean, q*se, want)
	}
}

// TestBranchesJoinAtTheLast: the maximum of n exponentials is Hₙ means long.
func TestBranchesJoinAtTheLast(t *testing.T) {
	b := newBuilder()
	var leaves []step.Step
	want := 0.0
	for i := range 5 {
		name := string(rune('a' + i))
		b.service(ample(name), cpu("exp(1ms)"))
		leaves = append(leaves, call(name+".do"))
		want += 1e-3 / float64(i+1)
	}
	b.service(ample("root"), fork(leaves...))
	b.journey("root.do")
	run := mustRun(t, b.job(t, 1000, 100*sec))
	l := &run.Journeys[0].Latency
	// The variance of the maximum is Σ 1/k².
	if got, se := seconds(l), 1.21e-3/math.Sqrt(float64(l.Count)); math.Abs(got-want) > 5*se {
		t.Errorf("mean response %.6g ± %.2g, want %.6g", got, 5*se, want)
	}
}
