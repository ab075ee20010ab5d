package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestDocumentationOfTheGateRuns walks through docs/ci.md as a reader does: writes
// its files, types its commands, each block in one shell that stops at the first
// error, and compares what the last of a block printed with what the page shows.
func TestDocumentationOfTheGateRuns(t *testing.T) {
	path := filepath.Join(module(t), "docs", "ci.md")
	page := string(read(t, path))
	w := &guide{dir: t.TempDir()}
	for _, f := range fences(t, path) {
		switch {
		case f.lang == "sh":
			w.commands(t, f)
		case f.lang == "text" && strings.Contains(page, "<!-- output -->\n```text\n"+f.text+"```\n"):
			if f.text != w.printed && !*update {
				t.Errorf("%s:%d shows another output than\n%s(with -update it is written there)", path, f.line, w.printed)
			}
			page = strings.Replace(page, "<!-- output -->\n```text\n"+f.text+"```\n", "<!-- shown -->\n```text\n"+w.printed+"```\n", 1)
		case f.info != "":
			put(t, filepath.Join(w.dir, f.info), f.text)
		default:
			t.Errorf("%s:%d: the block is neither a command, nor an output, nor a file", path, f.line)
		}
	}
	if *update {
		put(t, path, strings.ReplaceAll(page, "<!-- shown -->", "<!-- output -->"))
	}
}

// guide is where the reader of a page stands.
type guide struct {
	dir     string // the working directory
	printed string // by the last block of commands
}

// commands types a block. Its info says which exit code is right: exit=99.
func (g *guide) commands(t *testing.T, f fence) {
	t.Helper()
	want := 0
	if code, ok := strings.CutPrefix(f.info, "exit="); ok {
		want, _ = strconv.Atoi(code)
	}
	// Each block is a shell of its own; where it ends is where the next begins.
	cmd := exec.Command("sh", "-e", "-c", "trap 'pwd >\"$END\"' EXIT\n"+f.text)
	cmd.Dir = g.dir
	end := filepath.Join(t.TempDir(), "end")
	cmd.Env = append(os.Environ(), "END="+end, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("line %d: exit code %d, want %d (%v)\n%s%s", f.line, code, want, err, out, errs.String())
	}
	g.printed, g.dir = string(out), strings.TrimSpace(string(read(t, end)))
}
