package strict

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const everything = `
name: corner-shop
description: |
  Two lines
  and	a tab.
services:
  cart: { replicas: 3, weight: 255, price: 0.25, ready: false, scheduling: fifo, zones: [a, b], timeout: 2s }
  "pay ments":
    runtime: jvm
    retries: { attempts: 2, retryOn: [], backoff: { max: 1s } }
    operations:
      charge:
        - cpu: exp(3ms)
        - - call: bank.authorise
            optional: true
          - cpu: lognormal(3ms cv=1)
      refund: { steps: [ { call: bank.refund, probability: 0.5 } ], size: 2048 }
  edge:
    runtime: { base: go, startup: 1s }
    retries: none
    backoff: none
faults:
  crash: { at: 1m, duration: 30s, crash: { component: cart } }
  slow:
    slow: { component: pay, factor: 3 }
    at: 0s
platform: { base: 1s, max: 2s }
raw: { any: [1, two] }
`

func TestEveryFeatureDecodes(t *testing.T) {
	_, s := mustRead(t, everything)
	second := span(time.Second)
	cart := s.Services.Get("cart")
	want := service{Replicas: 3, Weight: 255, Price: 0.25, Scheduling: "fifo", Zones: []string{"a", "b"}}
	twice := 2 * second
	want.Timeout = &twice
	if !reflect.DeepEqual(*cart, want) {
		t.Errorf("cart is %+v, want %+v", *cart, want)
	}
	if s.Description != "Two lines\nand\ta tab.\n" {
		t.Errorf("description is %q", s.Description)
	}
	if got := s.Services.Keys(); !reflect.DeepEqual(got, []string{"cart", "pay ments", "edge"}) {
		t.Errorf("services are %q", got)
	}
	if got := s.Raw.Get("any").Items()[1].Text(); got != "two" {
		t.Errorf("raw is %q", got)
	}
	if s.Platform != (backoff{second, twice}) {
		t.Errorf("platform is %v", s.Platform)
	}
}

func TestShortFormsStandForOneKey(t *testing.T) {
	_, s := mustRead(t, everything)
	pay, edge := s.Services.Get("pay ments"), s.Services.Get("edge")
	if want := (runtime{"jvm", span(5 * time.Second)}); *pay.Runtime != want {
		t.Errorf("short form is %v, want %v", *pay.Runtime, want)
	}
	if want := (runtime{"go", span(time.Second)}); *edge.Runtime != want {
		t.Errorf("long form is %v, want %v", *edge.Runtime, want)
	}
	charge := *pay.Operations.Get("charge")
	if len(charge.Steps) != 2 || charge.Size != 1024 {
		t.Errorf("a bare list is %+v", charge)
	}
}

func TestUnionsPickTheirTypeByKey(t *testing.T) {
	_, s := mustRead(t, everything)
	pay := s.Services.Get("pay ments")
	steps := (*pay.Operations.Get("charge")).Steps
	if got := steps[0].body.(*cpu).Time.law; got != "exp(3ms)" {
		t.Errorf("the first step is %q", got)
	}
	branches := *steps[1].body.(*parallel)
	if got := branches[0].body.(*call); got.Target != "bank.authorise" || !got.Optional || got.Probability != 1 {
		t.Errorf("the first branch is %+v", got)
	}
	if f := s.Faults.Get("crash"); f.kind != "crash" || f.body.(*crash).Component != "cart" || *f.Duration != span(30*time.Second) {
		t.Errorf("the fault is %+v", f)
	}
	if f := s.Faults.Get("slow"); f.kind != "slow" || f.body.(*slow).Factor != 3 || f.Duration != nil {
		t.Errorf("the fault is %+v", f)
	}
}

func TestNoneSwitchesOffOrIsTheTypesOwnWord(t *testing.T) {
	_, s := mustRead(t, everything)
	edge := s.Services.Get("edge")
	if edge.Backoff != nil {
		t.Error("none left a struct")
	}
	if edge.Retries == nil || !edge.Retries.off {
		t.Error("none did not reach UnmarshalText")
	}
}

func TestAbsentKeysHaveTheirDefaults(t *testing.T) {
	_, s := mustRead(t, "name: x\nservices: { cart: {}, pay: { retries: { attempts: 1 } } }\n")
	want := service{Replicas: 1, Price: 0.5, Ready: true, Scheduling: "ps"}
	if got := *s.Services.Get("cart"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	ms := span(time.Millisecond)
	if s.Platform != (backoff{25 * ms, 250 * ms}) {
		t.Errorf("an absent struct is %v", s.Platform)
	}
	pay := s.Services.Get("pay").Retries
	if !reflect.DeepEqual(pay.On, []string{"timeout", "rejected"}) || pay.Backoff != s.Platform {
		t.Errorf("a list and a struct inside are %+v", pay)
	}
}

func TestADefaultIsCopiedForEachValue(t *testing.T) {
	_, s := mustRead(t, "name: x\nservices: { a: { retries: { attempts: 1 } }, b: { retries: { attempts: 1 } } }\n")
	s.Services.Get("a").Retries.On[0] = "changed"
	if got := s.Services.Get("b").Retries.On[0]; got != "timeout" {
		t.Errorf("the other one is %q", got)
	}
}

func TestAliasesAreExpanded(t *testing.T) {
	_, s := mustRead(t, "name: x\nservices:\n  a: &a { replicas: 2 }\n  b: *a\n")
	if got := s.Services.Get("b").Replicas; got != 2 {
		t.Errorf("b has %d replicas", got)
	}
}

func TestWhatIsRightIsFilledBesideWhatIsWrong(t *testing.T) {
	var s shop
	_, problems := read("name: x\nservices:\n  a: { replicas: 0, weight: 7 }\n  b: { replicas: 4 }\n", &s)
	if strings.Count(problems, "shop.yaml:") != 1 {
		t.Errorf("problems are %s", problems)
	}
	if s.Services.Get("a").Weight != 7 || s.Services.Get("b").Replicas != 4 {
		t.Errorf("services are %+v", s.Services)
	}
}

func TestANodeOfAFileThatWasRefusedDecodesNothing(t *testing.T) {
	errs := new(Errors)
	if Decode(nil, new(shop), errs) || errs.Len() != 0 {
		t.Errorf("got %v", errs)
	}
}

func TestTheVisitorSeesEachStructThatIsRight(t *testing.T) {
	errs := new(Errors)
	f := Parse("shop.yaml", []byte(everything), errs)
	var calls []string
	d := Decoder{Errs: errs, Visit: func(path string, n *Node, v any) {
		if c, ok := v.(*call); ok {
			calls = append(calls, fmt.Sprintf("%s at %s: %s", path, n.Get("call").Origin(), c.Target))
		}
	}}
	d.Decode(f.Root.Get("services"), "services", new(Map[service]))
	want := []string{
		`services."pay ments".operations.charge.1.0 at shop.yaml:14: bank.authorise`,
		`services."pay ments".operations.refund.steps.0 at shop.yaml:17: bank.refund`,
	}
	if diff := cmp.Diff(want, calls); diff != "" || errs.Len() != 0 {
		t.Error(diff, errs.Err())
	}
}

func TestBadTypesPanicWithTheirName(t *testing.T) {
	for name, dst := range map[string]any{
		"not exported": new(struct {
			a int `yaml:"a"`
		}),
		"declared twice": new(struct {
			A int `yaml:"a"`
			B int `yaml:"a"`
		}),
		"bad tag yaml": new(struct {
			A int `yaml:"a,omitempty"`
		}),
		"bad tag min": new(struct {
			A int `yaml:"a" min:"one"`
		}),
		"bad tag default": new(struct {
			A int `yaml:"b" default:"many"`
		}),
		"cannot decode into": new(struct {
			A map[string]int `yaml:"a"`
		}),
		"needs a pointer":     struct{}{},
		"has no key \"nope\"": new(badShort),
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, name) {
					t.Errorf("panic is %s", r)
				}
			}()
			text := "a: 1\n"
			if _, short := dst.(*badShort); short {
				text = "[]\n"
			}
			read(text, dst)
		})
	}
}

type badShort struct {
	A int `yaml:"a"`
}

func (*badShort) ShortKey() string { return "nope" }

func TestADefaultOnAPointerOnlyDocuments(t *testing.T) {
	var v struct {
		Balancer *string `yaml:"balancer" default:"LEAST_REQUEST"`
		Other    int     `yaml:"other"`
	}
	f, problems := read("other: 1\n", &v)
	if problems != "" || v.Balancer != nil {
		t.Errorf("got %v, %s", v.Balancer, problems)
	}
	if got := Resolve(f.Root, &v, ""); len(got) != 1 || got[0].Path != "other" {
		t.Errorf("in force are %v", got)
	}
}

func TestADeepPathIsShownByItsEnd(t *testing.T) {
	var s shop
	_, problems := read("name: x\nservices: { a: { operations: { o: [[[[[[[[ { cpuu: 1 } ]]]]]]]] } } }\n", &s)
	if !strings.Contains(problems, `unknown field "cpuu" in …0.0.0.0.0.0.0.0 (did you mean "cpu"?)`) {
		t.Error(problems)
	}
}
