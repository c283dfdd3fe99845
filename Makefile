# make serve: set up what serving needs, and serve the page.   make test: set up everything, and run all tests.
# make notebook DATA=data/catsdogs: execute the notebook in place; trainings are kept in runs.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data/catsdogs
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: serve develop test lint docs notebook clean

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

notebook: .venv/notebook
	$(BIN)/python notebooks/run.py $(DATA)

clean:
	rm -rf .venv build dist

.venv/pip:
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/serve: .venv/pip pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

.venv/notebook: .venv/serve
	$(PIP) install --quiet --editable ".[train,notebook]"
	@touch $@

.venv/test: .venv/serve
	$(PIP) install --quiet --editable ".[train,learn,postgres,ray]" --group test --group lint
	@touch $@
