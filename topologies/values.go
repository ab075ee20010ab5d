package topologies

import (
	"fmt"
	"strconv"
	"strings"

	"faultline/sim/dist"
	"faultline/sim/unit"
	"faultline/topologies/strict"
)

// Wait is a distribution of times, or none.
type Wait struct{ dist.Value }

// UnmarshalText parses a distribution or "none".
func (w *Wait) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		w.Dist = nil
		return nil
	}
	return w.Value.UnmarshalText(text)
}

// String is the distribution or "none".
func (w Wait) String() string {
	if w.Dist == nil {
		return "none"
	}
	return w.Value.String()
}

// MarshalText is String.
func (w Wait) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Open reads the files that the distribution names.
func (w Wait) Open(open func(name string) ([]byte, error)) error {
	if w.Dist == nil {
		return nil
	}
	return w.Value.Open(open)
}

// Stretch is by how much something grows: 1% is 0.01. It may be above 100%.
type Stretch float64

// maxStretch is far above any honest contention.
const maxStretch = 1000

// UnmarshalText parses "1%", "0.01" or "none" (0).
func (s *Stretch) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*s = 0
		return nil
	}
	digits, percent := strings.CutSuffix(string(text), "%")
	v, ok := plainNumber(digits)
	switch {
	case !ok:
		return fmt.Errorf("%s is not a share (write 1%% or 0.01)", strict.Quote(string(text)))
	case percent:
		v /= 100
	}
	if v > maxStretch {
		return fmt.Errorf("%s is too large (at most %d%%)", strict.Quote(string(text)), maxStretch*100)
	}
	*s = Stretch(v)
	return nil
}

// String is the percentage.
func (s Stretch) String() string {
	return strconv.FormatFloat(float64(float64(s)*1e6)/1e4, 'f', -1, 64) + "%"
}

// plainNumber parses digits with at most one point between them.
func plainNumber(s string) (v float64, ok bool) {
	whole, fraction, point := strings.Cut(s, ".")
	plain := whole != "" && strings.Trim(whole+fraction, "0123456789") == "" && (!point || fraction != "")
	if !plain || len(whole) > 1 && whole[0] == '0' {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// Memory is a size in bytes; 0 is unlimited.
type Memory int64

// UnmarshalText parses "512MiB", or "unlimited" (also "none").
func (m *Memory) UnmarshalText(text []byte) error {
	if s := string(text); s == "unlimited" || s == "none" {
		*m = 0
		return nil
	}
	b, err := unit.ParseBytes(string(text))
	if err != nil {
		return err
	}
	if b == 0 {
		return fmt.Errorf("%s holds no process; write a size such as 512MiB, or unlimited", strict.Quote(string(text)))
	}
	*m = Memory(b)
	return nil
}

// String is the size, or "unlimited".
func (m Memory) String() string {
	if m == 0 {
		return "unlimited"
	}
	return unit.Bytes(m).String()
}

// Pool bounds the connections of an instance: to each database, or by database.
type Pool struct {
	strict.Map[unit.Limit]
	Each unit.Limit // to each database; 0 where databases are named
}

// UnmarshalText parses the bound to each database.
func (p *Pool) UnmarshalText(text []byte) error {
	p.Map = nil
	return p.Each.UnmarshalText(text)
}

// String is the bound to each database; what is named speaks for itself.
func (p Pool) String() string {
	if p.Each == 0 {
		return ""
	}
	return p.Each.String()
}

// size is the bound to a database, unit.Unlimited for none.
func (p *Pool) size(database string) int {
	switch limit := p.Get(database); {
	case limit != nil:
		return int(*limit)
	case p.Each > 0:
		return int(p.Each)
	}
	return unit.Unlimited
}

// Prices are what running a topology costs, in a currency of the reader's. The
// defaults are of the order of list prices: AWS Fargate in us-east-1 asks 0.0405
// for a vCPU-hour and 0.0044 for a GB-hour, and traffic between zones costs 0.01
// for a GB on each side.
type Prices struct {
	VCPUHour     Price `yaml:"vcpuHour" default:"0.04" doc:"of a provisioned core for an hour"`
	GiBHour      Price `yaml:"gibHour" default:"0.005" doc:"of a GiB of provisioned memory for an hour"`
	CrossZoneGiB Price `yaml:"crossZoneGiB" default:"0.02" doc:"of a GiB sent from a zone to another"`
	ServiceHour  Price `yaml:"serviceHour" default:"0" doc:"fixed, of running one more service for an hour"`
}

// UnmarshalText takes "none": everything is free.
func (p *Prices) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return fmt.Errorf("cost is a mapping such as { vcpuHour: 0.04, gibHour: 0.005 }, or none")
	}
	*p = Prices{}
	return nil
}

// String is "none", or nothing: the fields speak for themselves.
func (p Prices) String() string {
	if p == (Prices{}) {
		return "none"
	}
	return ""
}

// Price is an amount of 0 or more.
type Price float64

// maxPrice is far above any honest price.
const maxPrice = 1e9

// UnmarshalText parses a plain number.
func (p *Price) UnmarshalText(text []byte) error {
	v, ok := plainNumber(string(text))
	if !ok || v > maxPrice {
		return fmt.Errorf("%s is not a price (write a plain number of 0 or more, as in 0.04)", strict.Quote(string(text)))
	}
	*p = Price(v)
	return nil
}

// String is the number.
func (p Price) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) }
