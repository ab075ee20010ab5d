package result

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func indented(text string) string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	indent(w, []byte(text), 0)
	w.Flush()
	return b.String()
}

func TestListsOfNumbersStayOnOneLine(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":[1,null,-2.5e-9],"b":[]}`:      "{\n  \"a\": [1,null,-2.5e-9],\n  \"b\": []\n}",
		`{"a":[[1,2],[3]],"o":{},"t":true}`:  "{\n  \"a\": [\n    [1,2],\n    [3]\n  ],\n  \"o\": {},\n  \"t\": true\n}",
		`{"a":["]","\"[1,","\\"],"b:,":"{"}`: "{\n  \"a\": [\n    \"]\",\n    \"\\\"[1,\",\n    \"\\\\\"\n  ],\n  \"b:,\": \"{\"\n}",
		`[]`:                                 `[]`,
		`null`:                               `null`,
	} {
		if got := indented(text); got != want {
			t.Errorf("%s becomes\n%s\nwant\n%s", text, got, want)
		}
	}
}

// trees draws JSON values without lists of numbers alone.
func trees(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.String(), func(s string) any { return s }))
	if depth == 0 {
		return leaf
	}
	inner := trees(depth - 1)
	return rapid.OneOf(leaf,
		rapid.Map(rapid.MapOfN(rapid.String(), rapid.OneOf(inner, rapid.Map(rapid.Float64(), func(f float64) any { return f })), 0, 4),
			func(m map[string]any) any { return m }),
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(s []any) any { return append(s, "words") }))
}

// Without lists of numbers the spelling is encoding/json's own; with them the
// value is the same.
func TestIndentationIsThatOfEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := trees(3).Draw(t, "tree")
		compact, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.MarshalIndent(tree, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if got := indented(string(compact)); got != string(want) {
			t.Fatalf("%s\nwant\n%s", got, want)
		}
	})
}
