package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/sim/result"
)

// killable is a scenario whose result.json takes a while to write.
const killable = `scenario: killable
topologies: t1.yaml
run: { duration: 30s, warmup: 1s, replications: 4 }
load: { visitors: { rate: 20/s } }
faults: { f: { at: 5s, duration: 5s, slow: { service: s3, factor: 3 } } }
`

// times is how often a test tries: more where the machine is left to it.
func times(quick, soak int) int {
	if os.Getenv("FAULTLINE_SOAK") != "" {
		return soak
	}
	return quick
}

func inKillableFolder(t *testing.T) {
	inFolder(t, map[string]string{"killable.yaml": killable, "t1.yaml": chained(12, "  s%d: { operations: { do: [ { cpu: 1ms }, { call: s%d.do } ] } }")})
}

// wholeFiles fails the test unless result.json and report.html are whole, or not
// there, and tells whether they are, and which other files there are.
func wholeFiles(t *testing.T, dir string) (have bool, rest []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "result.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		t.Fatal(err)
	default:
		have = true
		if _, err := result.ReadJSON(bytes.NewReader(text)); err != nil {
			t.Fatalf("result.json is half of one: %v", err)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err == nil && !strings.HasSuffix(strings.TrimSpace(string(page)), "</html>") {
		t.Fatalf("report.html is half of one: %d bytes", len(page))
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != "result.json" && e.Name() != "report.html" {
			rest = append(rest, e.Name())
		}
	}
	return have, rest
}

// An interrupt may come at any moment: as the program starts, simulates, writes.
func TestAnInterruptAtAnyMomentLeavesWholeFiles(t *testing.T) {
	inKillableFolder(t)
	began := time.Now()
	if out, err := exec.Command("faultline", "run", "killable.yaml", "--out", "first").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(began)
	ends := make(map[string]int)
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range times(12, 50) {
		dir := fmt.Sprintf("out%d", i)
		cmd := exec.Command("faultline", "run", "killable.yaml", "--out", dir, "--replications", "40")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(draw.Float64() * 1.5 * float64(whole)))
		_ = cmd.Process.Signal(os.Interrupt)
		if i%3 == 0 {
			time.Sleep(time.Duration(draw.Float64() * float64(whole) / 5))
			_ = cmd.Process.Signal(os.Interrupt)
		}
		_ = cmd.Wait()
		have, rest := wholeFiles(t, dir)
		code := cmd.ProcessState.ExitCode()
		switch {
		case code == exitPass && !have:
			t.Error("exit code 0 and no result")
		case code != exitPass && code != exitInterrupted && code != -1: // -1: ended by the signal, before or after we listen
			t.Errorf("exit code %d", code)
		case len(rest) > 0 && code != -1:
			t.Errorf("left behind: %q", rest)
		}
		ends[fmt.Sprintf("exit code %d, a result: %v", code, have)]++
	}
	t.Log(ends)
}

// A kill cannot be caught. Whenever it comes, the file is the old one or the new.
func TestAKillWhileWritingLeavesTheOldFileOrTheNew(t *testing.T) {
	inKillableFolder(t)
	if out, err := exec.Command("faultline", "run", "killable.yaml", "--out", "out").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	old := read(t, "out/result.json")
	ends := make(map[string]int)
	draw := rand.New(rand.NewPCG(3, 4))
	for range times(8, 20) {
		cmd := exec.Command("faultline", "run", "killable.yaml", "--out", "out", "--seed", "2")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); !growing("out") && time.Now().Before(deadline); {
			time.Sleep(50 * time.Microsecond)
		}
		time.Sleep(time.Duration(draw.Float64() * float64(5*time.Millisecond)))
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
		have, rest := wholeFiles(t, "out")
		if !have {
			t.Fatal("the old result is gone")
		}
		now := "new"
		if bytes.Equal(read(t, "out/result.json"), old) {
			now = "old"
		}
		ends[fmt.Sprintf("the %s file, %d unfinished", now, len(rest))]++
		for _, name := range rest {
			if !strings.HasPrefix(name, ".") {
				t.Errorf("%s does not hide", name)
			}
			_ = os.Remove(filepath.Join("out", name))
		}
		if err := os.WriteFile("out/result.json", old, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Log(ends)
}

// growing reports an unfinished file in a folder that is not empty.
func growing(dir string) bool {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), ".") && info.Size() > 0 {
			return true
		}
	}
	return false
}

// A disk may be full after any number of bytes.
func TestAFullDiskLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 1, 4095, 4096, 1 << 20} {
		err := writeAtomically(path, func(w io.Writer) error {
			if _, err := w.Write(make([]byte, room)); err != nil {
				return err
			}
			return &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
		})
		if err == nil || !strings.HasSuffix(err.Error(), "result.json: no space left on the disk") {
			t.Errorf("room for %d bytes: %v", room, err)
		}
		entries, _ := os.ReadDir(dir)
		if text := string(read(t, path)); text != "old" || len(entries) != 1 {
			t.Errorf("room for %d bytes: %.20q, and %d files", room, text, len(entries))
		}
	}
}

// Where the table cannot be written, the files are there all the same, and the exit
// code says that something is wrong.
func TestAFullStdoutIsAnErrorOfTheTool(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	inKillableFolder(t)
	for _, args := range [][]string{{"run", "killable.yaml", "--quiet"}, {"report", "faultline-out/killable"}, {"list"}, {"explain", "killable.yaml"}, {"schema", "scenario"}, {"version"}, {"validate", "killable.yaml"}} {
		var stderr bytes.Buffer
		cmd := exec.Command("faultline", args...)
		cmd.Stdout, cmd.Stderr = full, &stderr
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != exitTool || !strings.Contains(stderr.String(), "space") {
			t.Errorf("%q: exit code %d, %s", args, code, stderr.String())
		}
	}
	if have, _ := wholeFiles(t, "faultline-out/killable"); !have {
		t.Error("the result is lost with the table")
	}
}
