# Every target prints what it does. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# the files of tests go to so many processes: each holds a build and a browser of its own
PROCESSES ?= 2
PYTEST := $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile
UV_VERSION := 0.13.9
export JIUGAI_HOME ?= data
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup system manifest demo serve dev docs test test-unit fuzz check format seeds lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "== setting up $(VENV) from requirements.lock"
	@.ci/system-packages python
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 not found (set PYTHON=…)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/.ready ## make the environment from the lock file
	@$(BIN)/python -m compileall -q ingestion quality filings dashboards orchestration  # or a run that may not write pays each time

system: ## install the Debian packages that the tests need (Chromium, CJK fonts, LibreOffice Calc)
	@.ci/system-packages tests

manifest: setup ## parse the dbt project (Dagster and the tests read its manifest)
	@$(BIN)/python -m orchestration.manifest

demo: setup manifest ## the whole line on the folder $(JIUGAI_HOME), ending with where to look
	@$(BIN)/jiugai demo

serve: setup ## the pages as an app on the folder $(JIUGAI_HOME): http://127.0.0.1:8050
	@$(BIN)/jiugai serve

dev: setup manifest ## Dagster's UI and daemon on the folder $(JIUGAI_HOME)
	@$(BIN)/jiugai dev

docs: setup ## the warehouse's own pages (dbt docs): every table, column and lineage, in dbt_project/target/docs.html
	@$(BIN)/python -m quality.dbt_docs && echo dbt_project/target/docs.html

test: setup system manifest ## all tests
	@$(PYTEST)

test-unit: setup manifest ## the quick tests alone
	@$(PYTEST) tests/unit

fuzz: setup system ## 10,000 mutants of workbooks, compared with LibreOffice (40 minutes); JIUGAI_FUZZ_SEED chooses others
	@JIUGAI_FUZZ=$${JIUGAI_FUZZ:-10000} JIUGAI_FUZZ_SEED=$${JIUGAI_FUZZ_SEED:-$$(date +%Y%m%d)} $(BIN)/python -m pytest tests/unit/ingestion/test_fuzz.py

check: setup manifest ## format, lint, types, import contracts, SQL, rule book seeds
	@echo "== ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@echo "== mypy"; $(BIN)/mypy
	@echo "== import contracts"; $(BIN)/lint-imports
	@echo "== sqlfluff"; $(BIN)/sqlfluff lint --nofail dbt_project/models dbt_project/macros dbt_project/tests > /dev/null && $(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	@echo "== no source is ignored"; ! git ls-files --others --ignored --exclude-standard -- rulebook ingestion dbt_project/models dbt_project/macros dbt_project/seeds dbt_project/tests quality filings dashboards orchestration tests docs | grep -v __pycache__
	@echo "== rule book"; $(BIN)/jiugai rulebook check
	@echo "== generated seeds"; $(BIN)/python -m ingestion.seeds && git diff --exit-code --stat -- dbt_project/seeds/generated dbt_project/models/intermediate/generated dbt_project/models/staging/generated dbt_project/macros/generated

format: setup ## format the Python code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

seeds: setup ## write the dbt seeds from the rule book
	@$(BIN)/python -m ingestion.seeds

lock: setup ## resolve pyproject.toml into requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet -o requirements.lock

clean: ## remove the environment, caches and dbt's output (never the data)
	@rm -rf $(VENV) dbt_project/target dbt_project/logs .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
