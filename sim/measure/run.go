// Package measure is what the engine writes while it runs: integer counters,
// histograms, series over windows and the ledger of request outcomes. It
// computes no estimate; sim/estimate and sim/blast read it.
package measure

import "time"

// Run is all that was measured in one replication of one topology.
// Times are simulated; "measured" means between Warmup and Duration.
type Run struct {
	Fingerprint uint64 // mix over all outcomes and platform transitions, in order
	Events      uint64
	Warmup      time.Duration
	Duration    time.Duration
	End         time.Duration // when the last request was answered, or the drain ended
	Window      time.Duration // length of a series' window; series start at time zero
	Journeys    []Journey     // by model.JourneyID
	Flows       []Flow        // by position in the load
	Stations    []Station     // by model.StationID
	Edges       []Edge        // by model.EdgeID
	Components  []Counts      // by model.ComponentID, wherever it is hosted: the calls that it handled, in the measured window
	// ComponentSeries are the rows of the damage map: by window of the series, then by
	// model.ComponentID. ComponentSpans are by the job's spans, then the same.
	ComponentSeries [][]ComponentWindow
	ComponentSpans  [][]ComponentSpan
	Marks           []Mark  // one per instant of the job's Marks, in order
	Ledger          *Ledger // nil unless the job asked for it
	// Causes counts the failed requests of each window of the series, by completion
	// and by cause; nil where a cause never came.
	Causes     [NOutcomes][]uint32
	Violations []string // broken invariants: an error of the tool
	// Partial says why the run ended early (a cap was hit), "" if it did not.
	Partial string
}

// Journey is what the users of one journey saw. Counts and Latency are of the
// requests that arrived in the measured window (surge requests included).
type Journey struct {
	Latency Histogram // of answered requests, from the intended start
	Counts  Counts
	Good    int64 // answered within the journey's latency bound
	Series  JourneySeries
	// Spans holds, for each of the job's spans, the latencies of the answered
	// requests that arrived in it, and After of those that arrived later; nil where
	// the job has none.
	Spans, After []Histogram
}

// JourneySeries counts per window; Arrived by arrival, the rest by completion.
type JourneySeries struct {
	Arrived, Completed, Good, Failed []uint32
	LatencySum                       []float64 // seconds, over answered requests
}

// Flow counts the requests of one flow that arrived in the measured window.
type Flow struct {
	Offered, Answered, Good int64 // Answered: all outcomes but in flight
}

// Station is one service, database or external component, all replicas together.
// Calls are those that reached an instance in the
// measured window and their ends.
type Station struct {
	Latency   Histogram // arrival at the instance to reply sent, answered calls
	QueueWait Histogram // of admitted calls, zero waits included
	Counts    Counts    // of calls served, by how the station answered
	Waited    int64     // admitted calls with a wait over zero
	// Integrals over the measured window, summed over the replicas.
	BusyCoreTime  float64 // core-seconds in use
	CoreTime      float64 // core-seconds provisioned and up
	InServiceTime float64 // request-seconds holding a worker
	QueuedTime    float64 // request-seconds waiting for a worker
	UpTime        float64 // instance-seconds ready
	WorkTime      float64 // call-seconds at the station, of all calls
	WastedTime    float64 // of those, of calls whose reply nobody took

	ProvisionedTime float64 // instance-seconds paid for, up or not
	MemoryTime      float64 // byte-seconds in use
	Series          []StationWindow
	_               [8]byte // whole cache lines
}

// StationWindow holds averages over a window of the series, summed over the replicas.
type StationWindow struct {
	BusyCores, InService, Queued, Up float32
}

// Edge is the client's side of one edge, in the measured window by first send.
type Edge struct {
	Latency Histogram // of answered call steps, retries included
	Calls   int64     // call steps (first attempts)
	Sent    int64     // attempts
	Counts  Counts    // of call steps, as the caller saw them
	Tries   Counts    // of attempts

	CrossBytes int64   // bytes of requests and replies that went from a zone to another
	_          [8]byte // whole cache lines
}

// ComponentWindow counts the calls of a component that ended in a window of the series.
type ComponentWindow struct {
	Calls, Failed uint32
	TimeSum       float64 // seconds from arrival to reply of those answered
}

// Span is a stretch of time over which the components are measured by themselves.
type Span struct{ From, To time.Duration }

// ComponentSpan counts the calls of a component that ended in a span.
type ComponentSpan struct {
	Calls, Failed int64
	// Times is from arrival to reply of those answered. Calls in progress at the
	// end of the span count with the time that they have taken so far, so that one
	// that never ends does not look fast.
	Times Histogram
}

// Mark is a snapshot at an instant that the job asked for.
type Mark struct {
	At      time.Duration
	Arrived []uint64   // requests per flow so far
	Open    [][]uint64 // numbers of requests in flight, per flow, ascending; only at the starts of faults
}

// Ledger holds one byte a request, by flow and number, in order of arrival:
// the outcome, and whether it was good. Surge requests are not in it.
type Ledger struct {
	Flows   [][]Entry
	Journey [][]uint8 // journey of each request
	// Users are the virtual users of the requests of closed loops; nil of others.
	Users [][]uint32
}

// Entry is an outcome and a good bit.
type Entry uint8

const goodBit = 0x80

// NewEntry packs an outcome.
func NewEntry(o Outcome, good bool) Entry {
	if good {
		return Entry(o) | goodBit
	}
	return Entry(o)
}

// Outcome unpacks the outcome.
func (e Entry) Outcome() Outcome { return Outcome(e &^ goodBit) }

// Good reports whether the request was answered within its journey's bound.
func (e Entry) Good() bool { return e&goodBit != 0 }
