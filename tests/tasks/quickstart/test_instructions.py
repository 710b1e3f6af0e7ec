"""Instruction rules: each accepts what keeps it and refuses the near miss."""

from __future__ import annotations

import pytest

from tasks.quickstart.instructions import RULES, keeps

CASES = [
    (
        "upper_case",
        {},
        ["MONDAY", " IT IS CLOSED ON MONDAY. ", "ÉTÉ 9"],
        ["Monday", "9", "", "MONDAYs"],
    ),
    ("lower_case", {}, ["a nurse.", "she was a nurse in 1990"], ["A nurse", "1990", " "]),
    (
        "start_word",
        {"word": "Certainly"},
        ["Certainly, the piano.", "certainly", '"Certainly!" he said'],
        ["The piano, certainly", "Certainlyx", "", "Certain"],
    ),
    (
        "end_phrase",
        {"phrase": "Is there anything else?"},
        [
            "A storm. Is there anything else?",
            "IS THERE ANYTHING ELSE?\n",
            '"Is there anything else?"',
        ],
        ["Is there anything else", "Is there anything else? No.", "", "else?"],
    ),
    (
        "word_count",
        {"words": 3},
        ["In the evening.", "in - the - evening", "well-known evening hours", "1 2 3"],
        ["In the late evening", "evening", "", "- - -", "In\u2028the"],
    ),
    (
        "quotation",
        {},
        ['"A pilot."', "“A pilot.”", ' "a" '],
        ['A "pilot"', '"A pilot', '"', '""', '" "', "'a pilot'", ""],
    ),
]


@pytest.mark.parametrize(("rule", "arguments", "kept", "broken"), CASES)
def test_rule(rule: str, arguments: dict[str, object], kept: list[str], broken: list[str]) -> None:
    assert [reply for reply in kept if not keeps(reply, rule, arguments)] == []
    assert [reply for reply in broken if keeps(reply, rule, arguments)] == []


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(RULES)


def test_a_blank_reply_keeps_nothing_even_zero_words() -> None:
    assert not keeps(" \n", "word_count", {"words": 0})


def test_an_unknown_rule_is_an_error_not_a_failed_reply() -> None:
    with pytest.raises(KeyError):
        keeps("x", "rhyme", {})
