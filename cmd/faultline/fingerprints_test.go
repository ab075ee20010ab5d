package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"faultline/scenarios"
	"faultline/sim/result"
)

// fingerprints is where the fingerprint of each built-in scenario stands: one
// replication, all topologies, with each fault and without.
const fingerprints = "testdata/fingerprints.txt"

const fingerprintsHead = `# The fingerprint of one replication of each built-in scenario: what became of
# which request when, in all its topologies, with each fault and without. A change
# of one is a change of what users get for the same files, seed and version, and
# needs a line in CHANGELOG.md.
#
#	go test ./cmd/faultline -run Fingerprints -update   writes them anew
`

// TestFingerprintsOfTheCatalogueAreCommitted: what the built-in scenarios simulate
// changes by intention alone.
func TestFingerprintsOfTheCatalogueAreCommitted(t *testing.T) {
	if testing.Short() {
		t.Skip("runs all built-in scenarios")
	}
	got := map[string]string{}
	for _, e := range scenarios.Entries() {
		got[e.Name] = fingerprintOf(t, e.Name)
	}
	if *update {
		text := fingerprintsHead
		for _, name := range slices.Sorted(maps.Keys(got)) {
			text += fmt.Sprintf("%-24s %s\n", name, got[name])
		}
		if err := os.WriteFile(fingerprints, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := committedFingerprints(t)
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != want[name] {
			t.Errorf("%s: fingerprint %s, %s has %q (if that is intended, write it anew with -update, and a line in CHANGELOG.md)", name, got[name], fingerprints, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s has a fingerprint of %s, which is no built-in scenario", fingerprints, name)
	}
}

func committedFingerprints(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(string(read(t, fingerprints))) {
		if f := strings.Fields(line); len(f) == 2 && f[0] != "#" {
			all[f[0]] = f[1]
		}
	}
	return all
}

// fingerprintOf simulates one replication of a built-in scenario; what its
// thresholds say of that is of no interest.
func fingerprintOf(t *testing.T, scenario string) string {
	t.Helper()
	dir := t.TempDir()
	code, _, stderr := command(t, "run", scenario, "--replications", "1", "--quiet", "--no-report", "--out", dir)
	if code != exitPass && code != exitFail && code != exitInconclusive {
		t.Fatalf("%s: exit code %d:\n%s", scenario, code, stderr)
	}
	var doc result.Document
	if err := json.Unmarshal(read(t, filepath.Join(dir, "result.json")), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Fingerprint
}
