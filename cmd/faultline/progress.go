package main

import (
	"fmt"
	"strings"
	"time"
)

// progress shows how far a run has come, on a terminal; elsewhere it is silent. (A
// library that draws bars, schollz/progressbar, takes net/http along: 2.3 MB of the
// command, and 1.7 MiB of the memory of each run.)
type progress struct {
	tool  *tool
	title string
	quiet bool

	began, shown time.Time
	width        int // of the line that is shown
}

func (t *tool) progress(title string, quiet bool) *progress {
	return &progress{tool: t, title: title, quiet: quiet || !t.terminal(t.stderr)}
}

const (
	barWidth   = 30 // characters
	barRefresh = 100 * time.Millisecond
)

// tell shows that done of total simulations are done, ten times a second at most. It
// is called by one goroutine at a time.
func (p *progress) tell(done, total int) {
	now := time.Now()
	if p.quiet || done < total && now.Sub(p.shown) < barRefresh {
		return
	}
	if p.began.IsZero() {
		p.began = now
	}
	p.shown = now
	p.print(bar(p.title, done, total, now.Sub(p.began)))
}

// bar is "title  40% |████████████                  | (4/10) [6s:9s]": the time that
// was taken and the time that is left at that rate.
func bar(title string, done, total int, taken time.Duration) string {
	full := barWidth * done / max(1, total)
	left := ""
	if done > 0 {
		left = ":" + (taken * time.Duration(total-done) / time.Duration(done)).Round(time.Second).String()
	}
	return fmt.Sprintf("%s %3d%% |%s%s| (%d/%d) [%s%s]", title, 100*done/max(1, total),
		strings.Repeat("█", full), strings.Repeat(" ", barWidth-full), done, total, taken.Round(time.Second), left)
}

// print puts a line in place of the one that is shown. Its only errors are those of a
// terminal that went away.
func (p *progress) print(line string) {
	width := len([]rune(line))
	fmt.Fprintf(p.tool.stderr, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-width)))
	p.width = width
}

// clear takes the bar off the terminal.
func (p *progress) clear() {
	if p.width > 0 {
		p.print("")
		fmt.Fprint(p.tool.stderr, "\r")
	}
}
