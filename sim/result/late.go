package result

import (
	"sync"

	"github.com/hashicorp/go-memdb"

	"faultline/sim/metric"
)

// late are the tables of what a store is seldom asked for, written when it is: the
// figures of services, databases and edges, all series, nodes and edges. A thousand
// services have more of them than of all else, and most runs are judged and shown
// by what their users saw.
type late struct {
	doc  *Document
	once sync.Once
	db   *memdb.MemDB
	err  error
}

// tables are the tables. Where they cannot be written, which [Store.check] says, they
// are empty.
func (p *late) tables() *memdb.MemDB {
	p.once.Do(func() {
		p.db, p.err = filled(func(w *writer) {
			w.figures(p.doc, true)
			for i := range p.doc.Topologies {
				w.topology(&p.doc.Topologies[i])
			}
		})
		if p.err != nil {
			p.db, _ = filled(func(*writer) {})
		}
	})
	return p.db
}

// check tries to write the tables, and says what keeps them from being written.
func (p *late) check() error {
	p.tables()
	return p.err
}

// ofMachinery reports the tags of a service, a database or an edge.
func ofMachinery(t metric.Tags) bool {
	return t[metric.Service] != "" || t[metric.Database] != "" || t[metric.Edge] != ""
}

// ofMachinery is that of the sample's tags.
func (s *Sample) ofMachinery() bool {
	return s.Tags[metric.Service.String()] != "" || s.Tags[metric.Database.String()] != "" || s.Tags[metric.Edge.String()] != ""
}
