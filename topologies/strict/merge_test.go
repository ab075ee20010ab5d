package strict

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// merged decodes base.yaml with over.yaml laid on it.
func merged(t *testing.T, base, over string) (*Node, *shop, *Errors) {
	t.Helper()
	errs := new(Errors)
	root := Merge(Parse("base.yaml", []byte(base), errs).Root, Parse("over.yaml", []byte(over), errs).Root)
	s := new(shop)
	Decode(root, s, errs)
	return root, s, errs
}

const baseText = `name: base
services:
  cart: { replicas: 2, weight: 7, zones: [a, b] }
  pay: { runtime: { base: jvm, startup: 9s }, retries: { attempts: 3 } }
`

func TestMappingsMergeAndTheRestReplaces(t *testing.T) {
	root, s, errs := merged(t, baseText, "name: over\nservices:\n  edge: { replicas: 5 }\n  cart: { zones: [c], price: 1 }\n")
	if errs.Len() != 0 {
		t.Fatal(errs)
	}
	cart := s.Services.Get("cart")
	if s.Name != "over" || cart.Replicas != 2 || cart.Price != 1 || !reflect.DeepEqual(cart.Zones, []string{"c"}) {
		t.Errorf("got %+v", s)
	}
	if got := s.Services.Keys(); !reflect.DeepEqual(got, []string{"cart", "pay", "edge"}) {
		t.Errorf("the order is %q", got)
	}
	node := root.Get("services").Get("cart")
	for key, want := range map[string]string{"replicas": "base.yaml:3", "zones": "over.yaml:4"} {
		if got := node.Get(key).Origin(); got != want {
			t.Errorf("%s comes from %s, want %s", key, got, want)
		}
	}
	if got := node.Get("zones").Replaced().Pos().String(); got != "base.yaml:3:42" {
		t.Errorf("what zones replaced stands at %s", got)
	}
}

func TestNoneRemoves(t *testing.T) {
	_, s, errs := merged(t, baseText, "services: { cart: none, pay: { runtime: none, retries: none } }\n")
	if errs.Len() != 0 {
		t.Fatal(errs)
	}
	if got := s.Services.Keys(); !reflect.DeepEqual(got, []string{"pay"}) {
		t.Errorf("left are %q", got)
	}
	pay := s.Services.Get("pay")
	if pay.Runtime != nil || pay.Retries == nil || !pay.Retries.off {
		t.Errorf("pay is %+v", pay)
	}
}

func TestNoneWithNothingToRemoveIsAnError(t *testing.T) {
	_, _, errs := merged(t, baseText, "services: { chat: none }\n")
	if got := heads(errs); got != `over.yaml:1:19: services.chat: a mapping is needed, such as { replicas: … }; found "none"` {
		t.Error(got)
	}
}

func TestEachErrorNamesTheFileOfItsNode(t *testing.T) {
	_, _, errs := merged(t, strings.Replace(baseText, "weight: 7", "weight: 700", 1), "services: { cart: { replicas: 0 } }\n")
	want := "over.yaml:1:31: services.cart.replicas: \"0\" is outside 1 to 1000\n" +
		"base.yaml:3:32: services.cart.weight: \"700\" is too large"
	if got := heads(errs); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMergingChangesNeitherSide(t *testing.T) {
	errs := new(Errors)
	base := Parse("base.yaml", []byte(baseText), errs).Root
	over := Parse("over.yaml", []byte("services: { cart: { weight: 1 } }\n"), errs).Root
	before := Resolve(base, new(shop), "")
	Merge(base, over)
	if diff := cmp.Diff(before, Resolve(base, new(shop), "")); diff != "" {
		t.Error(diff)
	}
	if Merge(nil, over) != over || Merge(base, nil) != base {
		t.Error("an absent side changed the other")
	}
}

func TestNodesCanBeEditedInCopies(t *testing.T) {
	errs := new(Errors)
	root := Parse("a.yaml", []byte("x: 1\ny: 2\n"), errs).Root
	more := root.With("z", root.Get("x")).With("y", root.Get("x")).Without("x")
	if got := more.Keys(); !reflect.DeepEqual(got, []string{"y", "z"}) || more.Get("y").Text() != "1" {
		t.Errorf("got %q", got)
	}
	if root.Len() != 2 || root.Get("y").Text() != "2" {
		t.Error("the original has changed")
	}
	if got := more.Key("z").Origin(); got != "a.yaml:1" {
		t.Errorf("the new key stands at %s", got)
	}
	if got := (*Node)(nil).With("k", root.Get("x")).Get("k").Text(); got != "1" {
		t.Errorf("a new mapping holds %q", got)
	}
}

func TestLargeMappingsFindTheirKeys(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(strings.Repeat("k", i+1) + ": 1\n")
	}
	errs := new(Errors)
	root := Parse("a.yaml", []byte(b.String()), errs).Root
	if root.Get(strings.Repeat("k", 1000)) == nil || root.Get("x") != nil || root.Without("k").Get("k") != nil {
		t.Error("a key is lost or found where there is none")
	}
}

func TestFindReturnsTheDeepestNodeOfAPath(t *testing.T) {
	f, _ := mustRead(t, everything)
	for path, want := range map[string]string{
		`services."pay ments".operations.charge.0.cpu`: "shop.yaml:13:16",
		`services.cart.zones.1`:                        "shop.yaml:7:93",
		`services.cart.absent.deeper`:                  "shop.yaml:7:9",
		`services..cart`:                               "shop.yaml:2:1",
	} {
		if got := f.Root.Find(path).Pos().String(); got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
}

func TestAbsentNodesAnswer(t *testing.T) {
	var n *Node
	if n.Get("a").Key("b") != nil || n.Len() != 0 || n.Text() != "" || n.IsNone() || n.IsNull() || n.Removed() ||
		n.Replaced() != nil || n.Kind() != Scalar || n.Items() != nil || len(n.Keys()) != 0 || n.File() != nil ||
		n.Find("a.b") != nil || n.Origin() != "default" {
		t.Error("a nil node is something")
	}
}
