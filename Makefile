# The entry point. It calls scripts/preflight (checks), scripts/bootstrap (packages), CMake (build) and
# build/bin/artifact (the pipeline).
.DEFAULT_GOAL := help
.PHONY: help setup build reproduce test bench tables figures paper verify why experiment list sanitize fuzz soak reference clean
SHELL := /bin/bash
# -p: the shell ignores functions and settings that come from the environment.
.SHELLFLAGS := -p -c
CLEARED := $(shell scripts/environment)
unexport $(CLEARED)
export PATH := /usr/bin:/bin:/usr/sbin:/sbin:$(PATH)
export LC_ALL := C.UTF-8
JOBS ?= $(shell nproc)
ARTIFACT = build/bin/artifact $(if $(QUICK),--quick) $(if $(STRICT),--strict) $(if $(SEED),--seed $(SEED))

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  QUICK=1: reduced sample sizes. STRICT=1: an open claim fails the run. SEED=n: another seed. JOBS=n: build jobs.'

setup:
	@scripts/preflight --cleared "$(CLEARED)" $(or $(MAKECMDGOALS),help)
	@scripts/bootstrap

build: setup
	@mkdir -p build; cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset release -j $(JOBS)

reproduce: build ## everything: install missing packages, build, run, judge, draw, write the paper
	@$(ARTIFACT) reproduce

test: build ## install missing packages, build, run all tests
	@ctest --preset release -j $(JOBS)

bench: build ## Google Benchmark programs; each checks its answer before timing it
	@mkdir -p results/bench
	@for b in build/bin/bench/*; do $$b --benchmark_out=results/bench/$$(basename $$b).json --benchmark_out_format=json || exit 1; done

tables: build ## verdicts and tables from the existing results
	@$(ARTIFACT) tables

figures: build ## figures from the existing results
	@$(ARTIFACT) figures

paper: build ## the paper, as PDF, HTML and Markdown, from the existing results
	@$(ARTIFACT) paper

verify: build ## compare the results with the shipped reference set: deterministic values, intervals of a host class
	@$(ARTIFACT) verify

why: build ## NAME=…: why an experiment, a figure or the paper would be rebuilt
	@$(ARTIFACT) why "$(NAME)"

experiment: build ## NAME=…: run one experiment, if it is stale
	@$(ARTIFACT) experiment "$(NAME)"

list: build ## the experiments and their run times
	@$(ARTIFACT) list

sanitize: setup ## all tests under the address, undefined-behaviour and thread sanitizers
	@for p in asan-ubsan tsan; do cmake --preset $$p && cmake --build --preset $$p -j $(JOBS) && ctest --preset $$p -j $(JOBS) || exit 1; done

soak: build ## an hour of random kernels and programs, compiled against C++, native against interpreted; resumes; results/soak/
	@mkdir -p results/soak
	@for e in compiler-soak core-soak; do build/bin/experiments/$$(tr - _ <<<$$e) --mode soak --seed $(or $(SEED),1) \
	  --out results/soak || exit 1; done

fuzz: setup ## SECONDS=n per target: libFuzzer on every parser (needs clang and libclang-rt-dev)
	@cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DVTPU_FUZZ=ON -DVTPU_SANITIZE=address,undefined >/dev/null
	@cmake --build build/fuzz -j $(JOBS) --target fuzzers
	@for f in build/fuzz/bin/fuzz/*; do mkdir -p build/fuzz/corpus/$$(basename $$f); $$f -max_total_time=$(or $(SECONDS),60) \
	  build/fuzz/corpus/$$(basename $$f) tests/fuzz/corpus/$$(basename $$f) || exit 1; done

reference: build ## make the current results the reference set of their mode and host class (for maintainers)
	@$(ARTIFACT) reference && scripts/record-times

clean: ## remove build/ and results/
	rm -rf build results
