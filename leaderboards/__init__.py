"""Leaderboards: normalisation, native aggregates, published reference rows, renderers."""
