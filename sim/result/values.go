package result

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// Values are values in force, in their order. A thousand services have twenty thousand
// of them, nearly all alike: what they have in common is kept once, and a path as
// what differs from the one before it. So they take a fifth of a list of [Resolved].
// The zero Values are empty.
type Values struct {
	chunks [][]valueRow // all full but the last: a list that grows is copied many times
	texts  []string
}

// valueRow is one value: shared bytes of the path before it, and what follows, as
// numbers of texts.
type valueRow struct{ shared, path, value, origin uint32 }

// chunk is how many values lie in one piece.
const chunk = 1024

// ValuesOf are the values of a list.
func ValuesOf(list ...Resolved) Values {
	var b ValuesBuilder
	for _, r := range list {
		b.Add(r)
	}
	return b.Values()
}

// Len is how many there are.
func (v Values) Len() int {
	if len(v.chunks) == 0 {
		return 0
	}
	last := len(v.chunks) - 1
	return last*chunk + len(v.chunks[last])
}

// All are the values, in their order.
func (v Values) All() iter.Seq[Resolved] {
	return func(yield func(Resolved) bool) {
		var path []byte
		for _, rows := range v.chunks {
			for _, r := range rows {
				path = append(path[:r.shared], v.texts[r.path]...)
				if !yield(Resolved{string(path), v.texts[r.value], v.texts[r.origin]}) {
					return
				}
			}
		}
	}
}

// Equal reports the same values in the same order.
func (v Values) Equal(other Values) bool {
	return slices.Equal(slices.Collect(v.All()), slices.Collect(other.All()))
}

// MarshalJSON writes the list.
func (v Values) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(append([]Resolved{}, slices.Collect(v.All())...))
	return b.Bytes(), err
}

// UnmarshalJSON reads the list.
func (v *Values) UnmarshalJSON(text []byte) error {
	var list []Resolved
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*v = ValuesOf(list...)
	return nil
}

// ValuesBuilder collects values one by one. The zero builder has none.
type ValuesBuilder struct {
	values  Values
	numbers map[string]uint32 // of texts
	last    string            // path
}

// Add takes the next value.
func (b *ValuesBuilder) Add(r Resolved) {
	shared := 0
	for shared < min(len(b.last), len(r.Path)) && b.last[shared] == r.Path[shared] {
		shared++
	}
	last := len(b.values.chunks) - 1
	if last < 0 || len(b.values.chunks[last]) == chunk {
		b.values.chunks = append(b.values.chunks, make([]valueRow, 0, chunk))
		last++
	}
	row := valueRow{uint32(shared), b.number(r.Path[shared:]), b.number(r.Value), b.number(r.Origin)}
	b.values.chunks[last] = append(b.values.chunks[last], row)
	b.last = r.Path
}

// number is that of a text, which is noted if it is new.
func (b *ValuesBuilder) number(text string) uint32 {
	n, known := b.numbers[text]
	if !known {
		if b.numbers == nil {
			b.numbers = make(map[string]uint32)
		}
		text = strings.Clone(text) // a part of a path would keep all of it
		n = uint32(len(b.values.texts))
		b.values.texts = append(b.values.texts, text)
		b.numbers[text] = n
	}
	return n
}

// Values are those that were added. Nothing may be added afterwards.
func (b *ValuesBuilder) Values() Values {
	v := b.values
	*b = ValuesBuilder{}
	return v
}
