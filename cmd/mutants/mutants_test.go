package mutants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutant is an error to plant.
type mutant struct {
	name string // what is wrong then
	file string // from the root of the module
	old  string // occurs in the file once
	new  string // stands there instead
	test string // that notices, as package.Test: sim/engine.TestX
}

// room and function are the package and the function of the mutant's test.
func (m *mutant) room() string {
	at := strings.LastIndex(m.test, ".")
	return m.test[:at]
}

func (m *mutant) function() string {
	at := strings.LastIndex(m.test, ".")
	return m.test[at+1:]
}

// least is how many errors are planted: what the project promises.
const least = 30

// quick are the errors that are planted in every run of the tests, each from
// another room that builds fast.
var quick = []string{"a circuit breaker opens one call late", "intervals of 90%", "a process holds more than its memory", "a twin draws anew"}

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTheTableIsOfThisSource: each error can still be planted, in one place, and
// the test that must notice it still exists.
func TestTheTableIsOfThisSource(t *testing.T) {
	dir := root(t)
	if len(table) < least {
		t.Errorf("%d planted errors; %d are promised", len(table), least)
	}
	seen := map[string]bool{}
	for i := range table {
		m := &table[i]
		if seen[m.name] || m.name == "" {
			t.Errorf("two errors, or none, are called %q", m.name)
		}
		seen[m.name] = true
		if _, err := m.planted(dir); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if !hasTest(t, filepath.Join(dir, m.room()), m.function()) {
			t.Errorf("%s: there is no %s", m.name, m.test)
		}
	}
	for _, name := range quick {
		if !seen[name] {
			t.Errorf("no error is called %q", name)
		}
	}
}

// planted is the file with the error in it.
func (m *mutant) planted(dir string) (string, error) {
	source, err := os.ReadFile(filepath.Join(dir, m.file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("%s has the text %d times, not once; write a mutant of the source that there is now:\n%s", m.file, n, m.old)
	}
	if m.old == m.new || m.new == "" && strings.TrimSpace(m.old) == "" {
		return "", fmt.Errorf("%s: nothing is changed", m.file)
	}
	return strings.Replace(string(source), m.old, m.new, 1), nil
}

func hasTest(t *testing.T, room, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(room, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\nfunc "+name+"(t *testing.T)")) {
			return true
		}
	}
	return false
}

// TestAFewPlantedErrorsAreNoticed is what every run has time for; the soak test
// plants all.
func TestAFewPlantedErrorsAreNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds other programs")
	}
	var few []mutant
	for _, m := range table {
		if slices.Contains(quick, m.name) {
			few = append(few, m)
		}
	}
	notice(t, few)
}

func TestSoakEveryPlantedErrorIsNoticed(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("takes minutes; set FAULTLINE_SOAK")
	}
	began := time.Now()
	notice(t, table)
	t.Logf("%d planted errors in %v", len(table), time.Since(began).Round(time.Second))
}

// notice plants each error, and wants its test to fail: to fail, not to be unable
// to build, and not to fail without the error as well.
func notice(t *testing.T, mutants []mutant) {
	t.Helper()
	dir := root(t)
	sound := map[string]bool{} // by test, and by room once its tests have been run
	for i := range mutants {
		m := &mutants[i]
		t.Run(m.name, func(t *testing.T) {
			if !sound[m.room()] {
				sound[m.room()] = true
				soundTests(t, dir, m.room(), mutants, sound)
			}
			if !sound[m.test] {
				t.Fatalf("%s does not pass without the error", m.test)
			}
			out := m.run(t, dir)
			if !strings.Contains(out, "--- FAIL: "+m.function()+" ") && !strings.Contains(out, "\npanic: ") {
				t.Errorf("%s has not noticed that\n- %s\n+ %s\n%s", m.test, m.old, m.new, out)
			}
		})
	}
}

// soundTests runs the tests of a room as the source is, and says which pass.
func soundTests(t *testing.T, dir, room string, mutants []mutant, sound map[string]bool) {
	t.Helper()
	var names []string
	for i := range mutants {
		if m := &mutants[i]; m.room() == room && !slices.Contains(names, m.function()) {
			names = append(names, m.function())
		}
	}
	out := goTest(dir, "-run", "^("+strings.Join(names, "|")+")$", "./"+room)
	for _, pass := range passed.FindAllStringSubmatch(out, -1) {
		sound[room+"."+pass[1]] = true
	}
	if strings.Contains(out, "FAIL") {
		t.Errorf("%s fails without any error:\n%s", room, out)
	}
}

var passed = regexp.MustCompile(`(?m)^--- PASS: (\w+) `)

// run runs the mutant's test with the error planted.
func (m *mutant) run(t *testing.T, dir string) string {
	t.Helper()
	text, err := m.planted(dir)
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	changed, overlay := filepath.Join(temp, "mutant.go"), filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(changed, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(dir, m.file): changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, replace, 0o644); err != nil {
		t.Fatal(err)
	}
	out := goTest(dir, "-overlay", overlay, "-run", "^"+m.function()+"$", "./"+m.room())
	if strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
		t.Fatalf("the program with the error cannot be built:\n%s", out)
	}
	return out
}

// goTest runs the go command in the module and returns what it writes. A test
// that an error keeps from ending fails after two minutes.
func goTest(dir string, args ...string) string {
	cmd := exec.Command("go", append([]string{"test", "-v", "-vet=off", "-count", "1", "-timeout", "2m"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "FAULTLINE_SOAK=")
	out, _ := cmd.CombinedOutput() // the tests' own words say what failed
	return string(out)
}
