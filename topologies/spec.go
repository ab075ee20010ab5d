package topologies

import (
	"errors"
	"fmt"
	"strings"

	"faultline/sim/platform"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
	"faultline/topologies/strict"
)

// Spec is a topology file: how an application is cut and run.
type Spec struct {
	Name        string                        `yaml:"topology" required:"true" doc:"the topology's name"`
	Extends     string                        `yaml:"extends" doc:"path of a topology that this one changes, or a built-in one's name: mappings merge, the rest replaces, none removes"`
	Application string                        `yaml:"application" doc:"path of the application, relative to this file, or a built-in one's name"`
	Zones       []string                      `yaml:"zones" default:"[a]" doc:"replicas go round them in turn"`
	Services    strict.Map[Service]           `yaml:"services" required:"true" doc:"processes, by name; * gives defaults"`
	Databases   strict.Map[Database]          `yaml:"databases" doc:"database servers, by name; * gives defaults"`
	Edges       strict.Map[resilience.Policy] `yaml:"edges" doc:"client policies by \"caller -> callee\"; the most specific wins, key by key"`
	Network     Network                       `yaml:"network" doc:"one-way delays between services"`
	Cost        Prices                        `yaml:"cost" doc:"prices; without them list prices are assumed"`
	// A single-file topology states its application here.
	Stores   strict.Map[Store]   `yaml:"stores" doc:"without application: what is read and written"`
	Journeys strict.Map[Journey] `yaml:"journeys" doc:"without application: what users want"`

	_ struct{} `yaml:"brokers" notyet:"true"`
	_ struct{} `yaml:"topics" notyet:"true"`
	_ struct{} `yaml:"consistency" notyet:"true"`
	_ struct{} `yaml:"gateway" notyet:"true"`
	_ struct{} `yaml:"discovery" notyet:"true"`
	_ struct{} `yaml:"orchestrator" notyet:"true"`
	_ struct{} `yaml:"mesh" notyet:"true"`
	_ struct{} `yaml:"observability" notyet:"true"`
}

// Service is a process with its replicas.
type Service struct {
	Components   *Members                   `yaml:"components" doc:"the components in it, or rest; default: the component of the service's name"`
	Operations   strict.Map[step.Operation] `yaml:"operations" doc:"without application: the operations of the component of this name"`
	PerComponent bool                       `yaml:"perComponent" doc:"under * only: every component not assigned gets a service of its own"`
	Replicas     int                        `yaml:"replicas" default:"1" min:"1" max:"10000" doc:"instances"`
	CPU          unit.Cores                 `yaml:"cpu" default:"1" doc:"cores of an instance"`
	Scheduling   string                     `yaml:"scheduling" default:"ps" oneof:"ps fifo" doc:"how jobs share the cores"`
	Workers      unit.Limit                 `yaml:"workers" default:"unlimited" doc:"requests in service at once in an instance"`
	Queue        unit.Queue                 `yaml:"queue" default:"unlimited" doc:"requests that wait for a worker; beyond it they are rejected"`
	Runtime      platform.Runtime           `yaml:"runtime" doc:"what the process runs on: go, jvm, node, python, or a mapping that changes one"`

	QueueTimeout    Wait                `yaml:"queueTimeout" default:"none" doc:"a request that has waited so long for a worker leaves, rejected"`
	QueueDiscipline string              `yaml:"queueDiscipline" default:"fifo" oneof:"fifo lifo priority" doc:"who is served next: the first, the last, or the journey that is most critical"`
	Contention      Stretch             `yaml:"contention" default:"0%" doc:"cpu and sleep steps take so much longer for each request in service, as locks have it"`
	Pool            Pool                `yaml:"pool" default:"unlimited" doc:"connections of an instance to each database, or by database: { orders-db: 20 }"`
	PoolTimeout     resilience.Patience `yaml:"poolTimeout" default:"none" doc:"longest wait for a connection of the pool"`
	RateLimit       *platform.RateLimit `yaml:"rateLimit" doc:"requests let in by an instance; more are rejected; none: all are let in"`
	Memory          Memory              `yaml:"memory" default:"unlimited" doc:"of an instance; beyond it the process is killed; unlimited is not billed"`

	_ struct{} `yaml:"autoscaling" notyet:"true"`
	_ struct{} `yaml:"shedding" notyet:"true"`
	_ struct{} `yaml:"liveness" notyet:"true"`
	_ struct{} `yaml:"readiness" notyet:"true"`
	_ struct{} `yaml:"consumes" notyet:"true"`
}

// Members are the names of what a service hosts or a database holds, or rest.
type Members []string

// Rest stands for all that is assigned nowhere else.
const Rest = "rest"

// UnmarshalText takes the word rest; names stand in a list.
func (m *Members) UnmarshalText(text []byte) error {
	if string(text) != Rest {
		return fmt.Errorf("%s is neither a list nor rest (write [%s])", strict.Quote(string(text)), strict.Quote(string(text)))
	}
	*m = Members{Rest}
	return nil
}

// IsRest reports the word rest.
func (m *Members) IsRest() bool { return m != nil && len(*m) == 1 && (*m)[0] == Rest }

// String is the list as YAML writes it, or rest.
func (m Members) String() string {
	if m.IsRest() {
		return Rest
	}
	return "[" + strings.Join(m, ", ") + "]"
}

// Database is one database server.
type Database struct {
	Stores      *Members   `yaml:"stores" doc:"the stores in it, or rest"`
	PerStore    bool       `yaml:"perStore" doc:"under * only: every store not assigned gets a database of its own, STORE-db"`
	CPU         unit.Cores `yaml:"cpu" default:"1" doc:"cores"`
	Scheduling  string     `yaml:"scheduling" default:"fifo" oneof:"ps fifo" doc:"how queries share the cores"`
	Connections unit.Limit `yaml:"connections" default:"unlimited" doc:"queries at once; more wait"`
	Zone        string     `yaml:"zone" doc:"where it stands; default: the first"`
	Memory      Memory     `yaml:"memory" default:"unlimited" doc:"of the server, as it is billed; unlimited is not billed"`

	_ struct{} `yaml:"kind" notyet:"true"`
	_ struct{} `yaml:"readReplicas" notyet:"true"`
	_ struct{} `yaml:"failover" notyet:"true"`
	_ struct{} `yaml:"replicationLag" notyet:"true"`
	_ struct{} `yaml:"replay" notyet:"true"`
}

// Network is the one-way delay of a message between two instances.
type Network struct {
	SameZone  resilience.Network `yaml:"sameZone" default:"200us" doc:"within a zone"`
	CrossZone resilience.Network `yaml:"crossZone" default:"500us" doc:"between zones, and to external components"`
}

// UnmarshalText takes "none": no delay at all.
func (n *Network) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return errors.New("network is a mapping such as { sameZone: 200us, crossZone: 500us }, or none")
	}
	*n = Network{}
	return nil
}

// String is "none", or nothing: the fields speak for themselves.
func (n Network) String() string {
	if n.SameZone.Delay == nil && n.CrossZone.Delay == nil {
		return "none"
	}
	return ""
}
