# The two commands are `make run` and `make test`; `make check` is for every save.
# Relative paths only, and no script of .venv/bin but python: the folder may have a space in it.

PORT ?= 8000
DEMO_PORT ?= 8001
export PORT DEMO_PORT

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --require-virtualenv
WHEELS := --require-hashes --only-binary :all:
LOCK := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Debian ships venv apart: without it ensurepip is missing, too.
IS_NEW_ENOUGH := import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))

# In a folder of its own inside .venv; what npm fetches must be what the lock file says.
AXE := tests/support/axe/package.json tests/support/axe/package-lock.json
NPM_CI := npm ci --prefix .venv/axe --ignore-scripts --no-audit --no-fund \
	--no-update-notifier --prefer-offline --fetch-retries 1 --fetch-retry-mintimeout 2000 --loglevel error

# The quick part leaves out what needs a program of the system, and what takes minutes.
QUICK := not browser and not identity_providers and not faults and not crowds

# Five years on, say: for all that the tests start, while waits and file times stay the machine's.
# Not libfaketime: under Debian 12's, a Python that sleeps gets an error (its issue 426).
LATER := $(if $(YEARS_ON),datefudge "$(YEARS_ON) years")

.PHONY: help run test check later bench pictures lock
.DEFAULT_GOAL := help

help:
	@echo "make run     start the service and a demonstration Identity Provider (PORT=8000 DEMO_PORT=8001)"
	@echo "make test    the whole test suite (TESTS=tests/saml for a part, SP_TEST_DATABASE=postgresql)"
	@echo "make check   lint, format, types, walls and the quick tests"
	@echo "             YEARS_ON=5 with either: as if it were five years on (needs datefudge)"
	@echo "make bench   what things cost, beside a yardstick (BENCH=reading for a part; growth takes minutes)"
	@echo "make pictures the screenshots of README, taken anew (needs chromium)"
	@echo "make lock    pin requirements/*.in anew (UPGRADE=1 takes newer versions)"

run: .venv/run.stamp
	@exec $(PYTHON) -m sp.demo.run

test: .venv/test.stamp .venv/axe.stamp $(if $(YEARS_ON),later)
	@$(PYTHON) tests/support/system_programs.py
	@$(LATER) $(PYTHON) -m pytest $(TESTS)

check: .venv/test.stamp $(if $(YEARS_ON),later)
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m mypy
	@$(LATER) $(PYTHON) -m pytest -q -m "$(QUICK)"

# Where the date cannot be set, the tests would pass by today's.
later:
	@[ "$$($(LATER) date +%Y)" -gt "$$(date +%Y)" ] 2>/dev/null || { \
		echo "YEARS_ON needs Debian's datefudge: sudo apt-get install -y datefudge" >&2; \
		exit 1; \
	}

bench: .venv/test.stamp
	@$(PYTHON) tests/bench/run.py $(BENCH)

pictures: .venv/test.stamp
	@$(PYTHON) tests/support/pictures.py docs/pictures

lock: .venv/test.stamp
	@$(PIP) install --quiet --only-binary :all: uv
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements/run.txt requirements/run.in
	@$(LOCK) $(if $(UPGRADE),--upgrade) --constraint requirements/run.txt \
		--output-file requirements/test.txt requirements/test.in

# An environment that was left half made is made anew.
.venv/made.stamp:
	@if ! $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		for name in python3 python3.14 python3.13 python3.12 python3.11; do \
			if $$name -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then found=$$name; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "This needs Python 3.11 to 3.14 with its venv module, and found none. On Debian:" >&2; \
			echo "    sudo apt-get install -y python3 python3-venv" >&2; \
			exit 1; \
		fi; \
		echo "Making .venv with $$($$found --version) ..."; \
		$$found -m venv --clear .venv || exit 1; \
	fi
	@touch .venv/made.stamp

.venv/run.stamp: requirements/run.txt .venv/made.stamp
	@echo "Installing what the service needs (once; a minute or two) ..."
	@$(PIP) install $(WHEELS) --requirement requirements/run.txt
	@touch .venv/run.stamp

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install $(WHEELS) --requirement requirements/test.txt
	@touch .venv/test.stamp

# Without npm, or where it finds no registry, there is no stamp, and the tests that need it skip.
.venv/axe.stamp: $(AXE) .venv/made.stamp
	@if command -v npm >/dev/null; then \
		echo "Installing axe-core for the accessibility tests (once) ..."; \
		mkdir -p .venv/axe && cp $(AXE) .venv/axe/ && $(NPM_CI) && touch .venv/axe.stamp || \
			echo "npm could not install axe-core; the tests that need it are skipped." >&2; \
	fi
