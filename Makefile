# make serve: set up what serving needs, and serve the page.   make test: set up everything, and run the tests.
# make test-all: the long tests, too.   make test-weekly: those that take minutes each, too.
# make notebook DATA=data/catsdogs: execute the lessons of the course in place.   make lesson-3: grade lesson 3's exercises.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data/catsdogs
JOBS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

# The tests start hundreds of processes; without bytecode on disk, each would compile Pawsight and its tests again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve develop test test-all test-weekly test-jax lint lint-js docs lock notebook fuzz-api clean

serve: .venv/serve
	@exec $(BIN)/pawsight serve

develop: .venv/serve
	@exec $(BIN)/pawsight serve --debug

test: .venv/test
	$(PYTEST) -m "not long and not weekly"

test-all: .venv/test
	$(PYTEST) -m "not weekly"

test-weekly: .venv/test
	$(PYTEST)

# Training on several devices and in several processes, on JAX.
test-jax: .venv-jax/ready
	.venv-jax/bin/python -m pytest tests/train/test_data_parallel.py

lint: .venv/lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

# The page's JavaScript, and the workflows; needs Node.js.
lint-js: node_modules/.installed
	npm run --silent lint
	npm run --silent types
	npm run --silent workflows

docs: .venv/docs
	$(BIN)/python tools/reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Newest versions of all packages, into constraints.txt.
lock: .venv/lock
	$(BIN)/python tools/constraints.py

notebook: .venv/notebook
	$(BIN)/python notebooks/run.py $(DATA)

lesson-%: .venv/notebook
	@$(BIN)/python notebooks/grade.py $*

# Ask the API what its description allows, and what it does not.
fuzz-api: .venv/serve .venv-fuzz-api/ready
	$(BIN)/python tools/fuzz_api.py .venv-fuzz-api/bin/schemathesis

clean:
	rm -rf .venv .venv-fuzz-api .venv-jax build dist site

.venv/pip:
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/serve: .venv/pip pyproject.toml constraints.txt
	$(INSTALL) --editable .
	@touch $@

.venv/notebook: .venv/serve
	$(INSTALL) --editable ".[train,notebook]"
	@touch $@

.venv/test: .venv/serve
	$(INSTALL) --editable ".[train,learn,tensorboard,postgres,ray,video,watch,mqtt,openvino]" --group test
	@touch $@

.venv/lint: .venv/test
	$(INSTALL) --group lint
	@touch $@

.venv/docs: .venv/serve
	$(INSTALL) --group docs
	@touch $@

.venv/lock: .venv/pip
	$(PIP) install --quiet --group lock
	@touch $@

.venv-fuzz-api/ready: .venv/pip pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-fuzz-api
	.venv-fuzz-api/bin/python -m pip --disable-pip-version-check install --quiet --upgrade "pip>=25.1"
	.venv-fuzz-api/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --group fuzz-api
	@touch $@

.venv-jax/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-jax
	.venv-jax/bin/python -m pip --disable-pip-version-check install --quiet --upgrade "pip>=25.1"
	.venv-jax/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt \
		--editable ".[train,jax]" pytest pytest-timeout
	@touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@
