"""No process outlives its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.runs.live import STARTED


@pytest.fixture(autouse=True)
def _end_processes() -> Iterator[None]:
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()
