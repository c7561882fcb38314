"""Benchmarks: medians and ratios in one run, the order alternated, a null pair beside them.

A file here is a benchmark: ``sh tests/run.sh bench gate``.
"""
