# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the others.
PYTHON ?= python3
export PYTHON
BIN := .venv/bin

# What the tests serve and drive for real; where one is missing its tests are skipped and say so.
TEST_PACKAGES := chromium chromium-headless-shell nginx-light postgresql-doc-15 python3-doc apache2-doc apache2 \
	squid tesseract-ocr xmlsec1 krb5-kdc krb5-admin-server krb5-user libkrb5-dev faketime
# Identity providers and wikis by other makers, large to install: `make test-sites`.
SITE_PACKAGES := simplesamlphp libapache2-mod-auth-mellon libapache2-mod-php8.2 php-sqlite3 dokuwiki mediawiki

.PHONY: help demo demo-stop test test-sites fuzz lint bench constraints clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## crawl the sample intranet and open its search page on http://127.0.0.1:8000
	@scripts/system-packages chromium chromium-headless-shell
	@scripts/environment
	@$(BIN)/python -m examples.demo start

demo-stop: ## end what `make demo` started
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m examples.demo stop; else echo "There is no demo here."; fi

test: ## run all tests against real servers
	@scripts/system-packages $(TEST_PACKAGES)
	@scripts/environment test
	$(BIN)/python -m pytest -n auto --dist loadscope

test-sites: ## run the tests of logins at SimpleSAMLphp, mod_auth_mellon, DokuWiki and MediaWiki
	@scripts/system-packages $(TEST_PACKAGES) $(SITE_PACKAGES)
	@scripts/environment test
	$(BIN)/python -m pytest -n auto --dist loadscope tests/crawler/auth

fuzz: ## ask every HTTP route much that is right or wrong, some minutes long
	@scripts/environment test
	$(BIN)/python -m pytest --hypothesis-profile=deep tests/search_api/test_openapi_fuzzing.py tests/search_api/test_bad_input.py

lint: ## style, types, import rules
	@scripts/system-packages libkrb5-dev
	@scripts/environment test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

bench: ## run every benchmark and write docs/performance.md
	@scripts/system-packages $(TEST_PACKAGES)
	@scripts/environment test,bench
	$(BIN)/python -m benchmarks.run_all

constraints: ## pin every package of .venv anew in constraints.txt
	@scripts/environment test,bench
	@scripts/pin-constraints

clean: ## remove what make made; the demo is stopped first
	@$(MAKE) --no-print-directory demo-stop
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
