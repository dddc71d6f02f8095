"""Benchmarks that anybody can run: `make bench`. Ratios side by side in one run; never a test of time."""
