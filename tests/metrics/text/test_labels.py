"""Whole-word labels: hits inside longer hits, boundaries, duplicates."""

from __future__ import annotations

import pytest

from metrics.text.labels import ASCII_WORD, labels_named, only_label, whole_word_hits

ACCENTS = ["irish", "northern irish", "english", "south african"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("northern irish", ("northern irish",)),
        ("irish, or rather northern irish", ("irish", "northern irish")),
        ("irishman", ()),
        ("english english", ("english",)),
        ("not english, irish", ("english", "irish")),
        ("", ()),
    ],
)
def test_labels_in_order_of_occurrence(text: str, expected: tuple[str, ...]) -> None:
    assert labels_named(text, ACCENTS) == expected


def test_zero_or_several_labels_are_no_label() -> None:
    assert only_label("northern irish", ACCENTS) == "northern irish"
    assert only_label("irish english", ACCENTS) is None
    assert only_label("welsh", ACCENTS) is None


def test_boundaries_of_any_script_unless_ascii_is_asked_for() -> None:
    assert labels_named("café", ["caf"]) == ()
    assert labels_named("café", ["caf"], ASCII_WORD) == ("caf",)


def test_labels_are_literal_text_not_patterns() -> None:
    assert labels_named("a.b axb", ["a.b", "(", "["]) == ("a.b",)


def test_empty_and_equal_labels() -> None:
    assert whole_word_hits("dog", ["", "dog", "dog"])[0].phrase == 1
    assert len(whole_word_hits("dog", ["", "dog", "dog"])) == 1
