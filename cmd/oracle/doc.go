// Package oracle holds nothing but tests: small systems whose answers are worked
// out exactly, and compared with what the simulation says of the same files.
//
// Where all times are exponential (or made of exponential stages) and the number
// of requests is bounded, a system is a Markov chain in continuous time. machine,
// calls and forks say what happens at an instant, from the documented meaning of
// steps, workers, queues and policies; they share no code with the engine, but read
// the same compiled programs. chain finds all states that can be reached, by taking
// every random choice both ways, and solves for how often each is met; figures reads
// availability, utilisation, queues and latencies from that. generate draws random
// scenarios as YAML, and compare runs them.
//
// Part of them is compared in every test. All of them, which takes some 25 minutes of
// processor time (docs/validation.md says what has been run), by
//
//	FAULTLINE_SOAK=1 go test -timeout 4h -run Soak ./cmd/oracle
//
// and one of these, number 17, with all its figures, or some, by
//
//	FAULTLINE_SOAK=1 FAULTLINE_ORACLE=17 go test -v -run Soak ./cmd/oracle
//	FAULTLINE_SOAK=1 FAULTLINE_ORACLE=101-200 go test -v -run Soak ./cmd/oracle
//
// What is refused is printed with the command that repeats it and its files.
package oracle
