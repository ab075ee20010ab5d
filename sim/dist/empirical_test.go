package dist

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"faultline/cmd/bounded"
)

func TestEmpiricalDrawsTheValuesOfTheFileByTheirWeights(t *testing.T) {
	d, counts := must(t, "empirical(weighted.csv)"), map[time.Duration]int{}
	for i := range 1_000_000 {
		counts[d.Sample(stream(i))]++
	}
	for value, want := range map[time.Duration]int{1: 900_000, 3: 49_500, 40: 50_000, 2000: 500} {
		if got := counts[value*time.Millisecond]; got < want-want/10 || got > want+want/10 {
			t.Errorf("%d draws are %dms, want %d", got, value, want)
		}
	}
	if len(counts) != 4 {
		t.Errorf("draws beside the values of the file: %v", counts)
	}
	if want := (900*time.Millisecond + 2000*time.Millisecond + 148500*time.Microsecond + time.Second) / 1000; d.Mean() != want {
		t.Errorf("the mean is %v, want %v", d.Mean(), want)
	}
}

func TestEmpiricalQuantilesAreValuesOfTheFile(t *testing.T) {
	d := must(t, "empirical(latencies.csv)") // 250us 3ms 3ms 4.5ms 12ms 1s
	for q, want := range map[float64]time.Duration{
		0: 250 * time.Microsecond, 1.0 / 6: 250 * time.Microsecond, 0.17: 3 * time.Millisecond, 0.5: 3 * time.Millisecond,
		0.51: 4500 * time.Microsecond, 0.99: time.Second, 1: time.Second,
	} {
		if got := d.Quantile(q); got != want {
			t.Errorf("Quantile(%v) = %v, want %v", q, got, want)
		}
	}
}

func TestEmpiricalErrorsSayTheLine(t *testing.T) {
	for data, want := range map[string]string{
		"":                                "f.csv: the file has no rows",
		"latency\n":                       "f.csv: the file has no rows",
		"latency\n3ms\n4\n":               `f.csv: line 3: "4" has no unit`,
		"3ms\n\nslow\n":                   `f.csv: line 3: "slow" is not a number`,
		"-3ms\n":                          `f.csv: line 1: "-3ms" is negative`,
		"3ms,1\n4ms\n":                    "f.csv: line 2: some rows have a weight and some have none",
		"3ms\n4ms,2\n":                    "f.csv: line 2: some rows have a weight and some have none",
		"3ms,1,1\n":                       "f.csv: line 1: 3 columns",
		"3ms,0\n":                         "f.csv: line 1: \"0\" is not above 0",
		"3ms,9999999999999999\n":          "f.csv: line 1: the weight",
		"3ms,50%\n":                       "f.csv: line 1: \"50%\" is a percentage",
		",\n":                             "f.csv: line 1: the value is empty",
		strings.Repeat("3", 2000):         "f.csv: line 1: longer than 1000 bytes",
		strings.Repeat("1s\n", MaxRows+1): "f.csv: line 1000001: more than 1000000 rows",
	} {
		err := Value{&Empirical{name: "f.csv"}}.Open(func(string) ([]byte, error) { return []byte(data), nil })
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: the error is %v, want %q", data, err, want)
		}
	}
}

func TestOpenReadsFilesInAMixAndPassesErrorsOn(t *testing.T) {
	var names []string
	v := Value{}
	if err := v.UnmarshalText([]byte("mix(50% empirical(a.csv) 50% mix(50% 1ms 50% empirical(b.csv)))")); err != nil {
		t.Fatal(err)
	}
	err := v.Open(func(name string) ([]byte, error) {
		names = append(names, name)
		return fmt.Appendf(nil, "%dms\n", 10*len(names)), nil
	})
	if err != nil || strings.Join(names, " ") != "a.csv b.csv" {
		t.Fatalf("opened %v, %v", names, err)
	}
	if want := 10250 * time.Microsecond; v.Mean() != want {
		t.Errorf("the mean is %v, want %v", v.Mean(), want)
	}
	gone := errors.New("gone")
	if err := v.Open(func(string) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
	for _, text := range []string{"3ms", "mix(50% 1ms 50% 2ms)"} {
		if err := (Value{must(t, text)}).Open(nil); err != nil {
			t.Errorf("%s opens a file: %v", text, err)
		}
	}
	if err := (Value{}).Open(nil); err != nil {
		t.Error(err)
	}
}

func TestAFileThatWasNotReadIsFoundOut(t *testing.T) {
	d, err := Parse("empirical(a.csv)")
	if err != nil {
		t.Fatal(err)
	}
	if d.Mean() != 0 || d.Quantile(0.9) != 0 || d.(cumulative).within(0) != 1 {
		t.Errorf("an unread file has the mean %v, Quantile(0.9) = %v", d.Mean(), d.Quantile(0.9))
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "before Open has read") {
			t.Errorf("recovered %v", r)
		}
	}()
	d.Sample(stream(0))
}

func FuzzReadRows(f *testing.F) {
	for _, data := range []string{"3ms\n4ms,2", "latency,n\n1ms,1\n2ms,3\n", "\ufeff7ms\r\n", ",,,\n", "1ms\n\x00\n"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer bounded.Input(t)()
		e := &Empirical{name: "f.csv"}
		if err := (Value{e}).Open(func(string) ([]byte, error) { return data, nil }); err != nil {
			return
		}
		if e.Quantile(0) > e.Mean() || e.Quantile(1) < e.Mean() {
			t.Errorf("the mean %v is outside %v to %v", e.Mean(), e.Quantile(0), e.Quantile(1))
		}
		if x := e.Sample(stream(0)); e.within(x) <= 0 {
			t.Errorf("%v is drawn and has no probability", x)
		}
	})
}
