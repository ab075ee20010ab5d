package result

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-memdb"
)

// The tables of the store.
const (
	figureTable  = "figure"
	seriesTable  = "series"
	faultTable   = "fault"
	verdictTable = "verdict"
	nodeTable    = "node"
	edgeTable    = "edge"
)

// Rows that are no type of the document itself; those of figures and series are
// [subject] and [seriesRow].
type (
	faultRow struct {
		topology string
		fault    *Fault
	}
	nodeRow struct {
		topology string
		node     *Node
	}
	edgeRow struct {
		topology string
		edge     *Edge
	}
	verdictRow struct {
		number  int // of the verdict in the document
		verdict *Verdict
	}
)

// index makes a row's key by a function instead of by reflection.
type index[T any] func(*T) string

// FromObject is memdb's.
func (f index[T]) FromObject(raw any) (bool, []byte, error) {
	row, ok := raw.(*T)
	if !ok {
		return false, nil, fmt.Errorf("a %T is no row of this table", raw)
	}
	return true, []byte(f(row)), nil
}

// FromArgs is memdb's: the one argument is a key already.
func (f index[T]) FromArgs(args ...any) ([]byte, error) {
	if len(args) == 1 {
		if key, ok := args[0].(string); ok {
			return []byte(key), nil
		}
	}
	return nil, fmt.Errorf("%v is no key", args)
}

// id joins names into a key. Names hold no control characters, and the zero at
// the end keeps a name from being found by its prefix.
func id(names ...string) string { return strings.Join(names, "\x01") + "\x00" }

func edgeName(from, to string) string { return from + " -> " + to }

func schema() *memdb.DBSchema {
	return &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{
		figureTable: table(figureTable, index[subject](func(s *subject) string { return id(s.tags.String()) }), nil),
		seriesTable: table(seriesTable, index[seriesRow](func(r *seriesRow) string { return id(r.tags.String()) }), nil),
		faultTable:  table(faultTable, index[faultRow](func(r *faultRow) string { return id(r.topology, r.fault.Name) }), nil),
		nodeTable:   table(nodeTable, index[nodeRow](func(r *nodeRow) string { return id(r.topology, r.node.Name) }), nil),
		edgeTable: table(edgeTable, index[edgeRow](func(r *edgeRow) string {
			return id(r.topology, edgeName(r.edge.From, r.edge.To))
		}), nil),
		// Numbers of equal length come back in their order.
		verdictTable: table(verdictTable, index[verdictRow](func(r *verdictRow) string { return fmt.Sprintf("%09d", r.number) }),
			index[verdictRow](func(r *verdictRow) string { return id(r.verdict.Topology) })),
	}}
}

func table(name string, key, topology memdb.Indexer) *memdb.TableSchema {
	t := &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{
		"id": {Name: "id", Unique: true, Indexer: key},
	}}
	if topology != nil {
		t.Indexes["topology"] = &memdb.IndexSchema{Name: "topology", Indexer: topology}
	}
	return t
}

func first[T any](db *memdb.MemDB, table, key string) (*T, bool) {
	row, err := db.Txn(false).First(table, "id", key)
	if err != nil || row == nil {
		return nil, false
	}
	t, ok := row.(*T)
	return t, ok
}

// writer inserts rows and keeps the first error.
type writer struct {
	txn *memdb.Txn
	err error
}

func (w *writer) insert(table string, row any) {
	if w.err == nil {
		w.err = w.txn.Insert(table, row)
	}
}

// filled makes tables and writes into them in one transaction.
func filled(write func(*writer)) (*memdb.MemDB, error) {
	db, err := memdb.NewMemDB(schema())
	if err != nil {
		return nil, err
	}
	txn := db.Txn(true)
	defer txn.Abort()
	w := writer{txn: txn}
	if write(&w); w.err != nil {
		return nil, w.err
	}
	txn.Commit()
	return db, nil
}

// figures writes those of machinery, or those of all else.
func (w *writer) figures(doc *Document, machinery bool) {
	all, err := subjects(doc, machinery)
	if w.err == nil {
		w.err = err
	}
	for _, s := range all {
		w.insert(figureTable, s)
	}
}

func (w *writer) faults(t *Topology) {
	for i := range t.Faults {
		w.insert(faultTable, &faultRow{t.Name, &t.Faults[i]})
	}
}

// topology writes the nodes, the edges and the series.
func (w *writer) topology(t *Topology) {
	for i := range t.Graph.Nodes {
		w.insert(nodeTable, &nodeRow{t.Name, &t.Graph.Nodes[i]})
	}
	for i := range t.Edges {
		w.insert(edgeTable, &edgeRow{t.Name, &t.Edges[i]})
	}
	walkSeries(t, func(_ string, row seriesRow) { w.insert(seriesTable, &row) })
}

func (w *writer) verdicts(all []Verdict) {
	for i := range all {
		w.insert(verdictTable, &verdictRow{i, &all[i]})
	}
}
