# `make demo` makes the data, `make test` proves it; both set up .venv first, where needed.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SRC := src tests benchmarks tools hatch_build.py

.PHONY: demo test test-slow lint sweep bench docs reference clean

demo: $(INSTALLED)
	$(BIN)/footfall generate vantage -o data/vantage --overwrite
	$(BIN)/footfall generate storefront -o data/storefront --overwrite

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not slow"

# Whole suites that take minutes: days, dbt, Spark, kills, the fuzz.
test-slow: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal -q -m slow

lint: $(INSTALLED)
	$(BIN)/ruff check $(wildcard $(SRC))
	$(BIN)/ruff format --check $(wildcard $(SRC))
	$(BIN)/mypy
	$(BIN)/lint-imports

sweep: $(INSTALLED)
	$(BIN)/python benchmarks/sweep.py --scenario vantage --seeds 200
	$(BIN)/python benchmarks/sweep.py --scenario storefront --seeds 200
	$(BIN)/python benchmarks/sweep.py --scenario jaffle --seeds 50
	$(BIN)/python benchmarks/sweep.py --scenario grocer --seeds 50
	$(BIN)/python benchmarks/sweep.py --scenario marketplace --seeds 50
	$(BIN)/python benchmarks/sweep.py --scenario fashion --seeds 50

bench: $(INSTALLED)
	$(BIN)/python benchmarks/startup.py

docs: $(INSTALLED)
	$(BIN)/zensical build --strict --clean --config-file mkdocs.yml

reference: $(INSTALLED)
	$(BIN)/python -m tools.reference docs/reference
	$(BIN)/python -m tools.scenario_schema

.PHONY: .venv
.venv: $(INSTALLED)

# pip writes the bytecode of what it copies, not of what is installed to be edited in place.
# The build backend is pinned too: older pip reads PIP_CONSTRAINT for it, newer pip PIP_BUILD_CONSTRAINT.
# Loops in C are compiled where there is a compiler.
$(INSTALLED): pyproject.toml constraints.txt hatch_build.py tools/compile_loops.py $(wildcard src/footfall/*/*.[ch])
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	  $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,docs]'
	$(BIN)/python -m compileall -q src
	touch $@

clean:
	rm -rf data site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .cache
