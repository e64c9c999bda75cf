# Marsad: every command a person needs. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-quick faults faults-fetching fuzz lint format schemas lock bench bench-fetching secrets compose-test clean

help: ## list what there is
	@if [ -t 1 ]; then bold='\033[1m' plain='\033[0m'; fi; \
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' "{printf \"  $${bold}make %-15s$${plain} %s\\n\", \$$1, \$$2}"

setup: $(STAMP) ## install everything into .venv, hashes checked
$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: setup ## a newsroom of our own, from link to search hit, in about two minutes
	$(BIN)/marsad demo

run: setup ## servers and all services, on the live web (MARSAD_FETCHING__CONTACT is needed)
	$(BIN)/marsad run --all --up

test: setup ## everything: style, types, imports, generated files, unit, contract, integration and fault tests
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest tests

test-quick: setup ## unit and contract tests only, about a minute
	$(BIN)/python -m pytest tests/unit tests/contract

faults: setup ## prove delivery under fire: 30 rounds of 1,000 articles (ARGS=--help says more), then fuzz
	PYTHONPATH=tests $(BIN)/python -m faults.campaign $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(ARTICLES),--articles $(ARTICLES)) $(ARGS)
	@$(if $(ROUNDS)$(ONLY)$(ARGS),:,$(MAKE) --no-print-directory fuzz)

faults-fetching: setup ## two fetchers killed 20 times among 2,000 URLs of 40 hosts: nothing lost, no manners either
	PYTHONPATH=tests $(BIN)/python -m faults.crawl $(ARGS)

fuzz: setup ## 100,000 records harmed at random through all services: each must have an end (RECORDS=, SEED=)
	PYTHONPATH=tests $(BIN)/python -m faults.fuzz $(if $(RECORDS),--records $(RECORDS)) $(if $(SEED),--seed $(SEED))

lint: setup ## check style, types, import rules and generated files; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/marsad schemas check

format: setup ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: setup ## write schemas/ anew from the models
	$(BIN)/marsad schemas write

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

lock: setup ## resolve the dependencies of pyproject.toml anew: the image's, everything, what builds the wheel
	$(COMPILE) pyproject.toml --extra tracing --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra localstack --extra tracing --group dev --output-file requirements-dev.lock
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | \
	$(COMPILE) - --output-file requirements-build.lock

bench: setup ## what a record costs, in a quarter of an hour; MARSAD_BENCH_DATA may name a folder of real pages
	$(BIN)/python -m bench.pipeline

bench-fetching: setup ## our fetching beside plain httpx and Scrapy, and what slow hosts and archives cost fresh URLs
	PYTHONPATH=tests $(BIN)/python -m bench.fetching

secrets: ## random passwords for docker compose, in ./secrets; what is there is kept
	@deploy/docker/make-secrets secrets

compose-test: setup ## docker compose: build, the newsroom through it, kill, scale, stop and start; skips without an engine
	PYTHONPATH=tests $(BIN)/python -m compose.campaign

clean: ## remove what was installed and built (not the data of `marsad up`)
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find services tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
