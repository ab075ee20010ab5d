package oracle

import (
	"bytes"
	"slices"
)

// A world is a state of the system: what every request, and every piece of work
// that nobody waits for, is doing.
type world struct {
	insts []process
	pools [][]pool // by model.Pool, by client instance
	turns []int    // of round robin, by edge and client instance
	trees []*node  // requests, and workers that are held by what runs on
}

// process is one instance of a station.
type process struct {
	free   int     // workers; follows from the nodes
	queue  []*node // for a worker, in order of arrival
	cores  []*node // for a core
	put    []*node // what has reached the process while it stood still
	paused bool    // by its runtime
	broken bool    // by the fault
}

func (s *process) frozen() bool { return s.paused || s.broken }

type pool struct {
	free  int
	queue []*node
}

// A node is a piece of work that others may wait for.
type node struct {
	kind   kind
	doing  doing
	stage  stage // what is being computed, when computing or waiting for a core
	up     *node
	kids   []*node // whom it waits for
	strays []*node // of tries and requests: forks that have gone on without some branches, which still run
	pc     int
	inst   int // where it is
	site   int
	flow   int // of requests
	class  int // 0: critical
	jour   int

	client int // of tries: the instance that calls; inst is the one that is called
	worker bool
	pooled bool // holds a connection
	late   bool // its patience with the queue has ended while the process stood still

	law, left, stretch int // of what is computed or slept: stages to come, requests in service as it began
	pending            int
	degraded, fell     bool
	failure            outcome
	attempt            int
	round, rounds      int
	body               int
	need, spare        int // of groups: successes to come, failures that can be borne

	new  bool // request: came at this instant
	gone bool
	rank int // in its queue, in the state's encoding
	due  int // among what is put off
	twin *node
}

type kind uint8

const (
	request kind = iota
	try          // one send of a remote call
	local        // a function call
	branch       // of a fork
	call         // a remote call that may be tried again
	group        // a fork that does not wait for all
	loop
)

type doing uint8

const (
	moving doing = iota // or waiting for others
	computing
	wantsCore
	sleeping
	queued
	wantsConnection
	replying // to a process that stands still
)

type stage uint8

const (
	step stage = iota
	parsing
	sending
)

type outcome uint8

const (
	pending outcome = iota
	succeeded
	degraded
	rejected
	failed
	bulkheadFull
)

func (o outcome) bad() bool { return o >= rejected }

func (n *node) adopt(child *node) *node {
	child.up = n
	child.class = n.class
	n.kids = append(n.kids, child)
	return child
}

// leave takes a node from the one that waits for it.
func (n *node) leave() {
	n.gone = true
	if n.up != nil {
		n.up.kids = without(n.up.kids, n)
	}
}

func without[T comparable](list []T, n T) []T {
	if i := slices.Index(list, n); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// each visits all nodes, in an order that copies share.
func (w *world) each(f func(*node)) {
	for _, t := range w.trees {
		t.each(f)
	}
}

func (n *node) each(f func(*node)) {
	f(n)
	for _, k := range n.kids {
		k.each(f)
	}
	for _, k := range n.strays {
		k.each(f)
	}
}

// copy is a world of its own.
func (w *world) copy() *world {
	c := &world{insts: make([]process, len(w.insts)), pools: make([][]pool, len(w.pools)), turns: slices.Clone(w.turns), trees: copies(w.trees, nil)}
	for i := range w.insts {
		s := &w.insts[i]
		c.insts[i] = process{s.free, twins(s.queue), twins(s.cores), twins(s.put), s.paused, s.broken}
	}
	for i, list := range w.pools {
		for _, p := range list {
			c.pools[i] = append(c.pools[i], pool{p.free, twins(p.queue)})
		}
	}
	return c
}

func copies(list []*node, up *node) []*node {
	if len(list) == 0 {
		return nil
	}
	out := make([]*node, len(list))
	for i, n := range list {
		c := new(node)
		*c = *n
		n.twin, c.up = c, up
		c.kids, c.strays = copies(n.kids, c), copies(n.strays, c)
		out[i] = c
	}
	return out
}

func twins(list []*node) []*node {
	if len(list) == 0 {
		return nil
	}
	out := make([]*node, len(list))
	for i, n := range list {
		out[i] = n.twin
	}
	return out
}

// key is the same for states that differ only in the names of the requests.
func (w *world) key() string {
	rank := func(list []*node) {
		for i, n := range list {
			n.rank = i + 1
		}
	}
	w.each(func(n *node) { n.due = 0 })
	var out []byte
	for i := range w.insts {
		s := &w.insts[i]
		rank(s.queue)
		rank(s.cores)
		for k, n := range s.put {
			n.due = k + 1
		}
		out = append(out, bits(s.paused, s.broken))
	}
	for _, list := range w.pools {
		for _, p := range list {
			rank(p.queue)
		}
	}
	for _, t := range w.turns {
		out = append(out, byte(t))
	}
	return string(encode(out, w.trees))
}

// encode appends nodes in the order of what they are, not of how they stand.
func encode(out []byte, list []*node) []byte {
	all := make([][]byte, len(list))
	for i, n := range list {
		b := make([]byte, 0, 64)
		if n.doing != queued && n.doing != wantsCore && n.doing != wantsConnection {
			n.rank = 0
		}
		if n.doing != computing && n.doing != wantsCore && n.doing != sleeping {
			n.law, n.left, n.stretch, n.stage = 0, 0, 0, 0
		}
		b = append(b, byte(n.kind), byte(n.doing), byte(n.stage), byte(n.pc), byte(n.pc>>8), byte(n.inst), byte(n.site), byte(n.site>>8),
			byte(n.flow), byte(n.class), byte(n.jour), byte(n.client), bits(n.worker, n.pooled, n.late, n.degraded, n.fell),
			byte(n.law), byte(n.left), byte(n.stretch), byte(n.pending), byte(n.failure), byte(n.attempt), byte(n.round), byte(n.rounds),
			byte(n.body), byte(n.body>>8), byte(n.need), byte(n.spare), byte(n.rank), byte(n.due))
		b = encode(b, n.kids)
		all[i] = encode(b, n.strays)
	}
	slices.SortFunc(all, bytes.Compare)
	out = append(out, byte(len(list)))
	for _, b := range all {
		out = append(out, b...)
	}
	return out
}

func bits(list ...bool) (b byte) {
	for i, x := range list {
		if x {
			b |= 1 << i
		}
	}
	return b
}
