package measure

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
