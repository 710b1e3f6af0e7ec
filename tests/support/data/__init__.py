"""Benchmark copies and texts for tests."""
