package engine

import (
	"time"

	"faultline/sim/des"
	"faultline/sim/load"
	"faultline/sim/measure"

	"faultline/sim/rng"
)

// flow is the engine's view of a load.Flow.
type flow struct {
	*load.Flow
	journeys []pick // journeys of positive weight, by cumulated share
	count    uint64 // requests so far, those of surges left out
	stat     *measure.Flow
}

type pick struct {
	upTo    float64
	journey int32
}

// source is a stream of requests: a flow's own, or a surge's on top of it.
type source struct {
	flow  int32
	gen   uint32
	key   rng.Key
	next  uint64  // number of the request to come
	hits  float64 // cumulated expected requests at which it comes
	from  float64 // of the flow's own hits, where the source starts
	scale float64 // the source's rate over the flow's
	surge bool
}

var (
	placeArrival = rng.Place("load", "arrival")
	placeJourney = rng.Place("load", "journey")
)

// startSource schedules the first request of a source.
func (e *engine) startSource(s source) int32 {
	e.sources = append(e.sources, s)
	id := int32(len(e.sources) - 1)
	e.nextArrival(id)
	return id
}

// stopSource lets no more requests come.
func (e *engine) stopSource(id int32) { e.sources[id].gen++ }

func (s *source) request() rng.Key {
	k := s.key.Child(uint32(s.next))
	if hi := uint32(s.next >> 32); hi != 0 {
		k = k.Child(hi)
	}
	return k
}

func (e *engine) nextArrival(id int32) {
	s := &e.sources[id]
	f := &e.flows[s.flow]
	s.hits = f.Arrivals.Next(s.hits, s.next, s.request().Stream(placeArrival))
	at, ok := f.Profile.At(s.from + s.hits/s.scale)
	if !ok || at >= e.job.Duration {
		return
	}
	e.After(at-e.Now(), evSource, des.Ref{ID: id, Gen: s.gen})
}

// onSource is the arrival of a request.
func (e *engine) onSource(r des.Ref) {
	s := &e.sources[r.ID]
	if s.gen != r.Gen {
		return
	}
	key, n, fl, surge := s.request(), s.next, s.flow, s.surge
	s.next++
	e.nextArrival(r.ID)
	f := &e.flows[fl]
	id := e.alloc()
	root := &e.frames[id]
	root.role, root.state = roleRoot, stReady
	root.key, root.channel, root.arrived, root.sent = key, fl, time.Duration(n), e.Now()
	root.site = f.choose(key)
	root.pc = e.sys.Journeys[root.site].Entry
	e.markMeasured(root)
	if surge {
		root.flags |= flSurge
	} else {
		f.count++
	}
	e.open++
	e.seeArrival(root)
	e.step(id)
}

// choose draws the journey of a request.
func (f *flow) choose(key rng.Key) int32 {
	if len(f.journeys) == 1 {
		return f.journeys[0].journey
	}
	s := key.Stream(placeJourney)
	u := s.Float64()
	for i := range f.journeys {
		if u < f.journeys[i].upTo {
			return f.journeys[i].journey
		}
	}
	return f.journeys[len(f.journeys)-1].journey
}

// finishRequest is the answer that the user gets.
func (e *engine) finishRequest(id int32, o measure.Outcome) {
	f := &e.frames[id]
	latency := e.Now() - f.sent
	bound := e.sys.Journeys[f.site].LatencyBound
	good := o.Answered() && (bound == 0 || latency <= bound)
	e.seeAnswer(f, o, latency, good)
	if e.answered != nil {
		e.answered(f, o, latency)
	}
	e.free(id)
	e.open--
	e.checkDone()
}

func (e *engine) checkDone() {
	if e.closed && e.open == 0 {
		e.done = true
	}
}

func newFlow(fl *load.Flow, stat *measure.Flow) flow {
	f := flow{Flow: fl, stat: stat}
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
	return f
}
