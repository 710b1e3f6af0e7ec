"""Text functions meet any reply without an exception and twice with the same result."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from metrics.commitment.cleaning import CLEANERS
from metrics.commitment.grammar import committed
from metrics.measures.corpus_bleu import bleu_item
from metrics.text.canonical import canonical
from metrics.text.edits import char_edits, word_edits
from metrics.text.normalizers import NORMALIZERS, without_script_spaces
from metrics.text.numbers import spoken_number, strict_number
from metrics.text.phonemes import arpabet, ipa
from metrics.text.three_scores import named_scores
from tasks.dynamic_superb import slot_strings
from tasks.dynamic_superb.reply_rules import unique_labels
from tasks.llaso_eval.rules import QUANTITIES
from tasks.sakura.questions import parse_inline_options
from tests.support.budget import examples

PIECES = [
    *(
        "",
        " ",
        "\n",
        "\t",
        "\r\n",
        "\u2028",
        "\x85",
        "\x00",
        "\ufeff",
        "\ud800",
        "e\u0301",
        "İ",
        "ß",
    ),
    *("👩‍👩‍👧", "🇩🇪", "مرحبا", "שלום", "\u202e", "你好", "ﷺ", "½", "²", "٢", "𝟘", "（ａ）"),
    *("(a)", "(b)", "(", ")", "[", "]", "<", ">", "Male", "female", "The correct answer is: "),
    *("half", "point", "first", "40s", "/", ": ", "for ", "not ", "or ", "ˈ", "g", "=", "|"),
    *("12", "-", "3.5", "1,000", "twenty", "hundred", "and", "thousand", ".", ",", "'", "’", "nan"),
]


def _clean(cleaner: Callable[[str, Sequence[str]], str], text: str) -> str:
    return cleaner(text, ("Male", "female", "(a)"))


FUNCTIONS: dict[str, Callable[[str], Any]] = {
    **{f"clean {name}": functools.partial(_clean, function) for name, function in CLEANERS.items()},
    **{f"normalise {name}": function for name, function in NORMALIZERS.items()},
    "strict_number": strict_number,
    "spoken_number": spoken_number,
    "parse_inline_options": parse_inline_options,
    "committed": lambda text: committed(text, ["Male", "female", "(a)", ""]),
    "committed label": lambda text: committed(text, ["Male", "female", "."], letters=False),
    "word_edits": lambda text: word_edits("male twenty", text),
    "word_edits_reference": lambda text: word_edits(text, "male twenty"),
    "char_edits": lambda text: char_edits("male", text),
    "bleu_item": lambda text: bleu_item("male twenty", text),
    "slot_strings": lambda text: slot_strings.read(f"Male: {text}"),
    "slot_strings of the reply": slot_strings.read,
    "canonical": canonical,
    "script spaces": without_script_spaces,
    "ipa": ipa,
    "arpabet": arpabet,
    "decades": functools.partial(strict_number, quantity=QUANTITIES["age"]),
    "named_scores": lambda text: named_scores(text, {"one": "male", "two": "female"}, "total"),
    "unique_labels": unique_labels,
}


_RNG = random.Random(17)
REPLIES = ["".join(_RNG.choices(PIECES, k=_RNG.randrange(12))) for _ in range(examples(10_000))]
LONG = examples(250_000)
"""Characters of a long reply: a function that is not linear would not come back from either."""


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_thousands_of_replies(name: str) -> None:
    function = FUNCTIONS[name]
    results = [function(reply) for reply in REPLIES]
    assert [function(reply) for reply in REPLIES[:500]] == results[:500]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("piece", ["👩‍👩‍👧", "(a) ", "12 "])
def test_a_very_long_reply(name: str, piece: str) -> None:
    FUNCTIONS[name](piece * (LONG // len(piece)))
