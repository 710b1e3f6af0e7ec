"""Measurements beyond ``make bench``: what a run of a size costs that no machine here has."""
