package blast

import (
	"fmt"
	"slices"
)

// Users is how the losses fall on people, over all compared requests of flows
// whose requests can be paired: during the fault and after it.
type Users struct {
	Known   bool
	Seen    int64 // users with a compared request
	Hit     int64 // of these, those with a lost request
	Minutes int64 // minutes, from the fault's start, in which a user lost a request; summed over the users
	Losses  int64 // lost requests
	Worst   int64 // of these, those of the worst-hit tenth of the users seen, rounded up
}

// minutes is how many slices make one.
const slicesPerMinute = 6

// minuteBits bounds the minutes of a loss: 16 years.
const minuteBits = 23

// users finds out who lost what.
func (in *Input) users(segments []segment, open [][]uint64) (u Users, err error) {
	var losses []int64 // by user that was hit
	for flow := range in.Flows {
		fl := &in.Flows[flow]
		if fl.Closed || fl.User == nil {
			continue
		}
		u.Known = true
		c := census{in: in, flow: flow, user: fl.User, seen: make([]uint64, (fl.Population+63)/64)}
		for _, n := range open[flow] {
			c.see(n, 0)
		}
		for _, s := range segments {
			for n := s.b.from[flow]; n < s.b.to[flow]; n++ {
				c.see(n, s.slice/slicesPerMinute)
			}
		}
		if c.outside {
			return u, fmt.Errorf("flow %d has a user outside its population of %d", flow, fl.Population)
		}
		u.Seen += c.n
		losses = c.tell(&u, losses)
	}
	slices.SortFunc(losses, func(a, b int64) int { return int(b - a) })
	for _, n := range losses[:min(len(losses), int((u.Seen+9)/10))] {
		u.Worst += n
	}
	return u, nil
}

// census collects the users of one flow.
type census struct {
	in      *Input
	flow    int
	user    func(uint64) uint32
	seen    []uint64 // a bit a user
	n       int64
	lost    []uint64 // user and minute of each lost request
	outside bool
}

func (c *census) see(n uint64, minute int) {
	user := c.user(n)
	word, bit := user/64, uint64(1)<<(user%64)
	if int(word) >= len(c.seen) {
		c.outside = true
		return
	}
	if c.seen[word]&bit == 0 {
		c.seen[word] |= bit
		c.n++
	}
	if c.in.Baseline.Ledger.Flows[c.flow][n].Good() && !c.in.Faulted.Ledger.Flows[c.flow][n].Good() {
		c.lost = append(c.lost, uint64(user)<<minuteBits|uint64(min(minute, 1<<minuteBits-1)))
	}
}

// tell adds the losses to u, and to the list of those by user.
func (c *census) tell(u *Users, losses []int64) []int64 {
	slices.Sort(c.lost)
	for i, key := range c.lost {
		switch {
		case i == 0 || c.lost[i-1]>>minuteBits != key>>minuteBits:
			losses = append(losses, 0)
			u.Hit++
			u.Minutes++
		case c.lost[i-1] != key:
			u.Minutes++
		}
		losses[len(losses)-1]++
		u.Losses++
	}
	return losses
}
