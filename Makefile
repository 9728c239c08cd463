VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: setup demo test check bench fit-linking eval-linking peers clean messages lock

setup: $(VENV)/.ready
	@$(BIN)/python -m config.catalogues

$(VENV)/.ready: requirements.lock pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit("Manyvoices needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: setup            ## a whole forum on this machine, in some seconds
	@$(BIN)/manyvoices demo

test: setup            ## every test
	$(BIN)/pytest -n auto -rs

bench: setup           ## how fast, side by side with a reference in the same run
	$(BIN)/python -m tests.bench

fit-linking: setup     ## fit the content matcher on a folder of parallel text: make fit-linking DATA=...
	@test -d "$(DATA)" || { echo "make $@ DATA=FOLDER: a folder of .jsonl files, a line {id, lang, theme, text} each"; exit 1; }
	$(BIN)/python -m tests.linking.fit "$(DATA)"
	$(BIN)/python -m tests.linking.evaluate "$(DATA)" --write

eval-linking: setup    ## measure the content matcher on such a folder, under ten minutes: make eval-linking DATA=...
	@test -d "$(DATA)" || { echo "make $@ DATA=FOLDER: a folder of .jsonl files, a line {id, lang, theme, text} each"; exit 1; }
	$(BIN)/python -m tests.linking.evaluate "$(DATA)"

check: setup           ## format, lint, types, the staircase
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

PEERS := /usr/sbin/postfix /usr/sbin/dovecot /usr/lib/dovecot/imap /usr/lib/dovecot/lmtp /usr/bin/swaks \
  /usr/lib/postgresql/*/bin/initdb /usr/lib/*/libpangoft2-1.0.so.0 \
  /usr/lib/*/libharfbuzz-subset.so.0 /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf
PEER_PACKAGES := postfix dovecot-imapd dovecot-lmtpd swaks postgresql libpango-1.0-0 libpangoft2-1.0-0 \
  libharfbuzz-subset0 fonts-dejavu-core
# Mailman 3.3.10 needs Python's own nntplib, which 3.13 has no more.
MAILMAN_PYTHON ?= $(PYTHON)

peers: .peers/mailman/.ready ## what the tests meet: Postfix, Dovecot, swaks, Mailman, PostgreSQL, Pango (Debian, Ubuntu)
	@ls $(PEERS) >/dev/null 2>&1 || sh tests/peers/install.sh $(PEER_PACKAGES)

.peers/mailman/.ready: tests/peers/mailman.txt
	@$(MAILMAN_PYTHON) -c 'import sys; sys.exit("make peers: Mailman 3.3.10 needs Python 3.9 to 3.12 (MAILMAN_PYTHON=…)") if sys.version_info >= (3, 13) else None'
	$(MAILMAN_PYTHON) -m venv --clear .peers/mailman
	.peers/mailman/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

messages: setup        ## extract the texts and bring every catalogue up to date
	$(BIN)/pybabel -q extract -F babel.cfg -k pgettext:1c,2 -k npgettext:1c,2,3 --no-location --project Manyvoices -o config/locales/manyvoices.pot .
	$(BIN)/python -m config.catalogues --update

lock:                  ## pin every dependency, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .peers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
	find config/locales -name '*.mo' -delete
