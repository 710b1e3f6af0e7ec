"""Comparing runs: the regression gate."""
