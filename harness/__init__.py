"""The engine: command line, planning, streaming runner, run directory, gate. No benchmark knowledge."""

from harness.core.version import __version__

__all__ = ["__version__"]
