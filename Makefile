# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test check format words bench prove dist screenshots lock clean

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := keepless/web/static/dashboard.js
BUNDLED := $(addprefix keepless/web/static/,app.js worker.js dashboard.css) $(BUNDLE)
WORDS := $(patsubst %.po,%.mo,$(wildcard keepless/web/translations/*/LC_MESSAGES/*.po))
# Quiet where nobody can do anything about it, never silent: each step names itself first. (-W: an old pip warns of how
# plaid-python is packaged.)
PIP := $(BIN)/python -W ignore -m pip --disable-pip-version-check --no-input install --no-warn-script-location --progress-bar off

PIP_WHEEL := $(BIN)/python -W ignore -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

run: setup .env ## Run Keepless on http://localhost:5001, with a local Plaid on 5002 (Ctrl-C stops both)
	@exec $(BIN)/keepless run

setup: $(VENV)/.base $(BUNDLE) $(WORDS) ## Everything but the settings: what a deployment builds too

test: setup setup-dev ## All tests, with branch coverage (finds or installs a Chromium)
	@scripts/chromium.sh
	@echo "==> Running the front end's tests"
	@source scripts/node-path.sh && cd frontend && npm run --silent test --no-update-notifier
	@echo "==> Running the tests"
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

check: setup-dev $(BUNDLE) ## Lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@source scripts/node-path.sh && cd frontend && echo "npm run check" && npm run --silent check

format: setup-dev ## Rewrite the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: setup-dev ## Bring the words of the pages into the catalogues of the other languages
	@$(BIN)/python -m scripts.words

bench: setup-dev $(BUNDLE) $(WORDS) ## Measure, as ratios in one run; writes benchmarks/out/bench.json
	@scripts/chromium.sh
	$(BIN)/python -m benchmarks.run

prove: setup-dev $(BUNDLE) $(WORDS) ## Plant secrets, use everything, and search every byte at rest for them
	@scripts/chromium.sh
	@$(BIN)/keepless prove --strict

dist: setup ## A wheel with the front end in it, in dist/: `pip install` it anywhere, then `keepless run`
	@echo "==> Building the wheel"
	@rm -rf build dist && $(PIP_WHEEL) --wheel-dir dist . && rm -rf build && ls -l dist

screenshots: setup-dev $(BUNDLE) $(WORDS) ## The pictures of the README anew, in docs/screenshots/
	@scripts/chromium.sh
	@PYTHONPATH=.:tests $(BIN)/python -m scripts.screenshots

lock: ## Pin the dependencies anew (needs uv)
	@for name in base dev node; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove what was built; settings in .env stay
	rm -rf $(VENV) frontend/node_modules $(BUNDLED) $(WORDS) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* benchmarks/out build dist

setup-dev: $(VENV)/.dev

# The commands in a virtual environment name the folder it was made in, so it is made anew where the checkout was moved,
# where its Python is gone, and where making it was interrupted: `.here`, written last, says where it was made.
ifneq ($(shell [ -x $(BIN)/python ] && cat $(VENV)/.here 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.here
endif

$(VENV)/.here:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Keepless needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is incomplete: on Debian, install python3-venv." >&2; exit 1; }
	@echo "==> Making $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@echo "$(CURDIR)" >$@

$(VENV)/.base: requirements/base.txt pyproject.toml $(VENV)/.here
	@echo "==> Installing the pinned dependencies (a minute on a first run)"
	@$(PIP) --quiet --require-hashes -r requirements/base.txt
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "==> Installing the pinned development tools"
	@$(PIP) --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(BUNDLE): $(shell find frontend/src -type f) frontend/build.mjs frontend/package-lock.json scripts/node-path.sh | $(VENV)/.base
	@echo "==> Building the front end"
	@source scripts/node-path.sh && cd frontend && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null && \
		npm run --silent build --no-update-notifier

%.mo: %.po | $(VENV)/.base
	@echo "==> Compiling the words in $<"
	@$(BIN)/pybabel -q compile -i $< -o $@

.env: | $(VENV)/.base
	@$(BIN)/keepless keygen --env-file .env
