package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// stream writes one JSON value to a file piece by piece, so that it never lies whole
// in memory: each piece is encoded by encoding/json and spread over lines. The first
// error stays.
type stream struct {
	out   *bufio.Writer
	value *json.Encoder // of pieces, to the stream's Write
	hand  compact       // a piece that is written by hand
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

// piece writes a value as a whole, by hand.
func (s *stream) piece(write func(*compact)) {
	if s.err != nil {
		return
	}
	s.hand.b = s.hand.b[:0]
	write(&s.hand)
	if s.err = s.hand.err; s.err == nil {
		indent(s.out, s.hand.b, s.depth)
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
	parts(s, name, list, func(i int) { s.encode(&list[i]) })
}

// pieces is items written by hand.
func pieces[T any](s *stream, name string, list []T, write func(c *compact, item *T)) {
	parts(s, name, list, func(i int) { s.piece(func(c *compact) { write(c, &list[i]) }) })
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
			s.piece(func(c *compact) { c.resolved(&r) })
		}
	})
}

// samples writes the samples. Nearly every figure has one, those of one thing stand
// together, and to encode the tags of each would take half the time of all.
func (s *stream) samples(all []Sample) {
	var tags bytes.Buffer
	e := json.NewEncoder(&tags)
	e.SetEscapeHTML(false)
	parts(s, "samples", all, func(i int) {
		if i == 0 || !maps.Equal(all[i].Tags, all[i-1].Tags) {
			tags.Reset()
			if err := e.Encode(all[i].Tags); err != nil && s.err == nil {
				s.err = err
			}
		}
		s.piece(func(c *compact) { c.sample(&all[i], bytes.TrimSuffix(tags.Bytes(), []byte{'\n'})) })
	})
}

func (s *stream) topologies(all []Topology) {
	parts(s, "topologies", all, func(i int) {
		s.within("{}", func() { s.topology(&all[i]) })
	})
}

func (s *stream) topology(t *Topology) {
	s.member("name", t.Name)
	s.member("digest", t.Digest)
	s.key("graph")
	s.within("{}", func() {
		pieces(s, "nodes", t.Graph.Nodes, (*compact).node)
		pieces(s, "edges", t.Graph.Edges, (*compact).graphEdge)
	})
	s.member("parts", t.Parts)
	items(s, "journeys", t.Journeys)
	items(s, "flows", t.Flows)
	pieces(s, "services", t.Services, (*compact).service)
	items(s, "databases", t.Databases)
	s.member("topics", t.Topics)
	pieces(s, "edges", t.Edges, (*compact).edge)
	items(s, "faults", t.Faults)
	s.member("data", t.Data)
	s.member("cost", t.Cost)
	if t.Overload != nil {
		s.member("overload", t.Overload)
	}
	if t.EndedEarly != "" {
		s.member("endedEarly", t.EndedEarly)
	}
	s.baseline(t)
	s.series(t, &t.Series)
	s.member("histograms", t.Histograms)
	s.member("warnings", t.Warnings)
}

func (s *stream) baseline(t *Topology) {
	b := t.Baseline
	s.key("baseline")
	if b == nil {
		s.encode(b)
		return
	}
	s.within("{}", func() {
		items(s, "journeys", b.Journeys)
		s.series(t, &b.Series)
		more(s, "flows", b.Flows)
		if len(b.Services) > 0 {
			pieces(s, "services", b.Services, (*compact).service)
		}
		more(s, "databases", b.Databases)
		if len(b.Edges) > 0 {
			pieces(s, "edges", b.Edges, (*compact).edge)
		}
	})
}

// series writes the series of a topology, or of its baseline.
func (s *stream) series(t *Topology, of *Series) {
	s.key("series")
	s.within("{}", func() {
		s.member("window", of.Window)
		s.member("total", of.Total)
		s.member("journeys", of.Journeys)
		s.bands("services", of.Services, t.stationNames())
		s.bands("components", of.Components, t.componentNames())
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

// bands writes the series of things of these names, sorted, one thing after the other.
func (s *stream) bands(name string, all map[string]map[string]Band, names []string) {
	known := 0
	for _, n := range names {
		if _, ok := all[n]; ok {
			known++
		}
	}
	if known == 0 || known != len(all) { // there are others: left to encoding/json
		s.member(name, all)
		return
	}
	s.key(name)
	s.within("{}", func() {
		for _, n := range names {
			if kinds, ok := all[n]; ok {
				s.next()
				s.piece(func(c *compact) { c.text(n) })
				s.out.WriteString(": ")
				s.piece(func(c *compact) { c.bands(kinds) })
			}
		}
	})
}

// stationNames are those of the services and databases, sorted.
func (t *Topology) stationNames() []string {
	names := make([]string, 0, len(t.Services)+len(t.Databases))
	for i := range t.Services {
		names = append(names, t.Services[i].Name)
	}
	for i := range t.Databases {
		names = append(names, t.Databases[i].Name)
	}
	return sorted(names)
}

// componentNames are those of the components in the graph, sorted.
func (t *Topology) componentNames() []string {
	names := make([]string, 0, len(t.Graph.Nodes))
	for i := range t.Graph.Nodes {
		names = append(names, t.Graph.Nodes[i].Components...)
	}
	return sorted(names)
}

// sorted are names in their order, each once.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
