package result

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// encoded is what encoding/json makes of a value, without escapes for HTML.
func encoded(t testing.TB, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
}

func TestNumbersAndTextsAreWrittenAsEncodingJSONWould(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		v := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-1e-5, 1e-5), rapid.Float64Range(1e20, 1e23),
			rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e-6, 1e21, 5e-324, 1e-10, 1e-100})).Draw(r, "number")
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a -> <b>", "\u2028", "\xff", "\x7f", "a\"b\\c\n"})).Draw(r, "text")
		var c compact
		c.float(v)
		c.text(text)
		if want := encoded(t, v) + encoded(t, text); string(c.b) != want || c.err != nil {
			r.Fatalf("%s, %v, want %s", c.b, c.err, want)
		}
	})
}

// The series of one thing are written by hand where their metrics are known, and by
// encoding/json where one is not.
func TestSeriesAreWrittenAsEncodingJSONWould(t *testing.T) {
	missing := Band{Value: []*float64{nil, ptr(2e-9)}}
	for _, all := range []map[string]Band{nil, {}, {"latency": missing, "errorRate": testBand(), "throughput": {Value: []*float64{}}},
		{"latency": {}, "unheard of": testBand()}} {
		var c compact
		if c.bands(all); string(c.b) != encoded(t, all) {
			t.Errorf("%s, want %s", c.b, encoded(t, all))
		}
	}
}

func TestWhatIsNoNumberIsNotWritten(t *testing.T) {
	doc := testDocument()
	s := newStore(t, doc)
	*doc.Topologies[0].Services[0].Utilization.Value = math.NaN()
	if err := s.WriteJSON(new(bytes.Buffer)); err == nil {
		t.Error("NaN was written")
	}
}
