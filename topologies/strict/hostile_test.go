package strict

import (
	"strings"
	"testing"
	"time"
	"unicode"
)

// hostile are the inputs that no file should hold.
var hostile = []struct{ name, text, want string }{
	{"an empty file", "", `1:1: the file is empty`},
	{"a file of spaces", "   \n\t\n", `1:1: the file is empty`},
	{"only comments", "# shop\n# cart\n", `1:1: there is nothing but comments`},
	{"a null document", "---\n", `2:1: no value; write one, or leave the key out`},
	{"a word", "shop\n", `1:1: a mapping is needed, such as { name: … }; found "shop"`},
	{"a list", "- name: x\n", `1:1: a mapping is needed, such as { name: … }; found a list`},
	{"a byte order mark at the start is fine", "\ufeffname: x\nbad: 1\n", `2:1: unknown field "bad" (known: name, description, services, faults, platform, raw)`},
	{"a byte order mark inside", "name: x\n\ufeffservices: {}\n", `2:1: a byte order mark (U+FEFF) inside the text; remove it`},
	{"UTF-16", "\xff\xfen\x00a\x00", `1:1: the file is UTF-16; save it as UTF-8`},
	{"invalid UTF-8 in a value", "name: sh\xffop\nservicse: {}\n", "1:9: the byte 0xff is not UTF-8; save the file as UTF-8\n" +
		"2:1: unknown field \"servicse\" (did you mean \"services\"?)"},
	{"invalid UTF-8 in a comment", "name: x # caf\xe9\n", `1:14: the byte 0xe9 is not UTF-8; save the file as UTF-8`},
	{"an overlong encoding", "name: \xc0\xae\n", "1:7: the byte 0xc0 is not UTF-8; save the file as UTF-8\n" +
		"1:8: the byte 0xae is not UTF-8; save the file as UTF-8"},
	{"a surrogate", "name: \xed\xa0\x80\n", "1:7: the byte 0xed is not UTF-8; save the file as UTF-8\n" +
		"1:8: the byte 0xa0 is not UTF-8; save the file as UTF-8\n" +
		"1:9: the byte 0x80 is not UTF-8; save the file as UTF-8"},
	{"NUL", "name: a\x00b\n", `1:8: the control character U+0000; remove it`},
	{"a binary file", strings.Repeat("\x00\x01", 100), "1:1: the control character U+0000; remove it\n" +
		"1:2: the control character U+0001; remove it\n" +
		"1:3: the control character U+0000; remove it\n" +
		"1:4: the control character U+0001; remove it\n" +
		"1:5: the control character U+0000; remove it\n" +
		"1:6: the control character U+0001; remove it\n" +
		"1:7: the control character U+0000; remove it\n" +
		"1:8: the control character U+0001; remove it\n" +
		"1:9: the control character U+0000; remove it\n" +
		"1:10: the control character U+0001; remove it\n" +
		"1:11: more than 10 such characters; is this a text file?"},
	{"escape sequences for a terminal", "name: \x1b[31mred\n", `1:7: the control character U+001B; remove it`},
	{"an escape sequence spelt as an escape", "name: \"\\e[31mred\"\n", `1:7: the text holds the control character U+001B; remove it`},
	{"a C1 control", "name: a\u009bb\n", `1:8: the control character U+009B; remove it`},
	{"DEL", "name: a\x7fb\n", `1:8: the control character U+007F; remove it`},
	{"a carriage return alone", "name: x\rservices: {}\n", `1:8: a carriage return without a line feed; save the file with line feeds`},
	{"carriage returns before line feeds are fine", "name: x\r\nbad: 1\r\n", `2:1: unknown field "bad" (known: name, description, services, faults, platform, raw)`},
	{"a line separator", "name: x\u2028services: {}\n", `1:8: the line separator U+2028; use a line feed`},
	{"a text direction override", "name: a\u202eb\n", `1:8: the text direction character U+202E, which makes a text look like another; remove it`},
	{"a text direction override in a comment", "name: x # \u2066y\n", `1:11: the text direction character U+2066, which makes a text look like another; remove it`},
	{"a text direction override spelt as an escape", `name: "a\u202eb"`, `1:7: the text holds the text direction character U+202E, which makes a text look like another; remove it`},
	{"a text direction override in a key", "name: x\nservices: { \"pay\\u202e\": {} }\n", `2:13: the text holds the text direction character U+202E, which makes a text look like another; remove it`},
	{"an invisible character", "name: sh\u200bop\n", `1:7: the text holds the invisible character U+200B; remove it`},
	{"an invisible character in a key", "name: x\nservices: { \"pay\\u00adments\": {} }\n", `2:13: the text holds the invisible character U+00AD; remove it`},
	{"a noncharacter", "name: a\uffffb\n", `1:8: U+FFFF is not a character; remove it`},
	{"a NUL spelt as an escape", `name: "a\0b"`, `1:7: the text holds the control character U+0000; remove it`},
	{"a line break in a name", "name: |\n  a\n  b\n", `1:7: name: "a\nb\n" holds a line break or a tab; write it on one line`},
	{"a line break in a key", "name: x\nservices: { \"a\\nb\": {} }\n", `2:13: the key "a\nb" holds a line break or a tab`},
	{"a tab in a duration", "name: x\nplatform: { base: \"1s\\t\" }\n", `2:19: platform.base: "1s\t" holds a line break or a tab; write it on one line`},
	{"a tab as indentation", "name: x\nservices:\n\tcart: {}\n", `3:1: a tab cannot indent; use spaces`},
	{"a tab before a key", "\tname: x\n", `1:1: a tab cannot indent; use spaces`},
	{"a second document", "name: x\n---\nname: y\n", `2:1: a second document begins here; write one document in a file`},
	{"a second document that is empty", "name: x\n---\n", `2:1: a second document begins here; write one document in a file`},
	{"text after the document's end", "name: x\n...\nbad: 1\n", `3:1: a second document begins here; write one document in a file`},
	{"a flow mapping that ends early", "name: x\nservices: { cart: {", `2:20: a value is expected here, but the file ends`},
	{"a flow list that ends early", "name: x\nservices:\n  cart:\n    zones: [a, b\n", `4:12: a "," or "]" is missing in the list`},
	{"a bracket too many", "name: x\nservices: { cart: {} }}\n", `2:23: the "}" closes nothing`},
	{"a quote that is not closed", "name: \"x\nservices: {}\n", `1:7: a quote is not closed`},
	{"a single quote that is not closed", "name: 'x\n", `1:7: a quote is not closed`},
	{"an unknown escape", `name: "a\qb"`, `1:9: unknown escape in double quotes; write \\ for a backslash, or use single quotes`},
	{"two colons on a line", "name: x: y\n", `1:8: a ": " where no key can be; check the indentation, or put the text in quotes if the colon belongs to it`},
	{"a wrong indentation", "name: x\n services: {}\n", `2:10: a ": " where no key can be; check the indentation, or put the text in quotes if the colon belongs to it`},
	{"a list among keys", "name: x\n- a\n", `2:1: a key is expected here; check the indentation`},
	{"a key without a colon", "name: x\nservices\n", `2:1: a ":" is missing after the key`},
	{"a value that begins with @", "name: @x\n", `1:7: a value cannot begin with "@"; put it in quotes`},
	{"a value that begins with a backquote", "name: `x`\n", "1:7: a value cannot begin with \"`\"; put it in quotes"},
	{"a value that begins with %", "name: %x\n", `1:7: a value cannot begin with "%"; put it in quotes`},
	{"an unknown directive", "%FOO bar\n---\nname: x\n", `1:5: a text that begins with % must be in quotes`},
	{"100,000 nested lists", "name: " + strings.Repeat("[", 100_000), `1:71: lists and mappings are nested more than 64 deep`},
	{"100,000 nested mappings", strings.Repeat("{a: ", 100_000), `1:257: lists and mappings are nested more than 64 deep`},
	{"10,000 nested block lists", strings.Repeat("- ", 10_000), `1:129: lists and mappings are nested more than 64 deep`},
	{"10,000 nested keys", strings.Repeat("? ", 10_000), `1:129: lists and mappings are nested more than 64 deep`},
	{"65 nested lists", "name: x\nraw: " + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "\n", `2:69: lists and mappings are nested more than 64 deep`},
	{"lists nested without indentation", nestedBlocks(40), `34:65: lists and mappings are nested more than 64 deep`},
	{"an alias bomb", aliasBomb("[", "]"), `7:27: the aliases up to here expand to more than 10000 values`},
	{"an alias bomb of mappings", aliasBomb("{k: {", "}}"), `7:35: the aliases up to here expand to more than 10000 values`},
	{"an alias of itself", "name: &a [*a]\n", "1:7: name: a single value is needed; found a list\n" +
		"1:11: the alias *a stands inside what it stands for"},
	{"an alias of an enclosing mapping", "name: x\nservices: &s { cart: *s }\n", `2:22: the alias *s stands inside what it stands for`},
	{"an alias as a key", "name: &n x\nservices: { *n : {} }\n", `2:13: a key must be a plain word, not a list, a mapping or an alias`},
	{"an unknown alias", "name: *nobody\n", `1:7: no anchor of this name stands before the alias "*nobody"; put the text in quotes if * belongs to it`},
	{"an unknown alias where a name with * was meant", "name: x\nservices:\n  *: {}\n", `3:4: a text that begins with * or & must be in quotes`},
	{"a tag", "name: !!str x\n", `1:7: the tag "!!str" is not supported; remove it`},
	{"a tag on a mapping", "name: x\nservices: !map { cart: {} }\n", `2:11: the tag "!map" is not supported; remove it`},
	{"a bare tag", "name: ! x\n", `1:7: the tag "!" is not supported; remove it`},
	{"a tag of binary data", "name: !!binary aGk=\n", `1:7: the tag "!!binary" is not supported; remove it`},
	{"a tag on a key", "!!str name: x\n", `1:1: the tag "!!str" is not supported; remove it`},
	{"a merge key", "name: x\nservices:\n  a: &a { replicas: 2 }\n  b: { <<: *a }\n", `4:8: merge keys (<<) are not supported; write the keys out`},
	{"a duplicate key", "name: x\nservices:\n  cart: { replicas: 1, ready: true, replicas: 2 }\n", `3:37: duplicate key "replicas"; the first is at 3:11`},
	{"a duplicate key in quotes", "name: x\n\"name\": y\n", `2:1: duplicate key "name"; the first is at 1:1`},
	{"a duplicate service", "name: x\nservices:\n  cart: {}\n  pay: {}\n  cart: {}\n", `5:3: duplicate key "cart"; the first is at 3:3`},
	{"a list as a key", "name: x\n? [a, b]\n: c\n", `2:3: a key must be a plain word, not a list, a mapping or an alias`},
	{"an empty key", "name: x\n\"\": y\n", `2:1: a key is missing before the colon`},
	{"a null key", "name: x\n~: y\n", `2:1: a key is missing before the colon`},
	{"a key in place of a value", "name: x\nservices: { cart }\n", `2:18: services.cart: no value; write one, or leave the key out`},
	{"null as ~", "name: ~\n", `1:7: name: no value; write one, or leave the key out`},
	{"null as nothing", "name:\n", `1:6: name: no value; write one, or leave the key out`},
	{"null as a word", "name: null\n", `1:7: name: no value; write one, or leave the key out`},
	{"null for a number", value("replicas: null"), `4:15: services.cart.replicas: no value; write one, or leave the key out`},
	{"null for a duration", value("timeout: Null"), `4:14: services.cart.timeout: no value; write one, or leave the key out`},
	{"null for a list", value("zones:"), `4:11: services.cart.zones: no value; write one, or leave the key out`},
	{"null in a list", value("zones: [a, ~]"), `4:16: services.cart.zones.1: no value; write one, or leave the key out`},
	{"null for a service", "name: x\nservices:\n  cart:\n", `3:8: services.cart: no value; write one, or leave the key out`},
	{"an octal number", value("replicas: 010"), `4:15: services.cart.replicas: "010" begins with a zero, which YAML reads as octal; write 10`},
	{"an octal number of YAML 1.2", value("replicas: 0o17"), `4:15: services.cart.replicas: "0o17" is not decimal; write it in decimal digits`},
	{"a hexadecimal number", value("replicas: 0x1F"), `4:15: services.cart.replicas: "0x1F" is not decimal; write it in decimal digits`},
	{"a binary number", value("replicas: 0b11"), `4:15: services.cart.replicas: "0b11" is not decimal; write it in decimal digits`},
	{"a number with separators", value("replicas: 1_000"), `4:15: services.cart.replicas: "1_000" has separators; write 1000`},
	{"a fraction for a count", value("replicas: 1.5"), `4:15: services.cart.replicas: "1.5" is not a whole number`},
	{"a fraction that is whole", value("replicas: 2.0"), `4:15: services.cart.replicas: "2.0" is not a whole number`},
	{"an exponent for a count", value("replicas: 1e3"), `4:15: services.cart.replicas: "1e3" has an exponent; write the digits out`},
	{"a sign", value("replicas: +5"), `4:15: services.cart.replicas: "+5" has a sign; write 5`},
	{"a negative count", value("replicas: -1"), `4:15: services.cart.replicas: "-1" is outside 1 to 1000`},
	{"zero where one is the least", value("replicas: 0"), `4:15: services.cart.replicas: "0" is outside 1 to 1000`},
	{"a count beyond the bound", value("replicas: 1001"), `4:15: services.cart.replicas: "1001" is outside 1 to 1000`},
	{"a count beyond 64 bits", value("replicas: 99999999999999999999"), `4:15: services.cart.replicas: "99999999999999999999" is too large`},
	{"a count beyond 8 bits", value("weight: 256"), `4:13: services.cart.weight: "256" is too large`},
	{"a negative unsigned count", value("weight: -1"), `4:13: services.cart.weight: "-1" is negative; write a whole number of 0 or more`},
	{"a count of a million digits", value("replicas: " + strings.Repeat("9", 1_000_000)), `4:15: services.cart.replicas: "999999999999999999999999999999999999999999999999999999999999"… is too large`},
	{"a count in quotes", value(`replicas: "5"`), `4:15: services.cart.replicas: "5" is in quotes; write it without`},
	{"a sexagesimal number", value("replicas: 1:30"), `4:15: services.cart.replicas: "1:30" is not a whole number`},
	{"a date for a count", value("replicas: 2024-01-01"), `4:15: services.cart.replicas: "2024-01-01" is not a whole number`},
	{"a word for a count", value("replicas: many"), `4:15: services.cart.replicas: "many" is not a whole number`},
	{"a list for a count", value("replicas: [1]"), `4:15: services.cart.replicas: a single value is needed; found a list`},
	{"not a number", value("price: .nan"), `4:12: services.cart.price: ".nan" is not a number`},
	{"not a number, in words", value("price: NaN"), `4:12: services.cart.price: "NaN" is not a number`},
	{"infinity", value("price: .inf"), `4:12: services.cart.price: ".inf" is not a number`},
	{"negative infinity", value("price: -.Inf"), `4:12: services.cart.price: "-.Inf" is not a number`},
	{"a float beyond range", value("price: " + strings.Repeat("9", 400)), `4:12: services.cart.price: "999999999999999999999999999999999999999999999999999999999999"… is too large`},
	{"a float with an exponent", value("price: 1e3"), `4:12: services.cart.price: "1e3" has an exponent; write the digits out`},
	{"a float without digits after the point", value("price: 1."), `4:12: services.cart.price: "1." is not a number`},
	{"yes for true", value("ready: yes"), `4:12: services.cart.ready: "yes" is not true or false; write true`},
	{"Off for false", value("ready: Off"), `4:12: services.cart.ready: "Off" is not true or false; write false`},
	{"TRUE for true", value("ready: TRUE"), `4:12: services.cart.ready: "TRUE" is not true or false; write true`},
	{"true in quotes", value(`ready: "true"`), `4:12: services.cart.ready: "true" is in quotes; write it without`},
	{"a number for a bool", value("ready: 1"), `4:12: services.cart.ready: "1" is not true or false`},
	{"a duration without a unit", value("timeout: 5"), `4:14: services.cart.timeout: "5" has no unit (write 5ms, 5s, …)`},
	{"a mapping for a duration", value("timeout: { ms: 5 }"), `4:14: services.cart.timeout: a single value is needed; found a mapping`},
	{"an unknown key of a million characters", "name: x\n? " + strings.Repeat("k", 1_000_000) + "\n: 1\n", `2:3: unknown field "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"… (known: name, description, services, faults, platform, raw)`},
	{"a value of a million characters", value("timeout: " + strings.Repeat("m", 1_000_000)), `4:14: services.cart.timeout: "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"… has no unit (write 5ms, 5s, …)`},
	{"a file of more than 4 MiB", "name: x\n#" + strings.Repeat("x", 5<<20), `1:1: the file has 5242889 bytes, more than 4 MiB`},
	{"a file of too many values", "name: x\nraw: [" + strings.Repeat("a,", 300_000) + "]\n", `1:1: the file has more than 300000 commas, colons, brackets, quotes and lines`},
	{"a distribution that YAML cuts off", "name: x\nservices: { cart: { operations: { o: [ { cpu: lognormal(250us, cv=1) } ] } } }\n", `2:47: "lognormal(250us" is cut off at the comma: quote it ("lognormal(250us, cv=1)") or separate the arguments by spaces (lognormal(250us cv=1))`},
	{"a distribution that YAML cuts off twice", "name: x\nraw: { a: f(1, g(2, 3)), b: 4 }\nbad: 1\n", "2:11: \"f(1\" is cut off at the comma: quote it (\"f(1, g(2, 3))\") or separate the arguments by spaces (f(1 g(2 3)))\n" +
		"3:1: unknown field \"bad\" (known: name, description, services, faults, platform, raw)"},
	{"a distribution in a list that YAML cuts off", "name: x\nraw: [f(1, 2), 3]\nbad: 1\n", "2:7: \"f(1\" is cut off at the comma: quote it (\"f(1, 2)\") or separate the arguments by spaces (f(1 2))\n" +
		"3:1: unknown field \"bad\" (known: name, description, services, faults, platform, raw)"},
}

// value is a file with a setting of a service.
func value(setting string) string { return "name: x\nservices:\n  cart:\n    " + setting + "\n" }

// aliasBomb expands to 10^9 values.
func aliasBomb(open, end string) string {
	var b strings.Builder
	b.WriteString("name: x\nraw:\n  a0: &a0 [x]\n")
	for i := range 9 {
		this, last := string(rune('1'+i)), string(rune('0'+i))
		b.WriteString("  a" + this + ": &a" + this + " [")
		for range 10 {
			b.WriteString("[" + "*a" + last + "], ")
		}
		b.WriteString("]\n")
	}
	if open == "[" {
		return b.String()
	}
	return strings.NewReplacer("[*", open+"z: *", "],", end+",").Replace(b.String())
}

// nestedBlocks nests lists of mappings, whose dashes need no indentation.
func nestedBlocks(n int) string {
	var b strings.Builder
	b.WriteString("name: x\nraw:\n")
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- a:\n")
	}
	return b.String()
}

// heads are the errors of a text without their excerpts.
func heads(errs *Errors) string {
	var lines []string
	for _, e := range errs.All() {
		lines = append(lines, e.Pos.String()+": "+e.Message)
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "shop.yaml:", "")
}

func TestHostileFilesAreRefusedWithPlaceAndRemedy(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			errs := new(Errors)
			start := time.Now()
			Decode(Parse("shop.yaml", []byte(h.text), errs).Root, new(shop), errs)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if got := heads(errs); got != h.want {
				t.Errorf("got\n%s\nwant\n%s", got, h.want)
			}
			for _, c := range errs.Error() {
				if c != '\n' && c != ' ' && !unicode.IsPrint(c) {
					t.Errorf("%U reaches the terminal", c)
				}
			}
		})
	}
}
