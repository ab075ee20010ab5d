package topologies

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"faultline/sim/result"
)

type resolvedRow = result.Resolved

// tagged lists the keys that a struct declares, sorted.
func tagged(v any) []string {
	var keys []string
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		if key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func fmtCores(cores map[string]float64) string {
	return fmt.Sprintf("%g cores for services, %g for databases", cores["service"], cores["database"])
}
