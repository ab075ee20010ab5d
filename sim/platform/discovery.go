// Package platform holds what decides about instances from outside: how clients
// learn which of them can be called. Its deciders are told the time and answer;
// they schedule nothing. (Orchestrator and autoscaler will live here.)
package platform

import "time"

// Discovery decides when the clients of a service learn of a change of its
// instances.
type Discovery struct {
	// Refusal is how long clients go on calling an instance that refuses
	// connections before they drop it.
	Refusal time.Duration
}

// Default is what clients do without a discovery of the topology's own: they drop
// an instance that refuses connections after 1 s, and never notice a silent one
// (docs/model.md, Defaults).
var Default = Discovery{Refusal: time.Second}

// Health is what an instance shows to those who call it.
type Health uint8

// The states of an instance as seen from outside.
const (
	Serving  Health = iota
	Refusing        // the process is gone: connections are refused
	Silent          // messages disappear
)

// Notice is how long after the change clients act on it; ok is false if they
// never do. That an instance serves is known at once: it announces itself when
// it is ready.
func (d Discovery) Notice(h Health) (after time.Duration, ok bool) {
	switch h {
	case Serving:
		return 0, true
	case Refusing:
		return d.Refusal, true
	default:
		return 0, false
	}
}
