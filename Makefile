# All that a new user types: `make demo`, `make test`.
ROOT := $(CURDIR)
PYTHON ?= python3.11
VENV := $(ROOT)/.venv
# The full path: a relative one would let another folder's `tools` or `memory` be imported instead of ours.
export PYTHONPATH := $(ROOT)

.PHONY: demo test coverage check bench notebooks clean

demo: $(VENV)/.run  ## Run the outreach flow over the demo's leads, offline, and say where the report is.
	@ZIGRAL_DATA= REDIS_URL= $(VENV)/bin/zigral run demo/leads.csv --icp demo/icp.toml --offer demo/offer.toml \
		--web demo/web --out out/demo --engine offline

test: $(VENV)/.dev check  ## Everything: lint, types, layering, tests on every core.
	@$(VENV)/bin/pytest -q -n auto --dist loadfile

coverage: $(VENV)/.dev  ## The same tests on one core, and which lines none of them reached.
	@$(VENV)/bin/coverage erase
	@$(VENV)/bin/coverage run -m pytest -q
	@$(VENV)/bin/coverage combine -q && $(VENV)/bin/coverage report --skip-covered --sort=cover | tail -n 25

check: $(VENV)/.dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports | tail -n 4

bench: $(VENV)/.dev  ## Print what we measure ourselves by.
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(VENV)/bin/python $$bench || exit 1; done

# --no-deps: the locks hold everything, and a newer release of an unpinned extra must not stop an installation.
$(VENV)/.run: requirements.lock pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into .venv (about a minute, once) ..."
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into .venv (about two minutes, once) ..."
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

clean:  ## Forget the demo's results and the data folder.
	rm -rf out .zigral
