"""The command line: one module per verb, heavy imports inside the verb that needs them."""

from harness.cli.entry import main

__all__ = ["main"]
