"""Model arguments: names and types are checked, and nothing is converted silently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from harness.errors import UnknownNameError, UsageError
from model_adapters.arguments import read_arguments


@dataclass(frozen=True)
class Declared:
    count: int = 1
    rate: float = 0.5
    flag: bool = False
    name: str = "x"
    maybe: str | None = None
    style: Literal["async", "batch"] = "async"


def test_defaults_and_values() -> None:
    given = {"count": 3, "rate": 1, "flag": True, "name": 7, "maybe": "y", "style": "batch"}
    assert read_arguments(Declared, {}, adapter="demo") == Declared()
    assert read_arguments(Declared, given, adapter="demo") == Declared(
        3, 1.0, True, "7", "y", "batch"
    )


def test_unknown_argument_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_arguments(Declared, {"cuont": 1}, adapter="demo")
    assert "did you mean: count" in str(caught.value)
    assert "demo takes: count, rate, flag, name, maybe, style" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("count", 1.5, "an integer"),
        ("count", True, "an integer"),
        ("rate", "fast", "a number"),
        ("flag", 1, "true or false"),
        ("name", True, "text"),
        ("maybe", False, "text"),
        ("style", "sync", "one of async, batch"),
    ],
)
def test_wrong_type_says_what_was_expected(name: str, value: object, expected: str) -> None:
    with pytest.raises(UsageError, match=f"expected {expected}, found {value!r}"):
        read_arguments(Declared, {name: value}, adapter="demo")
