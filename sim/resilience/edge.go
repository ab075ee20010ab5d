// Package resilience holds the client's policies of an edge: tagged structs
// with their behaviour. A policy decides when told the time; it schedules nothing.
package resilience

import (
	"errors"
	"strconv"
	"strings"

	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Policy is one mapping under edges: in a topology. A nil pointer is not set.
type Policy struct {
	Timeout             *Patience           `yaml:"timeout" doc:"from the call step to its answer, retries included; none: waits for ever"`
	Retries             *Retries            `yaml:"retries" doc:"tries in addition to the first; none: no retry"`
	LoadBalancer        *LoadBalancer       `yaml:"loadBalancer" doc:"how a client instance picks an instance of the callee" default:"LEAST_REQUEST"`
	Protocol            *Protocol           `yaml:"protocol" doc:"CPU time that each side spends on a remote call" default:"none"`
	Network             *Network            `yaml:"network" doc:"one-way delay, in place of the topology's; none: no delay"`
	CircuitBreaker      *CircuitBreaker     `yaml:"circuitBreaker" doc:"stops calls to a callee that fails; sees each try; none: no breaker"`
	Bulkhead            *Bulkhead           `yaml:"bulkhead" doc:"bounds the calls in flight; none: no bound"`
	Hedging             *Hedging            `yaml:"hedging" doc:"sends a call again before it has failed; not together with retries; none: no hedging"`
	OutlierDetection    *OutlierDetection   `yaml:"outlierDetection" doc:"leaves out instances of the callee that fail; none: no detection"`
	AdaptiveThrottling  *AdaptiveThrottling `yaml:"adaptiveThrottling" doc:"refuses calls at the client when the callee refuses many; none: no throttling"`
	CancelOnTimeout     bool                `yaml:"cancelOnTimeout" default:"false" doc:"a caller that gives up stops the work of the callee, one network delay later"`
	DeadlinePropagation bool                `yaml:"deadlinePropagation" default:"false" doc:"the caller's deadline holds for the callee too, which stops by itself then; what it has called goes on unless those edges say so too"`
	LocalityAware       bool                `yaml:"localityAware" default:"false" doc:"instances in the caller's own zone first, as Envoy's priority levels share the calls"`
}

// Validate refuses hedging together with retries, as gRPC does: a method has
// either a retryPolicy or a hedgingPolicy (gRPC proposal A6).
func (p *Policy) Validate() error {
	if !p.Hedging.Off() && !p.Retries.Off() {
		return wrong("hedging", "hedging and retries exclude each other, as in gRPC; switch one off with none")
	}
	return nil
}

// keyError is an error of Validate that stands at one key.
type keyError struct{ key, text string }

func wrong(key, text string) error { return &keyError{key, text} }

func (e *keyError) Error() string { return e.text }

// Field is the key at which the error stands.
func (e *keyError) Field() string { return e.key }

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

// unlisted is the error for a word that is not among those that are valid.
func unlisted(what string, got []byte, valid []string) error {
	return unit.Unlisted(what+" "+strconv.Quote(string(got))+"; one of "+strings.Join(valid, ", "), string(got), valid)
}

// LoadBalancer is the name of an entry of balance.Table.
type LoadBalancer string

// UnmarshalText refuses a name that the table lacks.
func (l *LoadBalancer) UnmarshalText(text []byte) error {
	for _, k := range balance.Table {
		if k.Name == string(text) {
			*l = LoadBalancer(text)
			return nil
		}
	}
	return unlisted("no load balancer", text, balance.Names())
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

// Open reads the files that the distribution names; see dist.Value.
func (n Network) Open(open func(name string) ([]byte, error)) error {
	if n.Delay == nil {
		return nil
	}
	return dist.Value{Dist: n.Delay}.Open(open)
}
