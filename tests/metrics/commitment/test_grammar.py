"""Forms of replies and what a careful reader says that they commit to; bounds, words and aliases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metrics.commitment.choices import compile_choices
from metrics.commitment.closed import choose, index_of, lettered_options
from metrics.commitment.grammar import committed

FORMS = Path(__file__).parents[2] / "fixtures" / "commitment_forms.jsonl"
TABLES: list[dict[str, Any]] = [
    json.loads(line) for line in FORMS.read_text(encoding="utf-8").split("\n") if line
]


@pytest.mark.parametrize(
    "table", TABLES, ids=lambda table: f"{'-'.join(table['options'][:2])}-{table['option']}"[:40]
)
def test_every_form_is_read_as_a_careful_reader_does(table: dict[str, Any]) -> None:
    options, letters = table["options"], table["letters"]
    misread = {
        reply: found
        for reply in table["replies"]
        if (found := committed(reply, options, letters=letters)) != table["option"]
    }
    assert not misread


def test_the_tables_hold_over_a_thousand_forms() -> None:
    assert sum(len(table["replies"]) for table in TABLES) > 1_400


@pytest.mark.parametrize("reply", [None, 3, ["B"], {"answer": "B"}, b"B"])
def test_what_is_no_text_commits_to_nothing(reply: object) -> None:
    assert committed(reply, ["Man", "Woman"]) is None


def test_equal_texts_are_one_option_and_letters_find_it() -> None:
    assert committed("same", ["same", "same", "other"]) == 0
    assert committed("(B)", ["same", "same", "other"]) == 0
    assert choose("(B) same", ["same", "same", "other"], 1).correct


def test_an_empty_option_beside_filled_ones_has_no_letter() -> None:
    assert committed("B", ["yes", "", "no", ""]) is None
    assert committed("C", ["yes", "", "no", ""]) == 2
    assert committed("", ["", ""]) is None
    assert committed("B", ["", ""]) == 1


def test_the_letters_of_option_texts_are_their_letters() -> None:
    assert committed("(B)", ["(B) Man", "(A) Woman"]) == 0
    assert committed("woman", ["(A) Man", "(B) Woman"]) == 1
    assert committed("(A) Woman", ["(A) Man", "(B) Woman"]) is None


def test_word_order_tells_options_of_the_same_words_apart() -> None:
    options = ["Dog bites man", "Man bites dog"]
    assert committed("man bites dog", options) == 1
    assert committed("bites man dog", options) is None


def test_a_loose_text_counts_without_denial_and_without_words_of_others() -> None:
    options = ["A church bell", "A door bell"]
    assert committed("I hear the bell of a door.", options) == 1
    assert committed("The bell of a door or of a church", options) is None
    assert committed("It is not the bell of a door.", options) is None
    assert committed("Is it the bell of a door?", options) is None


def test_an_alias_names_its_label_and_nothing_outside_the_map_does() -> None:
    labels, aliases = ["Anger.", "Joy."], {"anger": ["angry"], "Joy": ["happy"]}
    for reply, right in (
        ("angry", True),
        ("Anger", True),
        ("The speaker sounds angry, not happy.", True),
        ("furious", False),
        ("happy", False),
        ("not angry", False),
        ("angry or happy", False),
    ):
        assert choose(reply, labels, 0, aliases, letters=False).correct is right, reply


def test_a_label_that_is_a_form_of_another_key_has_its_forms() -> None:
    assert choose("furious", ["angry", "happy"], 0, {"anger": ["angry", "furious"]}).correct


def test_an_alias_never_takes_the_text_of_another_label() -> None:
    labels = ["joy", "happy"]
    assert choose("happy", labels, 1, {"joy": ["happy"]}, letters=False).correct
    assert not choose("happy", labels, 0, {"joy": ["happy"]}, letters=False).correct


def test_options_are_found_in_a_prompt_of_lettered_ones() -> None:
    assert lettered_options("Which? A. wool B. ice C. a fan") == ("wool", "ice", "a fan")
    assert lettered_options("Which?\n(A) wool\n(B) ice\nThanks") == ("wool", "ice")
    assert lettered_options("Is it A. or what?") == ()
    assert lettered_options("") == ()


def test_the_gold_is_found_by_text() -> None:
    assert index_of("Dog.", ["cat", "dog"]) == 1
    assert index_of(None, ["cat"]) is None
    assert index_of("", ["cat", ""]) == 1
    assert index_of("mouse", ["cat"]) is None


def test_compiling_is_cached_by_options() -> None:
    assert compile_choices(("a dog", "a cat")) is compile_choices(("a dog", "a cat"))
