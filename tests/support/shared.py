"""Where the shared evaluation material lies, and the mark for tests that need it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("HARNESS_SHARED", Path(__file__).resolve().parents[3] / "shared"))

needs_shared = pytest.mark.skipif(
    not (SHARED / "README.md").is_file(),
    reason="the shared evaluation material is absent (set HARNESS_SHARED to its folder)",
)
