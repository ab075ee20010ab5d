package balance

// overprovisioning is Envoy's factor of 1.4, in percent: a level counts as
// healthy enough for all its calls until 1/1.4 = 71.4% of it is left.
const overprovisioning = 140

// LocalShare is the share of the calls, 0 to 1, that stays in the caller's own
// zone, by Envoy's priority levels with the own zone before the others (Envoy's
// documentation, "Priority levels"): health = min(100, 140·healthy/total) percent
// of each, in whole percents as Envoy counts; the own zone takes its health, the
// others the rest; where both together are below 100, both are scaled up. With no
// healthy instance at all it is 1 if the own zone has any instance, else 0.
func LocalShare(healthyLocal, totalLocal, healthyOther, totalOther int) float64 {
	var loads [2]int
	levelLoads([]level{{healthyLocal, totalLocal}, {healthyOther, totalOther}}, loads[:])
	return float64(loads[0]) / 100
}

// level is the instances of one priority.
type level struct{ healthy, total int }

// health is the percentage of its calls that a level can take.
func (l level) health() int {
	if l.total == 0 {
		return 0
	}
	return min(100, overprovisioning*l.healthy/l.total)
}

// levelLoads fills loads with the percentages of the calls that go to each level;
// they sum to 100, unless no level has an instance. What rounding leaves over
// goes to the first level that has health, as in Envoy.
func levelLoads(levels []level, loads []int) {
	total := 0
	for _, l := range levels {
		total += l.health()
	}
	if total == 0 {
		for i, l := range levels {
			if l.total > 0 {
				loads[i] = 100
				return
			}
		}
		return
	}
	total = min(total, 100)
	left, first := 100, -1
	for i, l := range levels {
		h := l.health()
		if h > 0 && first < 0 {
			first = i
		}
		loads[i] = min(left, h*100/total)
		left -= loads[i]
	}
	loads[first] += left
}
