package study

import (
	"fmt"
	"slices"
	"strings"

	"faultline/scenarios"
	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// SchemaKinds are the kinds of files that Schema describes.
var SchemaKinds = []string{"scenario", "topology", "application"}

// Schema is the JSON Schema (draft 2020-12) of a kind of file, for editors. It
// comes from the types that files decode into. The error is that of an unknown
// kind.
func Schema(kind string) ([]byte, error) {
	o := strict.SchemaOptions{Title: "faultline " + kind, Words: words(), Spellings: spellings()}
	switch kind {
	case "scenario":
		return strict.Schema(new(scenarios.Spec), o)
	case "topology":
		o.Extends = "extends"
		return strict.Schema(new(topologies.Spec), o)
	case "application":
		return strict.Schema(new(topologies.Application), o)
	}
	return nil, fmt.Errorf("unknown kind of file %s%s; one of %s", strict.Quote(kind), strict.DidYouMean(kind, SchemaKinds), strings.Join(SchemaKinds, ", "))
}

// words are all words that stand for a value somewhere; which type takes which
// is up to the type.
func words() []string {
	list := []string{"none", "unlimited", "auto", "rest", "all", "any",
		"grpc", "rest", "go", "jvm", "node", "python",
		"timeout", "unavailable", "rejected", "error",
		"full", "equal", "decorrelated", "envoy",
		"fifo", "lifo", "priority", "ps", "both", "to", "from", "MeanUp", "Peak", "MeanDown", "Trough"}
	for _, k := range balance.Table {
		list = append(list, k.Name)
	}
	for _, k := range load.Table {
		list = append(list, k.Name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// spellings are the classes of values of docs/model.md.
func spellings() []strict.Spelling {
	const number, unit = `\d+(\.\d+)?`, `(ns|us|µs|μs|ms|s|m|h)`
	const size = number + `([KMGTPE]i?)?B`
	call := strict.Spelling{Pattern: `[a-z][A-Za-z0-9]*\(.*\)`, Examples: []string{"uniform(1 5)"}}
	for _, k := range dist.Table {
		call.Examples = append(call.Examples, k.Example)
	}
	for _, k := range load.Table {
		call.Examples = append(call.Examples, k.Example)
	}
	call.Examples = slices.DeleteFunc(call.Examples, func(e string) bool { return !strings.HasSuffix(e, ")") })
	return []strict.Spelling{
		{Pattern: `(` + number + unit + `)+`, Examples: []string{"250us", "3ms", "1.5s", "2m", "1h"}},
		{Pattern: number + `/((` + number + `)?` + unit + `)+`, Examples: []string{"500/s", "90/m", "50/1s"}},
		{Pattern: size, Examples: []string{"4KiB", "512MiB", "2GB"}},
		{Pattern: size + `/((` + number + `)?` + unit + `)+`, Examples: []string{"5MiB/s"}},
		{Pattern: number + `%`, Examples: []string{"5%", "99.9%"}},
		{Pattern: number + `m`, Examples: []string{"500m"}},
		{Pattern: `.*[<>=].*`, Examples: []string{"p(99)<300ms", ">= 99.9%", "state == stable"}},
		call,
	}
}
