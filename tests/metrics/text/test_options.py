"""The judge-free option rule: overlapping options, letters against texts, untidy replies."""

from __future__ import annotations

import pytest

from metrics.text.options import letter_or_text, parse_inline_options

GENDER = ["Male", "Female"]
ANIMALS = ["dog", "cat", "cat fish", "hot dog"]


@pytest.mark.parametrize(
    ("reply", "options", "expected"),
    [
        ("The speaker is female.", GENDER, 1),
        ("male", GENDER, 0),
        ("MALE!", GENDER, 0),
        ("*Male*", GENDER, 0),
        ("_male_", GENDER, 0),
        ("tamale", GENDER, None),
        ("male or female", GENDER, None),
        ("not male", GENDER, 0),
        ("(b)", GENDER, 1),
        ("(B) Female", GENDER, 1),
        ("(a) Female", GENDER, None),
        ("(a), surely (a)", GENDER, 0),
        ("(a) or (b)", GENDER, None),
        ("b", GENDER, None),
        ("b) Female", GENDER, 1),
        ("(c)", GENDER, None),
        ("（ｂ）", GENDER, 1),
        ("Ｍａｌｅ", GENDER, 0),
        ("", GENDER, None),
        (None, GENDER, None),
        (["Male"], GENDER, None),
        ("a cat  fish", ANIMALS, 2),
        ("a cat\nfish", ANIMALS, 2),
        ("a cat and a cat fish", ANIMALS, None),
        ("a cat, again a cat", ANIMALS, 1),
        ("dogs", ANIMALS, None),
        ("hot dog-like", ANIMALS, 3),
        ("new york city", ["new york", "york city"], None),
        ("Mr", ["Ms.", "Mr."], 1),
        ("I can't wait!", ["I can’t wait!", "No"], 0),
        ("straße", ["STRASSE", "Weg"], 0),
        ("take vitamin (b) daily", ["Vitamin (b)", "Sugar"], 0),
        ("same", ["same", "same"], None),
        ("(b) same", ["same", "same"], 1),
        ("(b)", ["same", "same"], 1),
        ("anything", [], None),
        ("anything", ["", " "], None),
        ("?", ["?", "!"], 0),
    ],
)
def test_a_reply_counts_only_if_it_names_one_option(
    reply: object, options: list[str], expected: int | None
) -> None:
    assert letter_or_text(reply, options) == expected


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


def test_more_options_than_letters_are_still_read_by_text() -> None:
    options = [f"option {number}" for number in range(30)]
    assert letter_or_text("option 29", options) == 29
    assert letter_or_text("(z)", options) == 25
