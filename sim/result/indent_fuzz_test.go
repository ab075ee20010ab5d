package result

import (
	"bytes"
	"encoding/json"
	"testing"

	"faultline/cmd/bounded"
)

// FuzzIndent: the spelling of a value changes nothing of it.
func FuzzIndent(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,null],"b":"]["}`, `[[],{},""]`, `"\"["`, `[1,[2],{"c":[3.5e-7]}]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		defer bounded.Input(t)()
		var before, after bytes.Buffer
		if json.Compact(&before, text) != nil {
			return
		}
		spread := []byte(indented(before.String()))
		if err := json.Compact(&after, spread); err != nil || !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Errorf("%s becomes %s, %v", before.Bytes(), spread, err)
		}
	})
}
