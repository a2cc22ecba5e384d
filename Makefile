# The ways into this project; `make` alone lists them.
SHELL := /bin/sh
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export UV_LINK_MODE := copy
.DEFAULT_GOAL := help
ARGS ?=

.PHONY: help setup demo test test-long check format bench serve new-check

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## install everything that is missing (quick when nothing is)
	@./tools/setup.sh

demo: setup ## the studio's story, from broken to served (ARGS=--once looks at all and ends, ARGS=--fresh starts over)
	@.venv/bin/swannery demo $(ARGS)

test: setup check ## be sure: checks and all tests but the long ones (ARGS are passed to pytest)
	@.venv/bin/pytest -n 2 --dist loadfile -m 'not long' $(ARGS)

test-long: setup check ## be very sure: the long tests as well (every kill, every planting)
	@.venv/bin/pytest -n 2 --dist loadfile $(ARGS)

check: setup ## format, lint, types, import contracts, our own linters
	@.venv/bin/python -m tools.check

format: setup ## rewrite files the way check wants them
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format --quiet

bench: setup ## run every benchmark; each prints its question and its numbers
	@.venv/bin/python -m tools.run_benchmarks $(ARGS)

serve: setup ## serve the platform deployed here: needs swannery.toml and DATABASE_URL (docs/guides/serving.md)
	@.venv/bin/swannery serve $(ARGS)

new-check: setup ## scaffold a check: make new-check CAUSE=orphan_rows
	@.venv/bin/python -m tools.new_check $(CAUSE)
