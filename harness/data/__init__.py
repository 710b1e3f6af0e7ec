"""Benchmark data: get and check copies."""
