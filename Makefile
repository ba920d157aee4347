# Two commands: `make run` serves the city, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test format clean

run: .venv/run.stamp
	@$(BIN)/python serve.py

test: .venv/test.stamp
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/check.sh

format: .venv/test.stamp
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

clean:
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Pantau needs Python 3.11 or newer; set PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "Installing what the program needs …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/test.stamp: requirements.txt requirements-dev.txt | .venv/bin/python
	@echo "Installing what the program and its tests need …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/run.stamp
