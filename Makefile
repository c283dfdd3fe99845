# make serve: set up what serving needs, and serve the page.   make test: set up everything, and run all tests.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: serve develop test lint docs clean

serve: .venv/serve
	@exec $(BIN)/pawsight serve

develop: .venv/serve
	@exec $(BIN)/pawsight serve --debug

test: .venv/test
	$(BIN)/python -m pytest

lint: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: .venv/test
	$(BIN)/python docs/make_cli.py

clean:
	rm -rf .venv build dist

.venv/pip:
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/serve: .venv/pip pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

.venv/test: .venv/serve
	$(PIP) install --quiet --editable ".[train,learn,postgres]" --group test --group lint
	@touch $@
