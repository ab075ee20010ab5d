package fault

import "math"

// Knob is something about a place that a fault can turn.
type Knob uint8

// The knobs. Their order is that of Knobs.
const (
	// Slowness is the factor by which CPU and sleep times are longer.
	Slowness Knob = iota
	// ErrorShare is the probability that a call is answered with error at once.
	ErrorShare
	// CrashShare is the probability that a call kills its process.
	CrashShare
	// Down is the number of faults that keep an instance from starting.
	Down
	// Traffic is the extra load on a flow, as a multiple of its own rate.
	Traffic
	// CPUSlowness is the factor by which CPU times are longer, sleeps not.
	CPUSlowness
	// Frozen is the number of faults that let a process stand still.
	Frozen
	// Dark is the number of faults that swallow all messages to and from an
	// instance; a process that dies meanwhile dies silently.
	Dark
	// LostWorkers is how many workers an instance has lost; a new process has all.
	LostWorkers
	// WorkerLimit is the most workers (of a database: connections) of an instance.
	WorkerLimit
	// Leak is the rate in bytes a second at which a process loses memory, from when
	// the knob was turned or the process started.
	Leak
	// LossShare is the probability that a message is lost, and sent again later.
	LossShare
	// CutTo and CutFrom are the numbers of faults that swallow the messages to a
	// place and from it; of an edge, to is towards the callee.
	CutTo
	CutFrom
	// LineRate is the rate in bytes a second of a line in front of a place, one in
	// each direction.
	LineRate
	// Storm is how many times clients try again at once after any failure, in place
	// of their retry policy.
	Storm
	NKnobs int = iota
)

// Combine is how the values of overlapping faults become one.
type Combine uint8

// The ways to combine.
const (
	Product    Combine = iota // × from 1
	Sum                       // + from 0
	Complement                // 1 − Π(1 − p) from 0: independent causes
	Least                     // the least, from +∞
)

// Knobs describes each knob.
var Knobs = [NKnobs]struct {
	Name    string
	Unit    string
	Combine Combine
}{
	{"slowness", "factor", Product},
	{"errorShare", "share", Complement},
	{"crashShare", "share", Complement},
	{"down", "count", Sum},
	{"traffic", "multiple", Sum},
	{"cpuSlowness", "factor", Product},
	{"frozen", "count", Sum},
	{"dark", "count", Sum},
	{"lostWorkers", "count", Sum},
	{"workerLimit", "count", Least},
	{"leak", "bytes/s", Sum},
	{"lossShare", "share", Complement},
	{"cutTo", "count", Sum},
	{"cutFrom", "count", Sum},
	{"lineRate", "bytes/s", Least},
	{"storm", "attempts", Sum},
}

// Identity is the value of a knob that no fault turns.
func (k Knob) Identity() float64 {
	switch Knobs[k].Combine {
	case Product:
		return 1
	case Least:
		return math.Inf(1)
	}
	return 0
}

// Stack adds one more value to those already combined in v.
func (k Knob) Stack(v, x float64) float64 {
	switch Knobs[k].Combine {
	case Product:
		return v * x
	case Sum:
		return v + x
	case Least:
		return min(v, x)
	default:
		return v + float64(x*(1-v)) // 1 − (1−v)(1−x), and exactly x where nothing was turned
	}
}
