package fault

import (
	"strconv"
	"strings"
	"testing"
)

func TestModeCountsItsInstances(t *testing.T) {
	for _, c := range []struct {
		mode Mode
		of   int
		want int
	}{
		{Mode{}, 3, 3},
		{Mode{Kind: "all"}, 3, 3},
		{Mode{Kind: "all"}, 0, 0},
		{Mode{Kind: "one"}, 3, 1},
		{Mode{Kind: "one"}, 0, 0},
		{Mode{Kind: "fixed", Value: "2"}, 3, 2},
		{Mode{Kind: "fixed", Value: "5"}, 3, 3},
		{Mode{Kind: "fixedPercent", Value: "50%"}, 4, 2},
		{Mode{Kind: "fixedPercent", Value: "50%"}, 3, 2}, // round up
		{Mode{Kind: "fixedPercent", Value: "50"}, 3, 2},
		{Mode{Kind: "fixedPercent", Value: "1%"}, 3, 1},
		{Mode{Kind: "fixedPercent", Value: "100%"}, 7, 7},
		{Mode{Kind: "fixedPercent", Value: "33.3%"}, 3, 1},
		{Mode{Kind: "fixedPercent", Value: "33.4%"}, 3, 2},
		{Mode{Kind: "fixedPercent", Value: "20%"}, 5, 1}, // not two by rounding
		{Mode{Kind: "fixedPercent", Value: "70%"}, 10, 7},
		{Mode{Kind: "fixedPercent", Value: "50%"}, 0, 0},
	} {
		if got := c.mode.Count(c.of); got != c.want {
			t.Errorf("%+v of %d is %d, want %d", c.mode, c.of, got, c.want)
		}
	}
}

func TestWholePercentagesCountExactly(t *testing.T) {
	for n := 1; n <= 100; n++ {
		for p := 1; p <= 100; p++ {
			m := Mode{Kind: "fixedPercent", Value: strconv.Itoa(p) + "%"}
			if got, want := m.Count(n), (p*n+99)/100; got != want {
				t.Fatalf("%d%% of %d is %d, want %d", p, n, got, want)
			}
		}
	}
}

func TestModeRefusesWhatItCannotCount(t *testing.T) {
	for _, c := range []struct {
		name string
		mode Mode
		err  string // "" where it is fine
	}{
		{"none", Mode{}, ""},
		{"all", Mode{Kind: "all"}, ""},
		{"one", Mode{Kind: "one"}, ""},
		{"fixed", Mode{Kind: "fixed", Value: "2"}, ""},
		{"fixedPercent", Mode{Kind: "fixedPercent", Value: "12.5%"}, ""},
		{"one with a value", Mode{Kind: "one", Value: "1"}, "value belongs to"},
		{"a value alone", Mode{Value: "1"}, "value belongs to"},
		{"fixed without a value", Mode{Kind: "fixed"}, "needs a value"},
		{"fixed at zero", Mode{Kind: "fixed", Value: "0"}, "1 or more"},
		{"fixed at a fraction", Mode{Kind: "fixed", Value: "1.5"}, "1 or more"},
		{"fixed at a share", Mode{Kind: "fixed", Value: "50%"}, "1 or more"},
		{"no percentage", Mode{Kind: "fixedPercent"}, "such as 50%"},
		{"zero percent", Mode{Kind: "fixedPercent", Value: "0%"}, "above 0%"},
		{"more than all", Mode{Kind: "fixedPercent", Value: "101%"}, "up to 100%"},
		{"a share or a percentage", Mode{Kind: "fixedPercent", Value: "0.5"}, "such as 50%"},
		{"no number", Mode{Kind: "fixedPercent", Value: "NaN"}, "such as 50%"},
		{"an infinity", Mode{Kind: "fixedPercent", Value: "Inf%"}, "up to 100%"},
		{"a mode to come", Mode{Kind: "randomMaxPercent", Value: "50%"}, "not supported yet"},
		{"an unknown mode", Mode{Kind: "some"}, "one of one, all, fixed, fixedPercent"},
	} {
		err := c.mode.Validate()
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}
