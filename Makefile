# Two commands matter: `make demo` and `make test`. Both work on a fresh machine and are quick the next time.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
# The system's npm and browser come first; those of the environment stand in where there are none.
export PATH := $(PATH):$(CURDIR)/$(BIN)
# Node brings its own list of certificates; an office behind an inspecting proxy has its own in the system's.
export NODE_EXTRA_CA_CERTS ?= $(wildcard /etc/ssl/certs/ca-certificates.crt)

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint unit assets lock clean

help:
	@echo "make demo                  a county of made-up people, its daily cycle, and the desk to look at it"
	@echo "make demo ARGS=--no-serve  the same, ending after the table"
	@echo "make test                  every check and test; installs what they need"
	@echo "make bench                 the comparisons with other solvers and with Splink, at the small sizes; 4 minutes"
	@echo "make lint | unit           the checks alone | the tests alone: make unit ARGS=tests/kernel"
	@echo "make lock                  resolve the requirements anew (UPGRADE=--upgrade for newer versions)"
	@echo "make clean                 remove the environment and built files; the data in .jobbridge stay"

setup:
	@$(PYTHON) tools/environment.py runtime
	@$(BIN)/jobbridge warm

assets:
	@$(BIN)/python tools/assets.py

demo: setup
	@$(MAKE) --no-print-directory assets
	@$(BIN)/jobbridge demo $(ARGS)

test:
	@$(PYTHON) tools/environment.py test
	@$(PYTHON) tools/browser.py
	@$(PYTHON) tools/java.py
	@$(MAKE) --no-print-directory assets
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit

bench:
	@$(PYTHON) tools/environment.py bench
	@$(BIN)/python -m bench.ci

lint:
	$(BIN)/ruff check .
	$(BIN)/djlint --quiet --lint src/jobbridge
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file's tests stay together: what it has set up serves them all.
unit:
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

# Names, versions and hashes only: whoever installs says where from.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

lock:
	$(LOCK) --group installer -o requirements/installer.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) pyproject.toml --extra build -o requirements/runtime.txt
	$(LOCK) pyproject.toml --extra build --extra test --extra spark -c requirements/runtime.txt -o requirements/test.txt
	$(LOCK) pyproject.toml --extra bench -c requirements/runtime.txt -o requirements/bench.txt

clean:
	rm -rf .venv node_modules src/jobbridge/web/static/build src/jobbridge/web/locale/*/LC_MESSAGES/*.mo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
