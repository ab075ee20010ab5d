package unit

import (
	"encoding"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"faultline/cmd/bounded"
)

// value is what every unit is.
type value interface {
	comparable
	fmt.Stringer
	encoding.TextMarshaler
}

// readable is the pointer to a unit.
type readable[T any] interface {
	*T
	encoding.TextUnmarshaler
}

func read[T value, P readable[T]](text string) (T, error) {
	var v T
	err := P(&v).UnmarshalText([]byte(text))
	return v, err
}

// reading is a text and the value that it must have.
type reading[T value] struct {
	text string
	want T
}

func checkReadings[T value, P readable[T]](t *testing.T, cases []reading[T]) {
	t.Helper()
	for _, c := range cases {
		if got, err := read[T, P](c.text); err != nil {
			t.Errorf("%T %q: %v", c.want, c.text, err)
		} else if got != c.want {
			t.Errorf("%T %q is %v, want %v", c.want, c.text, got, c.want)
		}
	}
}

func TestReadings(t *testing.T) {
	const s, m, h = Duration(time.Second), Duration(time.Minute), Duration(time.Hour)
	checkReadings(t, []reading[Duration]{
		{"0", 0}, {"0s", 0}, {"0.0", 0}, {"250us", 250_000}, {"250µs", 250_000}, {"250μs", 250_000}, {"3ms", 3_000_000},
		{"1.5s", 1_500_000_000}, {"2m", 2 * m}, {"1h", h}, {"1h30m", 90 * m}, {"1m1.5s", m + s + s/2}, {"1ns", 1},
		{"0.1us", 100}, {"1.50s", s + s/2}, {"2562047h", 2562047 * h}, {"0.000000001s", 1}, {"1m30s500ms", 90*s + s/2},
		{"9223372036854775807ns", math.MaxInt64}, {"0.5m", 30 * s}, {"0.00000000100s", 1},
	})
	checkReadings(t, []reading[Share]{
		{"5%", 0.05}, {"0.05", 0.05}, {"99.9%", 0.999}, {"0", 0}, {"0%", 0}, {"1", 1}, {"100%", 1}, {"1.0", 1}, {"99.95%", 0.9995},
	})
	checkReadings(t, []reading[Rate]{
		{"500/s", 500}, {"90/m", 1.5}, {"50/1s", 50}, {"3/h", 3.0 / 3600}, {"0.5/s", 0.5}, {"1000/100ms", 10_000}, {"0/s", 0},
		{"0", 0}, {"7/ms", 7000}, {"60/1m", 1}, {"1/1h30m", 1.0 / 5400},
	})
	checkReadings(t, []reading[Bytes]{
		{"4KiB", 4096}, {"512MiB", 512 << 20}, {"2GB", 2e9}, {"100B", 100}, {"0", 0}, {"1.5GiB", 3 << 29}, {"10kB", 10_000},
		{"10KB", 10_000}, {"1TiB", 1 << 40}, {"0.5KiB", 512}, {"7EiB", 7 << 60},
	})
	checkReadings(t, []reading[ByteRate]{
		{"5MiB/s", 5 << 20}, {"0", 0}, {"1GB/m", 1e9 / 60}, {"100B/10ms", 10_000}, {"1.5B/s", 1.5},
	})
	checkReadings(t, []reading[Cores]{{"2", 2}, {"0.5", 0.5}, {"500m", 0.5}, {"1500m", 1.5}, {"0.1", 0.1}, {"100m", 0.1}})
	checkReadings(t, []reading[Limit]{{"1", 1}, {"64", 64}, {"unlimited", Unlimited}, {"none", Unlimited}, {"2147483646", 1<<31 - 2}})
	checkReadings(t, []reading[Queue]{{"0", 0}, {"256", 256}, {"unlimited", Unlimited}, {"none", Unlimited}})
	checkReadings(t, []reading[Factor]{{"3", 3}, {"1.5", 1.5}, {"0.25", 0.25}, {"2.0", 2}})
}

// refusal is a text and a part of the error that it must get.
type refusal struct{ text, want string }

func checkRefusals[T value, P readable[T]](t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		got, err := read[T, P](c.text)
		if err == nil {
			t.Errorf("%T %q is accepted as %v", got, c.text, got)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T %q: the error is %q, want %q in it", got, c.text, err, c.want)
		}
		var zero T
		if got != zero {
			t.Errorf("%T %q is refused, and yet the value is set to %v", got, c.text, got)
		}
	}
}

func TestRefusalsOfDurations(t *testing.T) {
	checkRefusals[Duration](t, []refusal{
		{"", "the value is empty (write a duration, as in 5ms)"},
		{"5", `"5" has no unit (write 5ms, 5s, …)`},
		{"1.5", `"1.5" has no unit (write 1.5ms, 1.5s, …)`},
		{"-5ms", `"-5ms" is negative`},
		{"+5ms", "has a sign (write 5ms)"},
		{"010ms", "begins with a zero, which some read as octal (write 10ms)"},
		{"00", "(write 0)"},
		{"1e3ms", "has an exponent"},
		{"1_000ms", "has a separator between digits"},
		{"1,5s", "has a comma"},
		{"1.5.2s", "has two points"},
		{".5s", "has no digit before the point (write 0.5s)"},
		{"5.s", "has no digits after the point (write 5s)"},
		{"0x5s", "is not decimal"},
		{"NaN", `"NaN" is not a number`},
		{"Inf", `"Inf" is not a number`},
		{"ms", `"ms" is not a number`},
		{"null", `"null" is not a number`},
		{"5 ms", "has a space between number and unit (write 5ms)"},
		{" 5ms", "has spaces around it (write 5ms)"},
		{"5min", `unknown unit "min" (write 5m;`},
		{"5sec", `unknown unit "sec" (write 5s;`},
		{"5MS", `unknown unit "MS" (write 5ms;`},
		{"2d", `unknown unit "d" (write 48h;`},
		{"5parsec", `unknown unit "parsec" (units of time are ns, us, ms, s, m, h)`},
		{"1h30", `has no unit after 30`},
		{"30m1h", "units out of order"},
		{"1s1s", "units out of order"},
		{"1us1µs", "units out of order"},
		{"0.5ns", "finer than a nanosecond"},
		{"0.3333333333s", "finer than a nanosecond"},
		{"2562048h", "too long"},
		{"9223372036854775808ns", "too long"},
		{"2562047h60m", "too long"},
		{"99999999999999999999h", "too long"},
		{strings.Repeat("9", 500) + "s", "more than 400 digits"},
		{"5ms\x00", `\x00`},
		{strings.Repeat("x", 5000), `x"…`},
	})
}

func TestRefusalsOfSharesAndRates(t *testing.T) {
	checkRefusals[Share](t, []refusal{
		{"", "the value is empty (write a share, as in 5%)"},
		{"5", "is outside 0..1 (write 5% if that was meant)"},
		{"1.5", "is outside 0..1"},
		{"101%", "is outside 0%..100%"},
		{"500", "is outside 0%..100%"},
		{"-5%", "is negative"},
		{"5pct", `unknown unit "pct" (write 5% or a number from 0 to 1)`},
		{"05%", "begins with a zero"},
		{"5%%", `unknown unit "%%"`},
		{"0." + strings.Repeat("0", 350) + "1", "is outside"},
	})
	checkRefusals[Rate](t, []refusal{
		{"", "the value is empty (write a rate, as in 500/s)"},
		{"500", "has no unit of time (write 500/s, 500/m or 500/h)"},
		{"500rps", "is not a rate (write 500/s"},
		{"500/", "has no unit of time after the stroke (write 500/s)"},
		{"500/sec", `unknown unit of time "sec" (write 500/s)`},
		{"500/fortnight", `unknown unit of time "fortnight" (write 500/s, 500/m or 500/h)`},
		{"500/5", "unknown unit of time"},
		{"500/0", "per no time at all"},
		{"500/0s", "per no time at all"},
		{"-5/s", "is negative"},
		{"5 /s", "has a space"},
		{strings.Repeat("9", 350) + "/s", "too large"},
	})
}

func TestRefusalsOfSizes(t *testing.T) {
	checkRefusals[Bytes](t, []refusal{
		{"", "the value is empty (write a size, as in 4KiB)"},
		{"4", "has no unit (write 4B, 4KiB, 4MiB, …)"},
		{"512Mi", `unknown unit "Mi" (write 512MiB)`},
		{"4kb", `unknown unit "kb" (write 4KB)`},
		{"4bits", `unknown unit "bits"`},
		{"0.3KiB", "not a whole number of bytes (write 307B or 308B)"},
		{"8EiB", "too large"},
		{"-4KiB", "is negative"},
	})
	checkRefusals[ByteRate](t, []refusal{
		{"", "the value is empty (write a byte rate, as in 5MiB/s)"},
		{"5MiB", "has no unit of time (write 5MiB/s)"},
		{"5", "has no unit of time (write 5MiB/s)"},
		{"5/s", "has no unit (write 5B, 5KiB"},
		{"5Mi/s", `unknown unit "Mi" (write 5MiB)`},
		{"5MiB/parsec", `unknown unit of time "parsec"`},
		{strings.Repeat("9", 305) + "GiB/s", "too large"},
	})
}

func TestRefusalsOfNumbers(t *testing.T) {
	checkRefusals[Cores](t, []refusal{
		{"0", "is not above 0"},
		{"-1", "is negative"},
		{"2 cores", "has a space"},
		{"2cores", `unknown unit "cores"`},
		{"1e3", "has an exponent"},
	})
	limits := []refusal{
		{"", "is empty (write a whole number, as in 64, or unlimited)"},
		{"-1", "is negative"},
		{"1.5", "is not a whole number (write 1 or unlimited)"},
		{"1.0", "is not a whole number (write 1 or unlimited)"},
		{"1e3", "has an exponent"},
		{"010", "begins with a zero, which some read as octal (write 10)"},
		{"0x10", "is not decimal"},
		{"1_000", "separator"},
		{"1,000", "comma"},
		{"64ms", "has a unit (write 64"},
		{"2147483647", "too large"},
		{"99999999999999999999", "too large"},
		{"infinite", "is not a number (write a whole number or unlimited"},
		{"Unlimited", "is not a number"},
	}
	checkRefusals[Limit](t, append(limits, refusal{"0", "is too small (write 1 or more, or unlimited)"}))
	checkRefusals[Queue](t, limits)
	checkRefusals[Factor](t, []refusal{
		{"0", "is not above 0"},
		{"300%", "is a percentage (write a plain factor: 3)"},
		{"3x", "has a unit (write a plain factor: 3)"},
		{"-3", "is negative"},
		{"NaN", "is not a number"},
		{"", "the value is empty"},
		{strings.Repeat("9", 350), "too large"},
	})
}

func checkSpelling[T value](t *testing.T, v T, want string) {
	t.Helper()
	if got := v.String(); got != want {
		t.Errorf("%T prints as %q, want %q", v, got, want)
	}
	if got, err := v.MarshalText(); err != nil || string(got) != want {
		t.Errorf("%T marshals as %q, %v; want %q", v, got, err, want)
	}
}

func TestSpellings(t *testing.T) {
	for want, v := range map[string]Duration{"0": 0, "250us": 250_000, "1.5s": 1_500_000_000, "2m": 120_000_000_000,
		"90s": 90_000_000_000, "1h": 3_600_000_000_000, "90m": 5_400_000_000_000, "61.001s": 61_001_000_000, "1ns": 1,
		"1.234567ms": 1_234_567, "2562047h": 9223369200000000000, "-5ns": -5} {
		checkSpelling(t, v, want)
	}
	for want, v := range map[string]Share{"0%": 0, "5%": 0.05, "99.9%": 0.999, "100%": 1, "0.1%": 0.001, "0.00012%": 1.2e-6} {
		checkSpelling(t, v, want)
	}
	for want, v := range map[string]Rate{"500/s": 500, "1.5/s": 1.5, "0/s": 0, "1000000/s": 1e6} {
		checkSpelling(t, v, want)
	}
	for want, v := range map[string]Bytes{"0": 0, "4KiB": 4096, "512MiB": 512 << 20, "2GB": 2e9, "100B": 100, "1001B": 1001} {
		checkSpelling(t, v, want)
	}
	checkSpelling(t, ByteRate(5<<20), "5MiB/s")
	checkSpelling(t, ByteRate(1.5), "1.5B/s")
	checkSpelling(t, ByteRate(0), "0B/s")
	checkSpelling(t, Cores(0.5), "0.5")
	checkSpelling(t, Limit(64), "64")
	checkSpelling(t, Limit(Unlimited), "unlimited")
	checkSpelling(t, Queue(0), "0")
	checkSpelling(t, Queue(Unlimited), "unlimited")
	checkSpelling(t, Factor(1.5), "1.5")
}

// roundTrip checks that what v prints is read back as v.
func roundTrip[T value, P readable[T]](t interface{ Fatalf(string, ...any) }, v T) {
	again, err := read[T, P](v.String())
	if err != nil {
		t.Fatalf("%T %v prints as %q, which is refused: %v", v, v, v, err)
	}
	if again != v {
		t.Fatalf("%T prints as %q, which is read as %q", v, v, again)
	}
}

func TestEveryValueIsReadBackAsItPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roundTrip[Duration](t, Duration(rapid.Int64Min(0).Draw(t, "duration")))
		roundTrip[Duration](t, Duration(rapid.Int64Range(0, 1e6).Draw(t, "count"))*
			Duration(rapid.SampledFrom([]time.Duration{1, time.Microsecond, time.Second, time.Minute, time.Hour}).Draw(t, "unit")))
		roundTrip[Share](t, Share(rapid.Float64Range(0, 1).Draw(t, "share")))
		roundTrip[Rate](t, Rate(rapid.Float64Range(0, math.MaxFloat64).Draw(t, "rate")))
		roundTrip[Bytes](t, Bytes(rapid.Int64Min(0).Draw(t, "bytes")))
		roundTrip[ByteRate](t, ByteRate(rapid.Float64Range(0, math.MaxFloat64).Draw(t, "byte rate")))
		roundTrip[ByteRate](t, ByteRate(rapid.IntMin(0).Draw(t, "whole byte rate")))
		roundTrip[Cores](t, Cores(rapid.Float64Range(math.SmallestNonzeroFloat64, 1e9).Draw(t, "cores")))
		roundTrip[Limit](t, Limit(rapid.IntRange(1, Unlimited).Draw(t, "limit")))
		roundTrip[Queue](t, Queue(rapid.IntRange(0, Unlimited).Draw(t, "queue")))
		roundTrip[Factor](t, Factor(rapid.Float64Range(math.SmallestNonzeroFloat64, math.MaxFloat64).Draw(t, "factor")))
	})
}

// A duration in a unit with decimals is exact: no float is on the way.
func TestDurationsAreExactToTheNanosecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ns := rapid.Int64Range(0, math.MaxInt64/2).Draw(t, "ns")
		text := fmt.Sprintf("%d.%09ds", ns/1e9, ns%1e9)
		if d, err := ParseDuration(text); err != nil || int64(d) != ns {
			t.Fatalf("%s is %d ns, %v; want %d", text, d, err, ns)
		}
	})
}

func fuzzUnit[T value, P readable[T]](f *testing.F, valid func(T) bool, seeds ...string) {
	for _, s := range append(seeds, "", "0", "5", "-1", "010", "1e3", "NaN", "0x1p-2", "1.5.", "1_0", "unlimited", "\xff", "5\u00a0s") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		v, err := read[T, P](text)
		if err != nil {
			checkPrintable(t, err)
			return
		}
		if !valid(v) {
			t.Errorf("%q is accepted as %v", text, v)
		}
		roundTrip[T, P](t, v)
	})
}

// checkPrintable checks that an error is short and safe to show on a terminal,
// whatever the text was.
func checkPrintable(t *testing.T, err error) {
	t.Helper()
	if len(err.Error()) > 900 { // two quotations of 60 bytes as \\x.., and advice
		t.Errorf("the error is %d bytes long: %q", len(err.Error()), err)
	}
	if !utf8.ValidString(err.Error()) { // U+FFFD itself may be quoted: it prints
		t.Fatalf("the error is no text: %q", err)
	}
	for _, r := range err.Error() {
		if !strconv.IsPrint(r) {
			t.Fatalf("the error holds %q: %q", r, err)
		}
	}
}

func finite[T ~float64](low, high T) func(T) bool {
	return func(v T) bool { return v >= low && v <= high }
}

func FuzzDuration(f *testing.F) {
	fuzzUnit(f, func(d Duration) bool { return d >= 0 }, "250us", "1h30m", "1.5s", "2562047h60m")
}

func FuzzShare(f *testing.F) { fuzzUnit(f, finite[Share](0, 1), "5%", "0.05") }

func FuzzRate(f *testing.F) {
	fuzzUnit(f, finite[Rate](0, math.MaxFloat64), "500/s", "50/1s", "3/h", "9/1ns")
}

func FuzzBytes(f *testing.F) {
	fuzzUnit(f, func(b Bytes) bool { return b >= 0 }, "4KiB", "2GB", "1.5GiB", "8EiB")
}

func FuzzByteRate(f *testing.F) {
	fuzzUnit(f, finite[ByteRate](0, math.MaxFloat64), "5MiB/s", "1B/1ns", "9EiB/h")
}

func FuzzCores(f *testing.F) {
	fuzzUnit(f, finite[Cores](math.SmallestNonzeroFloat64, math.MaxFloat64), "2", "500m")
}

func FuzzFactor(f *testing.F) {
	fuzzUnit(f, finite[Factor](math.SmallestNonzeroFloat64, math.MaxFloat64), "3", "1.5")
}

func FuzzLimit(f *testing.F) {
	fuzzUnit(f, func(l Limit) bool { return l >= 1 && l <= Unlimited }, "64", "none")
}

func FuzzQueue(f *testing.F) {
	fuzzUnit(f, func(q Queue) bool { return q >= 0 && q <= Unlimited }, "64", "none")
}
