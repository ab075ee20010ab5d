package reports

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// junitElement is what the schema of Jenkins' xUnit plugin (junit-10.xsd) says of
// an element, as far as we use it.
type junitElement struct {
	children []string
	required []string
	optional []string
	text     bool
}

var junitSchema = map[string]junitElement{
	"testsuites": {children: []string{"testsuite"}, optional: []string{"name", "time", "tests", "failures", "errors"}},
	"testsuite": {children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"}, required: []string{"name", "tests", "failures", "errors"},
		optional: []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"}},
	"properties": {children: []string{"property"}},
	"property":   {required: []string{"name", "value"}},
	"testcase": {children: []string{"skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"},
		required: []string{"name"}, optional: []string{"time", "classname", "group"}},
	"failure": {optional: []string{"type", "message"}, text: true},
	"error":   {optional: []string{"type", "message"}, text: true},
	"skipped": {optional: []string{"type", "message"}, text: true},
}

// junitNode is an element as it was read.
type junitNode struct {
	name     string
	attrs    map[string]string
	children []*junitNode
}

// checkJUnit reads XML strictly, holds it against the schema, and returns its root.
func checkJUnit(t *testing.T, text string) *junitNode {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	top := &junitNode{}
	stack := []*junitNode{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		at := stack[len(stack)-1]
		switch e := token.(type) {
		case xml.StartElement:
			n := &junitNode{name: e.Name.Local, attrs: map[string]string{}}
			for _, a := range e.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			checkElement(t, at.name, n)
			at.children = append(at.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if s := strings.TrimSpace(string(e)); s != "" && !junitSchema[at.name].text {
				t.Errorf("%s holds text: %q", at.name, s)
			}
		}
	}
	if len(top.children) != 1 || top.children[0].name != "testsuites" {
		t.Fatal("the root is not testsuites")
	}
	return top.children[0]
}

func checkElement(t *testing.T, parent string, n *junitNode) {
	t.Helper()
	rule, known := junitSchema[n.name]
	if !known || parent != "" && !slices.Contains(junitSchema[parent].children, n.name) {
		t.Errorf("%s in %q", n.name, parent)
	}
	for _, a := range rule.required {
		if _, ok := n.attrs[a]; !ok {
			t.Errorf("%s lacks %s", n.name, a)
		}
	}
	for a := range n.attrs {
		if !slices.Contains(rule.required, a) && !slices.Contains(rule.optional, a) {
			t.Errorf("%s has %s, which the schema does not know", n.name, a)
		}
	}
}

// checkCounts compares the counts of a suite with its tests.
func checkCounts(t *testing.T, root *junitNode) {
	t.Helper()
	all := map[string]int{}
	for _, suite := range root.children {
		own := map[string]int{}
		for _, c := range suite.children {
			if c.name != "testcase" {
				continue
			}
			own["tests"]++
			for _, outcome := range c.children {
				own[map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"}[outcome.name]]++
			}
		}
		for _, key := range []string{"tests", "failures", "errors", "skipped"} {
			if suite.attrs[key] != strconv.Itoa(own[key]) {
				t.Errorf("%s says %s %s, and has %d", suite.attrs["name"], suite.attrs[key], key, own[key])
			}
			all[key] += own[key]
		}
	}
	for _, key := range []string{"tests", "failures", "errors"} {
		if root.attrs[key] != strconv.Itoa(all[key]) {
			t.Errorf("all suites say %s %s, and have %d", root.attrs[key], key, all[key])
		}
	}
}

func TestJUnitIsWhatJenkinsReads(t *testing.T) {
	texts := map[string]string{}
	for name, g := range gates() {
		for _, policy := range []string{"", "pass", "fail"} {
			g.Inconclusive = policy
			var b strings.Builder
			if err := gateJUnit(&b, g, Options{}); err != nil {
				t.Fatal(err)
			}
			texts[name+" "+policy] = b.String()
		}
	}
	for name, store := range stores() {
		texts[name] = render(t, JUnit, store, Options{})
	}
	xmllint, err := exec.LookPath("xmllint")
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			checkCounts(t, checkJUnit(t, text))
			if err != nil {
				return // Go's own parser has read it
			}
			cmd := exec.Command(xmllint, "--noout", "-")
			cmd.Stdin = strings.NewReader(text)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("xmllint: %v\n%s", err, out)
			}
		})
	}
}
