package topologies

import (
	"fmt"
	"unicode/utf8"

	"faultline/sim/result"
	"faultline/topologies/strict"
)

// Limits on the files that values name, as empirical(latencies.csv) does.
const (
	maxDataBytes  = 32 << 20  // of one file: a million rows and more
	maxDataRead   = 64 << 20  // of all values of a load, each time that one names a file: each keeps its own
	maxDataStored = 256 << 10 // of a file whose text stands in the result; of a larger one its digest does
)

// Decoder decodes a file of this load that stands at a location. Values that
// name files read them, relative to the file in which they stand, and what was
// read is appended to sources. The location is that of values that a flag set.
func (l *Loader) Decoder(at Location, sources *[]result.Source) *strict.Decoder {
	return &strict.Decoder{Errs: l.Errs, Open: func(n *strict.Node, name string) ([]byte, error) {
		near, err := l.fileOf(n, at).Near(name)
		if err != nil {
			return nil, err
		}
		data, err := l.data(near)
		if err != nil {
			return nil, err
		}
		if l.taken += len(data); l.taken > maxDataRead {
			return nil, fmt.Errorf("the files that values name have more than %d MiB together, each counted as often as it is named", maxDataRead>>20)
		}
		*sources = addSource(*sources, dataSource(near, data))
		return data, nil
	}}
}

// fileOf is the file in which a node stands, otherwise where it is a flag's.
func (l *Loader) fileOf(n *strict.Node, otherwise Location) Location {
	if at, ok := l.files[n.Pos().Path]; ok {
		return at
	}
	return otherwise
}

// data reads a file once.
func (l *Loader) data(at Location) ([]byte, error) {
	if data, ok := l.read[at.String()]; ok {
		return data, nil
	}
	data, err := at.read(maxDataBytes)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", at, err)
	case len(data) > maxDataBytes:
		return nil, fmt.Errorf("%s has more than %d MiB", at, maxDataBytes>>20)
	}
	l.read[at.String()] = data
	return data, nil
}

// dataSource is a file of data as a source: a large one, or one that is no text,
// by its digest alone.
func dataSource(at Location, data []byte) result.Source {
	s := Source(at, data)
	if len(data) > maxDataStored || !utf8.Valid(data) {
		s.Text = ""
	}
	return s
}
