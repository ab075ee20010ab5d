package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// beginnings are the blocks of a page that show how the output of a command begins,
// and end with an ellipsis.
var beginnings = regexp.MustCompile("(?s)<!-- begins: ([^\n]*) -->\n```text\n(.*?)…\n```\n")

// TestDocumentationOfTheReadmeShowsBeginnings runs the commands of which the README
// shows how the output begins. Those that take their time are marked as shown, and
// a Soak test runs them.
func TestDocumentationOfTheReadmeShowsBeginnings(t *testing.T) {
	readme := filepath.Join(module(t), "README.md")
	page := string(read(t, readme))
	t.Chdir(module(t))
	found := 0
	for _, block := range beginnings.FindAllStringSubmatch(page, -1) {
		found++
		_, stdout, stderr := command(t, append(strings.Fields(block[1]), "--quiet", "--out", t.TempDir())...)
		if strings.HasPrefix(stdout, block[2]) {
			continue
		}
		lines := strings.SplitAfter(stdout, "\n")
		fresh := strings.Join(lines[:min(len(lines), strings.Count(block[2], "\n"))], "")
		if *update {
			page = strings.Replace(page, block[0], strings.Replace(block[0], block[2], fresh, 1), 1)
			put(t, readme, page)
			continue
		}
		t.Errorf("the README shows another beginning of %s than\n%s%s(with -update it is written there)", block[1], fresh, stderr)
	}
	if found == 0 {
		t.Error("the README shows none")
	}
}

// TestDocumentationOfTheReadmeShowsTheGate: its output of the gate is that of the
// guide, which another test runs.
func TestDocumentationOfTheReadmeShowsTheGate(t *testing.T) {
	page := string(read(t, filepath.Join(module(t), "README.md")))
	guide := string(read(t, filepath.Join(module(t), "docs", "ci.md")))
	_, rest, ok := strings.Cut(page, "<!-- from: docs/ci.md -->\n")
	block, _, closed := strings.Cut(rest, "\n```\n")
	if !ok || !closed || !strings.Contains(guide, block+"\n```\n") {
		t.Errorf("docs/ci.md does not show this:\n%s", block)
	}
}
