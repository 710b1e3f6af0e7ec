"""Benchmarks: one folder each, with lm-eval YAML, data loading and scoring."""
