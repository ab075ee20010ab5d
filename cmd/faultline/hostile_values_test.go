package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// slots are the places of the hostile corpus's base files in which a case puts
// its text. The first value is harmless; the kind says which are not.
var slots = []struct{ name, good, kind string }{
	{"duration", "10s", "duration"}, {"warmup", "1s", "duration or auto"}, {"drain", "5s", "duration"}, {"window", "1s", "duration"},
	{"at", "2s", "duration"}, {"startup", "3s", "duration"}, {"timeout", "1s", "patience"}, {"refill", "4s", "duration"},
	{"replications", "2", "count"}, {"seed", "3", "seed"}, {"replicas", "2", "count"}, {"burst", "5", "count"}, {"attempts", "2", "count or none"},
	{"workers", "64", "limit"}, {"queue", "256", "limit"}, {"connections", "20", "limit"},
	{"rate", "50/s", "rate"}, {"limit", "900/s", "rate"}, {"leak", "5MiB/s", "byte rate"},
	{"memory", "512MiB", "size"}, {"size", "4KiB", "size"},
	{"errorRate", "1%", "share"}, {"probability", "20%", "share"}, {"hitRatio", "90%", "share"}, {"threshold", "50%", "share"},
	{"cpu", "2", "cores"}, {"dbCpu", "4", "cores"}, {"factor", "3", "factor"},
	{"cpuTime", "exp(1ms)", "distribution"}, {"sleep", "uniform(1ms 5ms)", "distribution"}, {"read", "lognormal(1ms cv=1)", "distribution"},
	{"batch", "2", "whole numbers"}, {"times", "3", "whole numbers"},
	{"arrivals", "gamma(cv=2)", "arrivals"}, {"balancer", "RANDOM", "word"}, {"discipline", "fifo", "word"}, {"mode", "all", "word"},
	{"selector", "latency{journey:browse}", "selector"}, {"expression", "p(99) < 1s", "expression"},
	{"edge", "front -> back", "edge"}, {"call", "catalog.list", "call"}, {"fault", "crash: { service: back }", "fault"},
	// Names: the second value of each is another legal one.
	{"scenario", "hostile", "name"}, {"topology", "cut", "name"}, {"application", "app", "name"}, {"journey", "browse", "name"},
	{"component", "catalog", "name"}, {"operation", "list", "name"}, {"service", "front", "name"}, {"database", "db", "name"},
	{"store", "products", "name"}, {"zone", "a", "name"}, {"flow", "shoppers", "name"}, {"team", "buying", "team"}, {"crash", "poison", "name"},
	{"description", "what it shows", "text"},
}

// The base files: every kind of value and of name stands in them once.
const (
	hostileScenario = `scenario: $scenario
description: $description
topologies: top.yaml
run: { duration: $duration, warmup: $warmup, drain: $drain, window: $window, replications: $replications, seed: $seed }
load:
  $flow: { rate: $rate, batch: $batch, arrivals: $arrivals, mix: { $journey: 1 } }
faults:
  $crash:
    at: $at
    mode: $mode
    $fault
  slower: { at: 3s, slow: { component: $component, factor: $factor } }
  leak: { at: 3s, memoryLeak: { service: $service, rate: $leak } }
thresholds:
  $selector: [ $expression ]
`
	hostileTopology = `topology: $topology
application: app.yaml
zones: [ $zone, b ]
services:
  $service:
    components: [ $component ]
    replicas: $replicas
    cpu: $cpu
    workers: $workers
    queue: $queue
    memory: $memory
    queueDiscipline: $discipline
    runtime: { base: go, startup: $startup }
    rateLimit: { rate: $limit, burst: $burst }
  back: { components: rest }
databases:
  $database: { stores: rest, cpu: $dbCpu, connections: $connections, zone: $zone }
edges:
  "* -> *": { timeout: $timeout, retries: { attempts: $attempts } }
  $edge: { loadBalancer: $balancer, circuitBreaker: { failureRateThreshold: $threshold } }
`
	hostileApplication = `application: $application
stores:
  $store: { read: $read }
components:
  $component:
    team: $team
    operations:
      $operation:
        steps:
          - cpu: $cpuTime
          - sleep: $sleep
          - cache: { hitRatio: $hitRatio, refill: $refill, steps: [ { read: $store } ] }
          - repeat: { times: $times, steps: [ { call: other.do, probability: $probability } ] }
        errorRate: $errorRate
        size: $size
  other: { operations: { do: [ { cpu: 1ms } ] } }
journeys:
  $journey: { call: $call }
`
)

// bad is a hostile case: files, of which hostile.yaml is given to the command.
type bad struct {
	name  string
	files map[string]string
	where string // "file:line" at which the complaint must stand; "": anywhere in one of the files
	also  string // must be in the complaint too: the other mistakes of the files
	harms bool   // refused; else accepted harmlessly
}

// hostileFiles are the base files with a text in a slot; where is its place.
func hostileFiles(slot, text string) (files map[string]string, where string) {
	base := []struct{ name, text string }{{"app.yaml", hostileApplication}, {"top.yaml", hostileTopology}, {"hostile.yaml", hostileScenario}}
	var fill []string
	for _, s := range slots {
		v := s.good
		if s.name == slot {
			v = text
		}
		fill = append(fill, "$"+s.name+" ", v+" ", "$"+s.name+",", v+",", "$"+s.name+":", v+":", "$"+s.name+"\n", v+"\n")
	}
	if slot == "component" || slot == "operation" { // the journey must go on to call them
		var name string
		if err := json.Unmarshal([]byte(text), &name); err != nil {
			panic(err)
		}
		call := map[string]string{"component": name + ".list", "operation": "catalog." + name}[slot]
		fill = append([]string{"$call }", quote(call) + " }"}, fill...)
	}
	if slot == "service" {
		fill = append([]string{"$edge:", `"* -> back":`}, fill...)
	}
	if slot == "journey" {
		fill = append([]string{"$selector:", `latency:`}, fill...)
	}
	files = make(map[string]string)
	for _, f := range base {
		if i := strings.Index(f.text, "$"+slot); i >= 0 && where == "" && strings.ContainsAny(f.text[i+len(slot)+1:][:1], " ,:\n") {
			where = fmt.Sprintf("%s:%d", f.name, 1+strings.Count(f.text[:i], "\n"))
		}
		files[f.name] = strings.NewReplacer(fill...).Replace(f.text)
	}
	return files, where
}

// badValues are texts that no value of a kind may be.
var badValues = map[string][]string{
	"duration":         {"5", "-5s", "5 s", "5S", "1e3ms", "0x5s", "5,5s", "1e999s", "999999999999h", "NaN", ".inf", "~", "[5s]", "{ s: 5 }", "05s", "١s", "ten seconds", "5µ", "''", "true", "=1+1", "5s5"},
	"duration or auto": {"5", "-5s", "AUTO", "auto1", "~", "[auto]", "{ auto: true }", "none", "99h"},
	"patience":         {"5", "-5s", "5 s", "never", "~", "[5s]", "1e9s", "0x1s"},
	"count":            {"0", "-1", "1.5", "1e3", "010", "0x10", "1_000", "99999999999999999999", "many", "~", "[1]", "'1'", "+1", "1k", "∞", "٣", ".nan", "2.0", "true"},
	"count or none":    {"-1", "1.5", "1e3", "010", "0x10", "1_000", "99999999999999999999", "many", "~", "[1]", "'1'", "+1", "1k", "∞", "٣", ".nan", "2.0", "true", "101"},
	"seed":             {"-1", "1.5", "18446744073709551616", "0x1", "seed", "~", "[1]", "'7'", "1e3"},
	"limit":            {"-1", "1.5", "1e3", "lots", "~", "[1]", "infinite", "99999999999999999999", "0x10", "Unlimited!"},
	"rate":             {"50", "50/x", "50/0s", "-50/s", "1e999/s", "/s", "50//s", "50 per s", "~", "[50/s]", "50/s/s", "NaN/s", "2000000000/s", "0/s", "50ms", "5%"},
	"byte rate":        {"5MiB", "5/s", "5 MiB/s", "-5MiB/s", "5MiB/s/s", "5mib/s", "1e30GiB/s", "~", "NaNB/s", "5%"},
	"size":             {"512", "-1MiB", "512 MB", "1e3MiB", "99999999999GiB", "5ms", "~", "[1MiB]", "1XiB", "1.0000001B", "0x1MiB", "NaNMiB"},
	"share":            {"101%", "-1%", "1.5", "50 %", "5%%", "%", "1e999%", "NaN%", "~", "[5%]", "5/s", "half", "=5%", "0x1"},
	"cores":            {"-1", "2 cores", "500mm", "1e3", "~", "[2]", "NaN", ".inf", "0", "99999999999999999999", "2GHz", "0x2"},
	"factor":           {"-1", "three", "~", "[3]", ".nan", "1e999", "3x", "0x3", "300%%", "1e7"},
	"distribution": {"exp", "exp()", "exp(1ms", "exp(1ms 2ms)", "exp(-1ms)", "exp(5)", "exponential(1ms)", "lognormal(1ms)", "lognormal(1ms cv=-1)", "lognormal(p50=3ms p99=1ms)",
		"uniform(5ms 1ms)", "normal(1ms)", "erlang(1ms k=0)", "erlang(1ms k=1.5)", "weibull(1ms shape=0)", "pareto(1ms alpha=1)", "hyperexp(1ms cv=0.5)", "gamma(1ms cv=1e999)", "mix(50% 1ms)", "mix(50% 1ms 60% 2ms)",
		"mix()", "exp(exp(1ms))", "exp(1ms) exp(1ms)", "exp(1ms))", "EXP(1ms)", "exp (1ms)", "5", "~", "[1ms]", "{ exp: 1ms }", "system(rm)", "`id`", "$(id)", "exp(1e300s)", "exp(1ms cv=1)", "uniform(1ms)", "empirical()",
		"mix(" + strings.Repeat("50% mix(", 40), strings.Repeat("exp(", 30) + "1ms" + strings.Repeat(")", 30)},
	"whole numbers": {"-1", "1e9", "9999999", "exp(1ms)", "3s", "uniform(5 1)", "geometric(0.5)", "many", "~", "[3]", "exp(", "mix(50% 1)", "NaN", "0x3", "+3"},
	"arrivals":      {"Poisson", "gamma(0.5)", "gamma(cv=-1)", "gamma(cv=1e999)", "mmpp()", "mmpp(1 for 0s)", "mmpp(0 for 1s)", "trace()", "uniform(1s 2s)", "~", "[poisson]", "poisson(5)", "mmpp(1 for 20s 7 for)", "exp(1ms)"},
	"word":          {"Random!", "none", "~", "[RANDOM]", "{ RANDOM: 1 }", "''", "random ", "<b>", "1"},
	"selector": {"latency{", "latency}", "latency{journey}", "latency{journey:}", "latency{nobody:browse}", "latency{journey:nobody}", `"latency{journey:<script>}"`, "latencies", `""`, `"latency{journey:browse,journey:browse}"`,
		`"latency{journey:browse}}"`, `"latency.p999999{journey:browse}"`, `"blastRadius{fault:nobody}"`, `"latency{service:*}"`, `"=cmd|' /C calc'!A0"`, `"latency{versus:cut,topology:cut}"`},
	"expression": {"'p(99) <'", "'p(101) < 1s'", "'p(-1) < 1s'", "'p(99) < 1'", "'p(99) ≤ 1s'", "'p(99) < 5%'", "'state == stable'", "'< 1s < 2s'", "'med = 1s'", "'rate < 1s'", "'p(99) < 1s; drop'", "''", "~", "'p(1e999) < 1s'", "'p(99) < NaNs'", "'avg < -1s'"},
	"edge":       {"front", `"front ->"`, `"-> back"`, `"front -> back -> front"`, `"front -> nobody"`, `"nobody -> back"`, `"back -> users"`, `"front - > back"`, `"db -> front"`, `"front → back"`, `""`, `"* -> products"`, `"<script> -> back"`},
	"call":       {"catalog", "list", "catalog.", ".list", "catalog.list.list", "nobody.list", "catalog.nobody", "'catalog. list'", "''", "~", "[catalog.list]", "../catalog.list", "catalog/list", "<script>.list", "$(id).list"},
	"fault": {"crash: {}", "crash: back", "crash: { service: nobody }", "crash: { service: back, zone: a }", "explode: { service: back }", "crash: { service: back, perCall: 200% }", "kill: { zone: nowhere }",
		"delay: { edge: front, latency: 1ms }", "delay: { edge: 'front -> back' }", "slow: { component: catalog, factor: -1 }", "crash: { node: n1 }", "surge: { flow: nobody, factor: 2 }", "crash: { service: back }\n    kill: { service: back }",
		"kill: { service: '../../etc/passwd' }", "crash: { service: '<img src=x onerror=alert(1)>' }", "memoryLeak: { service: back }", "retryStorm: { edge: '* -> *', attempts: 101 }", "startAfter: poison\n    crash: { service: back }", "startAfter: nobody\n    crash: { service: back }"},
}

// badNames are texts that no name may be, as a program that shows or stores names
// would be hurt by them: formulas, markup, paths, escapes, look-alikes.
var badNames = []string{
	"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "=HYPERLINK(\"https://example.invalid\")", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "${jndi:ldap://example.invalid/a}", "{{.}}", "{{constructor.constructor('alert(1)')()}}",
	"\x1b[31mred\x1b[0m", "\x1b]8;;https://example.invalid\x07link", "../../etc/passwd", "/etc/passwd", "C:\\nul", "a/b", "..", ".", "a\x00b", "a\nb", "a\rb", "a\tb", "\u202egnp.exe", "\u2066x", "\u200bx", "\ufeffx", "a\u00adb", "a b", "[x](javascript:alert(1))",
	"`id`", "$(id)", "; rm -rf /", "a.b", "a -> b", "*", "", " ", "users", "\u0085x", "\ue000", "\U000e0041", strings.Repeat("n", 101), "a\u2028b", "&lt;b&gt;", "%s%n", "javascript:alert(1)", "x'--", "|", "#", "…", "\u0301",
}

// legalNames look hostile and are none: letters and digits of any script.
var legalNames = []string{"constructor", "__proto__x"[2:], "null-", "NaN", "hasOwnProperty", "true-", "con", "ﬁ", "Ω", "名前", "нет", "עברית", "a-_b", "0"}

// quote spells any string in YAML.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// valueCases puts every bad value of a kind where it may stand; each file has a
// second mistake, which must be reported with the first.
func valueCases() (list []bad) {
	for _, s := range slots {
		for i, v := range badValues[s.kind] {
			files, where := hostileFiles(s.name, v)
			files["hostile.yaml"] += "zzz: 1\n"
			c := bad{name: fmt.Sprintf("%s %d %.30s", s.name, i, v), files: files, where: where, also: `unknown field "zzz"`, harms: true}
			if takenValues[s.name+" "+v] || strings.Contains(v, "\n") {
				c.where = "hostile.yaml:" // of the second mistake alone
			}
			list = append(list, c)
		}
	}
	return list
}

// takenValues are accepted, and harmless: more cores or a higher limit than there
// are requests is as good as none.
var takenValues = map[string]bool{"limit 2000000000/s": true, "cpu 99999999999999999999": true, "dbCpu 99999999999999999999": true, "mode ''": true}

// nameCases puts every bad name where a name may stand, and the legal ones.
func nameCases() (list []bad) {
	for _, s := range slots {
		if s.kind != "name" {
			continue
		}
		for i, v := range badNames {
			files, where := hostileFiles(s.name, quote(v))
			if v == "*" {
				where = "" // it is the defaults' key, which cannot hold what stands there
			}
			list = append(list, bad{name: fmt.Sprintf("%s name %d", s.name, i), files: files, where: where, harms: true})
		}
		for _, v := range legalNames {
			files, _ := hostileFiles(s.name, quote(v))
			list = append(list, bad{name: fmt.Sprintf("%s legal name %s", s.name, v), files: files})
		}
	}
	return list
}
