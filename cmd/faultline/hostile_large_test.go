package main

import (
	"fmt"
	"strings"
)

// pathCases name files that they may not read: in each place in which a file can
// be named.
func pathCases() (list []bad) {
	refs := []string{"../outside.yaml", "./../outside.yaml", "x/../../outside.yaml", "../../../../../../../../etc/passwd", "/etc/passwd", "//etc/passwd", "/proc/self/environ", "/dev/zero", "..\\outside.yaml", "C:\\outside.yaml", "file:///etc/passwd", "https://example.invalid/a.yaml",
		"link.yaml", "deep/outside.yaml", "..", ".", "./", "", "~/.netrc.yaml", "$HOME/a.yaml", "nowhere.yaml", "./nul\\0.yaml", "folder.yaml", "loop.yaml", "a.yaml\\nb", "%2e%2e/outside.yaml", "builtin:shop/monolith.yaml", "builtin:../x.yaml"}
	for i, ref := range refs {
		quoted := `"` + strings.ReplaceAll(strings.ReplaceAll(ref, `\`, `\\`), `\\n`, `\n`) + `"`
		more := func(files map[string]string) map[string]string {
			files["link.yaml"], files["deep"], files["loop.yaml"], files["folder.yaml"] = "-> ../outside.yaml", "-> ..", "-> loop.yaml", "-> ."
			return files
		}
		add := func(what, file, old string) {
			files, _ := hostileFiles("", "")
			before, _, found := strings.Cut(files[file], old)
			if !found {
				panic(old)
			}
			key, _, _ := strings.Cut(old, ": ")
			files[file] = strings.Replace(files[file], old, key+": "+quoted, 1)
			list = append(list, bad{name: fmt.Sprintf("%s %d %s", what, i, ref), files: more(files), where: fmt.Sprintf("%s:%d:", file, 1+strings.Count(before, "\n")), harms: true})
		}
		add("topologies", "hostile.yaml", "topologies: top.yaml")
		add("application", "top.yaml", "application: app.yaml")
		if ref != "" {
			files, _ := hostileFiles("", "")
			files["top.yaml"] = "topology: cut\nextends: " + quoted + "\n"
			list = append(list, bad{name: fmt.Sprintf("extends %d %s", i, ref), files: more(files), where: "top.yaml:2:", harms: true})
		}
		if strings.ContainsAny(ref, " \n") {
			continue
		}
		for slot, kind := range map[string]string{"cpuTime": "empirical", "arrivals": "trace", "times": "empirical"} {
			files, where := hostileFiles(slot, `"`+kind+"("+strings.Trim(quoted, `"`)+`)"`)
			list = append(list, bad{name: fmt.Sprintf("%s of %s %d %s", kind, slot, i, ref), files: more(files), where: where, harms: true})
		}
	}
	return list
}

// circleCases lead back to themselves.
func circleCases() (list []bad) {
	add := func(name, where, also string, files map[string]string) {
		list = append(list, bad{name: name, files: files, where: where, also: also, harms: true})
	}
	for n := 1; n <= 5; n++ {
		files, _ := hostileFiles("", "")
		files["top.yaml"] = "topology: cut\nextends: t1.yaml\n"
		for i := 1; i <= n; i++ {
			files[fmt.Sprintf("t%d.yaml", i)] = fmt.Sprintf("topology: t%d\nextends: t%d.yaml\n", i, i%n+1)
		}
		add(fmt.Sprintf("a circle of %d that extend one another", n), "t", "in a circle", files)
	}
	files, _ := hostileFiles("", "")
	files["top.yaml"] = "topology: cut\nextends: top.yaml\n"
	add("one that extends itself", "top.yaml:2:10", "in a circle", files)
	files, _ = hostileFiles("", "")
	files["top.yaml"] = "topology: cut\nextends: t1.yaml\n"
	for i := 1; i <= 40; i++ {
		files[fmt.Sprintf("t%d.yaml", i)] = fmt.Sprintf("topology: t%d\nextends: t%d.yaml\n", i, i+1)
	}
	add("a chain of 40", "t", "more than 16", files)
	for n := 1; n <= 6; n++ {
		var b strings.Builder
		b.WriteString("topology: t\njourneys: { j: { call: s0.do } }\nservices:\n")
		for i := range n {
			fmt.Fprintf(&b, "  s%d: { operations: { do: [ { call: s%d.do } ] } }\n", i, (i+1)%n)
		}
		add(fmt.Sprintf("calls in a circle of %d", n), "hostile.yaml:", "calls go in a circle", map[string]string{"hostile.yaml": b.String()})
	}
	for n := 1; n <= 4; n++ {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  f%d: { startAfter: f%d, duration: 1s, crash: { service: back } }\n", i, (i+1)%n)
		}
		files, _ := hostileFiles("", "")
		files["hostile.yaml"] = strings.Replace(files["hostile.yaml"], "faults:\n", "faults:\n"+b.String(), 1)
		add(fmt.Sprintf("faults after one another in a circle of %d", n), "hostile.yaml:", "f0", files)
	}
	return list
}

// station is a topology of one service with these steps.
func station(steps string) string {
	return "topology: t\njourneys: { j: { call: s.do } }\nservices: { s: { operations: { do: [ " + steps + " ] } } }\n"
}

// chained are services of which each holds a text with its own and the next number.
func chained(n int, format string) string {
	var b strings.Builder
	b.WriteString("topology: t\njourneys: { j: { call: s0.do } }\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i, i+1)
	}
	return b.String() + fmt.Sprintf("  s%d: { operations: { do: [ { cpu: 1ms } ] } }\n", n)
}

// loaded is a scenario on one service with these flows.
func loaded(flows string) map[string]string {
	return map[string]string{"hostile.yaml": "scenario: s\ntopologies: t1.yaml\nrun: { duration: 10m }\nload:\n" + flows, "t1.yaml": station("{ cpu: 1ms }")}
}

// largeCases are large, or multiply.
func largeCases() (list []bad) {
	add := func(name string, harms bool, text string) {
		list = append(list, bad{name: name, files: map[string]string{"hostile.yaml": text}, where: "hostile.yaml:", harms: harms})
	}
	nest := func(n int, inner string) string {
		return strings.Repeat("{ repeat: { times: 1000000, steps: [ ", n) + inner + strings.Repeat(" ] } }", n)
	}
	add("a file of 5 MiB", true, "scenario: s\n#"+strings.Repeat("x", 5<<20))
	add("a file of 100 MiB", true, strings.Repeat("a", 100<<20))
	add("a line of 4 MB", true, "scenario: "+strings.Repeat("x", 4_000_000)+"\n")
	add("a key of 4 MB", true, "? "+strings.Repeat("x", 4_000_000)+"\n: 1\n")
	add("a comment of 4 MB", true, "#"+strings.Repeat("x", 4_000_000)+"\n")
	add("an anchor of 4 MB", true, "scenario: &"+strings.Repeat("x", 4_000_000)+" s\n")
	add("a tag of 4 MB", true, "scenario: !"+strings.Repeat("x", 4_000_000)+" s\n")
	add("4 MB of spaces", true, strings.Repeat(" ", 4_000_000))
	add("4 MB of lines", true, strings.Repeat("\n", 4_000_000))
	add("4 MB of carriage returns", true, strings.Repeat("\r", 4_000_000))
	add("4 MB of dashes", true, strings.Repeat("-", 4_000_000))
	add("2 MB of list marks", true, strings.Repeat("- ", 2_000_000))
	add("2 MB of key marks", true, strings.Repeat("? ", 2_000_000))
	add("4 MB of brackets", true, strings.Repeat("[", 4_000_000))
	add("4 MB of braces", true, strings.Repeat("{", 4_000_000))
	add("2 MB of quotes", true, "scenario: "+strings.Repeat("''", 1_000_000))
	add("1 MB of escapes", true, `scenario: "`+strings.Repeat(`\u0041`, 170_000)+"\"\n")
	add("1 MB of emoji in a name", true, "scenario: "+strings.Repeat("🧨", 250_000)+"\n")
	add("4 MB that is binary", true, strings.Repeat("\x00\xff\x01\xfe", 1_000_000))
	add("60,000 anchors", true, "scenario: s\nx: ["+strings.Repeat("&a b,", 60_000)+"]\n")
	add("60,000 aliases", true, "scenario: &a s\nx: ["+strings.Repeat("*a,", 60_000)+"]\n")
	add("an alias bomb", true, "scenario: s\na0: &a0 [x,x,x,x,x,x,x,x,x]\n"+bomb(30))
	add("50,000 unknown keys", true, many(50_000, "k%d: 1\n"))
	add("50,000 times the same key", true, many(50_000, "scenario: s%d\n"))
	add("50,000 list items", true, "scenario: s\ntopologies: ["+many(50_000, "t%d.yaml,")+"]\n")
	add("50,000 flows of a bad rate", true, "scenario: s\nload:\n"+many(50_000, "  f%d: { rate: 5 }\n"))
	add("20,000 faults", true, "scenario: s\nfaults:\n"+many(20_000, "  f%d: { at: 1s, kill: { service: x } }\n"))
	add("20,000 thresholds", true, "scenario: s\nthresholds:\n"+many(20_000, "  'latency{journey:j%d}': 'p(99) < 1s'\n"))
	add("a chain of 8,000 calls", false, chained(8_000, "  s%d: { operations: { do: [ { call: s%d.do } ] } }"))
	add("calls that double 60 times", true, chained(60, "  s%d: { operations: { do: [ { call: s%[2]d.do }, { call: s%[2]d.do } ] } }"))
	add("8,000 calls of nobody", true, chained(8_000, "  s%d: { operations: { do: [ { call: x%d.do } ] } }"))
	add("3 layers of 100 attempts", false, chained(3, "  s%d: { operations: { do: [ { call: s%d.do } ] } }")+"edges: { '* -> *': { retries: { attempts: 100 } } }\n")
	add("20 layers of 100 attempts", false, chained(20, "  s%d: { operations: { do: [ { call: s%d.do } ] } }")+"edges: { '* -> *': { retries: { attempts: 100 } } }\n")
	add("101 attempts", true, chained(1, "  s%d: { operations: { do: [ { call: s%d.do } ] } }")+"edges: { '* -> *': { retries: { attempts: 101 } } }\n")
	add("10,000 branches", false, station("["+many(10_000, "{ sleep: %dms },")+"]"))
	add("10,001 branches", true, station("["+many(10_001, "{ sleep: %dms },")+"]"))
	add("a loop of a million", true, station(nest(1, "{ cpu: 1ms }")))
	add("three loops of a million", true, station(nest(3, "{ cpu: 1ms }")))
	add("14 loops of a million", true, station(nest(14, "{ cpu: 1ms }")))
	add("30 loops of a million", true, station(nest(30, "{ cpu: 1ms }")))
	add("a loop of a billion", true, station("{ repeat: { times: 1000000000, steps: [ { cpu: 1ms } ] } }"))
	add("a million replicas", true, "topology: t\njourneys: { j: { call: s.do } }\nservices: { s: { replicas: 1000000, operations: { do: [ { cpu: 1ms } ] } } }\n")
	add("200 services of 10,000 replicas", true, chained(200, "  s%d: { replicas: 10000, operations: { do: [ { call: s%d.do } ] } }"))
	add("two services of 10,000 replicas that know each other", true, chained(2, "  s%d: { replicas: 10000, operations: { do: [ { call: s%d.do } ] } }"))
	add("a mix of 300 deep", true, station("{ cpu: \""+strings.Repeat("mix(100% ", 300)+"1ms"+strings.Repeat(")", 300)+"\" }"))
	flows := func(name string, harms bool, text string) {
		list = append(list, bad{name: name, files: loaded(text), where: "hostile.yaml:", harms: harms})
	}
	flows("a million users", false, "  f: { vus: 1000000 }\n")
	flows("a million and one users", true, "  f: { vus: 1000001 }\n")
	flows("2,000 flows of a million users", true, many(2_000, "  f%d: { vus: 1000000 }\n"))
	flows("batches of a million", false, "  f: { rate: 1/s, batch: 1000000 }\n")
	flows("a billion requests each second", true, "  f: { rate: 1000000000/s }\n")
	flows("2,000 flows of a million requests each second", true, many(2_000, "  f%d: { rate: 1000000/s }\n"))
	flows("30,000 stages", false, "  f: { stages: ["+many(30_000, "{ duration: 0, target: %d/m },")+"{ duration: 1s, target: 1/s }] }\n")
	rows := func(name, row string, n int) {
		files := loaded("  f: { arrivals: trace(rows.csv) }\n")
		files["rows.csv"] = strings.Repeat(row, n)
		list = append(list, bad{name: name, files: files, where: "hostile.yaml:", harms: true})
	}
	rows("a trace of no times", "\n", 10)
	rows("a trace of zeros", "0\n", 900_000)
	rows("a trace of more than a million rows", "1ms\n", 1_000_001)
	rows("a trace of 40 MB", "100000000000ns\n", 3_000_000)
	rows("a trace of one line", "1ms,", 1_000_000)
	rows("a trace of letters", "x\n", 100_000)
	rows("a trace that is binary", "\x00\x01\xff\n", 100_000)
	files := map[string]string{"hostile.yaml": station(strings.Repeat("{ sleep: empirical(rows.csv) },", 100)), "rows.csv": strings.Repeat(strings.Repeat(" ", 990)+"1s\n", 8000)}
	list = append(list, bad{name: "a file of 8 MB named 100 times", files: files, where: "hostile.yaml:", also: "more than 64 MiB together", harms: true})
	rows("a trace of formulas", "=cmd|' /C calc'!A0\n", 2)
	return list
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

// bomb is aliases that double in each line.
func bomb(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%[3]d]\n", i+1, i+1, i)
	}
	return b.String()
}
