# make run: start the program on the demo set.  make test: everything that must pass.
# make long: more cases of the slow tests.  make check: what tells most in the least time.
PYTHON ?= python3
BIN := .venv/bin
export OMP_WAIT_POLICY := PASSIVE
export KMP_BLOCKTIME := 0

.PHONY: run test long check lint build translations screenshots faults badinput endurance gpu \
  icons lock audit coverage install-desktop clean

run: .venv/run.stamp
	@$(BIN)/autoal-gui window --demo

test: .venv/dev.stamp lint
	@packages=$$($(PYTHON) -m autoal_gui.launch.libraries) || { \
	  echo "Qt needs system libraries that are missing; on Debian or Ubuntu: sudo apt-get install $$packages"; exit 1; }
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# What `make test` proves on its first cases, on the others; and what it draws, more often.
long: .venv/dev.stamp
	QT_QPA_PLATFORM=offscreen HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest \
	  --numprocesses 2 --dist worksteal -m "long or hypothesis"

# The fast lane: lint, types, walls, core and strategies, with fewer examples a property.
check: .venv/dev.stamp lint
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest --quiet --numprocesses 2 --dist worksteal \
	  -m "not slow and not long" tests/core tests/strategies tests/test_walls.py tests/test_sizes.py \
	  tests/test_documents.py

lint: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Brings the catalogues up to date after sentences or translations have changed.
translations: .venv/dev.stamp
	$(BIN)/python -m tests.tools.catalogues

# The long forms of three tests; each prints a table.
faults: .venv/dev.stamp
	$(BIN)/python -m tests.trials.faults

badinput: .venv/fuzz.stamp
	$(BIN)/python -m tests.trials.badinput

endurance: .venv/dev.stamp
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.trials.endurance

# Holds an accelerator (CUDA, XPU or MPS) against the processor; without one it says so.
gpu: .venv/dev.stamp
	$(BIN)/python -m tests.trials.gpu

# Takes the README's pictures anew.
screenshots: .venv/run.stamp
	$(BIN)/python -m autoal_gui.distribution.screenshots resources/screenshots

build: .venv/build.stamp
	$(BIN)/pyinstaller --noconfirm build.spec

# Draws app.ico and app.icns anew from app.svg.
icons: .venv/run.stamp
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m autoal_gui.distribution.icons

# Writes requirements.lock anew: every version and hash, for Python 3.11 on Linux.
lock: .venv/supply.stamp
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra build --generate-hashes --quiet \
	  --python-version 3.11 --python-platform x86_64-manylinux_2_36 --output-file requirements.lock \
	  --custom-compile-command "make lock"

# Asks the advisory service of PyPI about every locked version; needs the network, and says so.
audit: .venv/supply.stamp
	$(BIN)/python -m tests.tools.advisories

# Of core, engine and exporters, by the tests that concern them.
COVERING := $(addprefix tests/,core sources exporters engine strategies commands/project \
  commands/test_checks.py commands/test_cli.py commands/test_inspect.py commands/test_measured.py \
  commands/test_models.py evaluation/test_results.py gui/map gui/predict gui/project gui/readers \
  gui/review gui/session gui/window/test_main_window.py gui/test_every_part.py learning/data \
  learning/inference learning/test_replay.py learning/test_round.py tools/test_catalogues.py \
  trials/test_fault_privacy.py trials/test_fault_recovery.py test_privacy.py test_walls.py)
coverage: .venv/dev.stamp
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q --numprocesses 2 --dist worksteal \
	  $(COVERING) --cov

# Puts the program into the menu of a Linux desktop; --remove takes it out.
install-desktop: .venv/run.stamp
	$(BIN)/autoal-gui install-desktop

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Python 3.10 to 3.13 is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "The venv module is missing; on Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }

# A stamp is newer than pyproject.toml once what that file asks for is installed.
.venv/run.stamp: .venv/bin/python pyproject.toml
	@echo "Installing AutoAL and what it needs; the first time this takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[onnx]'
	@touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml
	@echo "Installing AutoAL and the tools of its developers; the first time this takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run.stamp

.venv/fuzz.stamp: .venv/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@touch $@

.venv/build.stamp: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[build]'
	@touch $@ .venv/run.stamp

.venv/supply.stamp: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[onnx,supply]'
	@touch $@ .venv/run.stamp

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
