package strict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResolveListsEachValueInForceWithItsOrigin(t *testing.T) {
	errs := new(Errors)
	root := Parse("shop.yaml", []byte(`name: x
services:
  "pay ments":
    replicas: 2
    zones: [a, b]
    runtime: jvm
    retries: none
    backoff: none
    operations:
      charge:
        - cpu: exp(3ms)
        - call: bank.authorise
faults:
  slow: { at: 90s, slow: { component: a, factor: 2 } }
raw: { any: [1, { b: 2 }] }
`), errs).Root
	root, err := Set(root, `services."pay ments".weight`, "9")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(`
name=x shop.yaml:1
services."pay ments".replicas=2 shop.yaml:4
services."pay ments".zones.0=a shop.yaml:5
services."pay ments".zones.1=b shop.yaml:5
services."pay ments".runtime=jvm shop.yaml:6
services."pay ments".runtime.startup=5s default
services."pay ments".retries=none shop.yaml:7
services."pay ments".backoff=none shop.yaml:8
services."pay ments".operations.charge.0.cpu=exp(3ms) shop.yaml:11
services."pay ments".operations.charge.1.call=bank.authorise shop.yaml:12
services."pay ments".operations.charge.1.probability=1 default
services."pay ments".operations.charge.size=1024 default
services."pay ments".weight=9 --set
services."pay ments".price=0.5 default
services."pay ments".ready=true default
services."pay ments".scheduling=ps default
faults.slow.at=1m30s shop.yaml:14
faults.slow.slow.component=a shop.yaml:14
faults.slow.slow.factor=2 shop.yaml:14
raw.any.0=1 shop.yaml:15
raw.any.1.b=2 shop.yaml:15
platform.base=25ms default
platform.max=250ms default`)
	var got []string
	for _, r := range Resolve(root, new(shop), "") {
		got = append(got, r.Path+"="+r.Value+" "+r.Origin)
	}
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestResolvedPathsCanBeSet(t *testing.T) {
	f, _ := mustRead(t, everything)
	for _, r := range Resolve(f.Root, new(shop), "") {
		if r.Path == `services."pay ments".runtime.startup` || r.Path == `services."pay ments".operations.charge.size` {
			continue // beside a short form, which has nothing inside
		}
		root, err := Set(f.Root, r.Path, r.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := root.Find(r.Path); got.Origin() != "--set" {
			t.Errorf("%s was not set", r.Path)
		}
	}
}

func TestResolveBeginsAtAPath(t *testing.T) {
	f, _ := mustRead(t, "name: x\nplatform: { base: 1s, max: 2s }\n")
	got := Resolve(f.Root.Get("platform"), new(backoff), "platform")
	want := []Resolved{{"platform.base", "1s", "shop.yaml:2"}, {"platform.max", "2s", "shop.yaml:2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
