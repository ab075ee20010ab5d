package step

import (
	"strconv"

	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// Resolver answers for one topology: which operation a step of the component
// being compiled reaches, and over which edge (model.None: in the same process).
type Resolver interface {
	Call(target string) (model.OpID, model.EdgeID)
	// Store resolves a read or write; time replaces the store's unless nil.
	Store(store string, write bool, time dist.Dist) (model.OpID, model.EdgeID)
}

// Asm appends programs to a System. It keeps the place in the application's
// call tree, which names operations, steps and branches but never a service, so
// that a step draws the same numbers in every topology.
type Asm struct {
	sys      *model.System
	resolver Resolver
	path     []string

	dists     map[dist.Dist]int32 // that have been added, by their index
	forgiving int                 // fallbacks of optional calls that are being compiled: no call in them fails its caller
}

// NewAsm returns an assembler that appends to sys.
func NewAsm(sys *model.System) *Asm { return &Asm{sys: sys, dists: map[dist.Dist]int32{}} }

// Program appends a program and its OpEnd, and returns its entry. The name
// ("checkout.place", "journey browse") is the root of its places.
func (a *Asm) Program(name string, steps List, r Resolver) int32 {
	a.resolver, a.path = r, append(a.path[:0], name)
	entry := a.Here()
	a.list(steps)
	a.Emit(model.Instr{Op: model.OpEnd})
	return entry
}

// list appends steps, each at a place of its own.
func (a *Asm) list(steps List) {
	for i, it := range steps {
		a.push("step", strconv.Itoa(i))
		it.Step.Compile(a)
		a.pop(2)
	}
}

// steps appends a nested list of steps, whose places lie under a name.
func (a *Asm) steps(name string, steps List) {
	a.push(name)
	a.list(steps)
	a.pop(1)
}

// StoreProgram appends the program of one read or write: its time on the
// database's cores. The draw is keyed by the calling step's place alone.
func (a *Asm) StoreProgram(name string, d dist.Dist) int32 {
	a.path = append(a.path[:0], name)
	entry := a.Here()
	a.Emit(model.Instr{Op: model.OpCPU, A: a.Dist(d), P: rng.Place("store", "time")})
	a.Emit(model.Instr{Op: model.OpEnd})
	return entry
}

// Here is the index of the next instruction.
func (a *Asm) Here() int32 { return int32(len(a.sys.Code)) }

// Emit appends one instruction and returns its index.
func (a *Asm) Emit(in model.Instr) int32 {
	a.sys.Code = append(a.sys.Code, in)
	return int32(len(a.sys.Code) - 1)
}

// Dist adds a distribution, unless an equal one has been added, and returns its index.
func (a *Asm) Dist(d dist.Dist) int32 {
	i, known := a.dists[d]
	if !known {
		i = int32(len(a.sys.Dists))
		a.sys.Dists, a.dists[d] = append(a.sys.Dists, d), i
	}
	return i
}

// Share adds a probability and returns its index.
func (a *Asm) Share(p float64) int32 {
	a.sys.Shares = append(a.sys.Shares, p)
	return int32(len(a.sys.Shares) - 1)
}

// Count adds the number of turns of a loop and returns its index.
func (a *Asm) Count(c dist.Count) int32 {
	a.sys.Counts = append(a.sys.Counts, c)
	return int32(len(a.sys.Counts) - 1)
}

// Cache adds a cache and returns its index.
func (a *Asm) Cache(c model.Cache) int32 {
	a.sys.Caches = append(a.sys.Caches, c)
	return int32(len(a.sys.Caches) - 1)
}

// Site adds a call site and returns its id.
func (a *Asm) Site(s model.Site) model.SiteID {
	a.sys.Sites = append(a.sys.Sites, s)
	return model.SiteID(len(a.sys.Sites) - 1)
}

// Place is the key of a draw of the step being compiled.
func (a *Asm) Place(purpose string) uint32 {
	return rng.Place(append(a.path[:len(a.path):len(a.path)], purpose)...)
}

func (a *Asm) push(parts ...string) { a.path = append(a.path, parts...) }
func (a *Asm) pop(n int)            { a.path = a.path[:len(a.path)-n] }
