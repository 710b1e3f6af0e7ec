"""Merged edits against a plain implementation of the definition, and the multilingual forms on our own sentences."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.transcripts.edits import merged_edits
from metrics.transcripts.multilingual import aligned, letters, open_asr_multilingual
from tests.support.budget import examples

WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ba", "aba", "abab"]), max_size=7).map(tuple)


def by_definition(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    @cache
    def cost(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        found = [
            cost(i - 1, j) + 1,
            cost(i, j - 1) + 1,
            cost(i - 1, j - 1) + (said[i - 1] != heard[j - 1]),
        ]
        found += [
            cost(i - k, j - 1) for k in range(2, i + 1) if "".join(said[i - k : i]) == heard[j - 1]
        ]
        found += [
            cost(i - 1, j - k) for k in range(2, j + 1) if "".join(heard[j - k : j]) == said[i - 1]
        ]
        return min(found)

    return cost(len(said), len(heard))


@settings(max_examples=examples(300), deadline=None)
@given(WORDS, WORDS)
def test_edits_are_those_of_the_definition(said: tuple[str, ...], heard: tuple[str, ...]) -> None:
    found = merged_edits(" ".join(said), " ".join(heard))
    assert found == {"edits": by_definition(said, heard), "length": len(said)}


@pytest.mark.parametrize(
    ("said", "language", "form"),
    [
        ("Il coûte 87 €, voilà.", "fr", "il coûte quatre-vingt-sept voilà"),
        ("1 250 Seiten", "de", "eintausendzweihundertfünfzig seiten"),
        ("9" * 500, "es", "9" * 500),
    ],
)
def test_numbers_are_written_out(said: str, language: str, form: str) -> None:
    assert open_asr_multilingual(said, language) == form


def test_pairs_and_letters() -> None:
    assert aligned("das bücher regal", "das bücherregal hier") == ("das bücher regal", "das bücherregal hier")  # fmt: skip
    assert aligned("ein bücher regal", "ein bücherregal") == ("ein bücherregal", "ein bücherregal")
    assert letters("e\u0301 ก็") == "e\u0301 ก็"
