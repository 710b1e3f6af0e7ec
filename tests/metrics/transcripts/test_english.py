"""The English normaliser and its numbers on our own sentences, and that no text makes it raise or grow slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.transcripts.english import open_asr_english, whisper_english
from metrics.transcripts.numbers import KNOWN, numbers_as_digits
from tests.support.budget import examples


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("Dr. Gray's at St. Mary's", "doctor gray s at saint mary s"),
        ("It's what she's got", "it is what she has got"),
        ("don\u2019t", "don t"),
        ("colour, (unheard) [door] and um honour", "color and honor"),
        ("Meghan met Neal", "megan met neil"),
        ("the B B C and a p i", "the bbc and api"),
        ("a b is two", "a b is 2"),
        ("Wi-Fi at 5 p.m.", "wifi at 5 pm"),
        ("Straße, Łódź, naïve", "strasse lodz naive"),
        ("", ""),
    ],
)
def test_forms(said: str, form: str) -> None:
    assert open_asr_english(said).strip() == form


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("one hundred and twenty three", "123"),
        ("nineteen eighty four", "1984"),
        ("twenty first", "21st"),
        ("ninth eighth", "ninth 8th"),
        ("three million four hundred thousand", "3400000"),
        ("two point five million", "2500000"),
        ("double five triple zero", "55000"),
        ("minus four degrees", "-4 degrees"),
        ("six pounds and fifty cents", "£6.50"),
        ("twenty per cent or ten percent", "20% or 10%"),
        ("two and a half dollars", "$2.5"),
        ("one of those ones", "one of those ones"),
        ("point taken", "point taken"),
        ("$ 2 million", "$ 2000000"),
    ],
)
def test_numbers(said: str, form: str) -> None:
    assert numbers_as_digits(said) == form


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(sorted(KNOWN)) | st.text(max_size=8), max_size=12))
def test_nothing_raises_and_the_form_has_single_spaces(words: list[str]) -> None:
    form = open_asr_english(" ".join(words))
    assert "  " not in form and form == form.lower()


@pytest.mark.parametrize(
    "text", [" " * 300_000, "<" * 200_000, "(" * 200_000, "9" * 20_000, "one " * 20_000, "double nine thousand " * 3000]
)  # fmt: skip
def test_run_away_replies_take_no_time(text: str) -> None:
    begun = time.monotonic()
    open_asr_english(text)
    assert time.monotonic() - begun < 10


def test_a_gap_that_a_filler_leaves_keeps_words_apart() -> None:
    """Upstream squeezes spaces at the end only, so ``'d been`` over two of them is no contraction that it knows."""
    assert open_asr_english("I'd been there").split() == ["i", "had", "been", "there"]
    for text in ("I'd uh been there", "I'd  been there", "I'd\nbeen there"):
        assert open_asr_english(text).split() == ["i", "would", "been", "there"]


def test_whispers_form_is_the_older_one() -> None:
    said = "Let's e-mail Stephen's dad at 5 p.m., ah well"
    assert whisper_english(said).split() == [
        "let",
        "us",
        "e",
        "mail",
        "stephen",
        "is",
        "dad",
        "at",
        "5",
        "p",
        "m",
        "ah",
        "well",
    ]
