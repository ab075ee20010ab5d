package load

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

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

// Keys that the documentation knows and this version does not are refused by name.
func TestSpecNamesTheKeysToCome(t *testing.T) {
	var notYet []string
	spec := reflect.TypeFor[Spec]()
	for i := range spec.NumField() {
		if f := spec.Field(i); f.Tag.Get("notyet") == "true" {
			notYet = append(notYet, f.Tag.Get("yaml"))
		} else if f.Tag.Get("doc") == "" {
			t.Errorf("%s has no documentation", f.Name)
		}
	}
	if want := []string{"linear", "sine", "vus", "thinkTime", "batch", "population"}; !reflect.DeepEqual(notYet, want) {
		t.Errorf("the keys to come are %v, want %v", notYet, want)
	}
}
