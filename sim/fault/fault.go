// Package fault holds the faults that a scenario can inject. A fault is a
// tagged struct (its YAML form) with one Apply method, which turns knobs of the
// world. No fault writes an undo: the engine records what was turned and takes it
// back, exactly and alone, when the fault ends.
//
// To add one: 1. write its file: struct with yaml and doc tags, Validate, Apply;
// 2. add its line to [Table], with the targets that suit it; 3. if it needs a new
// knob, add it to knob.go and let sim/engine read it; 4. the conformance test
// covers it. CONTRIBUTING.md walks through an example.
package fault

import (
	"time"

	"faultline/sim/dist"
)

// Fault is one kind of fault with its parameters.
type Fault interface {
	// Validate reports values that the tags alone cannot refuse.
	Validate() error
	// Apply starts the fault.
	Apply(World)
	// Where is the target as written.
	Where() *Target
}

// World is what a fault can do to the running system.
type World interface {
	// Targets are the places that the fault's mode picks, by the fault's own stream.
	Targets() []Place
	// Running is Targets among the instances that are up now.
	Running() []Place
	// Turn turns a knob of a place until the fault ends.
	Turn(Place, Knob, float64)
	// Delay adds a delay to each message that leaves the place, until the fault ends.
	Delay(Place, dist.Dist)
	// Crash kills the process at a place at once.
	Crash(Place)
	// Flush empties the caches of an instance; they fill again by themselves.
	Flush(Place)
	// Clients are the edges over which the fault's target is called, whatever its
	// mode; of an edge, itself.
	Clients() []Place
	// Hold turns a knob of a place for a time drawn from length by the fault's own
	// stream, or until the fault ends if that is sooner, and then calls done.
	Hold(p Place, k Knob, v float64, length dist.Dist, done func())
	// After calls f after a delay drawn from d by the fault's own stream, unless
	// the fault has ended by then.
	After(d dist.Dist, f func())
}

// Kind is an entry of the table.
type Kind struct {
	Name  string
	Doc   string
	Suits []string     // keys of Target that the kind takes
	New   func() Fault // nil: known, not supported yet
}

// The targets of a fault of the process, of the code and of the network.
var (
	ofProcess = []string{"component", "service", "database", "zone"}
	ofCode    = []string{"component", "operation", "service", "database", "zone"}
	ofNetwork = []string{"edge", "service", "zone"}
)

// Table lists the faults in the order of the documentation.
var Table = []Kind{
	{"crash", "the process dies and restarts after its start-up", ofProcess, func() Fault { return new(Crash) }},
	{"slow", "work takes longer by a factor, work in progress too", ofCode, func() Fault { return new(Slow) }},
	{"errors", "a share of the calls is answered with error at once, nothing done", []string{"component", "operation", "service", "database", "zone", "edge"}, func() Fault { return new(Errors) }},
	{"delay", "each message takes longer", ofNetwork, func() Fault { return new(Delay) }},
	{"surge", "more traffic, as a stream of its own", []string{"flow"}, func() Fault { return new(Surge) }},
	{"kill", "instances gone until the fault ends", ofProcess, func() Fault { return new(Kill) }},
	{"pause", "instances silent: work freezes and goes on at the end, arrivals wait", ofProcess, func() Fault { return new(Pause) }},
	{"cpuStress", "something else takes a share of the cores", ofProcess, func() Fault { return new(CPUStress) }},
	{"memoryLeak", "memory grows until the OOM kill", []string{"component", "service", "zone"}, func() Fault { return new(MemoryLeak) }},
	{"deadlock", "workers are lost, one after the other", ofProcess, func() Fault { return new(Deadlock) }},
	{"pauses", "the process stands still again and again", ofProcess, func() Fault { return new(Pauses) }},
	{"badRelease", "a rollout of a worse version, and back", nil, nil},
	{"loss", "a share of the messages is lost, and sent again later", ofNetwork, func() Fault { return new(Loss) }},
	{"partition", "messages vanish", ofNetwork, func() Fault { return new(Partition) }},
	{"bandwidth", "messages queue for a line of a limited rate", ofNetwork, func() Fault { return new(Bandwidth) }},
	{"dns", "names that do not resolve", nil, nil},
	{"certificateExpiry", "refused connections", nil, nil},
	{"databaseFailover", "the primary dies", nil, nil},
	{"slowQueries", "reads and writes take longer by a factor", []string{"database"}, func() Fault { return new(SlowQueries) }},
	{"connectionLimit", "a database takes fewer connections", []string{"database"}, func() Fault { return new(ConnectionLimit) }},
	{"replicationLag", "replicas behind", nil, nil},
	{"cacheFlush", "caches are cold from now on", []string{"component", "service", "zone"}, func() Fault { return new(CacheFlush) }},
	{"brokerOutage", "a broker gone", nil, nil},
	{"poisonMessage", "a message that cannot be handled", nil, nil},
	{"zoneOutage", "everything in a zone is silent", []string{"zone"}, func() Fault { return new(ZoneOutage) }},
	{"nodeFailure", "everything on a node is silent", nil, nil},
	{"dependencyOutage", "somebody else's component answers nothing", []string{"component"}, func() Fault { return new(DependencyOutage) }},
	{"retryStorm", "clients try again at once on any failure", []string{"edge", "service", "component", "database"}, func() Fault { return new(RetryStorm) }},
	{"hotKey", "one key takes a share of the traffic", nil, nil},
}

// Spec is the kind of a fault with its body, as it stands in a scenario.
type Spec struct {
	Kind  string
	Fault Fault
}

// Kinds lists the names of all kinds.
func (*Spec) Kinds() []string {
	names := make([]string, len(Table))
	for i, k := range Table {
		names[i] = k.Name
	}
	return names
}

// New returns a pointer to an empty fault of the kind, nil if it is not supported yet.
func (*Spec) New(kind string) any {
	for _, k := range Table {
		if k.Name == kind && k.New != nil {
			return k.New()
		}
	}
	return nil
}

// Set stores a filled fault.
func (s *Spec) Set(kind string, v any) { s.Kind, s.Fault = kind, v.(Fault) }

// Idle reports a fault whose strength is nothing: the first point of a sweep.
func (s *Spec) Idle() bool {
	f, ok := s.Fault.(interface{ Idle() bool })
	return ok && f.Idle()
}

// Momentary reports whether the fault does something even if it ends at once: a
// crash does, whose process then restarts, and so does a flush of caches.
func (s *Spec) Momentary() bool {
	f, ok := s.Fault.(interface{ Momentary() bool })
	return ok && f.Momentary()
}

// Open is the Duration of a fault that lasts to the end of the run.
const Open time.Duration = -1

// Injection is a fault with its name, its time and the instances that it hits.
type Injection struct {
	Name     string
	At       time.Duration
	Duration time.Duration // Open: to the end
	Mode     Mode
	// Every makes failures random: from At on, by one clock for the fault that draws
	// from it again and again, each tick hits what Mode picks among the instances
	// that are up and not hit by this fault already. Each is repaired alone after a
	// draw from Repair (nil: at once where the fault is momentary, else when the
	// fault ends). nil: the fault strikes once, at At.
	Every, Repair dist.Dist
	Spec
}

// End is when the fault ends; ok is false if it lasts to the end of the run.
func (in *Injection) End() (end time.Duration, ok bool) {
	if in.Duration == Open {
		return 0, false
	}
	return in.At + in.Duration, true
}
