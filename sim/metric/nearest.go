package metric

import (
	"fmt"
	"slices"
	"strings"
)

// unknown is the error for a name that is not among those known: the nearest
// one, or all of them.
func unknown(what, name string, known []string) error {
	if best := nearest(name, known); best != "" {
		return fmt.Errorf("unknown %s %q (did you mean %q?)", what, name, best)
	}
	if len(known) == 0 {
		return fmt.Errorf("unknown %s %q (there is none)", what, name)
	}
	return fmt.Errorf("unknown %s %q (known: %s)", what, name, strings.Join(known, ", "))
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }

// nearest is the known name at the least edit distance, at most a third of
// its length and at least one; "" if none is so near.
func nearest(name string, known []string) string {
	best, least := "", 1<<30
	for _, k := range known {
		limit := max(1, len(k)/3)
		// The length alone tells most names apart, and bounds the work.
		if diff := len(name) - len(k); diff > limit || -diff > limit {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(k))
		if d <= limit && d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions,
// replacements, and swaps of neighbours cost one each.
func distance(a, b string) int {
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(b)]
}
