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
// Part of them is compared in every test. All of them by
//
//	FAULTLINE_SOAK=1 go test -timeout 3h -run Random ./cmd/oracle
//
// and a single one, number 17, with all its figures, by
//
//	FAULTLINE_ORACLE=17 go test -v -run Random ./cmd/oracle
package oracle
