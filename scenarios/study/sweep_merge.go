package study

import (
	"fmt"
	"slices"
	"strings"

	"faultline/sim/result"
)

// MergeSweeps puts the shards of a sweep together: the answer is that of the sweep
// in one piece, to the byte. It is an error if they are not of the same sweep, or
// if points are missing. The names say where each came from, for the error.
func MergeSweeps(shards []*result.Sweep, names []string) (*result.Sweep, error) {
	whole := *shards[0]
	whole.Shard, whole.Partial, whole.Points = "", false, nil
	points := make([]*result.SweepPoint, whole.Size)
	from := make([]string, whole.Size)
	for i, s := range shards {
		if what := unlike(&whole, s); what != "" {
			return nil, fmt.Errorf("%s and %s are not shards of the same sweep: their %s differ", names[0], names[i], what)
		}
		for k := range s.Points {
			p := &s.Points[k]
			if old := points[p.Index]; old != nil && !samePoint(old, p) {
				return nil, fmt.Errorf("%s and %s have other figures of the point %s", from[p.Index], names[i], strings.Join(p.At, ", "))
			}
			points[p.Index], from[p.Index] = p, names[i]
		}
	}
	var missing []string
	for i, p := range points {
		if p == nil {
			missing = append(missing, fmt.Sprint(i+1))
			continue
		}
		whole.Points = append(whole.Points, *p)
	}
	if n := len(missing); n > 0 {
		more := ""
		if n > 12 {
			missing, more = missing[:12], " and more"
		}
		return nil, fmt.Errorf("%d of %d points are missing: number %s%s (run the other shards, or finish those that were interrupted)", n, whole.Size, strings.Join(missing, ", "), more)
	}
	return &whole, nil
}

// unlike is what differs between two shards, "" if they fit.
func unlike(a, b *result.Sweep) string {
	switch {
	case a.Tool != b.Tool:
		return "versions"
	case !slices.EqualFunc(a.Axes, b.Axes, func(x, y result.SweepAxis) bool { return x.Path == y.Path && slices.Equal(x.Values, y.Values) }):
		return "axes"
	case !slices.Equal(a.Metrics, b.Metrics):
		return "metrics"
	case a.Scenario != b.Scenario:
		return "scenarios"
	}
	return ""
}

// samePoint compares what determines a point and what came out.
func samePoint(a, b *result.SweepPoint) bool {
	return a.Digest == b.Digest && a.Fingerprint == b.Fingerprint && a.Replications == b.Replications && slices.Equal(a.At, b.At)
}
