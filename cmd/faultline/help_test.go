package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// Help fits the terminals that everything else fits.
func TestHelpFitsAHundredColumns(t *testing.T) {
	tool := &tool{}
	commands := []string{""}
	for _, c := range tool.root().Commands() {
		commands = append(commands, c.Name())
	}
	if len(commands) < 10 {
		t.Fatalf("only the commands %q", commands)
	}
	for _, name := range commands {
		var stdout, stderr bytes.Buffer
		if code := newTool(&stdout, &stderr).execute(strings.Fields(name+" --help"), nil); code != 0 || stderr.Len() > 0 {
			t.Errorf("%s --help exits with %d: %s", name, code, &stderr)
		}
		if !strings.Contains(stdout.String(), "Flags:") {
			t.Errorf("%s --help names no flags", name)
		}
		for line := range strings.Lines(stdout.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s --help: %d columns: %s", name, n, line)
			}
		}
	}
}
