"""Results that others published: one YAML a benchmark, entered as facts with their source and protocol.

Rows are quoted, never scored here and never ranked. ``rows`` reads them, ``placing`` puts them into tables, ``lint``
finds what cannot be right about them.
"""
