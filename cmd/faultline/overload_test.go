package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/sim/result"
)

// overloads are scenarios that no machine could finish: each is ended by a limit.
var overloads = []struct {
	name, topology, load string
	limit                string // a smaller one than by default, so that the test is soon done
	says                 string
}{
	{"an unstable queue", station("{ cpu: exp(8ms) }"), "f: { rate: 20000/s }", "--max-in-flight=50000", "more calls in flight"},
	{"users without patience for an hour", station("{ cpu: exp(8ms) }"), "f: { rate: 2000/s }", "--max-events=300000", "more events"},
	{"calls that sleep for an hour", station("{ sleep: 1h }"), "f: { rate: 20000/s }", "--max-memory=20MiB", "more memory"},
	{"3 layers of 100 attempts", chained(3, "  s%d: { operations: { do: [ { call: s%d.do } ] } }") + "edges: { '* -> *': { timeout: 20s, retries: { attempts: 100, perTryTimeout: 1us, backoff: { base: 0, max: 0 } } } }\n",
		"f: { rate: 500/s }", "--max-in-flight=50000", "more calls in flight"},
	{"3 layers of 100 attempts, by events", chained(3, "  s%d: { operations: { do: [ { call: s%d.do } ] } }") + "edges: { '* -> *': { timeout: 20s, retries: { attempts: 100, perTryTimeout: 1us, backoff: { base: 0, max: 0 } } } }\n",
		"f: { rate: 5/s }", "--max-events=1000000", "more events"},
	{"a million users", station("{ cpu: exp(8ms) }"), "f: { vus: 1000000, thinkTime: exp(10s) }", "--max-in-flight=100000", "more calls in flight"},
	{"10,000 branches", station("[" + many(10_000, "{ sleep: %dms },") + "]"), "f: { rate: 100/s }", "--max-in-flight=200000", "more calls in flight"},
	{"branches of branches", station("[" + strings.Repeat("[ "+strings.Repeat("[ {sleep: 1s}, {sleep: 1s} ],", 90)+" ],", 90) + "]"), "f: { rate: 100/s }", "--max-in-flight=200000", "more calls in flight"},
	{"batches of a million", station("{ cpu: exp(8ms) }"), "f: { rate: 30/m, batch: 1000000 }", "--max-in-flight=200000", "more calls in flight"},
	{"loops that take no time", station("{ repeat: { times: \"mix(90% 0 10% 990000)\", steps: [ { cpu: 0 } ] } }"), "f: { rate: 100/s }", "--max-events=3000000", "more events"},
	{"a surge of a closed loop", station("{ cpu: exp(8ms) }"), "f: { vus: 100000, thinkTime: 1h }\nfaults: { f: { at: 2s, surge: { flow: f, factor: 1000 } } }", "--max-memory=64MiB", "more memory"},
}

func overloaded(load string) string {
	return "scenario: over\ntopologies: t1.yaml\nrun: { duration: 30m, warmup: 1s, replications: 3 }\nthresholds: { availability: '>= 0%' }\nload:\n  " + load + "\n"
}

// What a limit has ended is a whole file that says so, decides nothing, and is the
// same for any number of jobs.
func TestAnOverloadIsEndedByALimit(t *testing.T) {
	for _, c := range overloads {
		t.Run(c.name, func(t *testing.T) {
			inFolder(t, map[string]string{"t1.yaml": c.topology, "over.yaml": overloaded(c.load)})
			began := processorTime(t)
			code, stdout, stderr := command(t, "run", "over.yaml", "--no-report", "--jobs=1", c.limit)
			if took := processorTime(t) - began; took > 15*time.Second {
				t.Errorf("took %v", took)
			}
			if code != exitInconclusive || !strings.Contains(stdout, "ended early") {
				t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if !strings.Contains(stderr, "partial: replication 1 of 3 ended early, and no more were begun: "+c.says) || strings.Contains(stderr, "panic") {
				t.Errorf("stderr:\n%s", stderr)
			}
			first := read(t, "faultline-out/over/result.json")
			store, err := result.ReadJSON(bytes.NewReader(first))
			if err != nil {
				t.Fatal(err)
			}
			doc := store.Document()
			if v := doc.Thresholds[0]; !doc.Partial || doc.Verdict != "inconclusive" || v.Verdict != "inconclusive" || !strings.Contains(v.Reason, c.says) {
				t.Errorf("partial %v, verdict %s, %+v", doc.Partial, doc.Verdict, v)
			}
			if strings.Contains(c.limit, "events") || strings.Contains(c.name, "queue") { // the others take a while
				command(t, "run", "over.yaml", "--no-report", "--quiet", "--jobs=4", c.limit)
				if !bytes.Equal(first, read(t, "faultline-out/over/result.json")) {
					t.Error("another number of jobs gives another result")
				}
			}
			code, _, stderr = command(t, "report", "faultline-out/over", "--quiet")
			if code != exitPass {
				t.Errorf("report: exit code %d\n%s", code, stderr)
			}
		})
	}
}

// By default too the memory of a whole run is bounded. It takes minutes.
func TestSoakOverloadIsBoundedByDefault(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("takes minutes: FAULTLINE_SOAK=1 runs it")
	}
	const most = 4 << 30 // of two at a time
	for _, c := range overloads {
		if strings.Contains(c.limit, "events") {
			continue // ten thousand million of them take an hour
		}
		t.Run(c.name, func(t *testing.T) {
			inFolder(t, map[string]string{"t1.yaml": c.topology, "over.yaml": overloaded(c.load)})
			began := time.Now()
			peak := peakOf(t, "run", "over.yaml", "--quiet")
			t.Logf("%d MiB, %v", peak>>20, time.Since(began).Round(time.Second))
			if peak > most {
				t.Errorf("%d MiB", peak>>20)
			}
		})
	}
}

func TestALimitThatIsNotReachedChangesNoFigure(t *testing.T) {
	inFolder(t, map[string]string{"t1.yaml": station("{ cpu: exp(8ms) }"), "calm.yaml": "scenario: calm\ntopologies: t1.yaml\nrun: { duration: 10s, warmup: 1s, replications: 2 }\nload: { f: { rate: 50/s } }\n"})
	var results [2]*result.Document
	for i, more := range [][]string{nil, {"--max-in-flight=1000", "--max-events=1000000", "--max-memory=1MiB"}} {
		if code, _, stderr := command(t, append([]string{"run", "calm.yaml", "--quiet", "--no-report"}, more...)...); code != exitPass {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		store, err := result.ReadJSON(bytes.NewReader(read(t, filepath.Join("faultline-out", "calm", "result.json"))))
		if err != nil {
			t.Fatal(err)
		}
		results[i] = store.Document()
	}
	if a, b := results[0], results[1]; a.Fingerprint != b.Fingerprint || b.Partial || fmt.Sprint(a.Samples) == "" || !strings.HasSuffix(b.Scenario.Command, "--max-in-flight 1000 --max-events 1000000 --max-memory 1MiB") {
		t.Errorf("fingerprints %s and %s, partial %v, command %s", a.Fingerprint, b.Fingerprint, b.Partial, b.Scenario.Command)
	}
	for _, limit := range []string{"--max-in-flight=0", "--max-in-flight=x", "--max-in-flight=99999999999", "--max-events=1e9", "--max-memory=5", "--max-memory=-1MiB"} {
		if code, _, stderr := command(t, "run", "calm.yaml", limit); code != exitUsage || !strings.Contains(stderr, strings.Split(limit, "=")[0]) {
			t.Errorf("%s: exit code %d\n%s", limit, code, stderr)
		}
	}
}
