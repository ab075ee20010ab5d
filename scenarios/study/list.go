package study

import (
	"fmt"
	"io"

	"faultline/scenarios"
	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/metric"
	"faultline/sim/platform"
	"faultline/sim/step"
	"faultline/topologies"
)

// Section is one part of the catalogue of what can be used in files.
type Section struct {
	Name  string `json:"name"` // "topologies", "faults", …
	Items []Item `json:"items"`
}

// Item is one thing that can be named in a file.
type Item struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// List is everything built in: what the files of the catalogue are called, and
// the tables of all kinds that this version supports.
func List() []Section {
	return []Section{
		{"scenarios", entries(scenarios.Entries())},
		{"topologies", entries(topologies.Entries(topologies.Builtin(), "topology"))},
		{"applications", entries(topologies.Entries(topologies.Builtin(), "application"))},
		{"faults", faults()},
		{"steps", steps()},
		{"distributions", distributions()},
		{"arrivals", arrivals()},
		{"balancers", balancers()},
		{"runtimes", runtimes()},
		{"metrics", metrics()},
	}
}

func entries(list []topologies.Entry) (items []Item) {
	for _, e := range list {
		items = append(items, Item{e.Name, e.Description})
	}
	return items
}

func faults() (items []Item) {
	for _, k := range fault.Table {
		if k.New != nil {
			items = append(items, Item{k.Name, k.Doc})
		}
	}
	return items
}

func steps() (items []Item) {
	for _, k := range step.Table {
		switch {
		case k.New == nil:
		case k.Name == step.ListKind:
			items = append(items, Item{"[ … ]", k.Doc})
		default:
			items = append(items, Item{k.Name, k.Doc})
		}
	}
	return items
}

func distributions() (items []Item) {
	for _, k := range dist.Table {
		items = append(items, Item{k.Syntax, k.Doc})
	}
	return items
}

func arrivals() (items []Item) {
	for _, k := range load.Table {
		items = append(items, Item{k.Syntax, k.Doc})
	}
	return items
}

func balancers() (items []Item) {
	for _, k := range balance.Table {
		if k.New != nil {
			items = append(items, Item{k.Name, k.Doc})
		}
	}
	return items
}

func runtimes() (items []Item) {
	for _, p := range platform.Presets {
		items = append(items, Item{p.Name, p.Doc})
	}
	return items
}

func metrics() (items []Item) {
	for _, m := range metric.Table {
		if m.Due {
			items = append(items, Item{m.Name, fmt.Sprintf("%s (%s)", m.Doc, m.Unit)})
		}
	}
	return items
}

// WriteList writes the sections for people.
func WriteList(w io.Writer, sections []Section) error {
	p := &printer{w: w}
	for i, s := range sections {
		if i > 0 {
			p.printf("\n")
		}
		p.printf("%s\n", s.Name)
		p.table(func(t io.Writer) {
			for _, it := range s.Items {
				fmt.Fprintf(t, "  %s\t%s\n", it.Name, it.Doc)
			}
		})
	}
	return p.err
}
