package resilience

import (
	"encoding"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"faultline/cmd/bounded"
	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/unit"
)

// text is a scalar of a topology that says how it reads and prints.
type text interface {
	encoding.TextUnmarshaler
	fmt.Stringer
}

func TestScalarsReadWhatTheyMeanAndRefuseTheRest(t *testing.T) {
	for _, c := range []struct {
		name  string
		into  text
		text  string
		print string // "" where it is refused
		err   string // part of the error
	}{
		{"a timeout", new(Patience), "500ms", "500ms", ""},
		{"no timeout", new(Patience), "none", "none", ""},
		{"a timeout of nothing", new(Patience), "0", "", "a timeout of 0 fails every call"},
		{"a timeout without a unit", new(Patience), "5", "", "unit"},
		{"an endless timeout", new(Patience), "unlimited", "", "unlimited"},
		{"a negative timeout", new(Patience), "-1s", "", "-1s"},
		{"least request", new(LoadBalancer), "LEAST_REQUEST", "LEAST_REQUEST", ""},
		{"round robin", new(LoadBalancer), "ROUND_ROBIN", "ROUND_ROBIN", ""},
		{"random", new(LoadBalancer), "RANDOM", "RANDOM", ""},
		{"power of two", new(LoadBalancer), "POWER_OF_TWO", "POWER_OF_TWO", ""},
		{"ring hash", new(LoadBalancer), "RING_HASH", "RING_HASH", ""},
		{"a balancer in lower case", new(LoadBalancer), "random", "", "one of LEAST_REQUEST"},
		{"no network", new(Network), "none", "none", ""},
		{"a constant network", new(Network), "500us", "500us", ""},
		{"a network with a tail", new(Network), "lognormal(200us cv=0.5)", "lognormal(200us cv=0.5)", ""},
		{"an unknown network", new(Network), "slow", "", "slow"},
		{"no protocol", new(Protocol), "none", "none", ""},
		{"grpc", new(Protocol), "grpc", "grpc", ""},
		{"rest", new(Protocol), "rest", "rest", ""},
		{"an unknown protocol", new(Protocol), "soap", "", "one of grpc, rest, none"},
		{"no retries", new(Retries), "none", "none", ""},
		{"retries as a number", new(Retries), "3", "", "{ attempts: 2 }"},
		{"no backoff", new(Backoff), "none", "none", ""},
		{"a backoff as a number", new(Backoff), "3", "", "{ base: 25ms, max: 250ms }"},
		{"retry on timeouts", new(FailureName), "timeout", "timeout", ""},
		{"retry on what is unavailable", new(FailureName), "unavailable", "unavailable", ""},
		{"retry on what is rejected", new(FailureName), "rejected", "rejected", ""},
		{"retry on errors", new(FailureName), "error", "error", ""},
		{"retry on all", new(FailureName), "all", "", "one of timeout, unavailable, rejected, error"},
		{"no jitter", new(Jitter), "none", "none", ""},
		{"full jitter", new(Jitter), "full", "full", ""},
		{"equal jitter", new(Jitter), "equal", "equal", ""},
		{"decorrelated jitter", new(Jitter), "decorrelated", "decorrelated", ""},
		{"envoy's jitter", new(Jitter), "envoy", "envoy", ""},
		{"unknown jitter", new(Jitter), "some", "", "one of none, full, equal, decorrelated, envoy"},
		{"a window of calls", new(Window), "20", "20", ""},
		{"a window of time", new(Window), "10s", "10s", ""},
		{"a window of minutes", new(Window), "2m", "2m", ""},
		{"the longest window", new(Window), "100000", "100000", ""},
		{"a window of no call", new(Window), "0", "", "1 to 100000 calls"},
		{"a window of too many calls", new(Window), "100001", "", "1 to 100000 calls"},
		{"a window of parts of a second", new(Window), "1500ms", "", "whole seconds"},
		{"a window that is too long", new(Window), "28h", "", "whole seconds"},
		{"a window in octal", new(Window), "010", "", "begins with a zero"},
		{"a window in days", new(Window), "1d", "", "write 24h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.into.UnmarshalText([]byte(c.text))
			switch {
			case c.err != "" && err == nil:
				t.Errorf("%q was read as %s, want an error with %q", c.text, c.into, c.err)
			case c.err != "" && !strings.Contains(err.Error(), c.err):
				t.Errorf("%q: error %q, want one with %q", c.text, err, c.err)
			case c.err == "" && err != nil:
				t.Errorf("%q: %v", c.text, err)
			case c.err == "" && c.into.String() != c.print:
				t.Errorf("%q prints as %q, want %q", c.text, c.into, c.print)
			}
		})
	}
}

func TestEveryBalancerOfTheTableIsRead(t *testing.T) {
	for _, k := range balance.Table {
		if err := new(LoadBalancer).UnmarshalText([]byte(k.Name)); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
}

func TestHedgingAndRetriesExcludeEachOther(t *testing.T) {
	off := new(Retries)
	if err := off.UnmarshalText([]byte("none")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		policy Policy
		ok     bool
	}{
		{"neither", Policy{}, true},
		{"hedging", Policy{Hedging: &Hedging{MaxAttempts: 2}}, true},
		{"retries", Policy{Retries: &Retries{Attempts: 1}}, true},
		{"hedging with retries switched off", Policy{Hedging: &Hedging{MaxAttempts: 2}, Retries: off}, true},
		{"both", Policy{Hedging: &Hedging{MaxAttempts: 2}, Retries: &Retries{Attempts: 1}}, false},
	} {
		if err := c.policy.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// FuzzTextForms: whatever is read prints as a text that reads as the same.
func FuzzTextForms(f *testing.F) {
	for _, s := range []string{"100", "10s", "1m30s", "none", "full", "envoy", "0", "18446744073709551616", "1e3", "٣", "+1", "1 s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		defer bounded.Input(t)()
		for _, pair := range [][2]text{
			{new(Window), new(Window)}, {new(Patience), new(Patience)}, {new(Jitter), new(Jitter)},
			{new(LoadBalancer), new(LoadBalancer)}, {new(FailureName), new(FailureName)},
		} {
			a, b := pair[0], pair[1]
			if a.UnmarshalText([]byte(in)) != nil {
				continue
			}
			if err := b.UnmarshalText([]byte(a.String())); err != nil || a.String() != b.String() {
				t.Errorf("%T %q prints as %q, which reads as %q, %v", a, in, a, b, err)
			}
		}
	})
}

func TestProtocolPresetsCostWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name string
		cost time.Duration
	}{{"none", 0}, {"grpc", 100 * time.Microsecond}, {"rest", 200 * time.Microsecond}} {
		var p Protocol
		if err := p.UnmarshalText([]byte(c.name)); err != nil {
			t.Fatal(err)
		}
		switch d := p.Cost(); {
		case c.cost == 0 && d != nil:
			t.Errorf("%s costs %v", c.name, d)
		case c.cost > 0 && (d == nil || d.Mean() != c.cost):
			t.Errorf("%s costs %v, want %v", c.name, d, c.cost)
		}
	}
	if (*Protocol)(nil).Cost() != nil {
		t.Error("an absent protocol costs something")
	}
}

func TestAPresetReplacesWhatWasThere(t *testing.T) {
	var p Protocol
	for _, name := range []string{"rest", "none"} {
		if err := p.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if p.Cost() != nil || p.String() != "none" {
		t.Errorf("rest, then none, costs %v and prints %q", p.Cost(), p)
	}
}

func TestAProtocolPrintsItsCost(t *testing.T) {
	d, err := dist.Parse("exp(50us)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		protocol Protocol
		want     string
	}{{Protocol{CPU: &dist.Value{Dist: d}}, "exp(50us)"}, {Protocol{}, "none"}} {
		if got := c.protocol.String(); got != c.want {
			t.Errorf("prints %q, want %q", got, c.want)
		}
	}
}

// TestANetworkReadsTheFilesThatItNames, and asks for none where there is no delay.
func TestANetworkReadsTheFilesThatItNames(t *testing.T) {
	var n Network
	if err := n.UnmarshalText([]byte("empirical(delays.csv)")); err != nil {
		t.Fatal(err)
	}
	if err := n.Open(func(string) ([]byte, error) { return []byte("1ms\n3ms\n"), nil }); err != nil || n.Delay.Mean() != 2*ms {
		t.Errorf("the mean of 1ms and 3ms is %v, %v", n.Delay.Mean(), err)
	}
	gone := errors.New("gone")
	missing := func(string) ([]byte, error) { return nil, gone }
	if err := n.Open(missing); !errors.Is(err, gone) {
		t.Errorf("a missing file: %v", err)
	}
	if err := (Network{}).Open(missing); err != nil {
		t.Errorf("no network: %v", err)
	}
}

func TestPatienceIsADurationAndBack(t *testing.T) {
	p := Patience(1500 * time.Millisecond)
	b, err := p.MarshalText()
	if err != nil || string(b) != unit.Duration(p).String() {
		t.Errorf("printed %q, %v", b, err)
	}
	var q Patience
	if err := q.UnmarshalText(b); err != nil || q != p {
		t.Errorf("%q read back as %v, %v", b, q, err)
	}
}
