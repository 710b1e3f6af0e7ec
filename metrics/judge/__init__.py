"""Readers of judge replies: pure functions from reply text to a verdict, one module per benchmark.

A reader never calls a judge and never repairs a reply. Each module has a ``PARSER_ID`` that changes
whenever a stored reply could be read differently; task YAMLs name it under ``metadata.lalm.judge``.
"""
