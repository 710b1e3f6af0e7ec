"""Hazards: a number that is not finite, which no bound holds and no scheduler understands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


@pytest.mark.parametrize("number", ["nan", "inf"])
@pytest.mark.parametrize(
    "command",
    [
        ("judge", "calibrate", "x.jsonl", "--min-kappa"),
        ("judge", "calibrate", "x.jsonl", "--width"),
        ("gate", "x", "--alpha"),
        ("power", "x", "--item-cost"),
        ("power", "x", "--drop"),
        ("power", "x", "--cost"),
        ("evaluate", "mock:hash", "-t", "quickstart", "--gpus-per-replica"),
    ],
)
def test_a_bound_is_finite(cli: Cli, command: tuple[str, ...], number: str) -> None:
    found = cli(*command, number)
    assert found.code == 2 and any(
        says in found.err for says in ("a finite number", "Input should be")
    )
