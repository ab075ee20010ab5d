package platform

import (
	"testing"
	"time"
)

func TestClientsLearnOfAChangeByWhatTheInstanceShows(t *testing.T) {
	for _, c := range []struct {
		name   string
		health Health
		after  time.Duration
		ok     bool
	}{
		{"a ready instance at once", Serving, 0, true},
		{"a refusing one after the delay", Refusing, 3 * time.Second, true},
		{"a silent one never", Silent, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, ok := Discovery{Refusal: 3 * time.Second}.Notice(c.health)
			if after != c.after || ok != c.ok {
				t.Errorf("Notice = %v, %v; want %v, %v", after, ok, c.after, c.ok)
			}
		})
	}
}

func TestDefaultDropsARefusingInstanceAfterOneSecond(t *testing.T) {
	if after, ok := Default.Notice(Refusing); after != time.Second || !ok {
		t.Errorf("Notice(Refusing) = %v, %v; want 1s, true", after, ok)
	}
}
