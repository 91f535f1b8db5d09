.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench serve worker lock

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: ## Everything the other targets need; quick when it is there
	@setup/install

demo: setup ## The whole service with an example agency, on http://127.0.0.1:8000 (PORT, HOST, DATABASE_URL)
	@exec .venv/bin/cri demo

test: setup ## All tests, with a real PostgreSQL and a real browser
	@exec .venv/bin/python -m pytest -n $${CRI_TEST_WORKERS:-2} --dist loadfile -q

check: setup ## The gate: lint, types, layers, security
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/bandit -q -ll -c pyproject.toml -r cri migrations

bench: setup ## Measure what the project promises to hold (BENCH="scoring --write" writes docs/performance.md)
	@exec .venv/bin/python -m tests.performance.bench $(BENCH)

serve: setup ## Serve the pages
	@exec .venv/bin/cri serve

worker: setup ## Do background work
	@exec .venv/bin/cri worker

lock: setup ## Resolve the lock files again
	@setup/lock
