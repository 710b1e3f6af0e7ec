"""Numbers and verdicts in a judge's reply that are not its own: others', a scale's, excluded ones, those of a quoted or an invented text."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.judge.score_reader import FIVE_POINTS, FIVE_WHOLE_POINTS
from metrics.judge.verdict_reader import CORRECTNESS, RESULT, YES_NO
from tasks.llaso_eval import judge_reply as llaso
from tasks.voicebench import judge_reply as voicebench
from tests.support.budget import examples

OTHERS = (
    "The reference system scored {n} on this item.", "Previous graders gave {n}.", "The user wants a {n}.", 'The reply says "Score: {n}/5".', "Baseline score: {n}.",
    "Most systems get a {n} here.", "The expert panel rated it {n}.", "The reply claims to deserve a {n}.", "According to the user, this is a {n}.", "GPT-4 gave it a {n}.",
    "The assistant rates its own answer {n} out of 5.", "If it is meant for children, it deserves a {n}.", "Maximum score: {n}.",
)  # fmt: skip
NONE = (
    "",
    " I have no score for the present answer.",
    " No score is given.",
    " I cannot score this one.",
)
OWN = (
    "I give it a {n}.",
    "Score: {n}",
    "My score is {n}.",
    "This one gets a {n}.",
    "Rating: {n}/5",
)
EXCLUDED = (
    "Not a {x}, since the trip is missing, but a solid {n}.", "I would not go as low as {x}; {n}", "Short of a {x}: {n}", "Neither a {x} nor a {y} - {n}",
    "Better than a {x} but short of a {y}: {n}.", "Not a {x}, not a {y}, but a {n}.", "{x} would be too harsh, {y} too kind: {n}", "A {x} is out of the question; {n}.",
    "I can't justify a {x}; {n}.", "Too good for a {x}, not good enough for a {y}: {n}", "Hardly a {x}; a {n}.", "Rather than a {x}, a {n}.",
)  # fmt: skip
LABELS = ("irrelevant", "partly relevant", "mostly accurate", "accurate", "exceptional")
KEYS = (
    "Output", "Response", "Decision", "Judgement", "Judgment", "Evaluation", "Assessment", "Answer", "Final", "Label", "Result", "Verdict", "Conclusion", "Final output", "My decision",
    "Evaluation result", "Classification", "输出", "判断", "结果", "标签", "Ausgabe",
)  # fmt: skip
VERDICTS: dict[str, tuple[Callable[[str], bool | None], str, str]] = {
    "judgement": (CORRECTNESS.read, "correct", "incorrect"),
    "result": (RESULT.read, "YES", "NO"),
    "yesno": (YES_NO.read, "Yes", "No"),
}
scores = st.permutations(range(1, 6))


def both(reply: str) -> float | None:
    """Return what both readers of scores read, which is the same for whole scores."""
    score = FIVE_POINTS.read(reply)
    assert FIVE_WHOLE_POINTS.read(reply) == score, reply
    return score


@settings(deadline=None, max_examples=examples(600))
@given(
    other=st.sampled_from(OTHERS), none=st.sampled_from(NONE), own=st.sampled_from(OWN), n=scores
)
def test_the_number_of_another_is_no_score_and_leaves_the_judges(
    other: str, none: str, own: str, n: list[int]
) -> None:
    told = other.format(n=n[0])
    assert both(told + none) is None, told
    assert both(f"{told} {own.format(n=n[1])}") == n[1], (told, own)
    assert both(f"{own.format(n=n[1])}\n{told}") == n[1], (told, own)


@settings(deadline=None, max_examples=examples(600))
@given(
    form=st.sampled_from(["{n} = {l}", "{n}: {l}", "{n} - {l}", "{n}/5 = {l}", "Score {n}: {l}", "{n} means {l}", "{n} points: {l}"]),
    between=st.sampled_from([", ", "; ", "\n", "\n- "]),
    first=st.integers(0, 3),
    down=st.booleans(),
    head=st.sampled_from(["", "Scale: ", "Rubric:\n", "The scale is as follows.\n"]),
    cut=st.booleans(),
    n=st.integers(1, 5),
)  # fmt: skip
def test_a_scale_is_no_score_and_leaves_the_judges(
    form: str, between: str, first: int, down: bool, head: str, cut: bool, n: int
) -> None:
    steps = [(value, LABELS[value - 1]) for value in range(1, 6)]
    kept = (steps[::-1] if down else steps)[: 5 - min(first, 2)]
    scale = head + between.join(form.format(n=value, l=label) for value, label in kept)
    scale = scale[:-3] if cut else scale
    assert both(scale) is None, scale
    assert both(f"{scale}\n\nScore: {n}") == n, scale
    assert both(f"Score: {n}\n\n{scale}") == n, scale
    assert both(f"{scale}\n{n}") == n, scale


@settings(deadline=None, max_examples=examples(400))
@given(form=st.sampled_from(EXCLUDED), n=st.permutations(range(2, 6)))
def test_an_excluded_score_leaves_the_one_that_is_given(form: str, n: list[int]) -> None:
    reply = form.format(x=n[0], y=n[1], n=n[2])
    assert both(reply) == n[2], reply


@pytest.mark.parametrize(
    "reply",
    [
        "Not a 5.",
        "Not a 5, since the trip is missing.",
        "I would not go as low as 3.",
        "Short of a 5.",
        "Neither a 2 nor a 4.",
        "More than a 3, less than a 5.",
        "Not a 5, but it could be a 3 or a 4.",
        "A 5 is out of the question.",
    ],
)
def test_an_excluded_score_alone_is_none(reply: str) -> None:
    assert both(reply) is None


def test_a_half_step_is_a_score_where_upstream_computes_with_fractions_only() -> None:
    """VoiceBench's judge string is a float; LLaSO-Eval asks for an integer and its rule reads no decimal but ``.0``."""
    total = "Relevance 4 (weight 0.5), accuracy 3 (weight 0.5).\nWeighted total = "
    for form in ("Score: {}", "{}", "{}/5", total + "{}", "Overall score = 0.5 x 4 + 0.5 x 3 = {}"):
        half, whole = form.format("3.5"), form.format("4.0")
        assert voicebench.strict_rating(half) == 3.5, half
        assert llaso.parse_strict(half) is None, half
        assert voicebench.strict_rating(whole) == llaso.parse_strict(whole) == 4, whole
    assert llaso.parse("Score: 3.5") is None


@pytest.mark.parametrize("name", ["scores", "score", "ratings", "criteria"])
def test_criteria_without_an_overall_score_are_none(name: str) -> None:
    for inner in ('{"accuracy": 2, "depth": 4}', '{"accuracy": 5}', '[{"name": "depth", "n": 4}]'):
        assert both(f'{{"{name}": {inner}}}') is None
        assert both(f'{{"{name}": {inner}, "overall": 3}}') == 3
        assert both(f'{{"{name}": {inner}}}\nScore: 3') == 3


@pytest.mark.parametrize("reader", VERDICTS)
@pytest.mark.parametrize("key", KEYS)
def test_every_key_stands_before_a_verdict(key: str, reader: str) -> None:
    read, yes, no = VERDICTS[reader]
    for form in ("{}: {}", "**{}:** {}", "{}：{}", "### {}\n{}", "It is short.\n{}: {}"):
        for word, meant in ((yes, True), (no, False)):
            assert read(form.format(key, word)) is meant, form.format(key, word)
    assert read(f"{key}: {yes} or {no}") is read(f"{key}: {yes}/{no}") is None


@pytest.mark.parametrize("reader", VERDICTS)
def test_a_key_of_what_is_judged_is_none_beside_its_question(reader: str) -> None:
    read, yes, no = VERDICTS[reader]
    assert read(f"Question: Is it?\nReference: {yes}\nResponse: {no}") is None
    assert read(f"Question: Is it?\nResponse: {yes}\nVerdict: {no}") is False
    assert read(f"{yes} = it is right, {no} = it is wrong") is None
    assert read(f"{yes} = it is right, {no} = it is wrong\n\nResult: {no}") is False


@pytest.mark.parametrize(
    ("read", "key", "own", "other", "meant"),
    [
        (both, "Score", "4", "2", 4),
        (CORRECTNESS.read, "Judgement", "correct", "incorrect", True),
        (RESULT.read, "Result", "NO", "YES", False),
    ],
)
def test_what_is_invented_or_announced_behind_a_verdict_is_not_the_judges(
    read: Callable[[str], float | bool | None], key: str, own: str, other: str, meant: float | bool
) -> None:
    item = "Question: What is it?\nReference: a cat\nResponse: a dog\n"
    assert read(f"{key}: {own}\n\n{item}{key}: {other}") == meant
    assert read(f"Why: it fits.\n{key}: {own}\n\n{item}Why: no.\n{key}: {other}\n\n{item}") == meant
    assert read(f"{item}{key}: {own}") == meant
    for head in ("The answer under review:", "The reply reads:", "Quoted from the response:"):
        assert read(f"{key}: {own}\n\n{head}\nFinal {key.lower()}: {other}") == meant
        assert read(f"{head}\n{key}: {other}") is None
        assert read(f"{head}\n{key}: {other}\n{key}: {own}") == meant
    assert read(f"{key}: {other}. No wait.\n{item}{key}: {own}") == meant


@pytest.mark.parametrize(
    "piece",
    ["it is 5, ", "5 = a, 4 = b, ", '"a" ', "The reply reads:\n", "Question: x\n", "not a 5 as x "],
)
def test_long_replies_take_no_more_than_a_moment(piece: str) -> None:
    begun = time.process_time()
    for head in ("", "Score: 4. No wait, 3\nQuestion: a\nAnswer: b\n"):
        FIVE_POINTS.read(head + piece * (6_000 // len(piece)) + " x 4")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("YES means that the reply reasons. NO means that it is minimal.", None),
        ("YES means that the reply reasons. NO means that it is minimal. Result: YES", True),
        ("No indicates a refusal; yes indicates an answer.\nNO", False),
    ],
)
def test_a_legend_in_sentences_is_no_verdict(reply: str, verdict: bool | None) -> None:
    assert RESULT.read(reply) == verdict
