package fault

import (
	"errors"
	"strconv"
	"strings"

	"faultline/sim/unit"
)

// Mode is which of a target's instances a fault hits (Chaos Mesh's mode and value).
type Mode struct {
	Kind  string // one, all, fixed, fixedPercent; "" is all
	Value string // of fixed: a count; of fixedPercent: a share such as 50%
}

// Validate refuses an unknown mode, and a value that is missing, superfluous or malformed.
func (m Mode) Validate() error {
	switch m.Kind {
	case "", "all", "one":
		if m.Value != "" {
			return errors.New("value belongs to mode fixed or fixedPercent")
		}
		return nil
	case "fixed":
		if n, err := strconv.Atoi(m.Value); err != nil || n < 1 {
			return errors.New("mode fixed needs a value: a number of instances, 1 or more")
		}
		return nil
	case "fixedPercent":
		if p, ok := m.percent(); !ok || p <= 0 || p > 100 {
			return errors.New("mode fixedPercent needs a value above 0% and up to 100%, such as 50%")
		}
		return nil
	case "random-max-percent", "randomMaxPercent":
		return errors.New("mode randomMaxPercent is not supported yet; one of one, all, fixed, fixedPercent")
	}
	return unit.Unlisted("no mode "+strconv.Quote(m.Kind)+"; one of one, all, fixed, fixedPercent", m.Kind, []string{"one", "all", "fixed", "fixedPercent"})
}

// percent reads 50% or, as Chaos Mesh writes it, 50. Below 1 a bare number could
// be a share or a percentage, and is neither.
func (m Mode) percent() (float64, bool) {
	text, signed := strings.CutSuffix(m.Value, "%")
	p, err := strconv.ParseFloat(text, 64)
	return p, err == nil && p == p && (signed || p >= 1)
}

// Count is how many of n instances are hit; percentages round up.
func (m Mode) Count(n int) int {
	switch m.Kind {
	case "one":
		return min(1, n)
	case "fixed":
		k, _ := strconv.Atoi(m.Value)
		return min(k, n)
	case "fixedPercent":
		p, _ := m.percent()
		k := int(float64(p*float64(n)) / 100)
		if float64(k)*100 < float64(p*float64(n)) {
			k++
		}
		return min(k, n)
	}
	return n
}
