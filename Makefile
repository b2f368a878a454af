# One command each; .venv is made on first use and kept until a requirements file changes.
# Without make: pip install -r requirements.txt, then python -m app.

PORT ?= 7860
HOST ?= 127.0.0.1
CONFIG ?= configs/digits148.toml
WEIGHTS ?= weights/digits
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# Tests are shared out among as many processes as there are cores, up to four: each takes 1.5 GB.
SHARED_OUT = -n auto --maxprocesses 4 --dist
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check
PY = .venv/bin/python

.PHONY: app test test-all lint format train evaluate bench tour clean

app: .venv/app
	@$(PY) -m app --host $(HOST) --port $(PORT)

test: .venv/dev
	@sh scripts/find_chromium.sh
	$(PY) -m pytest $(SHARED_OUT) worksteal

test-all: .venv/dev
	@sh scripts/find_chromium.sh
	$(PY) -m pytest $(SHARED_OUT) loadfile -m "slow or not slow"

lint: .venv/dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

format: .venv/dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# Options of train.py and evaluate.py go into ARGS, for example ARGS="--dataset sample --epochs 5".
train: .venv/app
	$(PY) train.py --config $(CONFIG) $(ARGS)

evaluate: .venv/app
	$(PY) evaluate.py --weights $(WEIGHTS) $(ARGS)

bench: .venv/dev
	@sh scripts/find_chromium.sh
	$(PY) -m benchmarks.app
	$(PY) -m benchmarks.pad
	$(PY) -m benchmarks.paste $(ARGS)
	$(PY) -m benchmarks.mixture
	$(PY) -m benchmarks.training
	$(PY) -m benchmarks.morph
	$(PY) -m benchmarks.numbers
	$(PY) -m benchmarks.explore

# Executes the notebook docs/tour.ipynb in place.
tour: .venv/dev
	$(PY) -m scripts.make_tour

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/app: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found on the PATH" >&2; exit 1; }
	@test -x $(PY) || { echo "making .venv with $(PYTHON) ..."; $(PYTHON) -m venv .venv; }
	@echo "installing requirements.txt (once; some minutes, torch is large) ..."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/app
	@$(PIP) -r requirements-dev.txt
	@touch $@
