# Two commands: `make evolve` shows the product, `make test` proves it. Both make all that they need.
SHELL := /bin/bash
PY := .venv/bin/python
BUDGET ?= --minutes 2

.PHONY: help evolve test campaigns matrix lint bench docs lock clean

help:
	@echo "make evolve      evolve a bundled target in a sandbox, without an API key (BUDGET='--minutes 2')"
	@echo "make test        lint and every test, those against a Docker engine included"
	@echo "make campaigns   the long tests: kills, attacks, chaos, fresh installs"
	@echo "make matrix      install and try the product on every supported Python that is here"
	@echo "make bench       the project's own performance figures (PEERS=1: OpenEvolve beside them; PARTS='pace fill')"
	@echo "make lint        ruff, mypy --strict, import-linter, deptry"
	@echo "make docs        generate the reference pages and build the site into .cache/site"

evolve: .venv/ready
	@scripts/with-engine.sh .venv/bin/pygent evolve online_bin_packing $(BUDGET)

test: .venv/ready
	@scripts/tests.sh test 12

campaigns: .venv/ready
	@scripts/tests.sh campaigns 25

matrix: .venv/ready
	@scripts/with-engine.sh $(PY) -m tests.packaging

bench: .venv/ready
	@scripts/with-engine.sh $(PY) -m tests.performance $(PARTS)

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

docs: .venv/ready
	$(PY) -m tests.support.run_options
	$(PY) -m tests.support.docs
	$(PY) -m tests.support.openapi
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet

lock: .venv/ready
	.venv/bin/uv pip compile pyproject.toml --extra dev --universal --no-header --no-annotate --no-emit-index-url --output-file requirements.lock

.venv/ready: pyproject.toml requirements.lock scripts/venv.sh
	@scripts/venv.sh

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
