# `make verify` and `make test` set themselves up; `make` alone lists the targets.

PYTHON ?= python3
VENV   ?= .venv
ARGS   ?=
REPORT ?= report

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
# Where Python is told not to keep what it compiles, each of the many processes that the tests start
# would compile everything again.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help verify report test test-all durations lint docs mutation soundness clean

venv_python := $(VENV)/bin/python
studies     := $(basename $(notdir $(wildcard trajalign/studies/*.toml)))
recent   = $(shell $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes)
complete = $(shell $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && echo yes)

define set_up
$(if $(recent),,$(error $(PYTHON) is not Python 3.11 or newer: install one and run make PYTHON=/path/to/python3 $(MAKECMDGOALS)))
$(if $(complete),,$(error $(PYTHON) cannot make virtual environments: install its venv package (Debian and Ubuntu: apt install python3-venv) or run make PYTHON=/path/to/another/python3 $(MAKECMDGOALS)))
@echo "Setting up $(VENV) (once) ..." >&2
@$(PYTHON) -m venv $(VENV)
@$(venv_python) -m pip install -qq --editable '$(1)'
endef

# The stamps: installed with what `trajalign` needs, with what networks, the tests or the
# documentation need besides, and with what mutation testing needs besides the tests.
$(VENV)/installed: pyproject.toml
	$(call set_up,.)
	@touch $@

$(VENV)/installed-networks: pyproject.toml
	$(call set_up,.[networks])
	@touch $(VENV)/installed $@

$(VENV)/installed-test: pyproject.toml
	$(call set_up,.[test])
	@touch $(VENV)/installed $(VENV)/installed-networks $@

$(VENV)/installed-docs: pyproject.toml
	$(call set_up,.[docs])
	@touch $(VENV)/installed $@

$(VENV)/installed-mutation: pyproject.toml
	$(call set_up,.[mutation])
	@touch $(VENV)/installed $(VENV)/installed-networks $(VENV)/installed-test $@

help:
	@echo 'make verify     check every statement; ARGS="linear --loss atan" passes arguments on'
	@echo 'make report     the studies of real networks, and one web page of all, in $(REPORT)/index.html'
	@echo 'make test       run the tests but the thorough ones; ARGS="-k linear" passes arguments on'
	@echo 'make test-all   run every test: an hour on two cores'
	@echo 'make durations  run every test, and note in tests/long_tests.txt which take long'
	@echo 'make lint       ruff and mypy'
	@echo 'make docs       the documentation site, in build/docs'
	@echo 'make mutation   mutation testing (tests/mutation); ARGS="linear --full" passes arguments on'
	@echo 'make soundness  what is called rigorous against independent values; ARGS="--seconds 3600"'
	@echo 'make clean      remove the virtual environment, caches and build outputs'
	@echo 'Each sets up what it needs in $(VENV), with PYTHON=$(PYTHON) (3.11 or newer).'

verify: $(VENV)/installed
	@$(venv_python) -m trajalign verify $(ARGS)

# A study whose verdict is fail (1) or undecided (3) is shown as such, and stops nothing.
report: $(VENV)/installed-networks
	@for study in $(studies); do \
	    $(venv_python) -m trajalign experiment $$study -o '$(REPORT)/studies/'$$study; \
	    case $$? in 0|1|3) ;; *) exit 1;; esac; \
	done
	@$(venv_python) -m trajalign report -o '$(REPORT)' $(ARGS) \
	    $(foreach study,$(studies),--experiment '$(REPORT)/studies/$(study)')

test: $(VENV)/installed-test
	@$(venv_python) -m pytest -n auto --dist loadfile -m 'not thorough' $(ARGS)

test-all: $(VENV)/installed-test
	@$(venv_python) -m pytest -n auto --dist loadfile $(ARGS)

durations: $(VENV)/installed-test
	@PYTHONPATH=tests $(venv_python) -m pytest -p durations -n auto --dist loadfile $(ARGS)

lint: $(VENV)/installed-test
	@$(venv_python) -m ruff check .
	@$(venv_python) -m ruff format --check .
	@$(venv_python) -m mypy

docs: $(VENV)/installed-docs
	@$(venv_python) -m sphinx --fail-on-warning --keep-going -d build/doctrees docs build/docs $(ARGS)

mutation: $(VENV)/installed-mutation
	@$(venv_python) tests/mutation/run.py $(ARGS)

soundness: $(VENV)/installed-test
	@$(venv_python) tests/soundness/run.py $(ARGS)

clean:
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
