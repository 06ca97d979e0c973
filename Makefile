# Two commands to begin with: `make demo` and `make test`. Both install what they need under target/.

PYTHON ?= python3
# Compiled Python goes beside everything else that is made.
export PYTHONPYCACHEPREFIX := $(CURDIR)/target/pycache
EMULATOR := target/emulator
LINTERS := target/linters
# On its own: it pins packages that the other linters need in newer versions.
CHECKOV := target/checkov
PACKAGING := target/packaging

.PHONY: help demo test format lint unit end-to-end docs build package package-management-account bench-sweep bench-compare deny

help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: build $(EMULATOR)/.installed ## Secures a simulated organization, nothing in the cloud
	$(EMULATOR)/bin/python -m demo

test: format lint unit docs end-to-end ## Everything that has to hold before a change lands

format:
	cargo fmt --all --check

lint: $(LINTERS)/.installed $(LINTERS)/node_modules/.installed $(CHECKOV)/.installed
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
	$(CHECKOV)/bin/checkov --config-file lint/checkov.yaml -f target/lint/template.json target/lint/management-account-watch.json watch-region.yaml
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

# The same targets and profile as the tests: one build serves all.
build:
	cargo build --workspace --all-targets --locked

package: $(PACKAGING)/.installed ## Builds the release binaries that `sam deploy` deploys, under .aws-sam
	PATH="$(CURDIR)/$(PACKAGING)/bin:$$PATH" sam build

package-management-account: $(PACKAGING)/.installed ## The same for the small stack of the management account
	PATH="$(CURDIR)/$(PACKAGING)/bin:$$PATH" sam build --template-file management-account.yaml --build-dir .aws-sam/management-account

bench-sweep: $(EMULATOR)/.installed ## Measures the nightly sweep (BENCH='--accounts 10000 50000' for the real sizes)
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.sweep $(BENCH)

bench-compare: $(EMULATOR)/.installed ## Measures it beside a plain boto3 script
	cargo build --release --workspace --bins --locked
	$(EMULATOR)/bin/python -m bench.compare $(BENCH)

deny: ## Checks licences, sources and duplicate stacks of the dependencies (needs cargo-deny)
	cargo deny check bans licenses sources

# A virtual environment is whole when its mark is there: an interrupted installation is done again.
$(EMULATOR)/.installed: harness/requirements.txt end-to-end/requirements.txt
	$(PYTHON) -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/pip install --quiet -r harness/requirements.txt -r end-to-end/requirements.txt
	touch $@

$(LINTERS)/.installed: lint/requirements.txt
	$(PYTHON) -m venv --clear $(LINTERS)
	$(LINTERS)/bin/pip install --quiet -r lint/requirements.txt
	touch $@

$(CHECKOV)/.installed: lint/checkov-requirements.txt
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/pip install --quiet -r lint/checkov-requirements.txt
	touch $@

$(LINTERS)/node_modules/.installed: $(LINTERS)/.installed
	npm install --prefix $(LINTERS) --loglevel=error --no-fund --no-audit asl-validator@4.0.0
	touch $@

$(PACKAGING)/.installed:
	$(PYTHON) -m venv --clear $(PACKAGING)
	$(PACKAGING)/bin/pip install --quiet aws-sam-cli==1.170.0 cargo-lambda==1.9.2
	touch $@
