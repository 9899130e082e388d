# PyRedis: `make run` starts the server, `make test` tests it. Needs Python 3.11 or newer and make, nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ARGS ?=
WORKERS ?= auto
BIN := .venv/bin
PACKAGES := pyredis_server

.PHONY: help install run test quick compat lint types bench docs package clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

# Two stamps, so that `make run` does not wait for the tools of developers.
.venv/.created:
	@test -n "$(PYTHON)" || { echo "PyRedis needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments here."; \
		echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	touch $@

.venv/.runtime: pyproject.toml | .venv/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/.development: pyproject.toml | .venv/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,dev]'
	touch $@ .venv/.runtime

install: .venv/.development bytecode ## make .venv with the server and all that developing needs

# Bytecode halves the time to start. Python writes it itself, but not where PYTHONDONTWRITEBYTECODE forbids it.
.PHONY: bytecode
bytecode: .venv/.runtime
	@$(BIN)/python -m compileall -q $(PACKAGES)

run: bytecode ## start the server on port 6379; more arguments in ARGS
	$(BIN)/pyredis-server $(ARGS)

test: install ## run all tests but those that take minutes
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not long' $(ARGS)

quick: install ## run the tests that take no time
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not long and not slow and not compat' $(ARGS)

compat: install ## compare with a real Redis server
	$(BIN)/python -m tests.support.reference
	$(BIN)/pytest tests/compat $(ARGS)

lint: install ## check style and spelling
	$(BIN)/ruff check .
	$(BIN)/codespell $(PACKAGES) tests *.md

types: install ## check types
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/mypy tests

bench: install ## measure throughput beside a real Redis (needs redis-server and redis-benchmark)
	$(BIN)/python tools/bench.py --server $(BIN)/pyredis-server $(ARGS)

docs: install ## write pyredis.conf again from the declarations
	$(BIN)/python -m pyredis_server.config.sample > pyredis.conf

package: install ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what can be made again, .venv too
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .reference
