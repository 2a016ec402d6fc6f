# Every target installs what it needs into .venv first. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := $(shell sed -n 's/.*"uv==\([0-9.]*\)".*/\1/p' pyproject.toml)

# An Output in a string is an error and not a warning, everywhere (pulumi/pulumi#4650).
export PULUMI_ERROR_OUTPUT_STRING := 1
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
# The provider SDKs are large: without compiled bytecode every process pays seconds to compile them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 18

$(VENV)/.synced: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is missing or older than 3.11. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@[ -x $(BIN)/uv ] || { echo "Setting up $(VENV) (about a minute the first time)"; \
	  $(PYTHON) -m venv $(VENV) || { echo "error: $(PYTHON) cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"; }
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

.PHONY: install
install: $(VENV)/.synced ## Install the locked dependencies into .venv

.PHONY: demo
demo: install ## Bring the example platform up in the sandbox: three sites, no cloud account
	@$(BIN)/trunkline demo

.PHONY: demo-destroy
demo-destroy: install ## Take the example platform down again and show that nothing is left
	@$(BIN)/trunkline destroy --sandbox --yes --skip-preview

.PHONY: test
test: install ## Run every test: real engine, sandbox and Kubernetes control plane included
	@$(BIN)/python -m tests.support.prepare
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

.PHONY: check
check: install ## Format, lint, types
	@$(BIN)/ruff format --check --quiet . || { echo "error: run 'make format'" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/uv lock --check --quiet || { echo "error: uv.lock does not fit pyproject.toml; run 'uv lock'" >&2; exit 1; }

.PHONY: format
format: install ## Format the code and mend what lint can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

.PHONY: bench
bench: install ## Compare previews with a plain program of the same size, as ratios in one run
	@$(BIN)/python -m tests.benchmarks

.PHONY: control-plane
control-plane: install ## Run a real Kubernetes control plane on this machine until Ctrl-C
	@$(BIN)/python -m tests.support.control_plane

.PHONY: generated
generated: install ## Write the generated files again: JSON Schema, references, rule catalogue
	@$(BIN)/python -m stacks.spec.schema
	@$(BIN)/python -m stacks.spec.reference
	@$(BIN)/python -m policies.page

.PHONY: picture
picture: install ## Draw the example platform from the sandbox's state (needs Graphviz)
	@command -v dot >/dev/null || { echo "error: 'dot' is missing. On Debian: apt-get install graphviz" >&2; exit 1; }
	@$(BIN)/trunkline demo
	@eval "$$($(BIN)/trunkline sandbox up)" && pulumi stack export \
	  | $(CURDIR)/$(BIN)/python docs/pictures/draw.py | dot -Tsvg > docs/pictures/example-platform.svg

.PHONY: clean
clean: ## Remove what the sandbox and the tools left in this folder
	@rm -rf .trunkline .pytest_cache .ruff_cache .hypothesis
