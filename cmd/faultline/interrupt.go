package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// interrupt listens to Ctrl-C. The first closes stop: what is in flight is
// finished and written. The second cancels ctx. After that a third one ends the
// process as it would without us.
type interrupt struct {
	ctx     context.Context
	stop    <-chan struct{}
	release func() // stops listening, and waits until nothing is left behind
}

func (t *tool) interruptible(ctx context.Context) *interrupt {
	ctx, cancel := context.WithCancel(ctx)
	stop, done := make(chan struct{}), make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var listening sync.WaitGroup
	listening.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			if n == 0 {
				fmt.Fprintln(t.stderr, "\nfinishing the replications in flight; interrupt again to stop at once")
				close(stop)
				continue
			}
			signal.Stop(signals)
			cancel()
		}
	})
	return &interrupt{ctx, stop, func() {
		signal.Stop(signals)
		close(done)
		listening.Wait()
		cancel()
	}}
}

// within is closed when there is an interrupt or the time is over; 0: no bound. The
// second function must be called in the end.
func (in *interrupt) within(budget time.Duration) (stop <-chan struct{}, release func()) {
	if budget == 0 {
		return in.stop, func() {}
	}
	over, done := make(chan struct{}), make(chan struct{})
	timer := time.NewTimer(budget)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		select {
		case <-timer.C:
		case <-in.stop:
		case <-done:
		}
		close(over)
	})
	return over, func() {
		timer.Stop()
		close(done)
		waiting.Wait()
	}
}

// stopped reports whether there was an interrupt.
func (in *interrupt) stopped() bool {
	select {
	case <-in.stop:
		return true
	default:
		return false
	}
}
