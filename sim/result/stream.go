package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
)

// stream writes one JSON value to a file piece by piece, so that it never lies whole
// in memory: each piece is encoded by encoding/json and spread over lines. The first
// error stays.
type stream struct {
	out   *bufio.Writer
	value *json.Encoder // of pieces, to the stream's Write
	depth int
	empty bool // nothing is in the innermost list or object yet
	err   error
}

func newStream(w io.Writer) *stream {
	s := &stream{out: bufio.NewWriterSize(w, 1<<16)}
	s.value = json.NewEncoder(s)
	s.value.SetEscapeHTML(false) // "a -> b" is easier to read and to search for
	return s
}

// Write takes one piece in the compact form that encoding/json ends with a newline.
// What cannot be written is an error at the end.
func (s *stream) Write(compact []byte) (int, error) {
	indent(s.out, bytes.TrimSuffix(compact, []byte{'\n'}), s.depth)
	return len(compact), nil
}

// encode writes a value as a whole.
func (s *stream) encode(v any) {
	if s.err == nil {
		s.err = s.value.Encode(v)
	}
}

// end writes what is left, and a newline, and returns the first error.
func (s *stream) end() error {
	if s.err != nil {
		return s.err
	}
	s.out.WriteByte('\n')
	return s.out.Flush()
}

// within writes a list or object that is not empty, its parts by a function.
func (s *stream) within(brackets string, parts func()) {
	s.out.WriteByte(brackets[0])
	s.depth++
	s.empty = true
	parts()
	s.depth--
	newline(s.out, s.depth)
	s.out.WriteByte(brackets[1])
	s.empty = false
}

// next begins a part of the innermost list or object.
func (s *stream) next() {
	if !s.empty {
		s.out.WriteByte(',')
	}
	s.empty = false
	newline(s.out, s.depth)
}

// key begins a member of an object. Keys need no escapes.
func (s *stream) key(name string) {
	s.next()
	s.out.WriteString(`"` + name + `": `)
}

// member writes a member of an object as a whole.
func (s *stream) member(name string, v any) {
	s.key(name)
	s.encode(v)
}

// items writes a member that is a list of objects, one after the other.
func items[T any](s *stream, name string, list []T) {
	each(s, name, list, func(i int) any { return &list[i] })
}

// each is items with what is written of each item.
func each[T any](s *stream, name string, list []T, item func(i int) any) {
	parts(s, name, list, func(i int) { s.encode(item(i)) })
}

// parts is items with how each item is written.
func parts[T any](s *stream, name string, list []T, write func(i int)) {
	s.key(name)
	if len(list) == 0 {
		s.encode(list)
		return
	}
	s.within("[]", func() {
		for i := range list {
			s.next()
			write(i)
		}
	})
}

// document writes result.json. Like encoding/json, which it leaves the parts to, it
// has the keys in the order of the types.
func (s *stream) document(d *Document) {
	s.within("{}", func() {
		s.member("schema", d.Schema)
		s.member("tool", d.Tool)
		s.member("scenario", d.Scenario)
		s.member("seed", d.Seed)
		s.member("replications", d.Replications)
		s.member("fingerprint", d.Fingerprint)
		s.member("verdict", d.Verdict)
		s.member("partial", d.Partial)
		s.member("warnings", d.Warnings)
		items(s, "sources", d.Sources)
		s.values(d.Resolved)
		s.topologies(d.Topologies)
		items(s, "comparisons", d.Comparisons)
		items(s, "thresholds", d.Thresholds)
		s.samples(d.Samples)
		if d.Precision != nil {
			s.member("precision", d.Precision)
		}
		if d.Against != nil {
			s.member("against", d.Against)
		}
	})
}

// values writes the values in force.
func (s *stream) values(all Values) {
	s.key("resolved")
	if all.Len() == 0 {
		s.encode([]Resolved{})
		return
	}
	s.within("[]", func() {
		for r := range all.All() {
			s.next()
			s.encode(&r)
		}
	})
}

// samples writes the samples. Nearly every figure has one, those of one thing stand
// together, and to encode the tags of each would take half the time of all.
func (s *stream) samples(all []Sample) {
	var tags bytes.Buffer
	e := json.NewEncoder(&tags)
	e.SetEscapeHTML(false)
	each(s, "samples", all, func(i int) any {
		if i == 0 || !maps.Equal(all[i].Tags, all[i-1].Tags) {
			tags.Reset()
			if err := e.Encode(all[i].Tags); err != nil && s.err == nil {
				s.err = err
			}
		}
		return sample{all[i].Metric, tags.Bytes(), all[i].Values}
	})
}

// sample is a [Sample] whose tags are encoded already.
type sample struct {
	Metric string          `json:"metric"`
	Tags   json.RawMessage `json:"tags"`
	Values []*float64      `json:"values"`
}

func (s *stream) topologies(all []Topology) {
	parts(s, "topologies", all, func(i int) {
		s.within("{}", func() { s.topology(&all[i]) })
	})
}

func (s *stream) topology(t *Topology) {
	s.member("name", t.Name)
	s.member("digest", t.Digest)
	s.member("graph", t.Graph)
	s.member("parts", t.Parts)
	items(s, "journeys", t.Journeys)
	items(s, "flows", t.Flows)
	items(s, "services", t.Services)
	items(s, "databases", t.Databases)
	s.member("topics", t.Topics)
	items(s, "edges", t.Edges)
	items(s, "faults", t.Faults)
	s.member("data", t.Data)
	s.member("cost", t.Cost)
	if t.Overload != nil {
		s.member("overload", t.Overload)
	}
	if t.EndedEarly != "" {
		s.member("endedEarly", t.EndedEarly)
	}
	s.baseline(t.Baseline)
	s.series(&t.Series)
	s.member("histograms", t.Histograms)
	s.member("warnings", t.Warnings)
}

func (s *stream) baseline(b *Baseline) {
	s.key("baseline")
	if b == nil {
		s.encode(b)
		return
	}
	s.within("{}", func() {
		items(s, "journeys", b.Journeys)
		s.series(&b.Series)
		more(s, "flows", b.Flows)
		more(s, "services", b.Services)
		more(s, "databases", b.Databases)
		more(s, "edges", b.Edges)
	})
}

func (s *stream) series(of *Series) {
	s.key("series")
	s.within("{}", func() {
		s.member("window", of.Window)
		s.member("total", of.Total)
		s.member("journeys", of.Journeys)
		s.member("services", of.Services)
		s.member("components", of.Components)
		if len(of.Causes) > 0 {
			s.member("causes", of.Causes)
		}
	})
}

// more is items, but for one that is left out if it is empty.
func more[T any](s *stream, name string, list []T) {
	if len(list) > 0 {
		items(s, name, list)
	}
}
