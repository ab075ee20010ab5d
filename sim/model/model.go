// Package model is a compiled system: one application cut and run by one
// topology, as flat plain data that the engine executes.
//
// Everything that serves is a [Station]: the users (station 0), services,
// databases, external components. Operations are compiled to [Instr] programs.
// Ids are indexes into the slices of [System]; -1 is "none". The package knows
// no YAML and no time; it is written once by the topology loader and shared,
// read-only, by all replications.
package model

import (
	"time"

	"faultline/sim/dist"
	"faultline/sim/platform"
	"faultline/sim/resilience"
)

// Typed indexes into the slices of a System.
type (
	StationID   int32
	ComponentID int32
	OpID        int32
	SiteID      int32
	EdgeID      int32
	JourneyID   int32
)

// None is the absent index of every id type.
const None = -1

// Users is the station that requests come from: unlimited, never broken.
const Users StationID = 0

// Unlimited is the value of Workers, Queue and cores that are not bounded.
const Unlimited = 1<<31 - 1

// System is one topology of one application, compiled.
type System struct {
	Name       string
	Zones      []string
	Stations   []Station // [0] is Users
	Components []Component
	Ops        []Op
	Sites      []Site
	Edges      []Edge
	Journeys   []Journey
	Code       []Instr
	Dists      []dist.Dist  // operands of OpCPU, OpSleep
	Shares     []float64    // operands of OpMaybe; cumulated ones of OpChoose
	Counts     []dist.Count // operands of OpLoop
	Caches     []Cache      // operands of OpCache
	Pools      []Pool
	Cost       Cost
}

// Cost is what running the system costs, in the currency of the prices.
type Cost struct {
	VCPUHour     float64 // one provisioned core for an hour
	GiBHour      float64 // one GiB of provisioned memory for an hour
	CrossZoneGiB float64 // one GiB sent from a zone to another
	ServiceHour  float64 // the fixed price of running one more service for an hour
	Assumed      bool    // list prices: the topology gives none
}

// Pool is the connections that each instance of a service keeps to a database.
type Pool struct {
	From, To StationID
	Size     int
	Timeout  time.Duration // longest wait for a connection; 0: no limit
}

// Cache is a cache by its hit ratio.
type Cache struct {
	HitRatio float64
	Refill   time.Duration // after a restart or a flush the ratio climbs from 0 for so long
}

// StationKind says what a station is; the engine treats all alike, reports do not.
type StationKind uint8

// The kinds of station.
const (
	KindUsers StationKind = iota
	KindService
	KindDatabase
	KindExternal
)

func (k StationKind) String() string {
	return [...]string{"users", "service", "database", "external"}[k]
}

// Scheduling is how the cores of an instance are shared.
type Scheduling uint8

// Processor sharing is the default; FIFO serves CPU steps in order, one core each.
const (
	PS Scheduling = iota
	FIFO
)

// Station is whatever serves requests: Replicas instances, each with Workers
// requests in service at once, Queue more waiting, and Cores cores.
type Station struct {
	Name       string
	Kind       StationKind
	Scheduling Scheduling
	Discipline Discipline
	Components []ComponentID // hosted here, in the application's order
	Stores     []string      // of a database
	Replicas   int
	Cores      float64 // Unlimited for users and external components
	Workers    int     // of a database: its connections
	Queue      int
	Startup    time.Duration
	Zones      []int // zone index per replica; nil: in no zone (users, external)

	QueueTimeout dist.Dist           // a request that has waited so long leaves, rejected; nil: none
	Contention   float64             // cpu and sleep steps × (1 + Contention × requests in service)
	RateLimit    *platform.RateLimit // per instance; nil: none
	Memory       int64               // bytes; beyond them the process is killed; 0: unlimited and unbilled
	Warmup       platform.Warmup     // of a process that has started; zero: none
	Pauses       *platform.Pauses    // stop-the-world pauses; nil: none
	Protocol     float64             // CPU time of protocols × this, by the runtime; 0: as written, like 1
}

// Discipline is the order in which the queue for workers is served.
type Discipline uint8

// First come first served is the default; ByPriority serves critical journeys
// first, then normal, then sheddable ones, each in order of arrival.
const (
	QueueFIFO Discipline = iota
	QueueLIFO
	QueueByPriority
)

// Component is a unit of the application's code.
type Component struct {
	Name     string
	Team     string
	External bool
	Station  StationID
}

// Op is one operation of a component, or one read or write of a store.
type Op struct {
	Name      string      // "checkout.place", "orders.write"
	Component ComponentID // None for a store's operation
	Station   StationID
	Entry     int32   // index into Code
	ErrorRate float64 // share of the calls that are answered with error at once
	Memory    int64   // bytes held while the call is in service
	Size      int64   // bytes of a request and of a reply
}

// Site is one call step as this topology resolves it.
type Site struct {
	Op    OpID
	Edge  EdgeID // None: a plain function call in the same process
	Place uint32 // of the step in the application; never names a service
	// Optional: a failure degrades the caller's reply instead of failing it.
	Optional bool
	// Fallback: a failure goes on with the OpFallback that follows the call.
	Fallback bool
}

// Edge is the client's side of the calls from one station to another under one
// set of policies. Two sites with the same stations and policies share an edge.
type Edge struct {
	Name          string // "checkout -> payments"
	From, To      StationID
	Timeout       time.Duration       // 0: none
	PerTryTimeout time.Duration       // 0: none
	Retries       *resilience.Retries // nil: none
	LoadBalancer  string              // a name of balance.Table
	Protocol      dist.Dist           // CPU time on each side of a call; nil: none
	SameZone      dist.Dist           // one-way delay; nil: none
	CrossZone     dist.Dist           // one-way delay; nil: none

	CircuitBreaker      *resilience.CircuitBreaker     // nil: none
	Bulkhead            *resilience.Bulkhead           // nil: none
	Hedging             *resilience.Hedging            // nil: none
	OutlierDetection    *resilience.OutlierDetection   // nil: none
	AdaptiveThrottling  *resilience.AdaptiveThrottling // nil: none
	CancelOnTimeout     bool                           // a caller that gives up stops the work
	DeadlinePropagation bool                           // the caller's deadline holds for all work below
	LocalityAware       bool                           // instances in the caller's own zone first
	// Local: the ends share a process. Only Timeout, CircuitBreaker and Bulkhead
	// apply then: a wall between modules.
	Local bool
	Pool  int32 // 1 + index into Pools; 0: none
}

// Journey is what a user wants: a program that runs at the users' station.
type Journey struct {
	Name         string
	Entry        int32
	Weight       float64
	LatencyBound time.Duration // an answer later than this is not good; 0: any answer is
	Latency      string        // the objective as written, "" if none
	Availability float64       // objective, 0 if none
	Criticality  string        // critical, normal, sheddable
}

// OpCode is what an instruction does.
type OpCode uint8

// The instructions. P is the place of the step, by which its draws are keyed.
const (
	// OpEnd ends an operation (reply) or a branch (join).
	OpEnd OpCode = iota
	// OpCPU runs Dists[A] on a core.
	OpCPU
	// OpSleep waits Dists[A] off the CPU.
	OpSleep
	// OpCall calls Sites[A] and waits for the answer.
	OpCall
	// OpFork starts the N branches listed by the N OpBranch that follow, and
	// goes on at B when all are done, or when A > 0 of them have succeeded (or too
	// few can): the rest run on, holding the worker.
	OpFork
	// OpBranch is an entry of OpFork's list: code at A, or with FlagDirect the
	// single call Sites[A].
	OpBranch
	// OpMaybe goes on with probability Shares[A], else jumps to B.
	OpMaybe
	// OpChoose runs exactly one of the branches listed by the N OpBranch that
	// follow: code at A with cumulated probability Shares[B]. The code of each ends
	// with OpJump.
	OpChoose
	// OpJump goes on at B.
	OpJump
	// OpLoop runs the code that follows, up to its OpEnd, Counts[A] times, each
	// with draws of its own, and goes on at B.
	OpLoop
	// OpCache goes on at B on a hit of Caches[A], else with what follows.
	OpCache
	// OpFallback follows a call whose site has a Fallback: it goes on at B if the
	// call has succeeded, else with what follows; the reply is degraded then.
	OpFallback
)

// FlagDirect marks an OpBranch that is one bare call.
const FlagDirect = 1

// Instr is one instruction, 16 bytes.
type Instr struct {
	Op    OpCode
	Flags uint8
	N     uint16
	A, B  int32
	P     uint32
}
