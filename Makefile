# Two commands matter: `make demo` and `make test`. Both set up everything they need; README.md says what they do.
#
#   make demo [PORT=8001]     serve the demonstration on http://127.0.0.1:8000; the second start keeps its data
#   make demo-reset           throw the demonstration's data away and start over
#   make test                 every check and test, on SQLite and PostgreSQL, with Redis and a browser
#                             (ALLOW_MISSING=chromium,postgresql,redis,font skips what needs a part that is missing)
#   make test-fast            SQLite only, no browser, nothing that takes long
#   make test-long            make test with the full series of races and kills
#   make bench                medians and ratios on SQLite and PostgreSQL (SIZES="1000 10000")
#   make lint | format        checks without tests | rewrite code in the one style
#   make lock [UPGRADE=1]     lock the dependencies
#   make messages             bring the Chinese catalogue up to date with the code
#   make docs                 draw the lifecycles from the code

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-fast test-long bench lint format lock messages docs base-env test-env

PORT ?= 8000
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
USABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# The first interpreter that really starts, is of a supported version and has venv.
FIND_PYTHON = for name in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	"$$name" -c '$(USABLE)' >/dev/null 2>&1 && { echo "$$name"; break; }; done

help:
	@awk '!/^#/ { exit } { sub(/^# ?/, ""); print }' Makefile

# An environment that is up to date says so itself; nothing is looked for then.
define prepare
	@$(VENV_PYTHON) scripts/bootstrap.py $(VENV) $(1) --check 2>/dev/null || { \
	python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11, 3.12 or 3.13 with venv is needed. Debian, Ubuntu: apt install python3 python3-venv." >&2; \
		echo "To name another interpreter: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; fi; \
	"$$python" scripts/bootstrap.py $(VENV) $(1); }
endef

base-env:
	$(call prepare,base)

test-env:
	$(call prepare,test)

demo: base-env
	@exec $(VENV_PYTHON) -m scripts.demo --port $(PORT)

demo-reset: base-env
	@exec $(VENV_PYTHON) -m scripts.demo --port $(PORT) --reset

test: test-env
	@exec $(VENV_PYTHON) -m scripts.run_tests

test-fast: test-env
	@exec $(VENV_PYTHON) -m scripts.run_tests --fast

test-long: test-env
	@exec $(VENV_PYTHON) -m scripts.run_tests --long

bench: test-env
	@exec $(VENV_PYTHON) -m scripts.run_tests --bench $(SIZES)

lint: test-env
	@exec $(VENV_PYTHON) -m scripts.run_tests --lint

format: test-env
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

lock: test-env
	@$(VENV_PYTHON) -m pip install --quiet 'uv>=0.9'
	@$(VENV_PYTHON) -m scripts.lock $(if $(UPGRADE),--upgrade)

messages: test-env
	@$(VENV_PYTHON) -m scripts.messages update
	@$(VENV_PYTHON) -m scripts.messages compile

docs: test-env
	@$(VENV_PYTHON) manage.py draw_lifecycles
