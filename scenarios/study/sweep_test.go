package study

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"faultline/scenarios"
	"faultline/sim/result"
)

func TestAxesAreExpanded(t *testing.T) {
	for text, want := range map[string]string{
		"a.b=1..4":                       "1 2 3 4",
		"a=1..8:3":                       "1 4 7",
		"a=8..1:3":                       "8 5 2",
		"a=-1..1":                        "-1 0 1",
		"a=100/s..1000/s:300/s":          "100/s 400/s 700/s 1000/s",
		"a=0.1..0.5:0.1":                 "0.1 0.2 0.3 0.4 0.5",
		"a=1%..2%:0.25%":                 "1% 1.25% 1.5% 1.75% 2%",
		"a=10ms..30ms:10ms":              "10ms 20ms 30ms",
		"a=1,2, 4..8:2":                  "1 2 4 6 8",
		"a=exp(3ms),lognormal(3ms cv=1)": "exp(3ms)|lognormal(3ms cv=1)",
		`a="x, y",[b, c],{d: 1, e: 2}`:   `"x, y"|[b, c]|{d: 1, e: 2}`,
		"topologies=../a.yaml,../b.yaml": "../a.yaml ../b.yaml",
		`edges."a -> b".timeout=1s,2s`:   "1s 2s",
		"a=none":                         "none",
	} {
		a, err := ParseAxis(text)
		sep := " "
		if strings.Contains(want, "|") {
			sep = "|"
		}
		if got := strings.Join(a.Values, sep); err != nil || got != want {
			t.Errorf("%s: %s, want %s (%v)", text, got, want, err)
		}
	}
	if a, err := ParseAxis(`edges."a=b".x=1`); err != nil || a.Path != `edges."a=b".x` {
		t.Errorf("a sign in quotes: %q, %v", a.Path, err)
	}
}

func TestAxesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"a":                 "write path=values",
		"a=":                "an empty value",
		"a=1,,2":            "an empty value",
		"a=1..x":            "1..x is no range",
		"a=1..4:x":          `"x" is no step`,
		"a=1..4:-1":         `"-1" is no step`,
		"a=1/s..4/m":        "several units",
		"a=1s..4s:1ms":      "several units",
		"a=1..3,2":          "2 is there twice",
		"a=1..1000000":      "more than 10000",
		"a=0..1:0.00000001": "more than 10000",
	} {
		if _, err := ParseAxis(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestARangeHasItsStepsExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.IntRange(0, 3).Draw(t, "places")
		from, step := rapid.Int64Range(-500, 500).Draw(t, "from"), rapid.Int64Range(1, 50).Draw(t, "step")
		n := rapid.Int64Range(1, 40).Draw(t, "n")
		q := func(v int64) string { return quantity{v, places, "ms"}.String() }
		values, err := expand(q(from) + ".." + q(from+(n-1)*step) + ":" + q(step))
		if err != nil || int64(len(values)) != n {
			t.Fatalf("%d values, want %d (%v)", len(values), n, err)
		}
		for i, v := range values {
			if want := q(from + int64(i)*step); v != want {
				t.Fatalf("%s, want %s", v, want)
			}
		}
	})
}

// sweepOf is a small sweep of five points, or a shard of it.
func sweepOf(t testing.TB, path string, shard Shard) *Sweep {
	s, err := NewSweep(SweepSpec{Scenario: path, Vary: []string{"load.all.rate=10/s..30/s:5/s"}, Metrics: []string{"latency p(90)"}, Shard: shard, Version: "test", Command: "faultline sweep"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func smallScenario(t *testing.T) string {
	return write(t, "s.yaml", "scenario: s\ntopologies: ./t.yaml\nrun: { duration: 5s, warmup: 1s, replications: 2 }\nload: { all: { rate: 30/s } }\n",
		"t.yaml", station("cpu: 1", "latency: p(99)<200ms"))
}

// kept is the folder of a sweep.
type kept struct {
	mu     sync.Mutex
	points map[int]*result.SweepPoint
	saves  int
	broken int // the save that fails; 0: none
}

var errKilled = errors.New("killed")

func (k *kept) run() SweepRun {
	return SweepRun{Jobs: 2,
		Known: func(index int, digest string) *result.SweepPoint {
			if p := k.points[index]; p != nil && p.Digest == digest {
				return p
			}
			return nil
		},
		Save: func(p *result.SweepPoint) error {
			k.mu.Lock()
			defer k.mu.Unlock()
			if k.saves++; k.saves == k.broken {
				return errKilled
			}
			k.points[p.Index] = p
			return nil
		}}
}

func spelt(t testing.TB, s *result.Sweep) []byte {
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASweepThatWasKilledAnywhereGivesTheSameBytes(t *testing.T) {
	path := smallScenario(t)
	whole, err := sweepOf(t, path, Shard{}).Run(context.Background(), SweepRun{})
	if err != nil {
		t.Fatal(err)
	}
	want := spelt(t, whole)
	draw := rand.New(rand.NewPCG(1, 2))
	for range 15 {
		k := &kept{points: map[int]*result.SweepPoint{}}
		for range 1 + draw.IntN(3) {
			k.broken = k.saves + 1 + draw.IntN(3)
			if _, err := sweepOf(t, path, Shard{}).Run(context.Background(), k.run()); err != nil && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
		}
		before := len(k.points)
		k.broken, k.saves = 0, 0
		again, err := sweepOf(t, path, Shard{}).Run(context.Background(), k.run())
		if err != nil {
			t.Fatal(err)
		}
		if got := spelt(t, again); !bytes.Equal(got, want) {
			t.Fatalf("%s\nwant\n%s", got, want)
		}
		if k.saves != whole.Size-before {
			t.Fatalf("%d points were run again, of %d that were there", k.saves-(whole.Size-before), before)
		}
	}
}

func TestShardsPutTogetherAreTheWhole(t *testing.T) {
	path := smallScenario(t)
	whole, err := sweepOf(t, path, Shard{}).Run(context.Background(), SweepRun{})
	if err != nil {
		t.Fatal(err)
	}
	want := spelt(t, whole)
	for n := 1; n <= 7; n++ {
		var shards []*result.Sweep
		var names []string
		for i := range n {
			s, err := sweepOf(t, path, Shard{i + 1, n}).Run(context.Background(), SweepRun{})
			if err != nil {
				t.Fatal(err)
			}
			shards = append(shards, s)
			names = append(names, fmt.Sprint(i+1))
		}
		slices.Reverse(shards)
		merged, err := MergeSweeps(shards, names)
		if err != nil {
			t.Fatal(err)
		}
		if got := spelt(t, merged); !bytes.Equal(got, want) {
			t.Errorf("%d shards: %s\nwant\n%s", n, got, want)
		}
		if n > 1 && n <= whole.Size {
			if _, err := MergeSweeps(shards[1:], names); err == nil || !strings.Contains(err.Error(), "missing") {
				t.Errorf("%d of %d shards: %v", n-1, n, err)
			}
		}
	}
}

func TestAPointIsNotKnownOnceSomethingHasChanged(t *testing.T) {
	path := smallScenario(t)
	digests := map[string]string{}
	note := func(what string, spec SweepSpec) {
		s, err := NewSweep(spec)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := digests[s.digests[0]]; ok {
			t.Errorf("%s: the point has the digest of %s", what, other)
		}
		digests[s.digests[0]] = what
	}
	base := func() SweepSpec {
		return SweepSpec{Scenario: path, Vary: []string{"services.s.replicas=1,2"}, Metrics: []string{"availability"}, Version: "1"}
	}
	note("the sweep", base())
	other := base()
	other.Version = "2"
	note("another version", other)
	other = base()
	other.Metrics = []string{"goodput"}
	note("another metric", other)
	other = base()
	other.Options.Set = []string{"run.seed=9"}
	note("another seed", other)
	n := 3
	other = base()
	other.Options.Replications = &n
	note("more replications", other)
	other = base()
	other.Limits.Events = 1000
	note("another limit", other)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, []byte("# changed\n")...), 0o644); err != nil {
		t.Fatal(err)
	}
	note("another file", base())
}

func TestAFileThatChangesWhileASweepRunsIsNoticed(t *testing.T) {
	path := smallScenario(t)
	s := sweepOf(t, path, Shard{})
	if err := os.WriteFile(path, []byte("scenario: s\ntopologies: ./t.yaml\nrun: { duration: 4s, warmup: 1s, replications: 2 }\nload: { all: { rate: 30/s } }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(context.Background(), SweepRun{}); err == nil || !strings.Contains(err.Error(), "a file has changed") {
		t.Errorf("%v", err)
	}
}

func TestASweepThatIsStoppedIsPartial(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	doc, err := sweepOf(t, smallScenario(t), Shard{}).Run(context.Background(), SweepRun{Stop: stop})
	if err != nil || !doc.Partial || len(doc.Points) != 0 {
		t.Errorf("partial %v with %d points, %v", doc.Partial, len(doc.Points), err)
	}
}

func TestASweepMeetsItsPoints(t *testing.T) {
	// The point of the grid is that of a run with the same values.
	path := smallScenario(t)
	doc, err := sweepOf(t, path, Shard{}).Run(context.Background(), SweepRun{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range doc.Points {
		p := &doc.Points[i]
		s, err := scenarios.Load(path, scenarios.Options{Set: []string{"load.all.rate=" + p.At[0]}})
		if err != nil {
			t.Fatal(err)
		}
		store, err := Run(context.Background(), s, RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := store.Document().Fingerprint; got != p.Fingerprint {
			t.Errorf("at %s the fingerprint is %s, of a run %s", p.At, p.Fingerprint, got)
		}
	}
}
