package main

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"faultline/sim/result"
)

const stationText = `topology: station
services: { s: { operations: { do: [ { cpu: exp(8ms) } ] } } }
journeys: { j: { call: s.do } }
`

// writes is a buffer that calls watch after every write.
type writes struct {
	mu    sync.Mutex
	text  bytes.Buffer
	watch func(all string)
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.text.Write(p)
	if w.watch != nil {
		w.watch(w.text.String())
	}
	return n, err
}

func (w *writes) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// runWatched runs faultline as on a terminal, whose stderr it watches.
func runWatched(watch func(all string), args ...string) (code int, stdout, stderr string) {
	out, errs := new(writes), &writes{watch: watch}
	t := newTool(out, errs)
	t.terminal = func(w io.Writer) bool { return w == io.Writer(errs) }
	code = t.execute(args, nil)
	return code, out.String(), errs.String()
}

func interruptSelf(t *testing.T) {
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Error(err)
	}
}

// interruptAt interrupts this process once, as soon as stderr shows one of the texts.
func interruptAt(t *testing.T, texts ...string) func(stderr string) {
	var once sync.Once
	return func(stderr string) {
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(stderr, text) }) {
			once.Do(func() { interruptSelf(t) })
		}
	}
}

func TestFirstInterruptWritesWhatThereIs(t *testing.T) {
	defer goleak.VerifyNone(t)
	inFolder(t, map[string]string{"station.yaml": stationText, "long.yaml": `scenario: long
topologies: station.yaml
run: { duration: 2m, warmup: 10s, replications: 100000 }
load: { visitors: { rate: 100/s } }
`})
	// The bar is drawn for the first time when a simulation is done.
	code, stdout, stderr := runWatched(interruptAt(t, "/100000"), "run", "long.yaml", "long.yaml")
	if code != 130 {
		t.Errorf("exit code %d, want 130; stderr:\n%s", code, stderr)
	}
	if !strings.Contains(stdout, "interrupted") || !strings.Contains(stdout, "station") {
		t.Errorf("the table of what there is is missing:\n%s", stdout)
	}
	f, err := os.Open("faultline-out/long/result.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	store, err := result.ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	doc := store.Document()
	if !doc.Partial || doc.Replications < 1 || doc.Replications >= 100000 {
		t.Errorf("partial %v with %d replications", doc.Partial, doc.Replications)
	}
	if _, err := os.Stat("faultline-out/long/report.html"); err != nil {
		t.Error(err)
	}
}

// The search for the warm-up is no result, and a precision that is not reached is
// a partial one.
func TestInterruptOfPilotsAndOfPrecision(t *testing.T) {
	defer goleak.VerifyNone(t)
	inFolder(t, map[string]string{"station.yaml": stationText, "small.yaml": `scenario: small
topologies: station.yaml
run: { duration: 1m, warmup: 5s, replications: 2000 }
load: { visitors: { rate: 100/s } }
`})
	interrupted := func(args ...string) (code int, stderr string) {
		code, _, stderr = runWatched(interruptAt(t, "/2000", "/4000"), append([]string{"run", "small.yaml"}, args...)...)
		return code, stderr
	}
	if code, stderr := interrupted("--set", "run.warmup=auto", "--out", "auto"); code != 130 || !strings.Contains(stderr, "nothing is written") {
		t.Errorf("pilots: exit code %d\n%s", code, stderr)
	}
	code, stderr := interrupted("--set", "run.precision={ metric: latency, halfWidth: 0.01%, maxReplications: 9000 }", "--out", "precise")
	if text := string(read(t, "precise/result.json")); code != 130 || !strings.Contains(text, `"partial": true`) {
		t.Errorf("precision: exit code %d\n%s", code, stderr)
	}
}

func TestSecondInterruptStopsAtOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	// Each replication lasts for minutes; the second interrupt does not wait for it.
	inFolder(t, map[string]string{"station.yaml": stationText, "endless.yaml": `scenario: endless
topologies: station.yaml
run: { duration: 240h, warmup: 1h, replications: 4 }
load: { visitors: { rate: 100/s } }
`})
	sent := 0
	timer := time.AfterFunc(500*time.Millisecond, func() { interruptSelf(t) })
	defer timer.Stop()
	began := time.Now()
	code, stdout, stderr := runWatched(func(all string) {
		if strings.Contains(all, "interrupt again") && sent == 0 {
			sent++
			time.AfterFunc(100*time.Millisecond, func() { interruptSelf(t) })
		}
	}, "run", "endless.yaml")
	if code != 130 || sent != 1 {
		t.Errorf("exit code %d after %d second interrupts, want 130", code, sent)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if stdout != "" || !strings.Contains(stderr, "nothing is written") {
		t.Errorf("stdout %q, stderr:\n%s", stdout, stderr)
	}
	if files, err := os.ReadDir("faultline-out/endless"); err != nil || len(files) > 0 {
		t.Errorf("something is written all the same: %v %v", files, err)
	}
}

func TestProgressShowsOnATerminalOnly(t *testing.T) {
	inFolder(t, map[string]string{"station.yaml": stationText, "short.yaml": `scenario: short
topologies: station.yaml
run: { duration: 10s, warmup: 1s, replications: 3 }
load: { visitors: { rate: 50/s } }
`})
	if _, _, stderr := runWatched(nil, "run", "short.yaml"); !strings.Contains(stderr, "/3") {
		t.Errorf("no progress on a terminal:\n%q", stderr)
	}
	if _, _, stderr := runWatched(nil, "run", "short.yaml", "--quiet"); stderr != "" {
		t.Errorf("--quiet writes %q", stderr)
	}
	if _, _, stderr := command(t, "run", "short.yaml"); strings.ContainsAny(stderr, "\r\x1b") {
		t.Errorf("progress without a terminal:\n%q", stderr)
	}
}

func TestColourShowsOnATerminalThatWantsIt(t *testing.T) {
	inFolder(t, map[string]string{"station.yaml": stationText, "short.yaml": `scenario: short
topologies: station.yaml
run: { duration: 10s, warmup: 1s, replications: 3 }
load: { visitors: { rate: 50/s } }
thresholds: { availability: ">= 99%" }
`})
	colored := func() bool {
		out := new(writes)
		tl := newTool(out, new(writes))
		tl.terminal = func(io.Writer) bool { return true }
		if code := tl.execute([]string{"run", "short.yaml", "--quiet"}, nil); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		return strings.Contains(out.String(), "\x1b[")
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	if !colored() {
		t.Error("no colour on a terminal")
	}
	t.Setenv("NO_COLOR", "1")
	if colored() {
		t.Error("colour in spite of NO_COLOR")
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	if colored() {
		t.Error("colour on a dumb terminal")
	}
}
