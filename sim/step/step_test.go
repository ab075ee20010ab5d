package step

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// TestEqualDistributionsAreHeldOnce: a thousand services have few.
func TestEqualDistributionsAreHeldOnce(t *testing.T) {
	sys := &model.System{}
	a := NewAsm(sys)
	for i, want := range []int32{0, 1, 0, 1} {
		if got := a.Dist(dist.Constant(i % 2)); got != want {
			t.Errorf("distribution %d has the index %d, want %d", i, got, want)
		}
	}
	if len(sys.Dists) != 2 {
		t.Errorf("%d distributions are held, want 2", len(sys.Dists))
	}
}

func value(text string) dist.Value {
	var v dist.Value
	if err := v.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return v
}

func cpu(text string) *CPU     { return &CPU{value(text)} }
func sleep(text string) *Sleep { return &Sleep{value(text)} }

var always = Modifiers{Probability: 1}

func call(target string) *Call { return &Call{target, always} }

func seldom(target string) *Call {
	return &Call{target, Modifiers{Probability: 0.25, Optional: true}}
}

func count(text string) *dist.Count {
	c, err := dist.ParseCount(text)
	if err != nil {
		panic(err)
	}
	return &c
}

func list(steps ...Step) (l List) {
	for _, s := range steps {
		l = append(l, Item{Step: s})
	}
	return l
}

func fork(steps ...Step) *Parallel {
	p := Parallel(list(steps...))
	return &p
}

// topology resolves "name.op" to an operation of that number in order of first
// use, over an edge of the same number, or in the same process.
type topology struct {
	sys     *model.System
	process bool
}

func (tp *topology) Call(target string) (model.OpID, model.EdgeID) {
	for i := range tp.sys.Ops {
		if tp.sys.Ops[i].Name == target {
			return model.OpID(i), tp.edge(i)
		}
	}
	tp.sys.Ops = append(tp.sys.Ops, model.Op{Name: target})
	i := len(tp.sys.Ops) - 1
	return model.OpID(i), tp.edge(i)
}

func (tp *topology) edge(i int) model.EdgeID {
	if tp.process {
		return model.None
	}
	return model.EdgeID(i)
}

func (tp *topology) Store(store string, write bool, time dist.Dist) (model.OpID, model.EdgeID) {
	name := store + map[bool]string{false: ".read", true: ".write"}[write]
	if time != nil {
		name += " " + time.String()
	}
	return tp.Call(name)
}

func compile(name string, process bool, steps List) *model.System {
	sys := new(model.System)
	NewAsm(sys).Program(name, steps, &topology{sys: sys, process: process})
	return sys
}

// listing prints a program, places left out.
func listing(sys *model.System) string {
	var b strings.Builder
	for i, in := range sys.Code {
		fmt.Fprintf(&b, "%d ", i)
		switch in.Op {
		case model.OpEnd:
			b.WriteString("end")
		case model.OpCPU:
			fmt.Fprintf(&b, "cpu %s", sys.Dists[in.A])
		case model.OpSleep:
			fmt.Fprintf(&b, "sleep %s", sys.Dists[in.A])
		case model.OpCall:
			fmt.Fprintf(&b, "call %s", site(sys, in.A))
		case model.OpFork:
			fmt.Fprintf(&b, "fork %d, then %d", in.N, in.B)
			if in.A > 0 {
				fmt.Fprintf(&b, " after %d", in.A)
			}
		case model.OpBranch:
			switch {
			case in.Flags&model.FlagDirect != 0:
				fmt.Fprintf(&b, "branch call %s", site(sys, in.A))
			case in.B > 0 || in.A > 0 && len(sys.Shares) > 0 && sys.Code[0].Op == model.OpChoose:
				fmt.Fprintf(&b, "branch %d below %.4g", in.A, sys.Shares[in.B])
			default:
				fmt.Fprintf(&b, "branch %d", in.A)
			}
		case model.OpMaybe:
			fmt.Fprintf(&b, "maybe %v, else %d", sys.Shares[in.A], in.B)
		case model.OpChoose:
			fmt.Fprintf(&b, "choose %d, then %d", in.N, in.B)
		case model.OpJump:
			fmt.Fprintf(&b, "jump %d", in.B)
		case model.OpLoop:
			fmt.Fprintf(&b, "loop %s, then %d", sys.Counts[in.A], in.B)
		case model.OpCache:
			fmt.Fprintf(&b, "cache %v %v, hit %d", sys.Caches[in.A].HitRatio, sys.Caches[in.A].Refill, in.B)
		case model.OpFallback:
			fmt.Fprintf(&b, "fallback, else %d", in.B)
		default:
			fmt.Fprintf(&b, "? %d", in.Op)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func site(sys *model.System, id int32) string {
	s := sys.Sites[id]
	text := sys.Ops[s.Op].Name
	if s.Edge != model.None {
		text += fmt.Sprintf(" over %d", s.Edge)
	}
	if s.Optional {
		text += " optional"
	}
	if s.Fallback {
		text += " or"
	}
	return text
}

func ptr[T any](v T) *T { return &v }

// everything has each kind of step, in and out of branches.
func everything() List {
	return list(cpu("1ms"), sleep("1ms"), call("a.x"), call("a.x"), seldom("b.y"),
		&Read{Store: "s", Modifiers: always}, &Write{Store: "s", Modifiers: always},
		fork(call("a.x"), cpu("1ms"), fork(call("a.x"), cpu("1ms")), seldom("a.x")),
		&Choose{[]Alternative{{0.5, list(call("a.x"), cpu("1ms"))}, {0.5, list(call("a.x"), cpu("1ms"))}}},
		&Repeat{RepeatBody{count("2"), list(call("a.x"), cpu("1ms"), &Repeat{RepeatBody{count("3"), list(call("a.x"))}})}},
		&Cached{CacheBody{HitRatio: 0.5, Steps: list(call("a.x"), cpu("1ms"))}},
		&Fork{ForkBody{1, Parallel(list(call("a.x"), cpu("1ms")))}},
		&Call{"a.x", Modifiers{Probability: 0.5, Times: count("2"), Fallback: list(call("a.x"), cpu("1ms"))}})
}

// TestPlacesAreTheSameInEveryTopology is what pairing rests on: no key of a
// draw knows how the application is cut.
func TestPlacesAreTheSameInEveryTopology(t *testing.T) {
	one, many := compile("shop.do", true, everything()), compile("shop.do", false, everything())
	if len(one.Code) != len(many.Code) || len(one.Sites) != len(many.Sites) {
		t.Fatalf("%d and %d instructions, %d and %d sites", len(one.Code), len(many.Code), len(one.Sites), len(many.Sites))
	}
	for i := range one.Code {
		if one.Code[i] != many.Code[i] {
			t.Errorf("instruction %d: %+v and %+v", i, one.Code[i], many.Code[i])
		}
	}
	for i := range one.Sites {
		a, b := one.Sites[i], many.Sites[i]
		if a.Edge != model.None || b.Edge == model.None {
			t.Errorf("site %d: edges %d and %d", i, a.Edge, b.Edge)
		}
		if a.Edge = b.Edge; a != b {
			t.Errorf("site %d: %+v and %+v", i, a, b)
		}
	}
}

func TestPlacesDifferFromTheirSiblings(t *testing.T) {
	draws := func(sys *model.System) (places []uint32) {
		for _, in := range sys.Code {
			switch in.Op {
			case model.OpCPU, model.OpSleep, model.OpMaybe, model.OpChoose, model.OpCache, model.OpLoop:
				places = append(places, in.P)
			}
		}
		for _, s := range sys.Sites {
			places = append(places, s.Place)
		}
		return places
	}
	seen := map[uint32]int{}
	for i, p := range append(draws(compile("shop.do", true, everything())), draws(compile("shop.undo", true, everything()))...) {
		if j, ok := seen[p]; ok {
			t.Errorf("draws %d and %d have the same place", j, i)
		}
		seen[p] = i
	}
}

func TestAStoresProgramIsItsTimeOnTheCores(t *testing.T) {
	sys := new(model.System)
	asm := NewAsm(sys)
	read := asm.StoreProgram("orders.read", value("exp(1ms)").Dist)
	timed := asm.StoreProgram("orders.read 9ms", value("9ms").Dist)
	if got, want := listing(sys), "0 cpu exp(1ms)\n1 end\n2 cpu 9ms\n3 end\n"; got != want || read != 0 || timed != 2 {
		t.Errorf("entries %d and %d of\n%s\nwant 0 and 2 of\n%s", read, timed, got, want)
	}
	// The call's own place keys the draw: with or without a time of its own.
	if a, b := sys.Code[read].P, sys.Code[timed].P; a != b || a == rng.Place() {
		t.Errorf("places %d and %d, want the same", a, b)
	}
}

func TestProgramsFollowOneAnother(t *testing.T) {
	sys := new(model.System)
	asm, tp := NewAsm(sys), &topology{sys: sys}
	first := asm.Program("a.x", list(cpu("1ms")), tp)
	second := asm.Program("b.y", list(cpu("1ms")), tp)
	if first != 0 || second != 2 {
		t.Errorf("entries %d and %d, want 0 and 2", first, second)
	}
	if sys.Code[0].P == sys.Code[2].P {
		t.Error("the same step of two operations has one place")
	}
}

func TestValidateRefusesAtItsKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		step  Step
		field string // "-": accepted
	}{
		{"cpu", cpu("1ms"), "-"},
		{"sleep", sleep("1ms"), "-"},
		{"a call", call("a.x"), "-"},
		{"a call of a component", call("a"), "call"},
		{"a call of nothing", call("."), "call"},
		{"a call without a component", call(".x"), "call"},
		{"a call that nobody makes", &Call{Target: "a.x"}, "-"}, // the first point of a sweep
		{"a read", &Read{Store: "s", Modifiers: always}, "-"},
		{"a write that nobody repeats", &Write{Store: "s", Modifiers: Modifiers{Probability: 1, Times: count("0")}}, "times"},
		{"a call that nobody repeats", &Call{"a.x", Modifiers{Probability: 1, Times: count("0")}}, "times"},
		{"a choice that sums to 100% but for rounding", &Choose{[]Alternative{{0.3333, nil}, {0.6666, nil}}}, "-"},
		{"a choice that sums to less", &Choose{[]Alternative{{0.33, nil}, {0.66, nil}}}, "choose"},
		{"a choice that sums to more", &Choose{[]Alternative{{0.5, nil}, {0.51, nil}}}, "choose"},
		{"a choice of nothing", &Choose{}, "choose"},
		{"branches", fork(cpu("1ms")), "-"},
		{"no branches", fork(), ""},
		{"as many branches as there may be", fork(make([]Step, MaxBranches)...), "-"},
		{"too many branches", fork(make([]Step, MaxBranches+1)...), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.step.Validate()
			if c.field == "-" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var at *FieldError
			if !errors.As(err, &at) || at.Field() != c.field || at.Error() == "" {
				t.Errorf("error %v, want one at %q", err, c.field)
			}
		})
	}
}

func TestTheTableMakesWhatIsSupportedAndKnowsTheRest(t *testing.T) {
	var it Item
	for i, name := range it.Kinds() {
		k := Table[i]
		if name != k.Name || k.Doc == "" {
			t.Errorf("entry %d is %q, %+v", i, name, k)
		}
		made := it.New(name)
		if (made != nil) != (k.New != nil) {
			t.Errorf("%s: made %v", name, made)
		}
		if made != nil {
			it.Set(name, made)
			if it.Kind != name || it.Step == nil {
				t.Errorf("%s: set %+v", name, it)
			}
		}
	}
	if it.New("teleport") != nil {
		t.Error("an unknown step was made")
	}
	if (*Operation)(nil).ShortKey() != "steps" {
		t.Error("a bare list is not the steps of an operation")
	}
}
