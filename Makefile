# Everything runs in .venv, made from the newest suitable Python on this machine.
# `make setup PYTHON=/path/to/python3.13` chooses another one.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install --no-compile
SCENARIO ?= scenarios/russia_dprk_pact.yaml
# What is given to pytest, for example: make test PYTEST="-x tests/blocs/test_blocs.py"
PYTEST ?= -n auto --dist worksteal
# How many mutants make mutants tries, 0 for all.
SAMPLE ?= 100

SOURCES := $(shell find sim -name '*.py')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run app dev test check reference outputs golden mutants measure sensitivity calibrate bench results pages blocs style format types layers release site lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.kernels ## Make .venv, install the project, compile its kernels
	@echo "Ready: $(BIN)/multipolar --help"

run: $(VENV)/.kernels ## Run one scenario (SCENARIO=scenarios/...)
	@$(BIN)/multipolar run "$(SCENARIO)"

app: $(VENV)/.dev $(VENV)/.kernels ## Start the dashboard in the browser
	@$(BIN)/multipolar app

dev: $(VENV)/.dev ## Add everything for development: checks, tests, all extras

test: $(VENV)/.dev $(VENV)/.kernels ## Run the tests and the examples of the documentation
	$(BIN)/python -m pytest $(PYTEST)

check: style format types layers ## Check style, types and layers (all of them: make -k check)

style: $(VENV)/.dev
	$(BIN)/ruff check --output-format concise .

format: $(VENV)/.dev
	$(BIN)/ruff format --check --output-format concise .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

reference: $(VENV)/.run ## Write the generated pages of docs/reference anew
	$(BIN)/multipolar names --markdown > docs/reference/names.md
	$(BIN)/multipolar metrics --markdown > docs/reference/metrics.md
	$(BIN)/multipolar schema --out docs/reference/scenario.schema.json
	$(BIN)/multipolar dictionary --markdown > docs/reference/outputs.md
	$(BIN)/python -m tools.odd_page
	$(BIN)/python -m tools.variables_page

outputs: $(VENV)/.dev $(VENV)/.kernels ## Write the schemas of --json anew from what commands print in the tests (5 minutes)
	rm -rf .outputs && MULTIPOLAR_OUTPUTS=.outputs $(BIN)/python -m pytest -q -n auto -k "(json or test_command or the_command or theories or describe or gives_data or listed or register or region_of) and not docs" tests
	$(BIN)/python -m tools.outputs .outputs && rm -rf .outputs
	$(BIN)/multipolar dictionary --markdown > docs/reference/outputs.md

golden: $(VENV)/.dev $(VENV)/.kernels ## Write the golden runs of the tests anew
	$(BIN)/python -m tests.golden

mutants: $(VENV)/.dev ## Break the rules one thing at a time and see whether a quick test notices (SAMPLE=100)
	$(BIN)/python -m tools.mutants --sample $(SAMPLE)

measure: $(VENV)/.kernels ## Measure base rates and flagships, write docs/explanation/measured.md
	$(BIN)/python tools/measure.py --runs 200 --out docs/explanation/measured.md

sensitivity: $(VENV)/.dev $(VENV)/.kernels ## Analyse what the flagships depend on, write docs/explanation/sensitivity.md (25 minutes on two free cores)
	$(BIN)/python tools/sensitivity_page.py --run-sweep results/vietnam_plane

calibrate: $(VENV)/.dev $(VENV)/.kernels ## Calibrate on base rates and dated facts, write scenarios/parameters (half an hour on two free cores)
	$(BIN)/multipolar calibrate base_rates --population 120 --generations 4 --out results/calibration/base_rates
	$(BIN)/python -m tools.calibration_page results/calibration/base_rates

bench: $(VENV)/.dev $(VENV)/.kernels ## Measure the speed of everything, write docs/performance.md (15 minutes)
	$(BIN)/python -m benchmarks.bench

results: $(VENV)/.kernels ## Compute the published reference results (results/reference) anew
	@mkdir -p results/reference
	$(BIN)/multipolar run russia_dprk_pact --quiet --json --no-figures > results/reference/russia_dprk_pact.json
	$(BIN)/multipolar run vietnam_bamboo --quiet --json --no-figures > results/reference/vietnam_bamboo.json
	$(BIN)/multipolar claims --all --runs 100 --quiet --json > results/reference/claims.json
	$(BIN)/python -m tools.claims_nulls
	$(BIN)/python -m tools.claims_rules
	$(BIN)/python -m tools.claims_page

pages: $(VENV)/.kernels ## Write coverage, mechanisms and scenario pages anew (only the text: make pages PAGES=--render)
	$(BIN)/python -m tools.coverage_page
	$(BIN)/python -m tools.mechanisms_page $(PAGES)
	$(BIN)/python -m tools.scenario_pages $(PAGES)

blocs: $(VENV)/.kernels ## Certify the blocs of every scenario, write docs/explanation/blocs.md
	$(BIN)/python tools/certify.py

site: $(VENV)/.dev ## Build the pages as a site: build/site/docs/README.html (20 seconds; warnings are errors)
	$(BIN)/sphinx-build -q -W --keep-going -b html -d build/.site -c docs/site . build/site
	@echo "build/site/docs/README.html"

release: $(VENV)/.kernels ## Build a release, install it in an empty environment, run a scenario there (a minute); publishes nothing
	@sh tools/release.sh

lock: ## Resolve constraints.txt and requirements.txt anew (needs uv)
	@sh tools/lock.sh

clean: ## Remove .venv and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
	find sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The steps, each with a stamp: a second `make setup` does nothing, and with -j they still queue.
# A run needs wheels only: where there is none, pip says so at once and compiles nothing for an hour.

$(VENV)/.made: tools/find_python.sh
	@if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
	    python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh) || exit 1; \
	    echo "Making $(VENV) with $$("$$python" --version): $$python"; \
	    "$$python" -m venv --clear $(VENV) || exit 1; \
	fi
	@touch $@

$(VENV)/.run: requirements.txt pyproject.toml $(VENV)/.made
	@echo "Installing the libraries (about a minute)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(call bytecode)
	@touch $@

$(VENV)/.dev: constraints.txt $(VENV)/.run
	@echo "Installing the tools for development and all extras (about a minute)"
	@$(PIP) --require-hashes -r constraints.txt
	@$(call bytecode)
	@touch $@

$(VENV)/.kernels: $(VENV)/.run $(SOURCES)
	@$(BIN)/multipolar compile
	@touch $@

# Where PYTHONDONTWRITEBYTECODE is set, nothing else would ever be compiled, and every start would
# take over ten seconds. compileall uses all cores; pip uses one. Tests of libraries are left out,
# and templates that are no valid Python are no failure.
define bytecode
echo "Compiling bytecode"; \
PYTHONWARNINGS=ignore $(BIN)/python -m compileall -qq -j 0 -x 'site-packages/.*/tests/' $(VENV)/lib sim || true
endef
