"""SAKURA scoring on our own items: both readings, invalid judgements, item errors, the control."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputFileError
from harness.types import MISSING
from metrics.registry import METRICS
from tasks.sakura import judge_reply as judge
from tasks.sakura import scoring
from tasks.sakura.questions import gold_index
from tests.support.budget import examples

RIGHT = {"correct": 1, "n": 1}
WRONG = {"correct": 0, "n": 1}
YES = "Explanation: it names the duck.\nJudgement: correct"
NO = "Explanation: it names a goose.\nJudgement: incorrect"


def item(hop: str = "single") -> dict[str, Any]:
    return {
        "file": "duck1.wav",
        "attribute_label": "duck",
        "single_instruction": "Which bird calls here? (a) goose (b) duck (c) wild duck (d) owl",
        "single_answer": " (b) duck",
        "multi_instruction": "What does the bird eat? (a) Mice and voles. (b) It's pond weed!",
        "multi_answer": "(b) It's pond weed!",
        "_params": {"track": "Animal", "hop": hop},
    }


# --- the reader of judge replies ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (YES, "correct"),
        (NO, "incorrect"),
        (YES + "\n", "correct"),
        ("Explanation: fits\r\nJudgement: correct\r\n", "correct"),
        ("Explanation: fits\n\nJudgement: correct", "correct"),
        ("Explanation: one\ntwo\n\nthree\nJudgement:   CORRECT  ", "correct"),
        ("Of course.\n" + NO + "\n\nAnything else?", "incorrect"),
        (NO + "\n\n" + YES, "incorrect"),
        ("Explanation: \nJudgement: correct", "correct"),
        ('Explanation: fits\nJudgement: "correct"', None),
        ("Explanation: fits\nJudgement: correct.", None),
        ("Explanation: fits\nJudgement: **correct**", None),
        ("Explanation: fits\nJudgment: correct", None),
        ("    Explanation: fits\n    Judgement: correct", None),
        ("```\n" + YES + "\n```", None),
        ("Judgement: correct\nExplanation: fits", None),
        ("Judgement: correct", None),
        (YES + "\nThat is all.", None),
        ("Explanation:fits\nJudgement:correct", None),
        ("explanation: fits\njudgement: correct", None),
        ('{"Explanation": "fits", "Judgement": "correct"}', None),
        ("Explanation: fits\nJudgement: not correct", None),
        ("", None),
    ],
)
def test_judge_replies_are_read_by_the_official_pattern(reply: str, verdict: str | None) -> None:
    assert judge.parse(reply).verdict == verdict


PIECES = ["Explanation: ", "\nJudgement: ", "\n", "\n\n", "correct", " ", "Judgement: ", "\r\n"]


@settings(deadline=None, max_examples=examples(500))
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_the_linear_reader_equals_the_lazy_pattern_of_the_protocol(reply: str) -> None:
    match = re.search(r"Explanation: (.*?)\nJudgement: (.*?)(?:\n\n|$)", reply, re.DOTALL)
    read = judge.parse(reply)
    assert (read.explanation, read.raw) == (match.groups() if match else (None, None))


def test_only_the_strict_reading_uses_the_repeat() -> None:
    assert judge.official(["?", YES]).verdict is None
    assert judge.strict(["?", YES]).verdict == "correct"
    assert judge.strict([NO, YES]).verdict == "incorrect"
    assert judge.strict(["?", "!"]).verdict is None
    with pytest.raises(ValueError, match="no judge reply"):
        judge.strict([])


# --- judged accuracy ---------------------------------------------------------------------------


def accuracy(response: Any, verdicts: Any) -> tuple[Any, bool, Any, bool, bool]:
    result = scoring.score(item(), response, verdicts)
    readings = result.metrics["accuracy"]
    official, strict = readings["official"], readings["strict"]
    return (
        official.stats,
        official.parsed,
        strict.stats,
        strict.parsed,
        "accuracy" in result.aborted,
    )


@pytest.mark.parametrize(
    ("response", "verdicts", "expected"),
    [
        ("a duck", [YES], (RIGHT, True, RIGHT, True, False)),
        ("a goose", [NO], (WRONG, True, WRONG, True, False)),
        ("a duck", ["hm"], (WRONG, False, WRONG, False, False)),
        ("a duck", ["hm", YES], (WRONG, False, RIGHT, True, False)),
        ("  ", [YES], (RIGHT, True, WRONG, False, False)),
        (None, [YES], (None, False, WRONG, False, True)),
        (MISSING, [], (None, False, WRONG, False, True)),
        (["a duck"], [YES], (None, False, WRONG, False, True)),
        (7, [NO], (None, False, WRONG, False, True)),
        ("a duck", [None], (None, False, WRONG, False, True)),
        ("a duck", None, (None, True, None, True, False)),
        ("a duck", [], (None, False, None, False, False)),
        ("", [], (WRONG, False, WRONG, False, False)),
    ],
)
def test_accuracy_readings(response: Any, verdicts: Any, expected: Any) -> None:
    assert accuracy(response, verdicts) == expected


def test_every_metric_is_a_key_and_the_control_has_no_official_reading() -> None:
    result = scoring.score(item(), None, None)
    assert set(result.metrics) == {"accuracy", "letter_or_text"}
    assert set(result.metrics["letter_or_text"]) == {"strict"}


def test_flags_of_an_unreadable_judgement_and_of_a_placeholder_in_the_reply() -> None:
    result = scoring.score(item(), "I say [GROUND_TRUTH_ANSWER].", ["no idea"])
    assert result.details["placeholder_leak"] is True
    assert result.details["invalid_judgement"] is True
    clean = scoring.score(item(), "I say duck.", [YES])
    assert "placeholder_leak" not in clean.details
    assert clean.details["invalid_judgement"] is False


def test_a_document_without_its_hop_names_the_field() -> None:
    doc = item("multi")
    del doc["multi_answer"]
    with pytest.raises(InputFileError, match=r"duck1\.wav: field 'multi_answer' is None"):
        scoring.score(doc, "x", None)


# --- the control without a judge ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("(b)", "b"),
        ("(B) Duck.", "b"),
        ("It is a DUCK!", "b"),
        ("a wild duck, I think", "c"),
        ("a duck and a wild duck", None),
        ("(a) or (d)", None),
        ("(b) goose", None),
        ("ducks", "b"),  # the other number of an option
        ("b", "b"),
        ("not (b)", None),
        ("(e)", None),
        ("", None),
        (None, None),
        (MISSING, None),
        (["(b)"], None),
    ],
)
def test_the_control_wants_exactly_one_option(reply: Any, letter: str | None) -> None:
    result = scoring.score(item(), reply, None)
    control = result.metrics["letter_or_text"]["strict"]
    assert result.extracted == letter
    assert control.stats == (RIGHT if letter == "b" else WRONG)
    assert control.parsed is (letter is not None)


def test_punctuation_and_typographic_apostrophes_do_not_matter_to_the_control() -> None:
    result = scoring.score(item("multi"), "it’s pond  weed", None)
    assert result.metrics["letter_or_text"]["strict"].stats == RIGHT
    assert result.extracted == "b"


def test_gold_with_a_leading_space_and_options_of_the_hop() -> None:
    assert scoring.reference(item()) == "(b) duck"
    assert scoring.options(item()) == ("goose", "duck", "wild duck", "owl")
    assert scoring.options(item("multi")) == ("Mice and voles.", "It's pond weed!")
    assert gold_index("(d) cow", [("a", "cat"), ("b", "dog")]) is None
    assert gold_index("(b) hound", [("a", "cat"), ("b", "dog")]) == 1


# --- any reply ---------------------------------------------------------------------------------

REPLIES = st.one_of(
    st.none(),
    st.just(MISSING),
    st.just(""),
    st.text(),
    st.sampled_from(["🦆", "\u202educk", "بطة", "(b)\u2028(a)", "\x00", "(b", "duck\ud800"]),
    st.lists(st.text(), max_size=3),
    st.integers(),
    st.booleans(),
)
VERDICTS = st.one_of(
    st.none(),
    st.lists(st.one_of(st.none(), st.text(), st.sampled_from([YES, NO])), max_size=3),
)


@settings(deadline=None, max_examples=examples(300))
@given(response=REPLIES, verdicts=VERDICTS, hop=st.sampled_from(["single", "multi"]))
def test_any_reply_scores_in_bounds_and_the_same_twice(
    response: Any, verdicts: Any, hop: str
) -> None:
    result = scoring.score(item(hop), response, verdicts)
    assert result == scoring.score(item(hop), response, verdicts)
    for name, readings in result.metrics.items():
        for scored in readings.values():
            if scored.stats is not None:
                assert 0 <= METRICS[name].value(scored.stats) <= 1
    assert result.metrics["letter_or_text"]["strict"].stats is not None
    strict = result.metrics["accuracy"]["strict"]
    assert (strict.stats is None) <= (not verdicts)


def test_a_megabyte_reply_is_read() -> None:
    reply = "wild duck " * 100_000
    result = scoring.score(item(), reply, ["Explanation: " * 80_000])
    assert result.extracted == "c"
    assert result.metrics["accuracy"]["strict"].stats == WRONG
