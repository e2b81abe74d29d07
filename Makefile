# `make demo` and `make test` set up .venv when it is missing or stale, then do their job.
# Needs python3 (3.11 or newer) with venv and pip, and make.

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fuzz guided bench cluster torture laws mutation lock clean
.NOTPARALLEL:

PYTHON ?= python3
WORKERS ?= auto
ARGS ?=
UV ?= uv
FILES ?= 20000
TARGET ?= grammar
ROWS ?= 10000000

BIN := .venv/bin
STAMP := .venv/.set-up
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What must not change under an installed .venv: the Python version and the folder.
SIGNATURE := import sys; print(*sys.version_info[:3], sys.prefix)
FRESH := [ requirements.lock -ot $(STAMP) ] && [ pyproject.toml -ot $(STAMP) ] \
	&& [ "$$($(BIN)/python -c '$(SIGNATURE)' 2>&1)" = "$$(cat $(STAMP))" ] \
	&& [ -x $(BIN)/retorsion ]
# An environment made here by the same Python can be brought up to date in place.
SUITED := [ "$$($(BIN)/python -c '$(SIGNATURE)' 2>&1)" = \
	"$$($(PYTHON) -c 'import sys; print(*sys.version_info[:3])') $(CURDIR)/.venv" ] \
	&& head -n 2 $(BIN)/pip | grep -qF "$(CURDIR)/.venv/bin/" \
	&& $(PIP) --version > /dev/null

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## install the locked dependencies and retorsion into .venv, unless done
	@{ $(FRESH); } 2> /dev/null || $(MAKE) --no-print-directory .venv-made

.PHONY: .venv-made
.venv-made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "retorsion needs Python 3.11 or newer; try: make PYTHON=python3.11 setup" >&2; exit 2; }
	@rm -f $(STAMP)
	@if { $(SUITED); } 2> /dev/null; then echo "bringing .venv up to date" >&2; \
		else echo "setting up .venv (about a minute, once)" >&2; $(PYTHON) -m venv --clear .venv; fi
	@echo "  installing the locked dependencies" >&2
	@$(PIP) install -qq --no-compile --require-hashes -r requirements.lock
	@$(PIP) install -qq --no-compile --no-deps --no-build-isolation -e .
	@echo "  compiling them, so that commands start fast" >&2
	@$(BIN)/python -m compileall -qq -j 0 -x 'site-packages/.*/tests/' \
		"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
		calc pipelines tests > /dev/null 2>&1 || true
	@$(BIN)/python -c '$(SIGNATURE)' > $(STAMP)

demo: setup  ## run the main job on the data that come with the tool
	@$(BIN)/retorsion demo $(ARGS)

test: setup  ## run all tests; ARGS="-k duty" runs some
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup  ## check format, style and types
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

fuzz: setup  ## read FILES=20000 mutated files: the right figure or an error
	@RETORSION_FUZZ=$(FILES) $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 tests/fuzz $(ARGS)

guided: setup  ## search for inputs by coverage, TARGET=grammar|scenario|reader (needs atheris)
	@$(BIN)/python -m tests.fuzz.guided $(TARGET) $(ARGS)

bench: setup  ## time the main job against peers and the floor
	@$(BIN)/python -m tests.benchmarks.bench $(ARGS)

cluster: setup  ## test Spark on a table of ROWS=10000000 (needs PySpark and Java 17)
	@RETORSION_SPARK_ROWS=$(ROWS) $(BIN)/python -m pytest -n 0 -rs --durations 0 tests/spark/test_cluster.py $(ARGS)

torture: setup  ## injure the program at length (ARGS="--moments 20": shorter)
	@$(BIN)/python -m tests.torture $(ARGS)

laws: setup  ## draw and injure as much as the tests can, where an ordinary run draws less
	@RETORSION_DRAWS=long $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder \
		tests/properties tests/fuzz tests/acceptance tests/torture $(ARGS)

mutation: setup  ## put small faults into calc/ and list those that no test finds
	@RETORSION_DRAWS=long POLARS_MAX_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m tests.mutation $(ARGS)

lock:  ## remake requirements.lock from pyproject.toml (needs uv)
	@$(UV) pip compile pyproject.toml --extra dev \
		--universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --quiet \
		--output-file requirements.lock
	@! grep -nE 'https?://|file:' requirements.lock

clean:  ## remove .venv and what tools left behind; runs and data stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov build dist
	@find calc pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +
