package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// textCases put what no file may hold into a description, where any text may
// stand, and texts that are but text.
func textCases() (list []bad) {
	for i, v := range []string{"\x1b[31m", "\x1b]0;title\x07", "\u202ereversed", "\u2066", "\u200b", "\ufeff", "\x00", "\x07", "\x7f", "\u009b31m", "\u0085", "\u2028", "\ufffe", "\U000e0041", "\u200e", "\u061c", "a\rb", "\U0001fffe"} {
		files, where := hostileFiles("description", quote(v))
		list = append(list, bad{name: fmt.Sprintf("text %d spelt as an escape", i), files: files, where: where, harms: true})
		raw, _ := hostileFiles("", "")
		raw["hostile.yaml"] += "# " + v + "\n"
		list = append(list, bad{name: fmt.Sprintf("text %d in a comment", i), files: raw, harms: i != 4 && i != 13}) // tags and invisible spaces may stand in comments
	}
	for i, v := range slices.Concat(legalTexts, badNames[1:5], badNames[6:10]) {
		files, _ := hostileFiles("description", quote(v))
		list = append(list, bad{name: fmt.Sprintf("description %d", i), files: files})
		files, _ = hostileFiles("team", quote(strings.NewReplacer("\n", " ", "\t", " ").Replace(v)))
		list = append(list, bad{name: fmt.Sprintf("team %d", i), files: files})
	}
	return list
}

// legalTexts may stand in a description: they are shown, and nothing else.
var legalTexts = []string{
	"=cmd|' /C calc'!A0", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "${alert(1)}", "{{alert(1)}}", "[link](https://example.invalid) @everyone #1",
	"a\nb\n\n# heading\n", "a\tb", "| a | b |", "--- ", "&amp;", "%n%s", "\u200dx", "e\u0301", "🧨", "<!-- -->", "]]>", "' onload=alert(1) x='", "::warning::x",
}

// structureCases are texts that are no scenario: most are what the YAML test suite
// says must fail, the others what its readers have stumbled over.
func structureCases() (list []bad) {
	for i, v := range structures {
		list = append(list, bad{name: fmt.Sprintf("structure %d %.20q", i, v), files: map[string]string{"hostile.yaml": v}, where: "hostile.yaml:", harms: true})
	}
	for name, encode := range encodings {
		files, _ := hostileFiles("", "")
		files["hostile.yaml"] = encode(files["hostile.yaml"])
		list = append(list, bad{name: name, files: files, where: "hostile.yaml:", harms: !strings.HasSuffix(name, "is fine")})
	}
	return list
}

// encodings are ways in which a file may be saved.
var encodings = map[string]func(string) string{
	"a mark at the start is fine":      func(s string) string { return "\ufeff" + s },
	"two marks at the start":           func(s string) string { return "\ufeff\ufeff" + s },
	"lines of another system, is fine": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"lines of an old system":           func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
	"UTF-16, little end first":         func(s string) string { return "\xff\xfe" + wide(s, 0) },
	"UTF-16, big end first":            func(s string) string { return "\xfe\xff" + wide(s, 1) },
	"UTF-16 without a mark":            func(s string) string { return wide(s, 0) },
	"UTF-32":                           func(s string) string { return strings.Join(strings.Split(s, ""), "\x00\x00\x00") },
	"Latin-1":                          func(s string) string { return s + "# caf\xe9\n" },
	"an overlong slash":                func(s string) string { return s + "# \xc0\xaf\n" },
	"NUL after all":                    func(s string) string { return s + "\x00" },
	"the end of an old file":           func(s string) string { return s + "\x1a" },
	"a zip":                            func(string) string { return "PK\x03\x04\x14\x00\x00\x00\x08\x00" },
	"half of a character":              func(s string) string { return s + "# \xe2\x82" },
	"twice":                            func(s string) string { return s + s },
	"two documents":                    func(s string) string { return s + "---\n" + s },
	"an end mark is fine":              func(s string) string { return "---\n" + s + "...\n" },
}

func wide(s string, first int) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		pair := [2]byte{byte(u), byte(u >> 8)}
		b.WriteByte(pair[first])
		b.WriteByte(pair[1-first])
	}
	return b.String()
}

var structures = []string{
	"", " ", "\n\n", "# nothing\n", "---\n", "--- ---\n", "...\n", "~\n", "null\n", "true\n", "42\n", "word\n", "'quoted'\n", "[]\n", "{}\n", "- a\n- b\n", "? a\n", ": a\n", "|\n text\n", "&a b\n", "*a\n", "!!map {}\n", "%YAML 1.2\n---\nscenario: s\n", "%TAG ! tag:x,2000:\n---\nscenario: s\n", "%YAML 9.9\n---\nscenario: s\n",
	"scenario: a\nscenario: b\n", "scenario: s\n'scenario': t\n", "scenario: s\n? scenario\n: t\n", "{scenario: s, scenario: t}\n", "scenario: s\nload: { a: {}, a: {} }\n", "scenario: s\nrun: { seed: 1,\n  seed: 2 }\n", "scenario: s\n\"sc\\u0065nario\": t\n",
	"scenario: !!str s\n", "scenario: !!python/object:os.system s\n", "scenario: !<tag:x> s\n", "scenario: !!binary aGk=\n", "!!set {scenario}\n", "scenario: ! s\n", "load: !!omap []\n", "scenario: !!js/function 'function(){}'\n", "scenario: !ruby/object:Gem {}\n",
	"a: &a {b: 1}\nscenario: s\nload:\n  <<: *a\n", "<<: {scenario: s}\n", "<<: [*a]\n", "scenario: s\n\"<<\": {}\n", "load: { x: { <<: { rate: 1/s } } }\nscenario: s\n",
	"scenario: &a *a\n", "scenario: *nobody\n", "scenario: &a &b s\n", "&a scenario: &a s\nx: *a\n", "load: &l { x: *l }\n", "load: &a [*a]\n", "scenario: &\n", "scenario: *\n", "a: &x [1]\nb: [*x, *x\n",
	"scenario: [\n", "scenario: ]\n", "scenario: {\n", "scenario: }\n", "scenario: [a, b\n", "scenario: [a, b }\n", "scenario: {a: b ]\n", "scenario: [,]\n", "scenario: [a,,b]\n", "scenario: {,}\n", "scenario: {a, b: }\n", "scenario: [a]]\n", "scenario: {a: [b}\n", "[a: b: c]\n", "{a: b: c}\n", "[ [ [ ]\n", "scenario: s }\n",
	"scenario: \"s\n", "scenario: 's\n", "scenario: \"\\z\"\n", "scenario: \"\\x4\"\n", "scenario: \"\\ud800\"\n", "scenario: \"\\U00110000\"\n", "scenario: \"s\" t\n", "scenario: 's' 't'\n", "scenario: \"a\nb: c\"\n", "'scenario: s\n", "scenario: \"\\'\"\n", "scenario: \"a\n---\nb\"\n",
	"scenario: s\n load: {}\n", "  scenario: s\nload: {}\n", "scenario: s\n\tload: {}\n", "\tscenario: s\n", "scenario:\ts\n\t\n\tx\n", "scenario:\n  a\n b\n", "load:\n  x:\n    rate: 1/s\n   mix: {}\n", "scenario: s\n- a\n", "- a\nscenario: s\n", "scenario: a: b\n", "scenario : s : t\n", "scenario s\n", "scenario: s\nload\n", "a\nb: c\n", "scenario: - a\n", "scenario: - - a\n", "key: - a\n     - b\n",
	"scenario: |x\n  a\n", "scenario: |0\n  a\n", "scenario: |99\n  a\n", "scenario: |\n   a\n  b\n", "scenario: >--\n a\n", "scenario: > a\n", "scenario: |# c\n  a\n", "scenario: @s\n", "scenario: `s`\n", "scenario: %s\n", "scenario: s#\n  : x\n", "scenario: ,\n", "scenario: ? a\n", "? [a]: b\n", "? {a: b}\n: c\n", "[a]: b\n", "{a: b}: c\n", "? |\n  block\n: x\n", "*a : b\n", "&a : b\n", "~: x\n", "'': x\n", "1: x\n", "1.5: x\n", "true: x\n", "2024-01-01: x\n", "null: x\n",
	"scenario: s\n--- |\n a\n", "scenario: s\n... x\n", "scenario: s\n...\nload: {}\n", "---\nscenario: s\n---\n", "--- scenario: s\n", "---scenario: s\n", "scenario: s\n%TAG\n", "%\n", "%YAML\n", "# c\n%YAML 1.1\nscenario: s\n", "scenario: s\n---\n...\n---\n",
	"scenario: s\ntopologies:\n", "scenario: s\ntopologies: []\n", "scenario: s\ntopologies: {}\n", "scenario: s\ntopologies: [[]]\n", "scenario: s\ntopologies: [~]\n", "scenario: s\ntopologies: ['']\n", "scenario: s\nload: []\n", "scenario: s\nload: x\n", "scenario: s\nload: { x: [] }\n", "scenario: s\nload: { x: { mix: [] } }\n", "scenario: s\nload: { x: { rate: { a: 1 } } }\n", "scenario: s\nfaults: []\n", "scenario: s\nfaults: { f: }\n", "scenario: s\nfaults: { f: {} }\n", "scenario: s\nthresholds: [x]\n", "scenario: s\nthresholds: { latency: { a: b } }\n", "scenario: s\nrun: []\n", "scenario: s\nrun: 5\n", "scenario: s\ngate: {}\n", "scenario: s\nexpect: maybe\n", "scenario: s\nSCENARIO: t\n", "scenario: [s]\n", "scenario: {s: t}\n",
	"topology: t\n", "topology: t\nscenario: s\n", "application: a\n", "topology: t\nservices: []\n", "topology: t\nservices: { s: }\n", "topology: t\nservices: { s: [] }\n", "topology: t\nbrokers: {}\n", "topology: t\nservices: { s: { autoscaling: {} } }\n", "application: a\ncomponents: []\n", "application: a\ncomponents: { c: { operations: [] } }\n", "application: a\ncomponents: { c: { operations: { o: {} } } }\n", "application: a\ncomponents: { c: { operations: { o: [ [] ] } } }\n", "application: a\ncomponents: { c: { operations: { o: [ { } ] } } }\n", "application: a\ncomponents: { c: { operations: { o: [ { cpu: 1ms, sleep: 1ms } ] } } }\n", "application: a\ncomponents: { c: { operations: { o: [ cpu ] } } }\n", "application: a\ncomponents: { c: { operations: { o: [ { publish: t } ] } } }\n", "application: a\ncomponents: { c: { operations: { o: [ { transaction: [] } ] } } }\n",
}
