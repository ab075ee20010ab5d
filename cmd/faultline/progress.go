package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a run has come, on a terminal; elsewhere it is silent.
type progress struct {
	tool  *tool
	title string
	quiet bool
	bar   *progressbar.ProgressBar
}

func (t *tool) progress(title string, quiet bool) *progress {
	return &progress{tool: t, title: title, quiet: quiet || !t.terminal(t.stderr)}
}

// tell shows that done of total simulations are done. It is called by one
// goroutine at a time.
func (p *progress) tell(done, total int) {
	if p.quiet {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.tool.stderr),
			progressbar.OptionSetDescription(p.title),
			progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
	// The bar's only errors are those of a terminal that went away.
	_ = p.bar.Set(done)
}

// clear takes the bar off the terminal.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
