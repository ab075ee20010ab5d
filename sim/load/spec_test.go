package load

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

func rate(r unit.Rate) *unit.Rate { return &r }

func stage(d time.Duration, target unit.Rate) StageSpec {
	length := unit.Duration(d)
	return StageSpec{Duration: &length, Target: &target}
}

func TestSpecMakesTheProfileThatItSays(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want Profile
	}{
		{Spec{Rate: rate(400)}, Constant(400)},
		{Spec{Stages: []StageSpec{stage(60*sec, 800)}}, NewStages(0, []Stage{{60 * sec, 800}})},
		{Spec{StartRate: rate(100), Stages: []StageSpec{stage(60*sec, 800), stage(0, 50)}},
			NewStages(100, []Stage{{60 * sec, 800}, {0, 50}})},
	} {
		if err := c.spec.Validate(); err != nil {
			t.Errorf("%v: %v", c.want, err)
		}
		if got := c.spec.Profile(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("the profile is %v, want %v", got, c.want)
		}
	}
}

func TestSpecRefusesWhatMakesNoSense(t *testing.T) {
	negative := unit.Duration(math.MaxInt64)
	for _, c := range []struct {
		name, field, want string
		spec              Spec
	}{
		{"nothing", "rate", "the flow has no rate (write rate: 400/s, or stages:", Spec{}},
		{"both", "stages", "rate and stages are both given", Spec{Rate: rate(1), Stages: []StageSpec{stage(sec, 1)}}},
		{"rate and startRate", "startRate", "startRate goes with stages", Spec{Rate: rate(1), StartRate: rate(1)}},
		{"startRate alone", "startRate", "startRate needs stages", Spec{StartRate: rate(5)}},
		{"rate of zero", "rate", "a rate of 0 sends no request", Spec{Rate: rate(0)}},
		{"rate too high", "rate", "above the largest rate", Spec{Rate: rate(1.1e9)}},
		{"startRate too high", "startRate", "above the largest rate", Spec{StartRate: rate(2e9), Stages: []StageSpec{stage(sec, 1)}}},
		{"target too high", "stages", "stage 2: 2000000000/s is above", Spec{Stages: []StageSpec{stage(sec, 1), stage(sec, 2e9)}}},
		{"no duration", "stages", "stage 1: a stage needs a duration", Spec{Stages: []StageSpec{{Target: rate(5)}, stage(sec, 1)}}},
		{"no target", "stages", "stage 2: a stage needs a target", Spec{Stages: []StageSpec{stage(sec, 1), {Duration: &negative}}}},
		{"too long", "stages", "longer than 292 years", Spec{Stages: []StageSpec{stage(math.MaxInt64, 1), stage(math.MaxInt64, 1)}}},
		{"always zero", "stages", "every rate is 0", Spec{Stages: []StageSpec{stage(sec, 0), stage(0, 0)}}},
		{"a rate for no time", "stages", "every rate is 0", Spec{StartRate: rate(5), Stages: []StageSpec{stage(0, 9), stage(0, 0)}}},
	} {
		err := c.spec.Validate()
		if err == nil {
			t.Errorf("%s: accepted", c.name)
			continue
		}
		var at interface{ Field() string }
		if !errors.As(err, &at) || at.Field() != c.field || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %q about %v, want %q about %s", c.name, err, at.Field(), c.want, c.field)
		}
	}
}

func TestStageSpecNamesTheKeyThatIsWrong(t *testing.T) {
	for field, s := range map[string]StageSpec{"duration": {Target: rate(1)}, "target": {Duration: new(unit.Duration)}} {
		var at interface{ Field() string }
		if err := s.Validate(); !errors.As(err, &at) || at.Field() != field {
			t.Errorf("the error %v is not about %s", err, field)
		}
	}
	if err := stage(0, 0).Validate(); err != nil {
		t.Errorf("a step to zero is refused: %v", err)
	}
}

// Every key is documented, and none is known and refused any more.
func TestSpecIsDocumented(t *testing.T) {
	for _, spec := range []reflect.Type{reflect.TypeFor[Spec](), reflect.TypeFor[LinearSpec](), reflect.TypeFor[SineSpec]()} {
		for i := range spec.NumField() {
			if f := spec.Field(i); f.Tag.Get("doc") == "" || f.Tag.Get("notyet") != "" {
				t.Errorf("%s of %s has no documentation", f.Name, spec)
			}
		}
	}
}

func count(t *testing.T, text string) *dist.Count {
	t.Helper()
	c, err := dist.ParseCount(text)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

func TestSpecFillsTheFlow(t *testing.T) {
	think, seven := dist.Value{Dist: dist.Constant(sec)}, 7
	for name, c := range map[string]struct {
		spec Spec
		want Flow
	}{
		"rate": {Spec{Rate: rate(400), Population: &seven}, Flow{Profile: Constant(400), Arrivals: Poisson{}, Population: 7}},
		"linear": {Spec{Linear: &LinearSpec{10, -5}, Arrivals: &Value{Uniform{}}, Batch: count(t, "3")},
			Flow{Profile: Linear{10, -5}, Arrivals: Uniform{}, Batch: count(t, "3")}},
		"sine":                     {Spec{Sine: &SineSpec{unit.Duration(60 * sec), 100, 50, Trough}}, Flow{Profile: Sine{60 * sec, 100, 50, Trough}, Arrivals: Poisson{}}},
		"closed":                   {Spec{VUs: 5, ThinkTime: &think}, Flow{Profile: Constant(0), Arrivals: Poisson{}, VUs: 5, ThinkTime: dist.Constant(sec)}},
		"closed, without thinking": {Spec{VUs: 5}, Flow{Profile: Constant(0), Arrivals: Poisson{}, VUs: 5}},
		"trace": {Spec{Arrivals: &Value{&Trace{"a.csv", []time.Duration{0, sec, 4 * sec}}}},
			Flow{Profile: Constant(0.75), Arrivals: &Trace{"a.csv", []time.Duration{0, sec, 4 * sec}}}},
		"trace with a rate": {Spec{Rate: rate(9), Arrivals: &Value{&Trace{"a.csv", []time.Duration{0, sec}}}},
			Flow{Profile: Constant(9), Arrivals: &Trace{"a.csv", []time.Duration{0, sec}}}},
	} {
		if err := c.spec.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := Flow{Name: "all", Weights: []float64{1}}
		c.want.Name, c.want.Weights = got.Name, got.Weights
		if c.want.Population == 0 {
			c.want.Population = DefaultPopulation
		}
		if c.spec.Fill(&got); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: the flow is %+v, want %+v", name, got, c.want)
		}
	}
}

func TestSpecKeepsOpenAndClosedLoopApart(t *testing.T) {
	think, poisson, people := &dist.Value{Dist: dist.Constant(sec)}, &Value{Poisson{}}, 9
	for _, c := range []struct {
		field, want string
		spec        Spec
	}{
		{"rate", "vus and rate are both given", Spec{VUs: 5, Rate: rate(5)}},
		{"stages", "vus and stages are both given", Spec{VUs: 5, Stages: []StageSpec{stage(sec, 5)}}},
		{"startRate", "vus and startRate are both given", Spec{VUs: 5, StartRate: rate(1)}},
		{"linear", "vus and linear are both given", Spec{VUs: 5, Linear: &LinearSpec{10, 5}}},
		{"sine", "vus and sine are both given", Spec{VUs: 5, Sine: &SineSpec{1, 2, 1, Peak}}},
		{"arrivals", "vus and arrivals are both given", Spec{VUs: 5, Arrivals: poisson}},
		{"batch", "vus and batch are both given", Spec{VUs: 5, Batch: count(t, "2")}},
		{"population", "vus and population are both given", Spec{VUs: 5, Population: &people}},
		{"thinkTime", "thinkTime needs vus", Spec{Rate: rate(5), ThinkTime: think}},
		{"linear", "rate and linear are both given", Spec{Rate: rate(5), Linear: &LinearSpec{10, 5}}},
		{"sine", "linear and sine are both given", Spec{Linear: &LinearSpec{10, 5}, Sine: &SineSpec{1, 2, 1, Peak}}},
		{"startRate", "startRate goes with stages, not with sine", Spec{StartRate: rate(1), Sine: &SineSpec{1, 2, 1, Peak}}},
		{"rate", "the flow has no rate", Spec{Arrivals: poisson}},
		{"arrivals", "a trace has its own times, and stages changes them", Spec{Stages: []StageSpec{stage(sec, 5)}, Arrivals: &Value{&Trace{name: "a.csv"}}}},
		{"batch", "a batch of 0 sends no request", Spec{Rate: rate(5), Batch: count(t, "0")}},
		{"linear", "startAt is 0", Spec{Linear: &LinearSpec{0, 5}}},
		{"linear", "the slope is 0", Spec{Linear: &LinearSpec{5, 0}}},
		{"linear", "beyond", Spec{Linear: &LinearSpec{5, 2e9}}},
		{"linear", "above the largest rate", Spec{Linear: &LinearSpec{2e9, 5}}},
		{"sine", "the period is 0", Spec{Sine: &SineSpec{0, 2, 1, Peak}}},
		{"sine", "the mean is 0", Spec{Sine: &SineSpec{1, 0, 1, Peak}}},
		{"sine", "amp is 0", Spec{Sine: &SineSpec{1, 2, 0, Peak}}},
		{"sine", "amp is not below mean", Spec{Sine: &SineSpec{1, 2, 2, Peak}}},
		{"sine", "above the largest rate", Spec{Sine: &SineSpec{1, 8e8, 7e8, Peak}}},
	} {
		err := c.spec.Validate()
		var at interface{ Field() string }
		if !errors.As(err, &at) || at.Field() != c.field || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q about %s", err, c.want, c.field)
		}
	}
}

func TestSlopesAndOffsetsRoundTrip(t *testing.T) {
	for _, text := range []string{"5", "-0.5", "0", "0.001"} {
		var s Slope
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != text {
			t.Errorf("%q is read as %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "-", "--5", "5/s", "1e3", "+5", "NaN"} {
		var s Slope
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, s)
		}
	}
	for i, text := range []string{"MeanUp", "Peak", "MeanDown", "Trough"} {
		var o Offset
		if err := o.UnmarshalText([]byte(text)); err != nil || o != Offset(i) || o.String() != text {
			t.Errorf("%q is read as %v, %v", text, o, err)
		}
	}
	var o Offset
	if err := o.UnmarshalText([]byte("peak")); err == nil || !strings.Contains(err.Error(), "write MeanUp, Peak, MeanDown or Trough") {
		t.Errorf("the error is %v", err)
	}
}
