# Everything runs in .venv, which the first target makes. Stamp files in it say what is installed, so that a second call
# installs nothing; an edit of pyproject.toml makes them stale.
#
#   PYTHON=python3.12   the interpreter to make .venv with (default: the first fit one on PATH)
#   PIP_FLAGS=...       passed on to every `pip install`
#   JOBS=4              test processes (default: one for each core, at most 8)
#   ARGS="-k mm -x"     passed on to pytest or to the benchmark

PYTHONS := python3 python3.13 python3.12 python3.11 python3.14
FIT := import sys, sysconfig, venv, ensurepip; \
       sys.exit(sys.version_info < (3, 11) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")))
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS)

.DEFAULT_GOAL := help
.PHONY: help demo test lint parity golden bench generate docs clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-9s %s\n", $$1, $$2 }'

demo: $(VENV)/.core ## install and take the terminal tour
	$(BIN)/tapegrad demo

test: $(VENV)/.test ## install the test extra and run all tests
	$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 $(ARGS)

lint: $(VENV)/.lint ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

parity: $(VENV)/.test $(VENV)/.peers ## compare live with PyTorch, and its records with what it does (a large download)
	$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 tests/parity $(ARGS)

golden: $(VENV)/.peers ## write the records of PyTorch's behaviour anew (a large download)
	for script in tests/golden/make_*.py; do $(BIN)/python $$script || exit; done

bench: $(VENV)/.peers ## time the engine against its peers (a large download)
	$(BIN)/python benchmarks/engine.py $(ARGS)

generate: $(VENV)/.core ## write the generated kernels anew from the op table
	$(BIN)/python -m tapegrad.ops.codegen

docs: $(VENV)/.docs docs/conf.py ## build the documentation, warnings being errors
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

clean: ## remove .venv, caches and build products
	rm -rf $(VENV) build dist docs/_build .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find tapegrad kernels tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
	  for name in $(PYTHONS); do \
	    if "$$name" -c '$(FIT)' >/dev/null 2>&1; then python="$$name"; break; fi; \
	  done; \
	fi; \
	if [ -z "$$python" ] || ! "$$python" -c '$(FIT)'; then \
	  echo 'tapegrad needs CPython 3.11 or newer, not free-threaded, with the venv module (on Debian and' >&2; \
	  echo 'Ubuntu: the package python3-venv). None is on PATH: name one with make PYTHON=/path/to/python3.' >&2; \
	  exit 1; \
	fi; \
	echo "making $(VENV) with $$("$$python" -V)"; \
	"$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.made pyproject.toml
	$(PIP) -e .
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.peers $(VENV)/.docs: $(VENV)/.%: $(VENV)/.core
	$(PIP) -e '.[$*]'
	@touch $@
