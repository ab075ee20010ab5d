package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// MaxSize is the most that ReadJSON reads, in bytes.
const MaxSize = 256 << 20

// WriteJSON writes result.json, as [WriteJSON] does.
func (s *Store) WriteJSON(w io.Writer) error {
	j := newStream(w)
	j.document(s.doc)
	if err := j.end(); err != nil {
		return fmt.Errorf("result.json: %w", err)
	}
	return nil
}

// WriteJSON writes a document with its keys in the order of the types, maps
// sorted, two spaces of indentation, lists of numbers on one line, and each float
// in the shortest form that parses to it. Equal documents give equal bytes on
// every machine.
func WriteJSON(w io.Writer, doc any) error {
	j := newStream(w)
	j.encode(doc)
	return j.end()
}

// ReadJSON reads what WriteJSON wrote, into a store. It refuses another schema
// or version of it, more than [MaxSize] bytes, anything after the document, and
// a document that [Validate] refuses; keys that it does not know are skipped.
func ReadJSON(r io.Reader) (*Store, error) { return readJSON(r, MaxSize) }

func readJSON(r io.Reader, limit int64) (*Store, error) {
	text, err := readAll(r, limit+1)
	if err != nil {
		return nil, fmt.Errorf("result.json: %w", err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("result.json is larger than %d MiB", limit>>20)
	}
	if err := checkHead(text); err != nil {
		return nil, fmt.Errorf("result.json: %w", err)
	}
	doc := new(Document)
	if err := json.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("result.json: %w", atLine(text, err))
	}
	s, err := New(doc)
	if err == nil {
		err = (&late{doc: doc}).check() // not the store's own: few ask for them
	}
	if err != nil {
		return nil, fmt.Errorf("result.json: %w", err)
	}
	return s, nil
}

// readAll reads as many bytes at most. Those of a file, whose length is known, are
// read to where they stay.
func readAll(r io.Reader, most int64) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil {
			b.Grow(int(min(max(info.Size(), 0), most)) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(io.LimitReader(r, most))
	return b.Bytes(), err
}

// required are the keys of docs/results.md, all of them.
var required = []string{"schema", "tool", "scenario", "seed", "replications", "fingerprint", "verdict", "partial", "warnings",
	"sources", "resolved", "topologies", "comparisons", "thresholds", "samples"}

// checkHead looks at the schema before anything else: another version may have
// other types under the same keys, and then this is the error that helps.
func checkHead(text []byte) error {
	var keys map[string]beginning
	if err := json.Unmarshal(text, &keys); err != nil {
		return atLine(text, err)
	}
	for _, key := range required {
		if _, ok := keys[key]; !ok {
			return fmt.Errorf("the key %s is missing", key)
		}
		var schema string
		if err := json.Unmarshal(keys["schema"], &schema); err != nil || schema != Schema {
			return fmt.Errorf("schema %.40s is not known (this version reads %q)", keys["schema"], Schema)
		}
	}
	return nil
}

// beginning is how a value begins: enough to see what it is, and no copy of a series.
type beginning []byte

// UnmarshalJSON is json.Unmarshaler.
func (b *beginning) UnmarshalJSON(text []byte) error {
	*b = append((*b)[:0], text[:min(len(text), 64)]...)
	return nil
}

// atLine adds the line to a syntax or type error.
func atLine(text []byte, err error) error {
	var offset int64
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	default:
		return err
	}
	line := 1
	for _, c := range text[:min(max(offset, 0), int64(len(text)))] {
		if c == '\n' {
			line++
		}
	}
	return fmt.Errorf("line %d: %w", line, err)
}
