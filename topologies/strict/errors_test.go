package strict

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// faulty has many mistakes; each is reported once, in the order of the file.
const faulty = `name: x
services:
  cart: { replicsa: 2, weight: 300, colour: red }
  pay:
    operations:
      place:
        - cpu: gauss(250us)
        - call: x
          probability: 0
        - call: x
        - - cpu: exp(1ms)
          - cpuu: exp(1ms)
        - publish: order
        - []
        - cpu: exp(1ms)
          call: a.b
        - {}
      move: { memory: 3, step: [] }
      take: 5
    runtime: rby
    retries: { backoff: { base: 1s } }
    autoscaling: {}
faults:
  both: { at: 1m, crash: { component: a }, slow: {} }
  none: { at: 5 }
  late: { at: 1s, zoneOutage: a }
  bare: { crash: {} }
  typo: { at: 1s, crsh: {} }
`

const faultyErrors = `shop.yaml:3:11: unknown field "replicsa" in services.cart (did you mean "replicas"?)
      cart: { replicsa: 2, weight: 300, colour: red }
              ^
shop.yaml:3:32: services.cart.weight: "300" is too large
      cart: { replicsa: 2, weight: 300, colour: red }
                                   ^
shop.yaml:3:37: unknown field "colour" in services.cart (known: replicas, weight, price, ready, scheduling, zones, timeout, runtime, retries, backoff, operations)
      cart: { replicsa: 2, weight: 300, colour: red }
                                        ^
shop.yaml:7:16: services.pay.operations.place.0.cpu: "gauss(250us)" is not a distribution
            - cpu: gauss(250us)
                   ^
shop.yaml:9:24: services.pay.operations.place.1.probability: a step that nobody takes
              probability: 0
                           ^
shop.yaml:10:11: services.pay.operations.place.2: x is a bad name
            - call: x
              ^
shop.yaml:10:17: services.pay.operations.place.2.call: a call names component.operation
            - call: x
                    ^
shop.yaml:12:13: unknown field "cpuu" in services.pay.operations.place.3.1 (did you mean "cpu"?)
              - cpuu: exp(1ms)
                ^
shop.yaml:13:11: services.pay.operations.place.4: publish is not supported yet
            - publish: order
              ^
shop.yaml:14:11: services.pay.operations.place.5: an empty list of branches
            - []
              ^
shop.yaml:16:11: services.pay.operations.place.6: cpu and call exclude each other; write one of them
              call: a.b
              ^
shop.yaml:17:11: services.pay.operations.place.7: one of cpu, call is needed
            - {}
              ^
shop.yaml:18:15: services.pay.operations.move: memory is not supported yet
          move: { memory: 3, step: [] }
                  ^
shop.yaml:18:26: unknown field "step" in services.pay.operations.move (did you mean "steps"?)
          move: { memory: 3, step: [] }
                             ^
shop.yaml:19:13: services.pay.operations.take: a list is needed, such as [a, b]; found "5"
          take: 5
                ^
shop.yaml:20:14: services.pay.runtime: "rby" is not one of go, jvm, node
        runtime: rby
                 ^
shop.yaml:21:14: services.pay.retries: attempts is missing
        retries: { backoff: { base: 1s } }
                 ^
shop.yaml:21:25: services.pay.retries.backoff.max: max is below base
        retries: { backoff: { base: 1s } }
                            ^
shop.yaml:22:5: services.pay: autoscaling is not supported yet
        autoscaling: {}
        ^
shop.yaml:24:44: faults.both: crash and slow exclude each other; write one of them
      both: { at: 1m, crash: { component: a }, slow: {} }
                                               ^
shop.yaml:25:9: faults.none: one of crash, slow is needed
      none: { at: 5 }
            ^
shop.yaml:25:15: faults.none.at: "5" has no unit (write 5ms, 5s, …)
      none: { at: 5 }
                  ^
shop.yaml:26:19: faults.late: zoneOutage is not supported yet
      late: { at: 1s, zoneOutage: a }
                      ^
shop.yaml:27:9: faults.bare: at is missing
      bare: { crash: {} }
            ^
shop.yaml:27:18: faults.bare.crash: component is missing
      bare: { crash: {} }
                     ^
shop.yaml:28:19: unknown field "crsh" in faults.typo (did you mean "crash"?)
      typo: { at: 1s, crsh: {} }
                      ^`

func TestAllErrorsOfAFileComeAtOnce(t *testing.T) {
	_, got := read(faulty, new(shop))
	if got != faultyErrors {
		t.Errorf("got\n%s", got)
	}
}

func TestAnErrorUnderlinesItsPlace(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"after tabs", "name: x\nservices: {\tcart:\t{ bad: 1 } }\n",
			"services: {    cart:    { bad: 1 } }\n" +
				"                          ^"},
		{"after wide characters", "name: x\nservices: { 買い物: { bad: 1 } }\n",
			"services: { 買い物: { bad: 1 } }\n" +
				"                      ^"},
		{"after combining marks", "name: x\nservices: { cafe\u0301: { bad: 1 } }\n",
			"services: { cafe\u0301: { bad: 1 } }\n" +
				"                    ^"},
		{"after an escape", "name: x\nservices: { \"\x01\": {}, b: { bad: 1 } }\n",
			"services: { \"\\x01\": {}, b: { bad: 1 } }\n" +
				"                             ^"},
		{"in a long line", "name: x\nservices: { " + strings.Repeat("x", 100) + ": { bad: 1 }, " + strings.Repeat("y", 100) + ": {} }\n",
			"…" + strings.Repeat("x", 46) + ": { bad: 1 }, " + strings.Repeat("y", 30) + "…\n" +
				strings.Repeat(" ", 51) + "^"},
		{"in a long line of wide characters", "name: x\nservices: { " + strings.Repeat("物", 200) + ": { bad: 1 } }\n",
			"…" + strings.Repeat("物", 23) + ": { bad: 1 } }\n" +
				strings.Repeat(" ", 51) + "^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := read(c.text, new(shop))
			lines := strings.Split(got, "\n")
			if len(lines) < 3 {
				t.Fatal(got)
			}
			shown := strings.TrimPrefix(lines[len(lines)-2], "    ") + "\n" + strings.TrimPrefix(lines[len(lines)-1], "    ")
			if shown != c.want {
				t.Errorf("got\n%s\nwant\n%s", shown, c.want)
			}
		})
	}
}

func TestErrorsComeByFileAndThenByPlace(t *testing.T) {
	errs := new(Errors)
	second := Parse("b.yaml", []byte("x: 1\ny: 2\n"), errs)
	first := Parse("a.yaml", []byte("x: 1\n"), errs)
	errs.At(second.Root.Get("y"), "three")
	errs.At(first.Root.Get("x"), "four")
	errs.AtKey(second.Root, "y", "two")
	errs.AtKey(second.Root, "absent", "one")
	want := "b.yaml:1:1: one\n    x: 1\n    ^\nb.yaml:2:1: two\n    y: 2\n    ^\n" +
		"b.yaml:2:4: three\n    y: 2\n       ^\na.yaml:1:4: four\n    x: 1\n       ^"
	if got := errs.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var one *Error
	if !errors.As(errs.Err(), &one) || one.Pos != (Pos{"b.yaml", 1, 1}) {
		t.Errorf("errors.As finds %+v", one)
	}
}

func TestAValueHasOneErrorAndAMappingSeveral(t *testing.T) {
	errs := new(Errors)
	root := Parse("a.yaml", []byte("x: { y: 1 }\n"), errs).Root
	errs.At(root.Get("x").Get("y"), "first")
	errs.At(root.Get("x").Get("y"), "second")
	errs.At(root.Get("x"), "third")
	errs.At(root.Get("x"), "third")
	errs.At(root.Get("x"), "fourth")
	errs.At(nil, "nowhere")
	if got, want := heads(errs), "a.yaml:1:4: third\na.yaml:1:4: fourth\na.yaml:1:9: first\ndefault: nowhere"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestABlockMappingIsShownByItsKey(t *testing.T) {
	errs := new(Errors)
	root := Parse("a.yaml", []byte("services:\n  cart:\n    replicas: 1\n"), errs).Root
	errs.At(root.Get("services").Get("cart"), "wrong")
	if got := heads(errs); got != "a.yaml:2:3: wrong" {
		t.Error(got)
	}
}

func TestNothingHostileReachesATerminal(t *testing.T) {
	errs := new(Errors)
	f := Parse("a\x1b[2J.yaml", []byte("x: \x1b]0;owned\x07 # \u202e\n"), errs)
	errs.At(f.Root, "%s", "raw \x1b[31m \u202e \xff text")
	got := errs.Error()
	for i, r := range got {
		if _, size := utf8.DecodeRuneInString(got[i:]); r < ' ' && r != '\n' || r == '\u202e' || r == utf8.RuneError && size == 1 {
			t.Fatalf("%q holds %U", got, r)
		}
	}
	if !strings.Contains(got, `raw \x1b[31m \u202e \xff text`) || !strings.Contains(got, `a\x1b[2J.yaml:1:4`) {
		t.Error(got)
	}
}

func TestManyErrorsAreCountedAndTheFirstShown(t *testing.T) {
	text := "name: x\n" + strings.Repeat("? k\n", 20_000)
	_, got := read(text, new(shop))
	if !strings.HasSuffix(got, "\n… and 19900 more errors") || strings.Count(got, "duplicate key") != maxPrinted {
		t.Error(got[len(got)-200:])
	}
}

func TestSuggestFindsTheNearestName(t *testing.T) {
	names := []string{"replicas", "cpu", "workers", "runtime", "timeout", "LEAST_REQUEST", "at", "payments", "ab"}
	for _, c := range []struct{ got, want string }{
		{"replicsa", "replicas"}, {"repicas", "replicas"}, {"replica", "replicas"}, {"replicaas", "replicas"},
		{"cpuu", "cpu"}, {"pcu", "cpu"}, {"CPU", "cpu"}, {"c", ""}, {"mem", ""}, {"least_request", "LEAST_REQUEST"},
		{"runtimeout", "runtime"}, {"time", ""}, {"at", ""}, {"ta", ""}, {"", ""}, {"pay", ""}, {"paymnts", "payments"},
		{strings.Repeat("x", 1_000_000), ""},
	} {
		if got := Suggest(c.got, names); got != c.want {
			t.Errorf("Suggest(%.20q) = %q, want %q", c.got, got, c.want)
		}
	}
	if got := DidYouMean("cpuu", names); got != ` (did you mean "cpu"?)` {
		t.Error(got)
	}
}
