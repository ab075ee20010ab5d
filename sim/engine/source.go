package engine

import (
	"math"
	"time"

	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/measure"

	"faultline/sim/rng"
)

// flow is the engine's view of a load.Flow.
type flow struct {
	*load.Flow
	journeys []pick        // journeys of positive weight, by cumulated share
	guide    []int32       // by shares k/n of n: the first of journeys beyond
	only     int32         // the journey, if there is but one
	rate     load.Constant // of the profile; 0 if it changes
	closed   bool          // a loop of virtual users
	id       int32
	count    uint64 // requests so far, those of surges left out
	stat     *measure.Flow
	key      rng.Key
}

type pick struct {
	upTo    float64
	journey int32
}

// source is a stream of requests: a flow's own, or a surge's on top of it.
type source struct {
	flow  *flow
	gen   uint32
	key   rng.Key
	next  uint64  // number of the arrival to be drawn next
	sent  uint64  // requests so far: more than arrivals where they come in batches
	hits  float64 // cumulated expected arrivals at which the last drawn comes
	from  float64 // of the flow's own hits, where the source starts
	scale float64 // the source's rate over the flow's
	surge bool
	even  bool    // Poisson arrivals at a constant rate, without surges: the usual
	own   rng.Key // of the arrival to come
	then  arrival // the one after it
	when  load.Process
}

// arrival is drawn one ahead of the one that is scheduled: its arithmetic is not
// waited for where the calendar looks for its place.
type arrival struct {
	key rng.Key
	at  time.Duration // past the end of the run if there is none
}

var (
	placeArrival = rng.Place("load", "arrival")
	placeJourney = rng.Place("load", "journey")
	placeBatch   = rng.Place("load", "batch")
)

// startSource schedules the first request of a source.
func (e *engine) startSource(s source) int32 {
	f := s.flow
	s.when = load.Start(f.Arrivals, load.Clock{Key: f.key, End: e.job.Duration,
		Hits: func(t time.Duration) float64 { return float64((f.Profile.Hits(t) - s.from) * s.scale) }})
	if _, ok := f.Arrivals.(load.Poisson); ok && f.rate > 0 && s.scale == 1 && s.from == 0 {
		s.even = true
	}
	s.draw()
	e.sources = append(e.sources, s)
	id := int32(len(e.sources) - 1)
	e.nextArrival(id)
	return id
}

// stopSource lets no more requests come.
func (e *engine) stopSource(id int32) { e.sources[id].gen++ }

// nextArrival schedules the arrival that was drawn last, and draws the next.
func (e *engine) nextArrival(id int32) {
	s := &e.sources[id]
	if s.then.at >= e.job.Duration {
		return
	}
	s.own = s.then.key
	e.After(max(s.then.at-e.Now(), 0), evSource, des.Ref{ID: id, Gen: s.gen})
	s.draw()
}

func (s *source) draw() {
	key := load.RequestKey(s.key, s.next)
	s.next++
	var at time.Duration
	var ok bool
	if stream := key.Stream(placeArrival); s.even {
		s.hits += dist.Exponential(stream) // as Poisson and a constant Profile do
		at, ok = s.flow.rate.At(s.hits)
	} else {
		s.hits = s.when.Next(s.hits, s.next-1, stream)
		at, ok = s.flow.Profile.At(s.from + s.hits/s.scale)
	}
	if !ok {
		at = math.MaxInt64
	}
	s.then = arrival{key, at}
}

// onSource is the arrival of a request, or of several that come together.
func (e *engine) onSource(r des.Ref) {
	s := &e.sources[r.ID]
	if s.gen != r.Gen {
		return
	}
	f, first, key, surge := s.flow, s.sent, s.key, s.surge
	if f.Batch == nil {
		own := s.own
		s.sent++
		e.nextArrival(r.ID)
		e.request(f, own, first, surge, none)
		return
	}
	n := f.Batch.Sample(s.own.Stream(placeBatch))
	s.sent += uint64(n)
	e.nextArrival(r.ID)
	for i := range uint64(n) {
		if e.limits.full {
			return
		}
		number := first + i
		e.request(f, load.RequestKey(key, number), number, surge, none)
	}
}

// request makes the root frame of a request that arrives now, from a virtual user or
// from none, and lets it run.
func (e *engine) request(f *flow, key rng.Key, number uint64, surge bool, user int32) {
	id, root := e.alloc()
	root.role, root.state = roleRoot, stReady
	root.key, root.channel, root.arrived, root.sent = key, f.id, time.Duration(number), e.Now()
	root.site = f.only
	if root.site == none {
		root.site = f.choose(key)
	}
	j := &e.journeys[root.site]
	root.pc, root.class = j.entry, j.class
	e.markMeasured(root)
	if surge {
		root.flags |= flSurge
	} else {
		f.count++
	}
	e.open++
	root.next = user
	e.seeArrival(root, j, f.stat)
	if j.only == none {
		e.step(id)
		return
	}
	root.flags |= flLeaf
	root.pc, root.pending = root.pc+1, 1
	e.goOn(e.call(id, j.only))
}

// choose draws the journey of a request, by a guide table (Chen and Asau, "On Generating
// Random Variates from an Empirical Distribution", AIIE Transactions 6(2), 1974): it is
// at or near the place that the table says.
func (f *flow) choose(key rng.Key) int32 {
	s := key.Stream(placeJourney)
	u := s.Float64()
	i, last := int(f.guide[int(float64(u*float64(len(f.guide))))]), len(f.journeys)-1
	for i > 0 && u < f.journeys[i-1].upTo { // the product was rounded up
		i--
	}
	for i < last && u >= f.journeys[i].upTo {
		i++
	}
	return f.journeys[i].journey
}

// finishRequest is the answer that the user gets.
func (e *engine) finishRequest(id int32, f *frame, o measure.Outcome) {
	latency := e.Now() - f.sent
	j, fl := &e.journeys[f.site], &e.flows[f.channel]
	e.seeAnswer(f, j, fl.stat, o, latency)
	if e.answered != nil {
		e.answered(f, o, latency)
	}
	user := int32(none)
	if fl.closed {
		user = f.next
	}
	if e.kin != nil {
		e.unlink(id)
	}
	e.shelve(id, f)
	e.open--
	if user != none {
		e.think(user)
	}
	e.checkDone()
}

func (e *engine) checkDone() {
	if e.closed && e.open == 0 {
		e.done = true
	}
}

func newFlow(id int32, fl *load.Flow, stat *measure.Flow, key rng.Key) flow {
	f := flow{id: id, Flow: fl, stat: stat, key: key, closed: fl.VUs > 0}
	f.rate, _ = fl.Profile.(load.Constant)
	total, sum := 0.0, 0.0
	for _, w := range fl.Weights {
		total += w
	}
	for j, w := range fl.Weights {
		if w <= 0 {
			continue
		}
		sum += w
		f.journeys = append(f.journeys, pick{sum / total, int32(j)})
	}
	for k := range f.journeys {
		i := 0
		if k > 0 {
			i = int(f.guide[k-1])
		}
		for share := float64(k) / float64(len(f.journeys)); i < len(f.journeys)-1 && share >= f.journeys[i].upTo; {
			i++
		}
		f.guide = append(f.guide, int32(i))
	}
	if f.only = none; len(f.journeys) == 1 {
		f.only = f.journeys[0].journey
	}
	return f
}
