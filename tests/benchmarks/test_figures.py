"""What `make bench` says of a bar that was missed."""

from __future__ import annotations

import mmap

import pytest

from tests.bench.figures import misses, show, show_missed
from tests.bench.processes import timed


@pytest.mark.parametrize(
    ("figure", "bar", "missed"),
    [
        ("1.60 s", "bar 1.5 s", True),
        ("1.50 s", "bar 1.5 s", False),
        ("0.94", "bar at least 0.95", True),
        ("0.456", "bar at least 0.85, goal 0.90", True),
        ("2,105", "bar at least 125", False),
        ("-3.0 MB", "bar 20 MB", False),
        ("skipped", "bar 5 s", False),
        ("0.1", "no bar", False),
    ],
)
def test_a_bar_is_the_most_or_the_least(figure: str, bar: str, missed: bool) -> None:
    assert misses(figure, bar) == missed


def test_what_misses_its_bar_is_named_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    show("  over that of the bare aiohttp loop", "1.40", "bar 1.2")
    show("something new", "3 s", "bar 2 s")
    show("something else", "1 s", "bar 2 s")
    show_missed()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith(
        "missed: over that of the bare aiohttp loop: 1.40, bar 1.2: scoring"
    )
    assert lines[-1] == "missed: something new: 3 s, bar 2 s: no reason found yet"


def test_memory_is_that_of_the_process_and_not_of_the_one_that_measures() -> None:
    held = bytearray(200_000_000)
    held[:: mmap.PAGESIZE] = b"1" * len(held[:: mmap.PAGESIZE])
    _, _, memory = timed(["--version"])
    assert memory < 100, f"{memory:.0f} MB"
