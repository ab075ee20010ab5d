package engine

import (
	"flag"
	"fmt"
	"math"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/des"
	"faultline/sim/measure"
	"faultline/sim/model"
)

var (
	swarmSeed = flag.Uint64("swarm.seed", 0, "run this seed of the swarm alone")
	swarmRuns = flag.Uint64("swarm.runs", 1000, "how many systems the swarm makes")
)

// TestSwarm makes small systems at random, with random policies, loads and
// faults, and holds each against what must be true of every run: the audit's
// identities, one answer a request, patience that is kept, the same run twice,
// nothing left behind. After TigerBeetle's VOPR and Groce et al., "Swarm
// testing", ISSTA 2012: each system leaves out some of what there is.
func TestSwarm(t *testing.T) {
	first, last := uint64(1), *swarmRuns
	if *swarmSeed != 0 {
		first, last = *swarmSeed, *swarmSeed
	}
	for seed := first; seed <= last; seed++ {
		if !swarm(t, seed) {
			t.Fatalf("to repeat: go test ./sim/engine -run TestSwarm -swarm.seed=%d", seed)
		}
	}
}

// TestSwarmsSeedsThatFailedOnce: what was found beyond the seeds of every run.
func TestSwarmsSeedsThatFailedOnce(t *testing.T) {
	for _, seed := range []uint64{
		61854, // a call killed with its process, to be told to a caller that stood still, ran on
	} {
		swarm(t, seed)
	}
}

// swarm checks one system, and makes what fails as small as it can.
func swarm(t *testing.T, seed uint64) bool {
	system := func() *Job { return newSwarmer(seed).job() }
	bad := inspect(system, seed%3 == 0)
	if len(bad) == 0 {
		return true
	}
	small, bad := shrink(system, bad)
	for _, b := range bad {
		t.Error(b)
	}
	t.Logf("seed %d, shrunk: %s", seed, describe(small()))
	return false
}

// findings collects what is wrong.
type findings []string

func (f *findings) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// inspect runs a system and returns what is wrong with it.
func inspect(system func() *Job, twice bool) (bad findings) {
	defer func() {
		if r := recover(); r != nil {
			bad.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	e, rs := driveSwarm(&bad, system(), united)
	if len(bad) > 0 {
		return bad
	}
	checkReplies(&bad, e, rs)
	checkCounts(&bad, e)
	if twice {
		again, _ := driveSwarm(&bad, system(), united)
		if again.run.Fingerprint != e.run.Fingerprint || again.run.Events != e.run.Events {
			bad.Errorf("fingerprints %x and %x of the same job", e.run.Fingerprint, again.run.Fingerprint)
		}
		checkApart(&bad, system(), e, rs)
		checkBefore(&bad, system(), rs)
	}
	checkNothingLeft(&bad, e)
	return bad
}

// swarmEvents bounds a run: one that goes on for longer does not end.
const swarmEvents = 3_000_000

// united and split are ways to lay a system out.
func united(job *Job) *engine { return layOut(job, math.MaxInt) }

// split is a system whose islands, if it has any, are simulated one after the other, a
// few requests at a time, and whose events are read ahead: nothing may come of that.
func split(job *Job) *engine {
	e := layOut(job, 2)
	e.Soon, e.islands.large = e.ahead, true
	e.setupRows()
	e.drawAtOnce(1 + len(e.code)*7%40)
	return e
}

// checkApart: what the islands of a system do is the same if they are simulated apart.
func checkApart(t *findings, job *Job, e *engine, rs []reply) {
	again, got := driveSwarm(t, job, split)
	if !slices.Equal(got, rs) {
		t.Errorf("%d islands answer otherwise apart", len(again.islands.all))
	}
	if names := difference(*e.run, *again.run); names != nil {
		t.Errorf("%d islands measure otherwise apart: %s", len(again.islands.all), names)
	}
}

// difference names the fields of runs that differ, but for those that tell in which order
// things happened on different islands, or at one instant after work has stood still, which
// goes on in the order of the places of its calls.
func difference(a, b measure.Run) (names []string) {
	sortReadings(&a)
	sortReadings(&b)
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		name := x.Type().Field(i).Name
		same := reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface())
		switch name {
		case "Fingerprint", "Events":
			same = true
		case "ComponentSpans": // calls in progress are recorded in the order of their places
			same = spelled(&a) == spelled(&b)
		}
		if !same {
			names = append(names, name)
		}
	}
	return names
}

// sortReadings sorts what histograms have not counted yet, as Buckets does.
func sortReadings(r *measure.Run) {
	sorted := func(h *measure.Histogram) { h.Buckets(func(measure.Bucket) {}) }
	for i := range r.Stations {
		sorted(&r.Stations[i].Latency)
		sorted(&r.Stations[i].QueueWait)
	}
	for i := range r.Edges {
		sorted(&r.Edges[i].Latency)
	}
	for i := range r.Journeys {
		sorted(&r.Journeys[i].Latency)
	}
}

// spelled is what was measured of the components in the spans of a run.
func spelled(r *measure.Run) string {
	var all strings.Builder
	for _, span := range r.ComponentSpans {
		for i := range span {
			s := &span[i]
			fmt.Fprintln(&all, s.Calls, s.Failed, s.Times.Count, s.Times.Sum, s.Times.Max, s.Times.Min())
			s.Times.Buckets(func(b measure.Bucket) { fmt.Fprintln(&all, b) })
		}
	}
	return all.String()
}

// driveSwarm runs a job to its end and audits it.
func driveSwarm(t *findings, job *Job, lay func(*Job) *engine) (*engine, []reply) {
	var rs []reply
	e := lay(job)
	e.answered = func(f *frame, o measure.Outcome, latency time.Duration) {
		rs = append(rs, reply{uint64(f.arrived), f.sent, latency, o, f.site, f.channel, f.flags&flSurge != 0})
	}
	for n := 0; !e.done; n++ {
		ev, ok := e.next()
		if e.done {
			break // the last of the islands has come to the end
		}
		if !ok || n > swarmEvents {
			t.Errorf("the run did not end: %d events", n)
			break
		}
		e.run.Events++
		e.handle(&ev)
	}
	if err := e.finish(); err != nil {
		t.Errorf("%s", strings.Join(e.run.Violations, "\n"))
	}
	inOrder(rs)
	return e, rs
}

// checkReplies: each request is answered once at most, in its patience.
func checkReplies(t *findings, e *engine, rs []reply) {
	type id struct {
		flow  int32
		n     uint64
		surge time.Duration // surges may number alike: told apart by their time
	}
	seen := map[id]bool{}
	var base int64
	for _, r := range rs {
		k := id{r.flow, r.n, -1}
		if r.surge {
			k.surge = r.at
		} else {
			base++
		}
		if seen[k] && !r.surge {
			t.Errorf("request %d of flow %d was answered twice", r.n, r.flow)
		}
		seen[k] = true
		in := &e.sys.Code[e.sys.Journeys[r.journey].Entry]
		patience := e.edges[e.sys.Sites[in.A].Edge].Timeout
		if r.latency < 0 || patience > 0 && r.latency > patience {
			t.Errorf("request %d of flow %d took %v of a patience of %v", r.n, r.flow, r.latency, patience)
		}
	}
	var arrived, answered int64
	for i := range e.flows {
		arrived += int64(e.flows[i].count)
		for _, entry := range e.run.Ledger.Flows[i] {
			if entry.Outcome() != 0 {
				answered++
			}
		}
	}
	if answered != base || answered > arrived {
		t.Errorf("%d of %d requests answered by the ledger, %d by hand", answered, arrived, base)
	}
}

// checkCounts: what was measured adds up, in the measured window too.
func checkCounts(t *findings, e *engine) {
	for i := range e.run.Edges {
		ed, name := &e.run.Edges[i], e.sys.Edges[i].Name
		if n := ed.Counts.Offered(); n != ed.Calls {
			t.Errorf("edge %s: %d calls, %d by outcome %v", name, ed.Calls, n, ed.Counts)
		}
		if n := ed.Tries.Offered(); n != ed.Sent {
			t.Errorf("edge %s: %d tries, %d by outcome %v", name, ed.Sent, n, ed.Tries)
		}
		if n := ed.Counts.Answered(); uint64(n) != ed.Latency.Count {
			t.Errorf("edge %s: %d answered, %d latencies", name, n, ed.Latency.Count)
		}
	}
	for i := range e.run.Stations {
		st, name := &e.run.Stations[i], e.sys.Stations[i].Name
		if n := st.Counts.Answered(); uint64(n) != st.Latency.Count {
			t.Errorf("station %s: %d answered, %d latencies", name, n, st.Latency.Count)
		}
		if st.WastedTime > st.WorkTime*(1+1e-9) || st.BusyCoreTime > st.CoreTime*(1+1e-9)+1e-9 && e.sys.Stations[i].Cores < model.Unlimited {
			t.Errorf("station %s: %v of %v wasted, %v of %v busy", name, st.WastedTime, st.WorkTime, st.BusyCoreTime, st.CoreTime)
		}
	}
	for i, m := range e.run.Marks {
		for fl := range m.Open {
			for k, n := range m.Open[fl] {
				if n >= m.Arrived[fl] || k > 0 && n <= m.Open[fl][k-1] {
					t.Errorf("mark %d: open %v of %d", i, m.Open[fl], m.Arrived[fl])
				}
			}
		}
	}
}

// checkNothingLeft ends all faults, lets everything run out, and looks for what
// was forgotten.
func checkNothingLeft(t *findings, e *engine) {
	for i := range e.job.Faults {
		e.endFault(int32(i))
	}
	for id := range e.instances {
		inst := &e.instances[id]
		inst.st.Pauses = nil
		inst.pausing = false
		inst.pauseGen++
		e.conform(int32(id))
	}
	e.resume()
	for e.runOut(t) && e.findLost(t) {
	}
	if e.live != 0 || len(e.ready) != 0 || e.openRequests() != 0 {
		t.Errorf("left: %d frames, %d ready, %d requests", e.live, len(e.ready), e.openRequests())
	}
	for i, n := 0, 0; i < len(e.frames) && n < 5; i++ {
		if f := &e.frames[i]; f.state != stFree {
			t.Errorf("frame %d: %+v", i, *f)
			n++
		}
	}
	for i := range e.world.instances {
		if f := &e.world.instances[i]; f.active() || e.instances[i].altered {
			t.Errorf("still turned at instance %d: %+v", i, *f)
		}
	}
	for i := range e.world.edges {
		if f := &e.world.edges[i]; f.active() || e.edges[i].altered {
			t.Errorf("still turned on edge %d: %+v", i, *f)
		}
	}
	for i := range e.world.active {
		if n := len(e.world.active[i].episodes); n != 0 {
			t.Errorf("%d strikes of fault %d go on", n, i)
		}
	}
	for i := range e.world.links {
		if l := &e.world.links[i]; l.fault != none {
			t.Errorf("line %+v is still there", *l)
		}
	}
	if e.still != 0 || len(e.put) != 0 {
		t.Errorf("%d instances stand still, %d events are put off", e.still, len(e.put))
	}
	if n := len(e.world.surges); n != 0 {
		t.Errorf("%d surges go on", n)
	}
	for i := range e.instances {
		e.checkIdle(t, &e.instances[i])
	}
	for i := range e.stations {
		st := &e.stations[i]
		if st.queue.n != 0 || st.up.n != int64(st.n) {
			t.Errorf("station %s: %d waiting, %d up", st.Name, st.queue.n, st.up.n)
		}
	}
	e.checkClients(t)
}

// checkClients: what client instances have lent is back.
func (e *engine) checkClients(t *findings) {
	for i := range e.edges {
		ed := &e.edges[i]
		for k := range e.stations[ed.From].n {
			if ed.guarded && e.guards[ed.guards+k].inFlight != 0 {
				t.Errorf("edge %s, client %d: %d calls in the bulkhead", ed.Name, k, e.guards[ed.guards+k].inFlight)
			}
			if ed.pools == none {
				continue
			}
			p := &e.pools[ed.pools+k]
			e.skipGone(p)
			if int(p.free) != e.connections(ed).Size || p.head != len(p.waiting) {
				t.Errorf("edge %s, client %d: %d of %d connections free, %d wait", ed.Name, k, p.free, e.connections(ed).Size, len(p.waiting)-p.head)
			}
		}
	}
	for i := range e.kin {
		if e.kin[i] != noLinks {
			t.Errorf("frame %d is still tied: %+v", i, e.kin[i])
		}
	}
	for i := range e.channels {
		v := &e.channels[i].view
		for k, n := range v.Outstanding {
			if n != 0 {
				t.Errorf("channel %d: %d calls outstanding at %d", i, n, k)
			}
		}
		if len(v.Healthy) != len(v.Outstanding) {
			t.Errorf("channel %d knows %v of %d", i, v.Healthy, len(v.Outstanding))
		}
	}
}

// runOut handles all that is to come, with the books closed; false if there is no end.
func (e *engine) runOut(t *findings) bool {
	e.unite()
	for n := 0; ; n++ {
		e.done = false
		ev, ok := e.next()
		if !ok {
			return true
		}
		if n > swarmEvents {
			t.Errorf("%d calls in flight, and no end", e.live)
			return false
		}
		if k := ev.Kind(); k != evTick && k != evFault {
			e.handle(&ev)
		}
	}
}

// unite makes one island of all.
func (e *engine) unite() {
	if !e.islands.apart {
		return
	}
	is := &e.islands
	all := slices.Clone(is.pending)
	if is.at < len(is.all) { // the run ended early
		e.depart()
		all = slices.Clone(is.later)
		for i := is.at + 1; i < len(is.all); i++ {
			all = append(all, is.pendingOn(&is.all[i])...)
		}
	}
	all = e.TakeAll(all, e.isPast)
	slices.SortFunc(all, des.Event.Compare)
	e.PutBack(all)
	e.islands.apart = false
	e.expect(none)
}

// findLost tells callers that wait for a message which has vanished; false if there
// are none.
func (e *engine) findLost(t *findings) (any bool) {
	for id := range e.frames {
		if f := &e.frames[id]; f.state == stLost {
			if any = true; e.parentOf(f) == none {
				t.Errorf("nobody waits for the lost frame %d: %+v", id, *f)
			}
			f.state, f.outcome = stReply, measure.ConnectionLost
			e.step(e.replied(int32(id), f))
		}
	}
	return any
}

func (e *engine) checkIdle(t *findings, inst *instance) {
	st := inst.st
	if inst.frozen || inst.dark || inst.memory != 0 || int(inst.capacity) != st.Workers || inst.lower != nil && *inst.lower != nobodyWaits() || inst.open != (st.RateLimit == nil) {
		t.Errorf("instance %d of %s is not as it was: %+v", inst.index, st.Name, *inst)
	}
	if !inst.up || !inst.listed || inst.altered || int(inst.free) != st.Workers || inst.waiting != 0 || inst.head != none || inst.tail != none ||
		inst.running != 0 || inst.service.n != 0 || inst.busy.n != 0 || inst.ps != nil && (inst.ps.used != 0 || inst.ps.Len() != 0) || inst.fifo.Waiting() != 0 {
		t.Errorf("instance %d of %s is not idle: %+v", inst.index, st.Name, *inst)
	}
	if inst.infinite || inst.sharing != model.FIFO {
		return
	}
	for k := range st.cores() + 1 {
		if _, ok := inst.fifo.Start(0, 1); ok != (k < st.cores()) {
			t.Errorf("instance %d of %s: core %d of %d is free: %v", inst.index, st.Name, k, st.cores(), ok)
		}
	}
}

// checkBefore: what was answered before the first fault was answered alike
// without any.
func checkBefore(t *findings, job *Job, rs []reply) {
	if len(job.Faults) == 0 {
		return
	}
	begin := job.Faults[0].At
	for _, f := range job.Faults {
		begin = min(begin, f.At)
	}
	job.Faults = nil
	_, plain := driveSwarm(t, job, united)
	early := func(rs []reply) []reply {
		return slices.DeleteFunc(slices.Clone(rs), func(r reply) bool { return r.at+r.latency >= begin })
	}
	if with, without := early(rs), early(plain); !slices.Equal(with, without) {
		t.Errorf("%d replies before the first fault, at %v, are not the %d without faults", len(with), begin, len(without))
	}
}
