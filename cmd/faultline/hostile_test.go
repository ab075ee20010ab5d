package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

// The least number of hostile cases, and what one may take: processor time, as the
// clock depends on who else is at work, and memory.
const (
	leastHostile  = 500
	hostileTime   = time.Second
	hostileMemory = 512 << 20
)

// corpus is every hostile case.
func corpus() []bad {
	return slices.Concat(valueCases(), nameCases(), textCases(), structureCases(), pathCases(), circleCases(), largeCases())
}

var placed = regexp.MustCompile(`(?m)^(hostile|top|app|t\d+)\.yaml:\d+:\d+: .`)

func TestHostileFilesAreRefusedOrHarmless(t *testing.T) {
	seen := make(map[string]string)
	refused := 0
	for _, c := range corpus() {
		all := fmt.Sprint(c.files)
		if other, ok := seen[all]; ok {
			t.Errorf("%s is %s once more", c.name, other)
		}
		seen[all] = c.name
		if c.harms {
			refused++
		}
		t.Run(c.name, func(t *testing.T) { tryHostile(t, c) })
	}
	if len(seen) < leastHostile {
		t.Errorf("%d cases, want %d", len(seen), leastHostile)
	}
	t.Logf("%d cases: %d to be refused, %d to be taken for what they are", len(seen), refused, len(seen)-refused)
}

// tryHostile validates the files of a case in a folder of their own, which has
// something outside that no case may read.
func tryHostile(t *testing.T, c bad) {
	writeHostile(t, c.files)
	began := processorTime(t)
	code, stdout, stderr := command(t, "validate", "hostile.yaml")
	if took := processorTime(t) - began; took > hostileTime && testing.CoverMode() == "" { // counting statements takes its time
		t.Errorf("took %v", took)
	}
	for _, r := range stdout + stderr {
		if r != '\n' && r != ' ' && !unicode.IsPrint(r) && r != 0x200c && r != 0x200d {
			t.Fatalf("%U reaches the terminal", r)
		}
	}
	if strings.Contains(stdout+stderr, secret) {
		t.Fatal("a file outside the root was read")
	}
	if !c.harms {
		if code != exitPass {
			t.Errorf("exit code %d\n%.500s", code, stderr)
		}
		return
	}
	if code != exitUsage || stdout != "" {
		t.Fatalf("exit code %d\n%s%.500s", code, stdout, stderr)
	}
	if !placed.MatchString(stderr) || !strings.Contains("\n"+stderr, "\n"+c.where) {
		t.Errorf("no place, or not %s:\n%.800s", c.where, stderr)
	}
	if !strings.Contains(stderr, c.also) {
		t.Errorf("the other mistake, %s, is not reported:\n%.800s", c.also, stderr)
	}
}

// secret is what the file outside the root holds.
const secret = "topsecretword"

// writeHostile makes a folder with the files, and the working directory it.
// A text that begins with "-> " is where a symbolic link leads.
func writeHostile(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "outside.yaml"), []byte("topology: "+secret+"\n"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		var err error
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
}

func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What a case takes of the memory is known of a process of its own. All small
// ones together are one process.
func TestHostileFilesDoNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for _, c := range largeCases() {
		t.Run(c.name, func(t *testing.T) {
			writeHostile(t, c.files)
			if peak := peakOf(t, "validate", "hostile.yaml"); peak > hostileMemory {
				t.Errorf("%d MiB", peak>>20)
			}
		})
	}
	t.Run("the others", func(t *testing.T) {
		files, args := make(map[string]string), []string{"validate"}
		for i, c := range slices.Concat(structureCases(), textCases()) {
			name := fmt.Sprintf("h%d.yaml", i)
			files[name] = c.files["hostile.yaml"]
			args = append(args, name)
		}
		writeHostile(t, files)
		if peak := peakOf(t, args...); peak > hostileMemory {
			t.Errorf("%d MiB", peak>>20)
		}
	})
}

// peakOf is the most memory that faultline had at once, in bytes.
func peakOf(t *testing.T, args ...string) (bytes int64) {
	t.Helper()
	out, err := exec.Command("peak", args...).Output()
	if err != nil {
		t.Fatalf("%v\n%.500s", err, out)
	}
	if _, err := fmt.Sscanf(string(out), "VmHWM: %d kB", &bytes); err != nil {
		t.Skipf("the system does not tell: %q", out)
	}
	return bytes << 10
}

// peak is the command of that name: it runs faultline, and prints what the system
// says of the most memory that its process had. (What it says of a child holds the
// memory of the parent at its birth too.)
func peak() {
	if code := newTool(io.Discard, io.Discard).execute(os.Args[1:], os.Stdin); code != exitPass && code != exitUsage && code != exitInconclusive {
		fmt.Println("exit code", code)
		os.Exit(1)
	}
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM") {
			fmt.Print(line)
		}
	}
}
