package engine

import (
	"time"

	"faultline/sim/des"
	"faultline/sim/load"
	"faultline/sim/rng"
)

// user is a virtual user of a closed loop: asks, waits for the answer, thinks,
// and asks again.
type user struct {
	flow  int32
	key   rng.Key
	asked uint64
	last  time.Duration // when it asked
	surge bool
	gone  bool // asks no more
}

// leastRound is how long a user rests who neither thinks nor had to wait: an
// answer that takes no time at all would be asked for without end at one instant.
const leastRound = time.Millisecond

var placeThink = rng.Place("load", "think")

// startFlow begins a flow: its stream of requests, or its virtual users, each of
// whom thinks first, so that they do not all come at once.
func (e *engine) startFlow(i int32) {
	f := &e.flows[i]
	if f.VUs == 0 {
		e.startSource(source{flow: f, key: f.key, scale: 1})
		return
	}
	for u := range f.VUs {
		if e.limits.full {
			return
		}
		e.startUser(user{flow: i, key: f.key.Child(uint32(u))})
	}
}

func (e *engine) startUser(u user) int32 {
	if len(e.users)%lookEvery == 0 {
		e.look()
	}
	e.users = append(e.users, u)
	id := int32(len(e.users) - 1)
	e.think(id)
	return id
}

// stopUser lets a user ask no more.
func (e *engine) stopUser(id int32) { e.users[id].gone = true }

// think schedules a user's next request.
func (e *engine) think(id int32) {
	u := &e.users[id]
	f := &e.flows[u.flow]
	s := load.RequestKey(u.key, u.asked).Stream(placeThink)
	at := e.Now()
	if f.ThinkTime != nil {
		at += f.ThinkTime.Sample(s)
	}
	if u.asked > 0 && at == u.last {
		at += leastRound
	}
	if at < e.job.Duration {
		e.After(at-e.Now(), evUser, des.Ref{ID: id})
	}
}

// onUser is a user who has thought.
func (e *engine) onUser(r des.Ref) {
	u := &e.users[r.ID]
	if u.gone {
		return
	}
	f, surge := &e.flows[u.flow], u.surge
	list := e.asking[:]
	list[0] = arrival{at: e.Now(), key: load.RequestKey(u.key, u.asked), work: unknown}
	number := f.count
	u.asked++
	u.last = e.Now()
	e.foresee(list, f)
	if !surge {
		e.enrol(f, list)
		if l := e.run.Ledger; l != nil {
			l.Users[f.id] = append(l.Users[f.id], uint32(r.ID))
		}
	}
	e.request(f, &list[0], number, surge, r.ID)
}
