# `make` alone lists the commands.
PYTHON ?= python3
BIN := .venv/bin
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports content openapi tests bench soak lock clean

help: ## List the commands
	@echo "Composure 从容"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(RUN_READY) ## Serve the product with embedded PostgreSQL, the curriculum and a demo bank
	@exec $(BIN)/composure serve --demo

test: lint types imports content openapi tests ## Everything CI runs

lint: $(DEV_READY) ## Lint, and check the formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_READY) ## Check types strictly
	$(BIN)/mypy domain repositories api clients tests bench soak

imports: $(DEV_READY) ## Check who may import whom
	$(BIN)/lint-imports

content: $(DEV_READY) ## Check the curriculum and its coverage
	$(BIN)/composure content check
	$(BIN)/composure phrases evaluate

openapi: $(DEV_READY) ## Compare the committed API description with the code
	$(BIN)/composure openapi --check

tests: $(DEV_READY) ## Run all tests on real PostgreSQL
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile

bench: $(DEV_READY) ## Measure, each figure beside its anchor of the same run
	$(BIN)/python -m bench

soak: $(DEV_READY) ## Let devices diverge 600 times, then break everything under load, and count what was lost or doubled
	COMPOSURE_SOAK_EXAMPLES=600 $(BIN)/pytest -n 0 tests/sync/test_convergence.py
	$(BIN)/python -m soak

lock: ## Renew requirements/*.txt from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml \
		--extra install --extra dev -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml \
		--extra install -c requirements/dev.txt -o requirements/run.txt

clean: ## Remove the virtual environment and caches; the data folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Composure needs Python 3.11 or later; PYTHON=… names another."; exit 1; }
	$(PYTHON) -m venv .venv

$(RUN_READY): requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing; this is done once."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing; this is done once."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
