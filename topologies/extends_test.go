package topologies

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"faultline/topologies/strict"
)

const extendable = `topology: base
services: { s: { replicas: 2, runtime: jvm, operations: { do: [ { cpu: empirical(times.csv) } ] } } }
journeys: { j: { call: s.do } }
`

// chain makes files that extend one another, n steps above the base.
func chain(n int) fstest.MapFS {
	files := fstest.MapFS{"t0.yaml": {Data: []byte(extendable)}, "times.csv": {Data: []byte("1ms\n3ms\n")}}
	for i := 1; i <= n; i++ {
		files[fmt.Sprintf("t%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"topology: t%d\nextends: t%d.yaml\nservices: { s: { replicas: %d } }\n", i, i-1, 10+i)}
	}
	return files
}

func loadFile(files fstest.MapFS, name string, set ...string) (*Topology, error) {
	overrides, err := ParseSets(set)
	if err != nil {
		return nil, err
	}
	l := NewLoader(new(strict.Errors))
	t := l.Topology(InFS(files, name), nil, func(string) []Override { return overrides })
	return t, l.Errs.Err()
}

func TestAChainOfVariantsIsAsLongAsSixteen(t *testing.T) {
	files := chain(maxExtends)
	top, err := loadFile(files, fmt.Sprintf("t%d.yaml", maxExtends-1))
	if err != nil {
		t.Fatal(err)
	}
	if top.Name != "t15" || top.System.Stations[1].Replicas != 25 || len(top.Sources) != maxExtends+1 {
		t.Errorf("%s with %d replicas of %d sources", top.Name, top.System.Stations[1].Replicas, len(top.Sources))
	}
	_, err = loadFile(files, fmt.Sprintf("t%d.yaml", maxExtends))
	if want := "t1.yaml:2:10: more than 16 topologies extend one another"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("one more: %v, want %q", err, want)
	}
}

func TestAVariantOfABuiltInTopologyIsThreeLines(t *testing.T) {
	files := fstest.MapFS{"v.yaml": {Data: []byte("topology: slow\nextends: shop-microservices\nnetwork: { crossZone: 9ms }\n")}}
	top, err := loadFile(files, "v.yaml")
	if err != nil {
		t.Fatal(err)
	}
	base, err := Load("shop-microservices", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if top.ApplicationDigest != base.ApplicationDigest || top.Digest == base.Digest {
		t.Error("the application is another one, or the topology is the same")
	}
	if len(top.System.Stations) != len(base.System.Stations) || len(top.System.Edges) != len(base.System.Edges) {
		t.Error("more than the network is different")
	}
	slow := 0
	for i, e := range top.System.Edges {
		if b := base.System.Edges[i]; e.CrossZone != nil && e.CrossZone.Mean() == 9*time.Millisecond && b.CrossZone.Mean() != e.CrossZone.Mean() {
			slow++
		}
	}
	if slow == 0 {
		t.Error("no edge is slower")
	}
}

// A --set changes the merged topology, and a none of it takes a key away.
func TestOverridesChangeTheVariant(t *testing.T) {
	top, err := loadFile(chain(1), "t1.yaml", "services.s.replicas=none", "services.s.runtime.startup=1s")
	if err == nil || !strings.Contains(err.Error(), "services.s.runtime is the value \"jvm\"") {
		t.Fatalf("%+v, %v: a mapping cannot be in a word", top, err)
	}
	top, err = loadFile(chain(1), "t1.yaml", "services.s.replicas=none", "services.s.runtime={ base: jvm, startup: 1s }")
	if err != nil {
		t.Fatal(err)
	}
	if s := top.System.Stations[1]; s.Replicas != 1 || s.Startup != time.Second || s.Workers != 200 {
		t.Errorf("%+v", s)
	}
}

// A list that a variant removes is what it would be had nobody written it: of zones
// one, of retryOn the default.
func TestAListThatIsRemovedIsItsDefault(t *testing.T) {
	const policy = "edges: { \"users -> *\": { retries: { attempts: 1, retryOn: %s } } }\n"
	files := chain(0)
	files["t0.yaml"].Data = append(files["t0.yaml"].Data, "zones: [x, y]\n"+fmt.Sprintf(policy, "[error]")...)
	files["v.yaml"] = &fstest.MapFile{Data: []byte("topology: v\nextends: t0.yaml\nzones: none\n" + fmt.Sprintf(policy, "none"))}
	base, err := loadFile(files, "t0.yaml")
	if err != nil {
		t.Fatal(err)
	}
	variant, err := loadFile(files, "v.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := base.System.Zones, []string{"x", "y"}; !slices.Equal(got, want) {
		t.Errorf("the base has zones %v, want %v", got, want)
	}
	if got, want := variant.System.Zones, []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("the variant has zones %v, want %v", got, want)
	}
	if got := len(variant.System.Edges[0].Retries.RetryOn); got != 3 {
		t.Errorf("the variant tries again on %d classes, want the default three", got)
	}
}

func TestAFileOfDataIsPartOfTheModel(t *testing.T) {
	files := chain(0)
	first, err := loadFile(files, "t0.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s := first.Sources[1]; s.Path != "times.csv" || s.Text != "1ms\n3ms\n" || s.Digest == "" {
		t.Errorf("source %+v", s)
	}
	if mean := first.System.Dists[0].Mean(); mean != 2*time.Millisecond {
		t.Errorf("mean %v, want 2ms", mean)
	}
	files["times.csv"] = &fstest.MapFile{Data: []byte("1ms\n4ms\n")}
	second, err := loadFile(files, "t0.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if first.Digest == second.Digest || first.ApplicationDigest == second.ApplicationDigest {
		t.Error("other data have the same digest")
	}
}

func TestALargeFileOfDataStandsInTheResultByItsDigest(t *testing.T) {
	files := chain(0)
	files["times.csv"] = &fstest.MapFile{Data: []byte(strings.Repeat("1ms\n", maxDataStored/4+1))}
	top, err := loadFile(files, "t0.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s := top.Sources[1]; s.Text != "" || s.Digest == "" {
		t.Errorf("%d bytes of text, digest %q", len(s.Text), s.Digest)
	}
	files["times.csv"] = &fstest.MapFile{Data: make([]byte, maxDataBytes+1)}
	if _, err = loadFile(files, "t0.yaml"); err == nil || !strings.Contains(err.Error(), "times.csv has more than 32 MiB") {
		t.Errorf("a file beyond the limit: %v", err)
	}
}

func TestWhatARuntimeGivesIsShownWithItsOrigin(t *testing.T) {
	top, err := loadFile(chain(0), "t0.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	top.Resolved(func(r resolvedRow) {
		got[strings.TrimPrefix(r.Path, "base.services.s.")] = r.Value + " # " + r.Origin
	})
	for path, want := range map[string]string{
		"runtime":                 "jvm # t0.yaml:2",
		"runtime.startup":         "6.3s # runtime jvm",
		"runtime.warmup.slowdown": "3 # runtime jvm",
		"runtime.pauses.every":    "exp(10s) # runtime jvm",
		"workers":                 "200 # runtime jvm",
		"queueDiscipline":         "fifo # default",
		"base.cost.vcpuHour":      "0.04 # default",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
	if cost := top.System.Cost; !cost.Assumed || cost.VCPUHour != 0.04 || cost.ServiceHour != 0 {
		t.Errorf("list prices: %+v", cost)
	}
}
