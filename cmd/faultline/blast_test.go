package main

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"faultline/sim/result"
)

func TestInterruptOfABlastWritesWhatThereIs(t *testing.T) {
	defer goleak.VerifyNone(t)
	inFolder(t, map[string]string{"station.yaml": stationText})
	// The bar is drawn for the first time when the run without a fault may be all that
	// is done; at the tenth of a second of the third, faults are.
	var once sync.Once
	code, stdout, stderr := runWatched(func(all string) {
		if strings.Count(all, "/900000)") >= 3 {
			once.Do(func() { interruptSelf(t) })
		}
	}, "blast", "station.yaml", "--rate", "50/s", "--duration", "20s", "--replications", "100000", "--budget", "1m", "--no-report")
	if code != 130 || !strings.Contains(stdout, ", partial") || !strings.Contains(stderr, "interrupted: the result is partial") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	doc := new(result.Blast)
	if err := json.Unmarshal(read(t, "faultline-out/blast-station/blast.json"), doc); err != nil {
		t.Fatal(err)
	}
	d := &doc.Topologies[0]
	if !doc.Partial || len(d.Faults)+len(d.LeftOut) != 8 || d.Faults[0].Replications < 1 {
		t.Errorf("partial %v, %d faults, left out %v", doc.Partial, len(d.Faults), d.LeftOut)
	}
}

func TestABudgetThatIsOverAtOnceWritesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	inFolder(t, map[string]string{"station.yaml": stationText})
	code, stdout, stderr := command(t, "blast", "station.yaml", "--rate", "50/s", "--budget", "1ns", "--jobs", "1", "--quiet", "--duration", "20s")
	files, err := os.ReadDir("faultline-out/blast-station")
	// The clock may be read late: then there is a result, which is partial.
	late := strings.Contains(stderr, "the result is partial")
	if code != 98 || err != nil || !late && (stdout != "" || len(files) > 0 || !strings.Contains(stderr, "the budget of 1ns was over before the first fault was tried; nothing is written")) {
		t.Errorf("exit code %d, %d files, %v\n%s\n%s", code, len(files), err, stdout, stderr)
	}
}
