"""Text normalisers against the rule written with regular expressions, and on hostile lengths."""

from __future__ import annotations

import random
import re
import time
import unicodedata

import pytest

from metrics.commitment.cleaning import CLEANERS
from metrics.text.normalizers import NORMALIZERS, basic, speech_ifeval, whisper_basic


def _whisper_by_regex(text: str) -> str:
    """The documented rule, literally; quadratic on unclosed brackets, hence not in the product."""
    text = re.sub(r"[<\[][^>\]]*[>\]]", "", text.lower())
    text = re.sub(r"\(([^)]+?)\)", "", text)
    text = "".join(
        " " if unicodedata.category(character)[0] in "MSP" else character
        for character in unicodedata.normalize("NFKC", text)
    )
    return re.sub(r"\s+", " ", text.lower()).strip()


def test_the_linear_scanner_equals_the_regular_expressions() -> None:
    rng = random.Random(11)
    for _ in range(20_000):
        text = "".join(rng.choice("aB ()<>[]\né\u0301İﬁ.（$") for _ in range(rng.randrange(14)))
        assert whisper_basic(text) == _whisper_by_regex(text), text


@pytest.mark.parametrize("unit", ["(", "<", "[", "()", "[]", "(a", "a)", "\u0301", "ﷺ"])
def test_many_brackets_take_no_quadratic_time(unit: str) -> None:
    text = unit * (150_000 // len(unit))
    start = time.process_time()
    for normalise in NORMALIZERS.values():
        normalise(text)
    assert time.process_time() - start < 15  # quadratic: minutes


def test_basic_keeps_marks_and_letters_of_all_scripts() -> None:
    assert basic("  Ça va?\tДа—нет; 5€ a\u0301_b ") == "ça va да нет 5 a\u0301 b"


def test_speech_ifeval_deletes_angles_before_brackets_are_removed() -> None:
    assert speech_ifeval("<kept> [gone] text") == "kept text"
    assert whisper_basic("<gone> [gone] text") == "text"


@pytest.mark.parametrize("name", sorted(NORMALIZERS))
def test_normalising_twice_changes_nothing_more(name: str) -> None:
    rng = random.Random(5)
    for _ in range(2_000):
        text = "".join(rng.choice("aB ()[].,é\n") for _ in range(12))
        once = NORMALIZERS[name](text)
        assert NORMALIZERS[name](once) == once


def test_cleaners_are_declared_by_id() -> None:
    assert set(CLEANERS) == {"none", "alarm", "alarm_letter", "desta", "lead_in", "letter", "think"}
    assert CLEANERS["none"](" x ", ()) == " x "
    assert CLEANERS["desta"](' The correct answer is: "Man".\n', ()) == '"Man".'
    assert CLEANERS["desta"]("The correct answer is:Man", ()) == "The correct answer is:Man"
    assert CLEANERS["letter"]("B", ("cat", "dog")) == "dog"
