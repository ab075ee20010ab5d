package engine

import (
	"math"
	"time"

	"faultline/sim/des"
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
	drawn uint64        // arrivals so far
	sent  uint64        // requests so far: more than arrivals where they come in batches
	hits  float64       // cumulated expected arrivals at which the last drawn comes
	from  float64       // of the flow's own hits, where the source starts
	scale float64       // the source's rate over the flow's
	at    time.Duration // of the last drawn; past the end of the run if there is none
	own   rng.Key       // the last drawn's
	batch uint64        // requests of it that are still to come, where they come in batches
	begun bool          // some of it have come
	surge bool
	even  bool // Poisson arrivals, one at a time at a constant rate, no surge's: the usual
	when  load.Process
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
	if _, ok := f.Arrivals.(load.Poisson); ok && f.rate > 0 && f.Batch == nil && s.scale == 1 && s.from == 0 {
		s.even = true
	}
	s.next()
	e.sources = append(e.sources, s)
	id := int32(len(e.sources) - 1)
	e.awaitSource(id)
	return id
}

// stopSource lets no more requests come.
func (e *engine) stopSource(id int32) { e.sources[id].gen++ }

// awaitSource schedules the arrival that was drawn last.
func (e *engine) awaitSource(id int32) {
	if s := &e.sources[id]; s.at < e.job.Duration {
		e.planAfter(s.at-e.course.agenda.Now(), evSource, des.Ref{ID: id, Gen: s.gen})
	}
}

// next draws the next arrival.
func (s *source) next() {
	s.own = load.RequestKey(s.key, s.drawn)
	s.hits = s.when.Next(s.hits, s.drawn, s.own.Stream(placeArrival))
	s.drawn++
	at, ok := s.flow.Profile.At(s.from + s.hits/s.scale)
	if s.at = at; !ok {
		s.at = math.MaxInt64
	}
	if s.flow.Batch != nil && ok {
		s.batch = uint64(s.flow.Batch.Sample(s.own.Stream(placeBatch)))
	}
}

// request makes the root frame of a request that arrives now, from a virtual user or
// from none, and lets it run.
func (e *engine) request(f *flow, a *arrival, number uint64, surge bool, user int32) {
	id, root := e.alloc()
	root.role, root.state = roleRoot, stReady
	root.key, root.channel, root.arrived, root.sent = a.key, f.id, time.Duration(number), e.Now()
	root.site = a.journey
	j := &e.journeys[a.journey]
	root.pc, root.class = j.entry, j.class
	e.markMeasured(root)
	if surge {
		root.flags |= flSurge
	}
	j.island.open++
	root.next = user
	e.seeArrival(root, j, f.stat)
	if j.only == none {
		e.step(id)
		return
	}
	root.flags |= flLeaf
	root.pc, root.pending = root.pc+1, 1
	if a.work < 0 || !e.askable(j.foreseen, root.inst) {
		e.goOn(e.call(id, j.only))
	} else {
		e.goOn(e.ask(id, j.only, j.foreseen, a.call, a.work))
	}
}

// enrol counts requests of a flow, and enters them in the ledger.
func (e *engine) enrol(f *flow, list []arrival) {
	l := e.run.Ledger
	if l == nil && f.Batch == nil {
		f.count += uint64(len(list))
		return
	}
	for i := range list {
		if list[i].work == nobody {
			continue
		}
		f.count++
		if l != nil {
			l.Flows[f.id] = append(l.Flows[f.id], measure.NewEntry(measure.InFlight, false))
			l.Journey[f.id] = append(l.Journey[f.id], uint8(list[i].journey))
		}
	}
}

// unenrol takes the last request of a flow back.
func (e *engine) unenrol(f *flow) {
	f.count--
	if l := e.run.Ledger; l != nil {
		l.Flows[f.id] = l.Flows[f.id][:f.count]
		l.Journey[f.id] = l.Journey[f.id][:f.count]
	}
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
	j.island.open--
	if user != none {
		e.think(user)
	}
	if e.closed && j.island.open == 0 {
		e.answeredAll()
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
