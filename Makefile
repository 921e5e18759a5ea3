# The commands of a developer. Each sets up .venv first (deploy/setup.sh). Written for GNU make 3.81, which macOS has.
HOST = 127.0.0.1
PORT = 8000
DATA = .data
PROCESSES = 1
ARGS =

python = .venv/bin/python
database = $(python) -m mocks.embedded.with_database --data "$(DATA)" --

.DEFAULT_GOAL := help
.PHONY: help setup run test check conformance soak mutants schema bench demo audit migrate clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## only the set-up that every command does first (PYTHON=python3.12 chooses the interpreter)
	@sh deploy/setup.sh

run: setup ## PostgreSQL, Valkey, demo towns, API and push, until Ctrl-C (PORT=8010, DATA=folder, PROCESSES=2)
	@exec $(python) -m mocks.embedded.supervisor --host "$(HOST)" --port "$(PORT)" --data "$(DATA)" --processes "$(PROCESSES)"

test: setup ## the whole suite on real PostgreSQL and Valkey (ARGS="-k pay")
	@$(python) -m pytest -q -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: setup ## style, types, imports between the rooms, the contract and the tidy tests
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	$(python) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(python) -m pytest -q tests/tidy
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory conformance; else echo "check: no npm, so no conformance tests"; fi

conformance: setup ## clients and audits of others against a server of its own (needs Node 20 and npm)
	@cd tests/conformance && npm ci --silent
	@$(python) -m pytest -q -m conformance tests/conformance $(ARGS)

soak: setup ## the long campaigns with their full counts; prints their seeds
	@MEGURU_SOAK=1 $(python) -m pytest -m soak -s --timeout 0 $(ARGS)

mutants: setup ## changes what moves money in one place at a time, and counts what the tests see (ARGS="--sample 200")
	@$(python) -m pip install -qq --disable-pip-version-check --no-input --upgrade --no-deps --require-hashes --target .mutants -r requirements-mutants.lock
	@PYTHONPATH=.mutants $(python) -m tests.mutants $(ARGS)

schema: setup ## writes schema/schema.graphql, docs/limits.md and docs/errors.md from the code
	@$(python) -m schema.engine.export && $(python) -m api.limits_page

bench: setup ## payments per second against pgbench, on a database and server of its own
	@$(python) -m bench.pay $(ARGS)

demo: setup ## plays payments, points, a coupon and a voucher in the terminal, checked
	@$(python) -m mocks.demo $(ARGS)

audit: setup ## every town's ledger against itself: no difference, or exit code 1
	@$(database) sh -c 'if [ -n "$$MEGURU_OWNER_DATABASE_URL" ]; then $(python) -m api.cli migrate >/dev/null || exit 1; fi; $(python) -m api.cli audit'

migrate: setup ## brings the database of `make run`, or of MEGURU_OWNER_DATABASE_URL, to the newest schema
	@$(database) $(python) -m api.cli migrate

clean: ## removes .venv, the data and every cache
	@if [ -e .data/postgres/data/postmaster.pid ] && kill -0 "$$(head -n 1 .data/postgres/data/postmaster.pid)" 2>/dev/null; \
	then echo "clean: a database runs on .data: stop make run first" >&2; exit 1; fi
	@rm -rf .venv .mutants mutants .data dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tests/artifacts
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
