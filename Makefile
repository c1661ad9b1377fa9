# Bare `make` prints the targets. `make test` proves everything and installs what
# it needs: Node packages by their lock files, Go tools by go.mod.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BINARY := $(CURDIR)/bin/ursula
NODE_DIRS := integration/conformance integration/client
PEER_DIR := integration/peer

# Packages that start real servers. All others are unit tests.
PROOFS := ./integration/conformance ./integration/client ./integration/crash \
          ./integration/peers ./integration/lifecycle ./integration/cluster ./integration/chaos
UNITS = $(filter-out $(PROOFS:./%=ursula/%),$(shell go list ./...))

# Packages whose tests run in bubbles of virtual time. The race detector of Go
# 1.26 crashes (a nil slot in __tsan::SlotLock, go.dev/issue/78156) when timers of
# one bubble fire on two threads at once: they share one race context. With one
# thread that cannot happen, and the detector still sees every unordered access.
BUBBLES = $(shell grep -rl --include='*_test.go' testing/synctest core control infra 2>/dev/null | xargs -n1 dirname | sort -u | sed 's|^|ursula/|')

FUZZ_TIME ?= 5s
PROVE := URSULA_TEST_BINARY=$(BINARY) go test -count=1 -v

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/ursula
	go build -o $(BINARY) ./cmd/ursula

.PHONY: run
run: build ## build, then serve on 127.0.0.1:4437 with the data in ./data
	exec $(BINARY) serve

.PHONY: cluster
cluster: build ## build, then run three nodes of one cluster and print how to play with them
	exec integration/playground.sh $(BINARY)

.PHONY: test
test: ## prove everything, cheap things first, and print a summary
	@MAKE=$(MAKE) integration/stages.sh build lint test-unit node-modules test-lifecycle test-conformance \
	    test-client test-peers test-race fuzz-short test-crash test-cluster test-chaos

.PHONY: test-unit
test-unit: ## test every package that needs no server process
	go test $(UNITS)

.PHONY: test-race
test-race: ## the unit tests, and servers under faults of peers, networks and disks, under the race detector
	go test -race -timeout 30m $(filter-out $(BUBBLES),$(UNITS))
	go test -race -cpu 1 -timeout 30m $(filter $(BUBBLES),$(UNITS))
	URSULA_TEST_BUILD_FLAGS=-race go test -count=1 -v -timeout 30m ./integration/peers
	URSULA_TEST_BUILD_FLAGS=-race go test -count=1 -v -timeout 30m ./integration/chaos -run 'TestHistories$$' -seeds 2

.PHONY: test-conformance
test-conformance: build node-modules ## run the official server suite on each engine
	$(PROVE) -timeout 10m ./integration/conformance

.PHONY: test-client
test-client: build node-modules ## run the official TypeScript client over lost answers and kills
	$(PROVE) -timeout 5m ./integration/client

.PHONY: test-crash
test-crash: build ## kill a loaded server 50 times, fill its disk
	$(PROVE) -timeout 10m ./integration/crash/...

.PHONY: test-peers
test-peers: build ## provoke the faults that other servers were seen to have
	$(PROVE) -timeout 5m ./integration/peers

.PHONY: test-lifecycle
test-lifecycle: build ## drain a server, and have it refuse damaged data and bad configuration
	$(PROVE) -timeout 5m ./integration/lifecycle

.PHONY: test-cluster
test-cluster: build node-modules ## three nodes: the official suite through each and through any, and what operators do to them
	$(PROVE) -timeout 20m ./integration/cluster

.PHONY: test-chaos
test-chaos: build ## a few random histories of faults, checked for linearizability and lost bytes
	$(PROVE) -timeout 15m ./integration/chaos

CHAOS_TIME ?= 20s
CHAOS_SEEDS ?= 40
CHAOS_FOR ?= 0s
CHAOS_NODES ?= 3

.PHONY: chaos
chaos: build ## random histories of faults of CHAOS_TIME each on CHAOS_NODES: CHAOS_SEEDS, or for CHAOS_FOR
	$(PROVE) -timeout 0 ./integration/chaos -run 'TestHistories$$' -seeds $(CHAOS_SEEDS) -duration $(CHAOS_TIME) -for $(CHAOS_FOR) -nodes $(CHAOS_NODES)

.PHONY: lint
lint: ## check formatting, go vet and staticcheck
	@unformatted=$$(gofmt -l cmd core integration $(wildcard edge control infra)); \
	    if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck ./...

.PHONY: fuzz-short
fuzz-short: ## run each fuzz target for FUZZ_TIME (5s)
	@integration/fuzz.sh $(FUZZ_TIME)

.PHONY: bench
bench: build $(PEER_DIR)/node_modules/.package-lock.json ## measure side by side with the reference server and a bare handler
	@integration/sidebyside.sh $(BINARY)

.PHONY: bench-cluster
bench-cluster: build ## measure three nodes on this machine against the goals of a cluster
	@integration/clusterbench.sh $(BINARY)

.PHONY: bench-turns
bench-turns: build ## compare OLD, another build of ursula, with this one: a cluster of each, in turns of a second
	@integration/turns.sh $(or $(OLD),$(error OLD is the path of the other build)) $(BINARY)

.PHONY: node-modules
node-modules: $(NODE_DIRS:%=%/node_modules/.package-lock.json) ## install the pinned Node packages

%/node_modules/.package-lock.json: %/package-lock.json %/package.json
	@command -v node >/dev/null && command -v npm >/dev/null || \
	    { echo "node 20 or newer with npm is needed for the official suites; it is not on the PATH"; exit 1; }
	cd $* && npm ci --no-audit --no-fund
	@touch $@

.PHONY: clean
clean: ## remove what was built and installed
	rm -rf bin $(PEER_DIR)/node_modules $(NODE_DIRS:%=%/node_modules)
