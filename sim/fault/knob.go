package fault

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
	NKnobs int = iota
)

// Combine is how the values of overlapping faults become one.
type Combine uint8

// The ways to combine.
const (
	Product    Combine = iota // × from 1
	Sum                       // + from 0
	Complement                // 1 − Π(1 − p) from 0: independent causes
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
}

// Identity is the value of a knob that no fault turns.
func (k Knob) Identity() float64 {
	if Knobs[k].Combine == Product {
		return 1
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
	default:
		return v + float64(x*(1-v)) // 1 − (1−v)(1−x), and exactly x where nothing was turned
	}
}
