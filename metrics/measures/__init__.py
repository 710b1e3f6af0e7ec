"""Formulas: from sufficient statistics to values."""
