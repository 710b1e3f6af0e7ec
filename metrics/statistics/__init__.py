"""Intervals, tests, resampling, power, agreement."""
