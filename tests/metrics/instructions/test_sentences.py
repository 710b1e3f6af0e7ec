"""Sentence and word splitting equal NLTK's (with the rules it had until 3.9)."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from metrics.instructions.sentences import sentences
from metrics.instructions.words import count_capital_words, using, words

ATOMS = (
    "Mr. ", "e.g. ", "U.S. ", "He ", "he ", "The ", "the ", "a", "b", "1", "2.", "3.5", "...",
    ". . .", "!", "?", ". ", '" ', "'", ")", "(", "\n", "\n\n", " ", "Dr.", "Jan. ", "No. ", "etc. ",
    "i.e. ", "—", "•", "*", "- ", "Ph.D. ", "A. ", "B.", "Smith ", "went ", "home.", "。", "\u2028",
    "\x85", "\xa0", "\t", ",", ";", ":", "I.", "J. ", "St. ", "$", "%", "@", "“", "”", "--", "...--",
    "'s", "\r\n", "`", "``", "''", "&", "#", "prof. ", "##number##", "vol. 3 ", "p.m. ", "Inc. ",
)  # fmt: skip


@pytest.fixture(scope="module")
def nltk_tokenizer() -> Any:
    import punkt
    from nltk.tokenize.punkt import PunktLanguageVars, PunktParameters, PunktSentenceTokenizer

    class Classic(PunktLanguageVars):  # type: ignore[misc]
        _re_non_word_chars = r"(?:[)\";}\]\*:@\'\({\[\?!])"
        re_boundary_realignment = re.compile(r'["\')\]}]+?(?:\s+|(?=--)|$)', re.MULTILINE)

    model = punkt.load_model("english")
    parameters = PunktParameters()
    parameters.abbrev_types = set(model.abbrev_types)
    parameters.collocations = set(map(tuple, model.collocations))
    parameters.sent_starters = set(model.sent_starters)
    for kind, context in model.ortho_context.items():
        parameters.ortho_context[kind] = int(context)
    return PunktSentenceTokenizer(parameters, lang_vars=Classic())


def test_equal_to_nltk_on_generated_text(nltk_tokenizer: Any) -> None:
    rng = random.Random(0)
    for _ in range(6000):
        text = "".join(rng.choices(ATOMS, k=rng.randint(1, 25)))
        assert sentences(text) == nltk_tokenizer.tokenize(text), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("No end", ["No end"]),
        ("Mr. Smith met Dr. Jones. They spoke.", ["Mr. Smith met Dr. Jones.", "They spoke."]),
        ("(He left.) She stayed.", ["(He left.)", "She stayed."]),
        ("First!!! Second?? ", ["First!!!", "Second?", "?"]),  # NLTK's own quirk
        ("It costs 3. It is 5.", ["It costs 3.", "It is 5."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
    ],
)
def test_known_splits(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


# no dash or apostrophe before a letter: there the installed NLTK may have later rules
WORD_ATOMS = (
    "NASA", "I", "the", "\n", "\t", " ", " ", " ", ". ", ".", ", ", ",", ":", ";", "!", "?", "...", "*", "(", ")",
    "[", "]", "{", "}", "<", ">", '"', " \"", "``", "`", "''", "' ", "«", "»", "“", "”", "@", "#", "$", "%",
    "&", "3.5", "1,000", "U.S.", "e.g.", "can't ", "WON'T ", "it's ", "IT'S ", "I'LL ", "we've ", "CANNOT ",
    "gimme ", "GOTTA ", "wanna ", "lemme", "gonna", "--", "-", "A-B", "É", "ß",
)  # fmt: skip


def test_words_equal_to_nltk_on_generated_text() -> None:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    tokenizer = NLTKWordTokenizer()
    rng = random.Random(0)
    for _ in range(1500):
        text = "".join(rng.choices(WORD_ATOMS, k=rng.randint(1, 15)))
        expected = [token for part in sentences(text) for token in tokenizer.tokenize(part)]
        assert words(text) == expected, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IT'S\nFINE", ["IT", "'S", "FINE"]),
        ("x\n'TIS so", ["x", "'T", "IS", "so"]),
        ("A—B", ["A—B"]),
        ("ROCK 'N ROLL 'X", ["ROCK", "'N", "ROLL", "'", "X"]),
        ("'HELLO", ["'HELLO"]),
        ("d'ye 'tis", ["d", "'ye", "'t", "is"]),
    ],
)
def test_words_keep_the_rules_of_nltk_3_9(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_before_nltk_3_9_a_clitic_is_cut_off_before_a_space_only() -> None:
    with using("3.8"):
        assert words("IT'S\nFINE IT'S FINE") == ["IT'S", "FINE", "IT", "'S", "FINE"]
        assert count_capital_words("I'M\nhere") == 1
    assert count_capital_words("I'M\nhere") == 2


def test_words_split_contractions_and_punctuation() -> None:
    assert words('She said "NO WAY," didn\'t she?') == [
        "She", "said", "``", "NO", "WAY", ",", "''", "did", "n't", "she", "?",
    ]  # fmt: skip
