package result

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Values are a list in less memory: what was added comes back, in its order, and is
// written as the list is.
func TestValuesAreTheListThatWasAdded(t *testing.T) {
	part := rapid.StringMatching(`[aä<.]{0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Resolved {
			return Resolved{part.Draw(t, "path") + part.Draw(t, "path"), part.Draw(t, "value"), part.Draw(t, "origin")}
		})).Draw(t, "values")
		v := ValuesOf(list...)
		if got := slices.Collect(v.All()); !slices.Equal(got, list) || v.Len() != len(list) {
			t.Fatalf("%d values %v, want %v", v.Len(), got, list)
		}
		text, err := json.Marshal(v)
		want, _ := json.Marshal(append([]Resolved{}, list...))
		if err != nil || string(text) != string(want) {
			t.Fatalf("%s, %v, want %s", text, err, want)
		}
		var back Values
		if err := json.Unmarshal(text, &back); err != nil || !back.Equal(v) {
			t.Fatalf("%v, %v, want %v", back, err, v)
		}
		if len(list) > 0 && v.Equal(ValuesOf(list[1:]...)) {
			t.Fatalf("%v equal one value less", list)
		}
	})
}
