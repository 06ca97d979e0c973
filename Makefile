# Two commands to begin with: `make demo` and `make test`. Both install what they need under target/.

PYTHON ?= python3
# Compiled Python goes beside everything else that is made.
export PYTHONPYCACHEPREFIX := $(CURDIR)/target/pycache
EMULATOR := target/emulator
LINTERS := target/linters
PACKAGING := target/packaging
BROWSER := target/browser

.PHONY: help demo test format lint unit end-to-end browser docs build package bench-sweep bench-compare bench-report deny

help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: build $(EMULATOR)/.installed ## Secures a simulated organization, nothing in the cloud
	$(EMULATOR)/bin/python -m demo

test: format lint unit docs end-to-end browser ## Everything that has to hold before a change lands

format:
	cargo fmt --all --check

lint: $(LINTERS)/.installed $(LINTERS)/node_modules/.installed
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(LINTERS)/bin/ruff format --check .
	$(LINTERS)/bin/ruff check .
	$(LINTERS)/bin/mypy
	$(LINTERS)/bin/lint-imports --no-cache --no-logo
	$(LINTERS)/bin/python -m lint.imports
	$(LINTERS)/bin/python -m lint.end_to_end_imports
	$(LINTERS)/bin/python -m lint.retired_words
	$(LINTERS)/bin/python -m pytest lint
	$(LINTERS)/bin/zizmor --offline --no-progress --strict-collection --persona pedantic .github
	$(LINTERS)/bin/python -m lint.rendering
	for machine in statemachines/*.asl.json; do \
		$(LINTERS)/node_modules/.bin/asl-validator --json-path "target/lint/$$(basename $$machine)" || exit 1; \
	done

unit:
	cargo test --workspace --all-targets --locked
	cargo test --workspace --doc --locked

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

end-to-end: build $(EMULATOR)/.installed
	$(EMULATOR)/bin/python -m pytest end-to-end bench harness

browser: build $(BROWSER)/.installed ## Opens the report's page in Chromium
	$(BROWSER)/bin/python -m pytest browser

# The same targets and profile as the tests: one build serves all.
build:
	cargo build --workspace --all-targets --locked

package: $(PACKAGING)/.installed ## Builds the release binaries that `sam deploy` deploys, under .aws-sam
	PATH="$(CURDIR)/$(PACKAGING)/bin:$$PATH" sam build

bench-sweep: $(EMULATOR)/.installed ## Measures the nightly sweep (BENCH='--accounts 10000 50000' for the real sizes)
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.sweep $(BENCH)

bench-compare: $(EMULATOR)/.installed ## Measures it beside a plain boto3 script
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.compare $(BENCH)

bench-report: build $(BROWSER)/.installed ## Measures opening and filtering the report of 50,000 accounts
	$(BROWSER)/bin/python -m browser.bench $(BENCH)

deny: ## Checks licences, sources and duplicate stacks of the dependencies (needs cargo-deny)
	cargo deny check bans licenses sources

# A virtual environment is whole when its mark is there: an interrupted installation is done again.
$(EMULATOR)/.installed: harness/requirements.txt end-to-end/requirements.txt
	$(PYTHON) -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/pip install --quiet -r harness/requirements.txt -r end-to-end/requirements.txt
	touch $@

# The browser is the distribution's: whoever may not install it is told how.
$(BROWSER)/.installed: browser/requirements.txt
	command -v chromium || command -v chromium-browser || command -v google-chrome || apt-get install --yes --no-install-recommends chromium
	$(PYTHON) -m venv --clear $(BROWSER)
	$(BROWSER)/bin/pip install --quiet -r browser/requirements.txt
	npm install --prefix $(BROWSER) --loglevel=error --no-fund --no-audit axe-core@4.14.1
	touch $@

$(LINTERS)/.installed: lint/requirements.txt
	$(PYTHON) -m venv --clear $(LINTERS)
	$(LINTERS)/bin/pip install --quiet -r lint/requirements.txt
	touch $@

$(LINTERS)/node_modules/.installed: $(LINTERS)/.installed
	npm install --prefix $(LINTERS) --loglevel=error --no-fund --no-audit asl-validator@4.0.0
	touch $@

$(PACKAGING)/.installed:
	$(PYTHON) -m venv --clear $(PACKAGING)
	$(PACKAGING)/bin/pip install --quiet aws-sam-cli==1.170.0 cargo-lambda==1.9.2
	touch $@
