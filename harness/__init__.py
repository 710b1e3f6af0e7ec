"""The engine: command line, planning, streaming runner, run directory, gate. No benchmark knowledge."""

__version__ = "0.1.0"
