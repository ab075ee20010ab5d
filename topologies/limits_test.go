package topologies

import (
	"fmt"
	"strings"
	"testing"
)

// More journeys than the ledger of outcomes can tell apart would have their
// damage counted under the wrong names.
func TestMoreJourneysThanTheLedgerTellsApartAreRefused(t *testing.T) {
	file := func(journeys int) string {
		text := "topology: t\nservices: { s: { operations: { do: [ { cpu: 1ms } ] } } }\njourneys:\n"
		for i := range journeys {
			text += fmt.Sprintf("  j%d: { call: s.do }\n", i)
		}
		return text
	}
	if _, err := loadText(file(maxJourneys)); err != nil {
		t.Errorf("%d journeys: %v", maxJourneys, err)
	}
	_, err := loadText(file(maxJourneys + 1))
	if want := fmt.Sprintf("t.yaml:%d:3: more than 256 journeys", 4+maxJourneys); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("one more: %v, want %q", err, want)
	}
}
