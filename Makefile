# make test         all tests; installs what they need beside Go, where it can
# make lint         gofmt and go vet
# make check        lint, staticcheck, known vulnerabilities, the walls, the race detector
# make gate         the built-in scenarios against their thresholds and their committed baselines
# make baselines    writes these baselines anew: what a change of the model changes, for the reviewer to see
# make bench        the benchmarks: workloads W1 to W4 of the engine, and the parts
# make pgo          collects anew the profile of the workloads by which `go build ./cmd/faultline`
#                   makes the command faster: after a change of the engine
# make bench-peers  the workloads beside SimPy, ns-3 and SimGrid of Debian's packages, written to
#                   docs/performance.md: some minutes (ROUNDS=5)
# make determinism  the same result.json and events for 1, 2 and 8 processors, however built, and on other CPUs
# make validate     all built-in scenarios, topologies and applications; then, for an hour, every system
#                   whose answers are known, written to docs/validation.md (ONLY=REGEXP: some of them)
# make cover        which share of the statements the tests run
# make fuzz         the fuzz tests, FUZZ=60s each
# make soak         for hours: the built-in scenarios under many seeds (SOAK=20), all references, the
#                   property tests with a new seed (CHECKS=5000 of each), and make fuzz

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
# Three replications take some thirty seconds of one core. What they cannot decide
# is decided by the tests of the catalogue; a regression they show, and zero is zero.
GATE        := go run ./cmd/faultline gate scenarios --replications 3 --no-report --inconclusive pass
# What starts goroutines or is shared by them, with the tests that run it: the
# race detector is ten times slower, and proofs of figures are none of its business.
CONCURRENT  := ./scenarios/study ./sim ./sim/result
RACES       := ^Test(Scripts|FirstInterrupt|SecondInterrupt|Progress|ResultDoesNotDepend)
SOAK        ?= 20
FUZZ        ?= 60s
CHECKS      ?= 5000
FUZZED      ?= 10000000
ROUNDS      ?= 5
ONLY        ?=

.PHONY: pgo test tools lint check vulnerabilities gate baselines bench bench-peers determinism validate soak fuzz cover

test: tools
	go test -timeout 12m ./...

# A browser that looks at the report, the fonts by whose widths its charts are
# drawn, and an emulator of another CPU. Without browser and emulator the tests that
# need them are skipped, but not where CI is set.
tools:
	@need=; \
	command -v chromium >/dev/null || command -v google-chrome >/dev/null || need="$$need chromium"; \
	fc-list 2>/dev/null | grep -qi liberation || need="$$need fonts-liberation"; \
	command -v qemu-aarch64 >/dev/null || command -v qemu-aarch64-static >/dev/null || need="$$need qemu-user"; \
	if [ -z "$$need" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "missing:$$need (install them by hand; their tests are skipped)" >&2; exit 0; fi; \
	sudo=; if [ "$$(id -u)" != 0 ]; then sudo=sudo; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	{ $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends $$need; } >&2 \
	  || echo "could not install:$$need (their tests are skipped)" >&2

lint:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...

check: lint vulnerabilities
	go run $(STATICCHECK) ./...
	go test ./cmd/walls
	go test -race -short -timeout 10m -run '$(RACES)' ./cmd/faultline
	go test -race -short -timeout 10m $(CONCURRENT)

# The list of known vulnerabilities is on the network. Where it cannot be had,
# that is said, and no reason to stop.
vulnerabilities:
	@if out=$$(go run $(GOVULNCHECK) ./... 2>&1); then echo "govulncheck: $$out"; \
	elif grep -q 'fetching vulnerabilities' <<<"$$out"; then echo "govulncheck: not checked, the list of vulnerabilities cannot be reached"; \
	else echo "$$out"; exit 1; fi

gate:
	$(GATE)

baselines:
	$(GATE) --update

bench:
	go test -pgo '$(CURDIR)/cmd/faultline/default.pgo' -run '^$$' -bench . -benchmem ./sim/... ./topologies ./reports

pgo:
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	for w in W1 W2 W2t W3 W4; do \
	  go test -run '^$$' -bench "^Benchmark$$w\$$" -benchtime 2s -o "$$dir/test" -cpuprofile "$$dir/$$w.prof" ./sim/engine; \
	done; \
	go tool pprof -proto "$$dir"/*.prof >cmd/faultline/default.pgo

bench-peers:
	@need=; for package in python3-simpy3 libns3-dev libsimgrid-dev g++; do \
	  dpkg -s "$$package" >/dev/null 2>&1 || need="$$need $$package"; \
	done; \
	if [ -n "$$need" ]; then \
	  sudo=; if [ "$$(id -u)" != 0 ]; then sudo=sudo; fi; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends $$need; } >&2; \
	fi
	go run ./cmd/bench peers -rounds $(ROUNDS) -write

# Builds it eight times, and emulates four CPUs: some ten minutes.
determinism:
	FAULTLINE_SOAK=1 go test -count 1 -timeout 1h -v -run '^Test(Result|NoFused|TheScenarioOfEverything|Fingerprints)' ./cmd/faultline

validate:
	go run ./cmd/faultline validate scenarios/*.yaml topologies/*/*.yaml
	FAULTLINE_SOAK=1 FAULTLINE_REFERENCES='$(ONLY)' go test -count 1 -timeout 4h -run '^TestReferencesSoak$$' ./cmd/faultline

# Every run checks its own books: a broken invariant exits with 1, and prints the
# seed that shows it.
soak:
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	go build -o "$$dir/faultline" ./cmd/faultline; \
	for seed in $$(seq 1 $(SOAK)); do for scenario in scenarios/*.yaml; do \
	  code=0; "$$dir/faultline" run "$$scenario" --seed "$$seed" --replications 2 --no-report --quiet --out "$$dir/out" >/dev/null || code=$$?; \
	  case $$code in 0|98|99) ;; *) echo "exit code $$code: faultline run $$scenario --seed $$seed --replications 2"; exit 1;; esac; \
	done; done; echo "$(SOAK) seeds of every scenario: no broken invariant"
	FAULTLINE_SOAK=1 go test -count 1 -timeout 4h -run Soak ./cmd/faultline ./cmd/oracle ./cmd/coverage ./cmd/mutants
	@seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); echo "property tests, to repeat: RAPID_SEED=$$seed RAPID_CHECKS=$(CHECKS) go test -count 1 ./sim/..."; \
	RAPID_SEED=$$seed RAPID_CHECKS=$(CHECKS) go test -count 1 -timeout 1h ./sim/...
	go test -count 1 -timeout 1h -run 'Swarm' ./sim/engine -swarm.runs=10000
	$(MAKE) --no-print-directory fuzz

# Each fuzz test for so long, and a count of what they have tried together; less
# than ten million in all is an error: give them more time. Before Go 1.27 a test
# may fail just because its time is up (go.dev/issue/75804): no input is at fault.
fuzz:
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; total=0; \
	for package in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r -n1 dirname | sort -u); do \
	  for fuzz in $$(grep -h -o '^func Fuzz[A-Za-z0-9_]*' $$package/*_test.go | cut -d' ' -f2); do \
	    go test -run '^$$' -fuzz "^$$fuzz$$" -fuzztime $(FUZZ) -fuzzminimizetime 1x $$package >"$$log" 2>&1 \
	      || { grep -qx ' *context deadline exceeded' "$$log" && ! grep -q 'Failing input' "$$log"; } || { cat "$$log"; exit 1; }; \
	    execs=$$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$$log" | tail -1); total=$$((total + $${execs:-0})); \
	    echo "$$package $$fuzz: $${execs:-0} executions"; \
	  done; \
	done; echo "$$total executions in all"; \
	if [ $$total -lt $(FUZZED) ]; then echo "fewer than $(FUZZED): make fuzz FUZZ=5m"; exit 1; fi

# The share of the statements that some test runs, whichever room it is of: at
# least 95% of sim, and 85% of all. ROOMS bounds what is run, and judges nothing.
ROOMS ?= ./...
cover:
	@profile=$$(mktemp); log=$$(mktemp); trap 'rm -f "$$profile" "$$log"' EXIT; \
	go test -count 1 -timeout 1h -coverpkg ./... -coverprofile "$$profile" $(ROOMS) >"$$log" || { grep -v '^ok' "$$log"; exit 1; }; \
	awk -v judge="$(filter ./...,$(ROOMS))" ' \
	  $$1 != "mode:" { n[$$1] = $$2; if ($$3 > 0) hit[$$1] = $$2 } \
	  END { for (b in n) { room = b; sub("^faultline/", "", room); sub("/[^/]*$$", "", room); all[room] += n[b]; run[room] += hit[b]; \
	      A += n[b]; R += hit[b]; if (room ~ "^sim(/|$$)") { a += n[b]; r += hit[b] } } \
	    for (room in all) printf "%6.1f%%  %s\n", 100 * run[room] / all[room], room | "sort -k2"; close("sort -k2"); \
	    printf "%6.1f%%  of sim, %.1f%% of all\n", 100 * r / a, 100 * R / A; \
	    if (judge && (r < 0.95 * a || R < 0.85 * A)) { print "too little: 95% of sim, and 85% of all"; exit 1 } }' "$$profile"
