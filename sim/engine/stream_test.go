package engine_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"os"
	"strings"
	"testing"
	"time"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/des"
	"faultline/sim/engine"
)

// everything is a scenario with every step, policy, load and fault.
const everything = "../../cmd/faultline/testdata/determinism/everything.yaml"

// streamSum is where the SHA-256 over its raw events stands.
const streamSum = "testdata/stream.sha256"

// TestTheEventStreamIsTheSameEverywhere: not only what becomes of each request is
// the same on every CPU, however the program was built, but every event, in order,
// with the slot and the generation that it is about. The sum changes with whatever
// the engine does in another order; FAULTLINE_STREAM=write writes it anew.
func TestTheEventStreamIsTheSameEverywhere(t *testing.T) {
	s, err := scenarios.Load(everything, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plans, options := s.Plans(), s.Options()
	h := sha256.New()
	events := 0
	for i := range plans {
		for replication := range options.Replications {
			events += stream(t, h, &plans[i], options.Seed, replication)
		}
	}
	if events < 100_000 {
		t.Errorf("%d events; is this still every feature?", events)
	}
	got := hex.EncodeToString(h.Sum(nil))
	if os.Getenv("FAULTLINE_STREAM") == "write" {
		if err := os.WriteFile(streamSum, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(streamSum)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.TrimSpace(string(want)) {
		t.Errorf("SHA-256 of %d events: %s, want %s (where the engine has changed by intention, FAULTLINE_STREAM=write writes it)", events, got, want)
	}
}

// stream runs one replication of a plan with all its faults, and hashes its events.
func stream(t *testing.T, h hash.Hash, p *sim.Plan, seed uint64, replication int) (events int) {
	t.Helper()
	job := &engine.Job{System: p.System, Flows: p.Flows, Faults: p.Faults, Seed: seed, Replication: replication,
		Duration: p.Duration, Warmup: p.Warmup, Drain: p.Drain, Window: time.Second}
	var b [17]byte
	r, err := engine.RunTraced(t.Context(), job, func(ev des.Event) {
		binary.BigEndian.PutUint64(b[:], uint64(ev.At))
		b[8] = byte(ev.Kind())
		binary.BigEndian.PutUint32(b[9:], uint32(ev.Ref().ID))
		binary.BigEndian.PutUint32(b[13:], ev.Ref().Gen)
		h.Write(b[:])
		events++
	})
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint64(b[:], r.Fingerprint)
	h.Write(b[:8])
	return events
}
