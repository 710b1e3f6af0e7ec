"""Options inside a prompt: runs of letters, brackets that are no marker."""

from __future__ import annotations

import pytest

from tasks.sakura.questions import parse_inline_options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Which? (a) x (b) y (c) z (d) w", (("a", "x"), ("b", "y"), ("c", "z"), ("d", "w"))),
        ("Which? (A) x, (B) y", (("a", "x"), ("b", "y"))),
        ("Which?\n(a) Ms.\n(b) Mr.\nAnswer now.", (("a", "Ms."), ("b", "Mr."))),
        ("See (a) below. Which? (a) x (b) y", (("a", "x"), ("b", "y"))),
        (
            "Which? (a) so (they say) (b) f(c) is odd",
            (("a", "so (they say)"), ("b", "f(c) is odd")),
        ),
        ("Which? (a)x (b)y", (("a", "x"), ("b", "y"))),
        ("Only (a) one", ()),
        ("(b) x (c) y", ()),
        ("", ()),
    ],
)
def test_options_are_read_from_the_prompt(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert parse_inline_options(text) == expected
