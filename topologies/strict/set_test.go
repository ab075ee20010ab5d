package strict

import (
	"testing"
)

const settable = `name: x
services:
  payments: { replicas: 2, zones: [a, b] }
  empty:
raw:
  topologies: [a.yaml, b.yaml]
  edges:
    "checkout -> payments": { timeout: 1s }
`

func TestSetPutsAValueAtAPath(t *testing.T) {
	for _, c := range []struct{ argument, path, want string }{
		{"services.payments.replicas=7", "services.payments.replicas", "7"},
		{`raw.edges."checkout -> payments".timeout=300ms`, `raw.edges."checkout -> payments".timeout`, "300ms"},
		{`raw."a=b"=c=d`, `raw."a=b"`, "c=d"},
		{"raw.topologies.1=c.yaml", "raw.topologies.1", "c.yaml"},
		{"raw.topologies=[d.yaml]", "raw.topologies.0", "d.yaml"},
		{"raw.new.deep.key={ a: 1 }", "raw.new.deep.key.a", "1"},
		{"services.empty.replicas=3", "services.empty.replicas", "3"},
		{"raw.law=lognormal(200us, cv=0.5)", "raw.law", "lognormal(200us, cv=0.5)"},
		{`raw."say \"hi\""=x`, `raw."say \"hi\""`, "x"},
	} {
		t.Run(c.argument, func(t *testing.T) {
			errs := new(Errors)
			before := Parse("shop.yaml", []byte(settable), errs).Root
			root, err := SetArgument(before, c.argument)
			if err != nil {
				t.Fatal(err)
			}
			n := root.Find(c.path)
			if n.Text() != c.want || n.Origin() != "--set" {
				t.Errorf("got %q from %s", n.Text(), n.Origin())
			}
			if n := before.Find(c.path); n.Origin() == "--set" {
				t.Error("the tree that was given has changed")
			}
		})
	}
}

func TestABadSetNamesTheFlag(t *testing.T) {
	for _, c := range []struct{ argument, want string }{
		{"services", `--set services: no = (write path=value)`},
		{"=1", `--set =1: the path has an empty part (write it as services.cart.replicas)`},
		{"a..b=1", `--set a..b=1: the path has an empty part (write it as services.cart.replicas)`},
		{"a.=1", `--set a.=1: the path has an empty part (write it as services.cart.replicas)`},
		{`a."b=1`, `--set a."b=1: no = (write path=value)`},
		{`a."b"c=1`, `--set a."b"c=1: the path goes on after a closing quote (write a dot between its parts)`},
		{`a.b"c"=1`, `--set a.b"c"=1: the path has a quote inside a part (put the whole part in quotes)`},
		{"name=", `--set name=: no value (write name=VALUE)`},
		{"name=#", `--set name=#: there is nothing but comments`},
		{"name=[a", `--set name=[a: a "," or "]" is missing in the list`},
		{"name=a: b: c", `--set name=a: b: c: a ": " where no key can be; check the indentation, or put the text in quotes if the colon belongs to it`},
		{"name=!!str a", `--set name=!!str a: the tag "!!str" is not supported; remove it`},
		{"name={ a: 1, a: 2 }", `--set name={ a: 1, a: 2 }: duplicate key "a"; the first is at the same flag`},
		{"name=\x1b[31m", `--set name=\x1b[31m: the control character U+001B; remove it`},
		{"name.first=x", `--set name.first=x: name is the value "x", which has no "first" inside`},
		{"raw.topologies.2=c.yaml", `--set raw.topologies.2=c.yaml: "2" is not in the list raw.topologies, which has 2 (write 0 for the first)`},
		{"raw.topologies.first=c.yaml", `--set raw.topologies.first=c.yaml: "first" is not in the list raw.topologies, which has 2 (write 0 for the first)`},
		{"raw.topologies.01=c.yaml", `--set raw.topologies.01=c.yaml: "01" is not in the list raw.topologies, which has 2 (write 0 for the first)`},
	} {
		t.Run(c.argument, func(t *testing.T) {
			errs := new(Errors)
			root := Parse("shop.yaml", []byte(settable), errs).Root
			after, err := SetArgument(root, c.argument)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
			if after != root {
				t.Error("the tree has changed nevertheless")
			}
		})
	}
}

func TestErrorsOfASetValueNameTheFlag(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"services.payments.replicas", "many", `--set services.payments.replicas=many: services.payments.replicas: "many" is not a whole number`},
		{"services.payments.replicsa", "3", `--set services.payments.replicsa=3: unknown field "replicsa" in services.payments (did you mean "replicas"?)`},
		{"servces.payments.replicas", "3", `--set servces.payments.replicas=3: unknown field "servces" (did you mean "services"?)`},
		{"services.payments", "3", `--set services.payments=3: services.payments: a mapping is needed, such as { replicas: … }; found "3"`},
	} {
		errs := new(Errors)
		root := Parse("shop.yaml", []byte("name: x\nservices: { payments: {} }\n"), errs).Root
		root, err := Set(root, c.path, c.value)
		if err != nil {
			t.Fatal(err)
		}
		Decode(root, new(shop), errs)
		if got := errs.Error(); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

// A threshold begins with what YAML takes for the mark of a folded text.
func TestASetValueMayBeginWithAComparison(t *testing.T) {
	for _, value := range []string{">= 50/s", "> 5%", ">", "|x|", "> it's"} {
		root, err := Set(nil, "raw.a", value)
		if err != nil || root.Get("raw").Get("a").Text() != value {
			t.Errorf("%q: %q, %v", value, root.Get("raw").Get("a").Text(), err)
		}
	}
	if root, err := Set(nil, "description", ">\n  two\n  lines"); err != nil || root.Get("description").Text() != "two lines" {
		t.Errorf("a folded text: %q, %v", root.Get("description").Text(), err)
	}
}

func TestAFlagOfAnotherNameIsTheOrigin(t *testing.T) {
	root, err := SetFlag(nil, "--seed", "7", "run.seed", "7")
	if err != nil {
		t.Fatal(err)
	}
	if n := root.Get("run").Get("seed"); n.Text() != "7" || n.Origin() != "--seed" {
		t.Errorf("got %q from %s", n.Text(), n.Origin())
	}
	if _, err := SetFlag(nil, "--seed", "[", "run.seed", "["); err == nil || err.Error() != "--seed [: a value is expected here, but the file ends" {
		t.Errorf("got %v", err)
	}
}

func TestASetNoneRemoves(t *testing.T) {
	errs := new(Errors)
	root := Parse("shop.yaml", []byte("name: x\nservices: { a: {}, b: {} }\n"), errs).Root
	root, err := Set(root, "services.a", "none")
	if err != nil {
		t.Fatal(err)
	}
	var s shop
	if !Decode(root, &s, errs) || len(s.Services) != 1 || s.Services[0].Key != "b" {
		t.Errorf("got %+v, %v", s.Services, errs.Err())
	}
}

func TestPathsRoundTrip(t *testing.T) {
	for _, segments := range [][]string{{"a"}, {"a", "b-c_d", "0"}, {"a -> b", "*"}, {"a.b", `say "hi"`, "=", "日本"}, {"a\nb", "\x00"}} {
		got, err := splitPath(JoinPath(segments...))
		if err != nil || len(got) != len(segments) {
			t.Errorf("%q: %q, %v", segments, got, err)
			continue
		}
		for i := range got {
			if got[i] != segments[i] {
				t.Errorf("%q became %q", segments[i], got[i])
			}
		}
	}
}
