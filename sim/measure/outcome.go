package measure

import "fmt"

// Outcome is how a request or a call ended.
type Outcome uint8

// The outcomes of docs/results.md, in the order of result.json. Everything from
// Timeout to Error is a failure, named by the cause of its deepest failing call.
const (
	InFlight Outcome = iota // not answered by the end of the run
	Succeeded
	Degraded // an optional part failed
	Timeout
	Rejected
	CircuitOpen
	BulkheadFull
	PoolTimeout
	ConnectionRefused
	ConnectionLost
	Unreachable
	Error
	NOutcomes int = iota
)

var outcomeNames = [NOutcomes]string{"inFlight", "succeeded", "degraded", "timeout", "rejected", "circuitOpen",
	"bulkheadFull", "poolTimeout", "connectionRefused", "connectionLost", "unreachable", "error"}

// String is the outcome's key in result.json.
func (o Outcome) String() string { return outcomeNames[o] }

// Answered reports whether the caller got a useful reply.
func (o Outcome) Answered() bool { return o == Succeeded || o == Degraded }

// Failed reports whether the call ended without a useful reply.
func (o Outcome) Failed() bool { return o >= Timeout }

// Counts are numbers of requests or calls by how they ended. The zero value is ready
// to use. Most things end but with success, so room for the other outcomes is made
// when the first comes: a copy shares it.
type Counts struct {
	succeeded int64
	others    *[NOutcomes]int64 // nil: all zero
}

// Of is how many ended so.
func (c *Counts) Of(o Outcome) int64 {
	switch {
	case o == Succeeded:
		return c.succeeded
	case c.others == nil:
		return 0
	}
	return c.others[o]
}

// Add counts n more that ended so.
func (c *Counts) Add(o Outcome, n int64) {
	if o == Succeeded {
		c.succeeded += n
	} else {
		c.addOther(o, n)
	}
}

func (c *Counts) addOther(o Outcome, n int64) {
	if c.others == nil {
		c.others = new([NOutcomes]int64)
	}
	c.others[o] += n
}

// AddAll adds the counts of o.
func (c *Counts) AddAll(o *Counts) {
	c.succeeded += o.succeeded
	if o.others != nil {
		for k, n := range o.others {
			if n != 0 {
				c.Add(Outcome(k), n)
			}
		}
	}
}

// Offered is the sum over all outcomes.
func (c *Counts) Offered() int64 { return c.succeeded + c.Of(InFlight) + c.Of(Degraded) + c.Failed() }

// Answered is how many got a useful reply.
func (c *Counts) Answered() int64 { return c.succeeded + c.Of(Degraded) }

// Failed is the sum over all failures.
func (c *Counts) Failed() (n int64) {
	if c.others == nil {
		return 0
	}
	for _, v := range c.others[Timeout:] {
		n += v
	}
	return n
}

// String lists the outcomes that came.
func (c Counts) String() (text string) {
	for o := range Outcome(NOutcomes) {
		if n := c.Of(o); n != 0 {
			text += fmt.Sprintf(" %s:%d", o, n)
		}
	}
	return text
}
