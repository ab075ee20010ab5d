package topologies

import (
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"faultline/cmd/bounded"
	"faultline/sim/model"
	"faultline/topologies/strict"
)

// loadBytes loads a topology and an application that may be anything at all.
func loadBytes(topology, application []byte) (*Topology, error) {
	files := fstest.MapFS{"topology.yaml": {Data: topology}, "application.yaml": {Data: application}}
	l := NewLoader(new(strict.Errors))
	t := l.Topology(InFS(files, "topology.yaml"), nil, func(string) []Override { return nil })
	return t, l.Errs.Err()
}

// Whatever the files hold, loading ends, in an error or in a sound system.
func FuzzLoad(f *testing.F) {
	read := func(name string) []byte {
		text, err := fs.ReadFile(Builtin(), name)
		if err != nil {
			f.Fatal(err)
		}
		return text
	}
	application := read("shop/application.yaml")
	f.Add(read("shop/monolith.yaml"), application)
	f.Add(read("shop/microservices.yaml"), application)
	f.Add([]byte("topology: s\nservices: { s: { operations: { do: [ { cpu: 1ms } ] } } }\njourneys: { j: { call: s.do } }\n"), []byte{})
	f.Add([]byte(strings.Replace(tiny, "%s", "application.yaml", 1)), []byte(tinyApplication))
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives { // every form of every key, right and wrong
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		files := memory(a)
		if top, app := files["topology.yaml"], files["app.yaml"]; top != nil && app != nil {
			f.Add([]byte(strings.ReplaceAll(string(top.Data), "app.yaml", "application.yaml")), app.Data)
		}
	}
	f.Fuzz(func(t *testing.T, topology, application []byte) {
		defer bounded.Input(t)()
		top, err := loadBytes(topology, application)
		if err != nil {
			return
		}
		sys := top.System
		if sys == nil {
			t.Fatal("neither a system nor an error")
		}
		for i, s := range sys.Sites {
			if int(s.Op) >= len(sys.Ops) || int(s.Edge) >= len(sys.Edges) {
				t.Fatalf("site %d: %+v", i, s)
			}
		}
		checkCode(t, sys)
		for _, op := range sys.Ops {
			if op.Entry < 0 || int(op.Entry) >= len(sys.Code) {
				t.Fatalf("operation %+v has no program", op)
			}
		}
		for _, c := range sys.Components {
			if int(c.Station) <= 0 || int(c.Station) >= len(sys.Stations) {
				t.Fatalf("component %+v stands nowhere", c)
			}
		}
	})
}

// checkCode finds operands that lie outside, and analyses the calls.
func checkCode(t *testing.T, sys *model.System) {
	inside := func(what string, i int32, n int) {
		if i < 0 || int(i) >= n {
			t.Fatalf("%s %d of %d", what, i, n)
		}
	}
	for _, in := range sys.Code {
		switch in.Op {
		case model.OpCPU, model.OpSleep:
			inside("distribution", in.A, len(sys.Dists))
		case model.OpCall:
			inside("site", in.A, len(sys.Sites))
		case model.OpLoop:
			inside("count", in.A, len(sys.Counts))
		case model.OpCache:
			inside("cache", in.A, len(sys.Caches))
		case model.OpMaybe:
			inside("share", in.A, len(sys.Shares))
		}
		inside("target", in.B, max(len(sys.Code), len(sys.Shares)))
	}
	for _, e := range sys.Edges {
		inside("pool", e.Pool, len(sys.Pools)+1)
	}
	g := model.NewGraph(sys)
	for i := range sys.Journeys {
		if n := g.MaxCalls(sys.Journeys[i].Entry); math.IsNaN(n) || math.IsNaN(g.JourneyTime(&sys.Journeys[i])) {
			t.Fatalf("journey %d: %v calls", i, n)
		}
	}
}

// Files that are as large as a file may be, or that multiply, load in about a second or
// are refused in one.
func TestHostileFilesEndSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const limit = 20 * time.Second // of a loaded machine; alone each takes under two
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+"\n", i, i+1)
		}
		return b.String()
	}
	const head = "topology: t\njourneys: { j: { call: s0.do } }\nservices:\n"
	last := "  s%d: { operations: { do: [ { cpu: 1ms } ] } }\n"
	for _, test := range []struct{ name, text, want string }{
		{"a chain of 8,000 services", head + many(8_000, "  s%d: { operations: { do: [ { call: s%d.do } ] } }") + fmt.Sprintf(last, 8_000), ""},
		{"calls that double 60 times", head + many(60, "  s%d: { operations: { do: [ { call: s%[2]d.do }, { call: s%[2]d.do } ] } }") + fmt.Sprintf(last, 60), "more than 1e15 steps"},
		{"14 loops within one another", head + "  s0: { operations: { do: " + strings.Repeat("[ { repeat: { times: 1000000, steps: ", 14) + "[ { cpu: 1ms } ]" + strings.Repeat(" } } ]", 14) + " } }", "more than 1e15 steps"},
		{"loops that call loops", head + many(40, "  s%d: { operations: { do: [ { call: s%d.do, times: 1000000, fallback: [ { sleep: 1ms } ] } ] } }") + fmt.Sprintf(last, 40), "more than 1e15 steps"},
		{"a circle of 8,000 services", head + many(8_000, "  s%d: { operations: { do: [ { call: s%d.do } ] } }") + "  s8000: { operations: { do: [ { call: s0.do } ] } }\n", "calls go in a circle"},
		{"8,000 dangling names", head + many(8_000, "  s%d: { operations: { do: [ { call: x%d.do } ] } }"), "no component"},
		{"8,000 edges", head + fmt.Sprintf(last, 0) + "edges:\n" + many(8_000, `  "s%d -> s%d": { timeout: 1s }`), "no service or component"},
		{"a billion replicas", "topology: t\njourneys: { j: { call: s.do } }\nservices: { s: { replicas: 1000000000, operations: { do: [ { cpu: 1ms } ] } } }", "outside 1 to 10000"},
		{"ten thousand times ten thousand replicas", head + strings.ReplaceAll(many(200, "  s%d: { replicas: 10000, operations: { do%d: [ { cpu: 1ms } ] } }"), "do1:", "do:"), "more than 1000000 instances"},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Now()
			_, err := loadBytes([]byte(test.text), nil)
			if took := time.Since(begin); took > limit {
				t.Errorf("took %v", took)
			}
			switch {
			case test.want == "" && err != nil:
				t.Errorf("%.300v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %.300v, want %s", err, test.want)
			}
		})
	}
}
