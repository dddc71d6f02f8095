# Cavendish. `make demo` and `make test` are all that a newcomer needs; `make` alone lists the rest.
# Tools are kept in the checkout: Python packages in .venv, SAM in .sam, uv in .uv if the machine has none.

UV_VERSION = 0.13.8
SAM_VERSION = 1.170.0
SAM_MADE = .sam/made-$(SAM_VERSION)
CODE = layers/core/cavendish functions client local
ALL = layers functions client local tests

.DEFAULT_GOAL := help
.PHONY: help setup demo test check build rehearse up down logs bench bench-policy docs vendor clean
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.uv/bin:$(PATH)
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
export UV_SYSTEM_CERTS := 1
export SAM_CLI_TELEMETRY := 0
export SE_AVOID_STATS := true
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

# Nothing here needs an account; a profile that does not exist would stop SAM all the same.
SAM = env -u AWS_PROFILE AWS_DEFAULT_REGION=us-east-1 PATH="$(CURDIR)/.sam/3.13/bin:$$PATH" .sam/bin/sam
# The first Python that is new enough. Each is asked: a name on the path may lead nowhere (pyenv), or to an old one.
FIND_PYTHON = python=; for name in python3.13 python3.12 python3.11 python3; do \
	python=$$($$name -c 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")' 2>/dev/null) \
		&& [ -n "$$python" ] && break; done
FAIL = { echo "$(1)" >&2; exit 1; }
OLD_PYTHON = Cavendish needs Python 3.11 or newer, and finds $$(python3 --version 2>/dev/null || echo none). Nothing was installed.
NO_VENV = $$python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv. Elsewhere: install uv.
NO_NETWORK = If this machine has no network, connect it and run make again. Behind a proxy, set HTTPS_PROXY.
NO_UV = uv could not be fetched; pip says why above. $(NO_NETWORK)
NO_PACKAGES = The packages were not installed; uv says why above. $(NO_NETWORK)
NO_SAM = SAM was not installed; uv says why above. $(NO_NETWORK)
NO_PYTHON_313 = SAM builds for Python 3.13, and none was found or fetched: install it and run make again.

help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: .venv/made ## Make .venv, with the cavendish command and all that the tests need.
	@echo "Ready: .venv/bin/cavendish"

demo: .venv/made ## Show what it does, on this machine, without an account.
	@.venv/bin/python -m local.demo $(ARGS)

# Two processes have to find the same tests in the same order, also where a set has made them. What a file sets up is set
# up once, and the longest files, which need a cloud, come early.
test: .venv/made ## Run all tests. ARGS="-k ladder" runs some.
	@PYTHONHASHSEED=0 .venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/made $(SAM_MADE) ## Check style, types and the template.
	@.venv/bin/ruff check --quiet --output-format concise $(ALL)
	@.venv/bin/ruff format --quiet --check $(ALL)
	@.venv/bin/mypy --strict $(CODE)
	@.venv/bin/cfn-lint template.yaml
	@$(SAM) validate --lint

build: .sam/3.13/pyvenv.cfg ## Build what is deployed, into .aws-sam/build.
	@mkdir -p .aws-sam
	@$(SAM) build >.aws-sam/build.log 2>&1 || { cat .aws-sam/build.log >&2; exit 1; }
	@.venv/bin/python -m tests.built

rehearse: build ## Deploy what was built to an emulated AWS, as the README says.
	@.venv/bin/python -m tests.rehearse

up: .venv/made ## Start the whole service here, and leave it running.
	@.venv/bin/cavendish up --detach $(ARGS)

down: .venv/made ## Stop it.
	@.venv/bin/cavendish down

logs: .venv/made ## Follow what its functions say.
	@.venv/bin/cavendish logs $(ARGS)

bench: .venv/made ## Measure memory and CPU against other ways to do the same.
	@.venv/bin/python -m tests.bench $(ARGS)

bench-policy: .venv/made ## Compare the policies in a week of bad weather. SEEDS=1,2,3 chooses the weeks.
	@.venv/bin/python -m tests.bench.policy $(if $(SEEDS),--seeds $(SEEDS))

docs: .venv/made ## Write docs/errors.md and the examples of the OpenAPI document.
	@.venv/bin/python -m tests.pages

vendor: .venv/made ## Write layers/vendor/requirements.txt from the lock.
	@uv export --quiet --frozen --only-group functions --no-emit-project --no-header \
		--output-file layers/vendor/requirements.txt

clean: ## Stop what runs, and remove everything that can be made again.
	@if [ -x .venv/bin/cavendish ] && ! .venv/bin/cavendish down; then echo "What still runs was not stopped." >&2; fi
	@rm -rf .venv .uv .sam .aws-sam .local .hypothesis .pytest_cache .mypy_cache .ruff_cache
	@find client functions layers local tests -name __pycache__ -prune -exec rm -rf {} +

.venv/made: pyproject.toml uv.lock
	@$(FIND_PYTHON); \
	[ -n "$$python" ] || $(call FAIL,$(OLD_PYTHON)); \
	if ! uv --version >/dev/null 2>&1; then \
		echo "Fetching uv into .uv ..."; \
		"$$python" -m venv .uv || { rm -rf .uv; $(call FAIL,$(NO_VENV)); }; \
		.uv/bin/python -m pip install -qq --disable-pip-version-check --retries 1 uv==$(UV_VERSION) \
			|| { rm -rf .uv; $(call FAIL,$(NO_UV)); }; \
	fi; \
	echo "Fetching packages into .venv ..."; \
	uv sync --quiet --locked --python "$$python" || $(call FAIL,$(NO_PACKAGES))
	@touch $@

# SAM has an environment of its own: in the product's it would hold packages back.
$(SAM_MADE): | .venv/made
	@echo "Fetching SAM into .sam ..."
	@rm -rf .sam
	@uv venv --quiet --python .venv .sam && uv pip install --quiet --python .sam aws-sam-cli==$(SAM_VERSION) \
		|| $(call FAIL,$(NO_SAM))
	@touch $@

# To build, SAM needs a Python of the functions' version with pip: made from pyenv's, the path's, or one uv fetches.
.sam/3.13/pyvenv.cfg: | $(SAM_MADE)
	@for found in "$$HOME"/.pyenv/versions/3.13*/bin; do PATH="$$found:$$PATH"; done; \
	uv venv --quiet --seed --python 3.13 .sam/3.13 || { rm -rf .sam/3.13; $(call FAIL,$(NO_PYTHON_313)); }
