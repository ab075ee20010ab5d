package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTheBarSaysHowMuchIsDoneAndWhenItIsAll(t *testing.T) {
	for _, c := range []struct {
		done, total int
		taken       time.Duration
		want        string
	}{
		{0, 4, 0, "W2   0% |" + strings.Repeat(" ", 30) + "| (0/4) [0s]"},
		{1, 4, 2 * time.Second, "W2  25% |" + strings.Repeat("█", 7) + strings.Repeat(" ", 23) + "| (1/4) [2s:6s]"},
		{2, 3, 90 * time.Second, "W2  66% |" + strings.Repeat("█", 20) + strings.Repeat(" ", 10) + "| (2/3) [1m30s:45s]"},
		{4, 4, 8 * time.Second, "W2 100% |" + strings.Repeat("█", 30) + "| (4/4) [8s:0s]"},
	} {
		if got := bar("W2", c.done, c.total, c.taken); got != c.want {
			t.Errorf("%d of %d after %v:\n%q, want\n%q", c.done, c.total, c.taken, got, c.want)
		}
	}
}

func TestTheBarIsDrawnNowAndThenAndTakenAway(t *testing.T) {
	var b bytes.Buffer
	p := (&tool{stderr: &b, terminal: func(io.Writer) bool { return true }}).progress("W2", false)
	for done := range 1001 { // faster than anybody reads
		p.tell(done, 1000)
	}
	if n := strings.Count(b.String(), "\r"); n < 2 || n > 500 || !strings.Contains(b.String(), "(1000/1000)") {
		t.Errorf("%d lines for a thousand simulations:\n%q", n, b.String())
	}
	p.clear()
	lines := strings.Split(b.String(), "\r")
	if last, before := lines[len(lines)-1], lines[len(lines)-2]; last != "" || strings.Trim(before, " ") != "" || len(before) < len("W2 100% ||") {
		t.Errorf("what is left on the terminal: %q, %q", before, last)
	}
}
