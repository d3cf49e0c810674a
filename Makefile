# Runwright from a fresh clone. Needs Python 3.11 or newer, make and a package index; nothing else.
SHELL := /bin/sh
PYTHON ?= python3
V := .venv/bin
NPM := $(V)/python tools/setup.py npm
.DEFAULT_GOAL := help
.PHONY: help setup run dev check test test-python test-ui test-planted test-long figures bench screenshots lock docs

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: ## Install everything and build the page (seconds when nothing has changed)
	@$(PYTHON) tools/setup.py

run: setup ## Start Runwright with its own PostgreSQL; Ctrl-C stops all of it
	@exec $(V)/runwright up $(ARGS)

dev: setup ## Like run, and starts again when Python code changes
	@exec $(V)/watchfiles --filter python --grace-period 1 --sigint-timeout 15 '$(V)/runwright up $(ARGS)' domain application infrastructure interfaces

check: setup ## Style, types, layers and fresh documents; no test
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(NPM) tools pyright
	$(V)/lint-imports
	$(V)/python -m pytest -q tests/architecture
	@if [ -f ui/package.json ]; then $(NPM) ui check; else echo "no ui/ in this tree"; fi

test: ## Install everything, run every check and every test
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory test-ui
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-planted PLANTED=--after-green

# What the first run starts (browsers, servers to be killed, thousands of simulated turns) is not measured: measuring
# doubles the work of each process, and what these reach the others reach as well. Slow files first in both: at the end
# only quick ones are left to share between the two.
UNMEASURED := tests/chaos tests/browser tests/simulation/test_simulation.py
IN_TWO := -n 2 --dist loadfile --no-loadscope-reorder --durations=30
test-python: setup ## Python and browser tests, with coverage
	$(V)/python -m pytest $(UNMEASURED) --ignore=tests/browser/test_figures.py $(IN_TWO)
	$(V)/python -m pytest tests/acceptance tests/integration tests/api tests $(UNMEASURED:%=--ignore=%) $(IN_TWO) --cov --cov-report=term:skip-covered --cov-fail-under=90

figures: setup ## Measure the page in a browser: bytes, frames, opening, event to pixel
	$(V)/python -m pytest -q -s tests/browser/test_figures.py

test-ui: setup ## The page's unit tests, with coverage
	@if [ -f ui/package.json ]; then $(NPM) ui test; else echo "no ui/ in this tree"; fi

test-planted: setup ## Every checker turns red on its planted bug
	$(V)/python tests/planted/run.py $(PLANTED)

test-long: setup ## The long forms of simulation and chaos, about 20 minutes; prints seeds and figures
	$(V)/python -m pytest -m long -n 2 --dist worksteal -rP

bench: setup ## Measure speed against peers (benchmarks/)
	$(V)/python -m benchmarks

screenshots: setup ## Take a picture of every screen and state (ARGS=--docs: those of the documents)
	@$(V)/python -m tools.screenshots $(ARGS)

docs: setup ## Write the generated documents and the page's types anew
	$(V)/python -m interfaces.docs
	@mkdir -p build && $(V)/python -m interfaces.docs openapi > build/openapi.json
	$(NPM) ui generate:api $(CURDIR)/build/openapi.json

lock: setup ## Resolve new versions into requirements/ (hashes from the public index)
	$(V)/python tools/lock.py
