"""Folders of fuzzing lie in memory where the machine has such a place: an input costs less than the disk's journal."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder for the inputs of a module."""
    place = Path(tempfile.mkdtemp(prefix="harness-fuzz-", dir=MEMORY if MEMORY.is_dir() else None))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def tmp_path(scratch: Path) -> Path:
    """A folder for the inputs of one test."""
    return Path(tempfile.mkdtemp(dir=scratch))
