package resilience

import (
	"errors"

	"faultline/sim/dist"
	"faultline/sim/unit"
	"time"
)

// Protocol is the CPU time that each side of a remote call spends on
// serialisation, system calls and the protocol itself: grpc, rest, none, or
// { cpu: DIST }.
type Protocol struct {
	CPU *dist.Value `yaml:"cpu" required:"true" doc:"CPU time on each side of a remote call"`

	preset string
}

// Presets of protocol CPU per side and call. Service Weaver (Ghemawat et al.,
// HotOS 2023, section 6) runs 11 services at 10,000 requests/s on 78 cores over
// gRPC and on 9 in one process: (78−9) cores ÷ 10,000/s ÷ about 10 hops ÷ 2
// sides is some 345 µs a side with proxies and kernel; a lean unary gRPC call
// costs 50–100 µs a side. grpc takes 100 µs. rest (JSON over HTTP/1.1) takes
// twice that: the ratio is invented, of the order that serialisation benchmarks show.
var presets = []struct {
	name string
	cpu  time.Duration
}{{"none", 0}, {"grpc", 100 * time.Microsecond}, {"rest", 200 * time.Microsecond}}

// UnmarshalText takes the name of a preset.
func (p *Protocol) UnmarshalText(text []byte) error {
	for _, q := range presets {
		if q.name != string(text) {
			continue
		}
		p.preset, p.CPU = q.name, nil
		if q.cpu > 0 {
			d, err := dist.Parse(unit.Duration(q.cpu).String())
			if err != nil {
				return err
			}
			p.CPU = &dist.Value{Dist: d}
		}
		return nil
	}
	return errors.New(`no protocol "` + string(text) + `"; one of grpc, rest, none, or { cpu: DIST }`)
}

// Cost is the CPU time of one side of a call; nil for none.
func (p *Protocol) Cost() dist.Dist {
	if p == nil || p.CPU == nil {
		return nil
	}
	return p.CPU.Dist
}

// String is the preset's name, or the distribution.
func (p Protocol) String() string {
	if p.preset != "" {
		return p.preset
	}
	if p.CPU == nil {
		return "none"
	}
	return p.CPU.String()
}
