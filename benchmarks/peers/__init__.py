"""Harnesses side by side on the same clips and the same local endpoint: ``python -m benchmarks.peers``."""
