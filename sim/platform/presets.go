package platform

import "time"

// Preset is a runtime that a topology can name.
type Preset struct {
	Name           string
	Doc            string
	Startup        time.Duration
	Warmup         Warmup // zero: none
	PauseEvery     string // a distribution; "": no pauses
	PauseLength    string
	Workers        int     // 0: not bounded, or by core
	WorkersPerCore int     // 0: not by core
	Protocol       float64 // CPU time of protocols, relative to Go's
	Sources        []Source
}

// Source says where a constant comes from.
type Source struct {
	Constant string // startup, warmup.slowdown, pauses.every, …
	Text     string
	Invented bool // no measurement stands behind it: vary it before you rely on it
}

// Presets lists the runtimes in the order of the documentation. The startups of
// go, node and python are cold starts on AWS Lambda, handshake included; these
// and the jvm's are times until the first answer of a small service, which one
// with much to load exceeds.
var Presets = []Preset{
	{Name: "go", Doc: "a Go process: no warm-up, pauses too short to see, as many requests as come",
		Startup: 2 * time.Second, Protocol: 1, Sources: []Source{
			{"startup", "cold start of 2.0 s: shouldroforion, Battle of the Serverless, part 2, 2020, https://shouldroforion.medium.com/battle-of-the-serverless-part-2-aws-lambda-cold-start-times-1d770ef3a7dc", false},
			{"pauses", "none: below a millisecond since Go 1.8, https://go.dev/blog/ismmkeynote", false},
			{"workers", "unlimited: net/http serves each connection in a goroutine of its own, https://pkg.go.dev/net/http#Server.Serve", false},
			{"protocol", "1: the protocol presets are those of Go (sim/resilience, Protocol)", false},
		}},
	{Name: "jvm", Doc: "a Java virtual machine with a thread for each request: slow to start and to warm up, pauses for collection",
		Startup: 6300 * time.Millisecond, Warmup: Warmup{Slowdown: 3, Duration: 30 * time.Second},
		PauseEvery: "exp(10s)", PauseLength: "lognormal(25ms cv=0.5)", Workers: 200, Protocol: 1.5, Sources: []Source{
			{"startup", "Spring Petclinic, from docker run to the first answer, median 6.28 s: Spring Boot startup, 2026, https://blog.rasc.ch/2026/04/spring-boot-startup.html", false},
			{"warmup.slowdown", "2 to 5 while code is compiled by C1 alone: Java Code Geeks, JVM Warmup Optimization, 2025, https://www.javacodegeeks.com/2025/04/jvm-warmup-optimization-cutting-startup-time-for-high-throughput-apps.html", false},
			{"warmup.duration", "30 s in the interpreter, 12 to 45 s to the peak: the same", false},
			{"pauses.every", "invented: the order of young collections of a service that is not short of memory", true},
			{"pauses.length", "young collections of 10 to 50 ms: How to Fix Garbage Collection Pauses, 2026, https://oneuptime.com/blog/post/2026-01-24-fix-garbage-collection-pauses/view; the spread is invented", true},
			{"workers", "maxThreads of Tomcat's connector, 200: https://tomcat.apache.org/tomcat-9.0-doc/config/http.html", false},
			{"protocol", "CPU time of a call relative to Go's, 1.52 and 1.55: java_grpc and go_grpc in https://github.com/LesnyRumcajs/grpc_bench/pull/62 and /pull/76", false},
		}},
	{Name: "node", Doc: "a Node.js process: an event loop that takes as many requests as come",
		Startup: 2100 * time.Millisecond, Protocol: 1.1, Sources: []Source{
			{"startup", "cold start of 2.1 s: as for go", false},
			{"pauses", "none: a millisecond or a few, https://v8.dev/blog/trash-talk", false},
			{"workers", "unlimited: requests wait as callbacks, https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick", false},
			{"protocol", "CPU time of a call relative to Go's, 1.08: node_grpc and go_grpc in https://github.com/LesnyRumcajs/grpc_bench/pull/62", false},
		}},
	{Name: "python", Doc: "Python behind a pre-forking server: a few workers a core, each with one request",
		Startup: 2300 * time.Millisecond, WorkersPerCore: 4, Protocol: 5, Sources: []Source{
			{"startup", "cold start of 2.3 s: as for go", false},
			{"pauses", "none: memory is freed by counting references; the cycle collector is left out", false},
			{"workers", "2 to 4 for each core: Gunicorn, settings, workers, https://docs.gunicorn.org/en/stable/settings.html#workers", false},
			{"protocol", "CPU time of a call relative to Go's, 4.7: python_grpc in https://github.com/LesnyRumcajs/grpc_bench/pull/166, go_grpc in /pull/62", false},
		}},
}

// Invented lists the constants of the presets that no measurement stands behind,
// as "jvm pauses.every".
func Invented() []string {
	list := []string{"none startup"} // DefaultStartup
	for _, p := range Presets {
		for _, s := range p.Sources {
			if s.Invented {
				list = append(list, p.Name+" "+s.Constant)
			}
		}
	}
	return list
}
