"""How much is tried: a quick part on every run, all of it with ``HARNESS_SOAK=1``."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("HARNESS_SOAK"))
"""Whether the long forms of the tests run (``make soak``)."""

PART = 6
LEAST = 15


def examples(full: int) -> int:
    """Return how many examples a property test draws: ``full`` in the long form, else a sixth."""
    return full if SOAK else min(full, max(LEAST, full // PART))
