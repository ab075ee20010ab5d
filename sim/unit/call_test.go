package unit

import (
	"reflect"
	"strings"
	"testing"

	"faultline/cmd/bounded"
)

func TestParseCall(t *testing.T) {
	for _, c := range []struct {
		text, name string
		args       []Arg
	}{
		{"poisson", "poisson", nil},
		{"3ms", "3ms", nil},
		{"exp()", "exp", []Arg{}},
		{"exp( )", "exp", []Arg{}},
		{"exp(3ms)", "exp", []Arg{{"", "3ms"}}},
		{"lognormal(3ms cv=1.5)", "lognormal", []Arg{{"", "3ms"}, {"cv", "1.5"}}},
		{"lognormal(3ms, cv=1.5)", "lognormal", []Arg{{"", "3ms"}, {"cv", "1.5"}}},
		{"lognormal(3ms,cv=1.5)", "lognormal", []Arg{{"", "3ms"}, {"cv", "1.5"}}},
		{"lognormal( 3ms ,\tcv=1.5 )", "lognormal", []Arg{{"", "3ms"}, {"cv", "1.5"}}},
		{"mix(95% exp(1ms) 5% exp(40ms))", "mix", []Arg{{"", "95%"}, {"", "exp(1ms)"}, {"", "5%"}, {"", "exp(40ms)"}}},
		{"f(g(1, 2), h(a=b))", "f", []Arg{{"", "g(1, 2)"}, {"", "h(a=b)"}}},
		{"f(x=g(1 2))", "f", []Arg{{"x", "g(1 2)"}}},
		{"empirical(a-b_c.csv)", "empirical", []Arg{{"", "a-b_c.csv"}}},
		{"f(x=a=b)", "f", []Arg{{"x", "a=b"}}},
	} {
		name, args, err := ParseCall(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if name != c.name || !reflect.DeepEqual(args, c.args) {
			t.Errorf("%q is %q with %#v, want %q with %#v", c.text, name, args, c.name, c.args)
		}
	}
}

func TestParseCallSaysWhatWouldBeRight(t *testing.T) {
	for _, c := range []refusal{
		{"", "is empty"},
		{" exp(3ms)", `has spaces around it (write "exp(3ms)")`},
		{"lognormal(250us", `"lognormal(250us" has no closing parenthesis; was it cut off at a comma?`},
		{"mix(95% exp(1ms)", "no closing parenthesis"},
		{"exp(3ms))", "a closing parenthesis too many"},
		{")(", "a closing parenthesis too many"},
		{"(3ms)", "has no name before the parenthesis"},
		{"exp (3ms)", `has a space before the parenthesis (write "exp(3ms)")`},
		{"exp(3ms)x", "goes on after its closing parenthesis"},
		{"exp(3ms) exp(4ms)", "goes on after its closing parenthesis"},
		{"exp(3ms)(4ms)", "goes on after its closing parenthesis"},
		{"f(,a)", "a comma with no argument before it"},
		{"f(a,,b)", "a comma with no argument before it"},
		{"f(a,)", "a comma with no argument after it"},
		{"f(cv=)", `an incomplete argument "cv="`},
		{"f(=1)", `an incomplete argument "=1"`},
		{"f(cv==1)", `an incomplete argument "cv==1"`},
		{"f(cv = 1)", `an incomplete argument "="`},
		{"f(cv=1 cv=2)", `gives "cv" twice`},
		{strings.Repeat("f(", 40) + strings.Repeat(")", 40), "nests deeper than 32"},
		{"f(" + strings.Repeat("1 ", 5000) + ")", "is longer than 4096 bytes"},
	} {
		name, args, err := ParseCall(c.text)
		if err == nil {
			t.Errorf("%q is accepted as %q with %v", c.text, name, args)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: the error is %q, want %q in it", c.text, err, c.want)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	for _, s := range []string{"", "poisson", "exp(3ms)", "mix(95% exp(1ms) 5% exp(40ms))", "f(x=g(1 2), y)", "((", "f(,)", "f(a=)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		name, args, err := ParseCall(text)
		if err != nil {
			checkPrintable(t, err)
			return
		}
		if args == nil {
			if name != text {
				t.Fatalf("%q has the name %q", text, name)
			}
			return
		}
		// Written out again, the call reads the same.
		parts := make([]string, len(args))
		for i, a := range args {
			parts[i] = a.Value
			if a.Key != "" {
				parts[i] = a.Key + "=" + a.Value
			}
		}
		again := name + "(" + strings.Join(parts, " ") + ")"
		name2, args2, err := ParseCall(again)
		if err != nil || name2 != name || !reflect.DeepEqual(args, args2) {
			t.Errorf("%q written out is %q, which reads as %q with %v, %v", text, again, name2, args2, err)
		}
	})
}
