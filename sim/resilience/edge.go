// Package resilience holds the client's policies of an edge: tagged structs
// with their behaviour. A policy decides when told the time; it schedules nothing.
package resilience

import (
	"errors"
	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/unit"
	"strings"
)

// Policy is one mapping under edges: in a topology. A nil pointer is not set.
type Policy struct {
	Timeout      *Patience     `yaml:"timeout" doc:"from the call step to its answer, retries included; none: waits for ever"`
	Retries      *Retries      `yaml:"retries" doc:"tries in addition to the first; none: no retry"`
	LoadBalancer *LoadBalancer `yaml:"loadBalancer" doc:"how a client instance picks an instance of the callee" default:"LEAST_REQUEST"`
	Protocol     *Protocol     `yaml:"protocol" doc:"CPU time that each side spends on a remote call" default:"none"`
	Network      *Network      `yaml:"network" doc:"one-way delay, in place of the topology's; none: no delay"`
	_            struct{}      `yaml:"circuitBreaker" notyet:"true"`
	_            struct{}      `yaml:"bulkhead" notyet:"true"`
	_            struct{}      `yaml:"hedging" notyet:"true"`
	_            struct{}      `yaml:"outlierDetection" notyet:"true"`
	_            struct{}      `yaml:"adaptiveThrottling" notyet:"true"`
	_            struct{}      `yaml:"cancelOnTimeout" notyet:"true"`
	_            struct{}      `yaml:"deadlinePropagation" notyet:"true"`
	_            struct{}      `yaml:"localityAware" notyet:"true"`
}

// Patience is a duration above zero, or none.
type Patience unit.Duration

// UnmarshalText parses "500ms" or "none" (0).
func (p *Patience) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*p = 0
		return nil
	}
	if err := (*unit.Duration)(p).UnmarshalText(text); err != nil {
		return err
	}
	if *p == 0 {
		return errors.New("a timeout of 0 fails every call; write a duration above 0, or none")
	}
	return nil
}

// String is the duration or "none".
func (p Patience) String() string {
	if p == 0 {
		return "none"
	}
	return unit.Duration(p).String()
}

// MarshalText is String.
func (p Patience) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// LoadBalancer is the name of an entry of balance.Table.
type LoadBalancer string

// UnmarshalText refuses a name that the table lacks.
func (l *LoadBalancer) UnmarshalText(text []byte) error {
	for _, k := range balance.Table {
		if k.Name == string(text) {
			if k.New == nil {
				return errors.New("load balancer " + k.Name + " is not supported yet")
			}
			*l = LoadBalancer(text)
			return nil
		}
	}
	return errors.New(`no load balancer "` + string(text) + `"; one of ` + strings.Join(balance.Names(), ", "))
}

// String is the name.
func (l LoadBalancer) String() string { return string(l) }

// Network is a one-way delay, or none.
type Network struct{ Delay dist.Dist }

// UnmarshalText parses a distribution or "none".
func (n *Network) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		n.Delay = nil
		return nil
	}
	d, err := dist.Parse(string(text))
	n.Delay = d
	return err
}

// String is the distribution or "none".
func (n Network) String() string {
	if n.Delay == nil {
		return "none"
	}
	return n.Delay.String()
}
