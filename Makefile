# `make run` starts everything, `make test` tests everything; `make help` lists the rest.

# A shell that starts make in the background makes it ignore SIGINT; these must hear it.
HEAR_INTERRUPT = env --default-signal=INT
SOURCES = Sources Tools Tests Benchmarks Examples Package.swift
.PHONY: help run test test-chaos test-outage sanitize smoke model build lint format bench bench-queue start stop \
	clean reset

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## build and start everything: PostgreSQL, Redis, sandbox, API, worker (Ctrl-C stops it); WORKERS=2 runs several
	@exec $(HEAR_INTERRUPT) Scripts/run

test: ## run all tests against throw-away servers; FILTER=name runs some
	@exec $(HEAR_INTERRUPT) Scripts/test $(if $(FILTER),--filter '$(FILTER)')

test-chaos: ## play the conformance scenarios in full, about 20 min; TABLE=file writes the table of results
	@exec $(HEAR_INTERRUPT) Scripts/test-chaos $(if $(TABLE),--table '$(TABLE)')

test-outage: ## let the payment provider be away for ten minutes in five ways; ARGUMENTS='--seconds 60 --rate 5'
	@exec $(HEAR_INTERRUPT) Scripts/test-outage $(ARGUMENTS)

sanitize: ## run the tests of wrappers and queue under the address and the thread sanitizer, about 40 min
	@exec $(HEAR_INTERRUPT) Scripts/sanitize $(ARGUMENTS)

smoke: ## build for release and run each benchmark once with few jobs
	@exec $(HEAR_INTERRUPT) Scripts/smoke

model: ## check the model of the queue's protocol with spin, about two minutes; ARGUMENTS=all searches longer
	@exec $(HEAR_INTERRUPT) Scripts/check-model $(ARGUMENTS)

build: ## build everything, debug
	@Scripts/install-dependencies
	@exec Scripts/build debug

lint: ## check format, words, columns, habits of the tests and scripts
	@Scripts/check-words
	@Scripts/check-throws
	@Scripts/check-columns
	@Scripts/check-tests
	@swift format lint --strict -r -p $(wildcard $(SOURCES))
	@if command -v shellcheck >/dev/null; then shellcheck -x -P SCRIPTDIR .ci/run $$(grep -l bash Scripts/*); \
	else echo "shellcheck is not installed; scripts not checked."; fi

format: ## format all Swift files
	@swift format -i -r -p $(wildcard $(SOURCES))

bench: ## measure the queue in release mode; ARGUMENTS='drain --durable', enqueue, durable, latency, depth, idle or dead
	@exec $(HEAR_INTERRUPT) Scripts/bench $(ARGUMENTS)

bench-queue: ## measure the queue beside others, which it installs; ARGUMENTS=--smoke for a short look
	@exec $(HEAR_INTERRUPT) Scripts/bench-queue $(ARGUMENTS)

stop: ## stop what `make run` started; NAME=sandbox, api, worker or worker-2 stops that alone
	@exec Scripts/stop $(NAME)

start: ## start again what `make stop NAME=…` stopped
	@exec Scripts/start $(NAME)

clean: ## delete what was built and what killed tests left behind
	@Scripts/remove-leftovers
	rm -rf .build .build-release .build-address .build-thread

reset: ## delete the private servers with all their data
	@Scripts/stop
	@Scripts/servers remove .cartwright
