"""Figures of stored runs, held against what their metrics and each other allow."""
