"""Word and character edits: empty references, spaces, length, agreement with a plain count."""

from __future__ import annotations

import random
import time

import pytest

from metrics.registry import METRICS
from metrics.text.edits import char_edits, word_edits


def _distance(first: list[str], second: list[str]) -> int:
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, start=1):
        previous, row[0] = row[0], i
        for j, right in enumerate(second, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "words", "characters"),
    [
        ("a b c", "a b c", (0, 3), (0, 5)),
        ("a b c", "", (3, 3), (5, 5)),
        ("", "a b", (2, 0), (3, 0)),
        ("", "", (0, 0), (0, 0)),
        (" ", "\n", (0, 0), (0, 0)),
        ("a  b", "a b ", (0, 2), (0, 3)),
        ("one two", "onetwo", (2, 2), (1, 7)),
        ("naïve", "naive", (1, 1), (1, 5)),
    ],
)
def test_edits_and_reference_length(
    reference: str, hypothesis: str, words: tuple[int, int], characters: tuple[int, int]
) -> None:
    assert word_edits(reference, hypothesis) == dict(zip(("edits", "length"), words, strict=True))
    assert char_edits(reference, hypothesis) == dict(
        zip(("edits", "length"), characters, strict=True)
    )


def test_counts_equal_a_plain_dynamic_programme() -> None:
    rng = random.Random(2)
    for _ in range(200):
        first, second = ([rng.choice("abc") for _ in range(rng.randrange(9))] for _ in range(2))
        assert word_edits(" ".join(first), " ".join(second)) == {
            "edits": _distance(first, second),
            "length": len(first),
        }
        assert char_edits("".join(first), "".join(second))["edits"] == _distance(first, second)


def test_counts_equal_those_of_jiwer() -> None:
    import jiwer

    shared = [jiwer.RemoveMultipleSpaces(), jiwer.Strip()]
    words = jiwer.Compose([*shared, jiwer.ReduceToListOfListOfWords()])
    characters = jiwer.Compose([*shared, jiwer.ReduceToListOfListOfChars()])
    rng = random.Random(3)
    units = ["a", "b", "ab", " ", "  ", "\n", "\t", "\u3000", "今", "\u200b", "\x1c", "e\u0301"]
    for _ in range(500):
        first, second = ("".join(rng.choices(units, k=rng.randrange(14))) for _ in range(2))
        output = jiwer.process_words(first, second, words, words)
        edits = output.substitutions + output.deletions + output.insertions
        length = output.substitutions + output.deletions + output.hits
        assert word_edits(first, second) == {"edits": edits, "length": length}
        output = jiwer.process_characters(first, second, characters, characters)
        edits = output.substitutions + output.deletions + output.insertions
        length = output.substitutions + output.deletions + output.hits
        assert char_edits(first, second) == {"edits": edits, "length": length}


def test_the_corpus_rate_pools_edits_over_reference_words() -> None:
    items = [word_edits("a b c d", "a b c"), word_edits("", "x"), word_edits("e", "e")]
    assert METRICS["wer"].aggregate(items) == 2 / 5


def test_a_reply_of_a_megabyte_is_counted_whole_and_soon() -> None:
    reply = "so it goes " * 100_000
    start = time.perf_counter()
    assert word_edits("so it goes", reply) == {"edits": 299_997, "length": 3}
    assert char_edits("so it goes", reply) == {"edits": 1_099_989, "length": 10}
    assert time.perf_counter() - start < 8  # measured: 0.3 s
