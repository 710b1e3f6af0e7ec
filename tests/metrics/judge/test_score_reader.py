"""The one strict reader of judge scores: one score in any form is read; ranges and several scores are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.judge.score_reader import FIVE_POINTS, FIVE_WHOLE_POINTS
from tasks.llaso_eval import judge_reply as llaso
from tasks.voicebench import judge_reply as voicebench
from tests.support.budget import examples

NUMBERS = ("{n}", "{n}.0", "{n}/5", "{n} / 5", "{n} out of 5", "{n}.")
AROUND = (
    "{x}",
    "**{x}**",
    "`{x}`",
    "[{x}]",
    "[[{n}]]",
    "({x})",
    '"{x}"',
    "\\boxed{{{x}}}",
    "{x} ⭐",
    "{x}!",
)
LINES = (
    "{x}", "Score: {x}", "Score：{x}", "score - {x}", "### Score: {x}", "- Score: {x}", "**Score:** {x}", "Rating: {x}",
    "Final score: {x}", "The score is {x}", "Score (1-5): {x}", "## Score\n{x}", "Score:\n\n{x}", "| Score | {x} |",
    "<score>{x}</score>", "Overall: {x}", "2. Score: {x}", "Judgement: {x}",
)  # fmt: skip
WHOLE = (
    "{l}",
    "```\n{l}\n```",
    "<think>Score: 2 or 3?</think>{l}",
    "{l}\nExplanation: 3 facts are right.",
    " {l}\r\n",
)


@settings(deadline=None, max_examples=examples(3600))
@given(
    score=st.integers(1, 5),
    number=st.sampled_from(NUMBERS),
    around=st.sampled_from(AROUND),
    line=st.sampled_from(LINES),
    whole=st.sampled_from(WHOLE),
)
def test_a_clear_score_is_read_in_every_form(
    score: int, number: str, around: str, line: str, whole: str
) -> None:
    text = around.format(x=number.format(n=score), n=score)
    reply = whole.format(l=line.format(x=text))
    assert FIVE_POINTS.read(reply) == score, reply
    assert FIVE_WHOLE_POINTS.read(reply) == score, reply


@settings(deadline=None)
@given(
    st.one_of(
        st.floats(1, 5).map(repr),
        st.integers(1, 5).map(lambda n: f"Rating: [[{n}]] for this."),
        st.sampled_from(["5e0", " 4.\n", "+3", "002", "٤", "４"]),
    )
)
def test_what_the_official_rating_reads_on_the_scale_strict_reads(reply: str) -> None:
    assert voicebench.rating(reply) is not None
    assert voicebench.strict_rating(reply) == voicebench.rating(reply)


@settings(deadline=None)
@given(
    score=st.integers(1, 5),
    form=st.sampled_from(
        [
            "Score: {n}",
            "**Score:** {n}/5",
            "I think\nscore: {n}.0 fits",
            "So the Score: {n}",
            "SCORE : {n}\nscore",
        ]
    ),
)
def test_what_the_official_llaso_rule_reads_strict_reads(score: int, form: str) -> None:
    reply = form.format(n=score)
    assert llaso.parse(reply) == llaso.parse_strict(reply) == score


@pytest.mark.parametrize(
    "reply",
    [
        "4-5", "4 to 5", "4 or 5", "between 4 and 5", "Score: 4–5", "Score: 4 or 5", "4, 5", "4/5 or 5/5", "7/10", "Score: 8/10",
        "0", "6", "-1", "Score: 0", "Score: -3", "[[3]] or [[4]]", "[[12]] or [[3]]", "4~5", "Score: N/A", "nan", "inf", "1e1",
        "80%", "4+", "Score: 4?", "Score: 3\nScore: 4", "The answer has 3 facts.", "4½", "I would give it a 3 or a 4.", "",
        "1. It is good\n2. It is long", "Score:", "<think>Score: 5", "Relevance: 3\nClarity: 5", '{"score": 7}', '{"score": true}',
    ],
)  # fmt: skip
def test_ranges_several_scores_and_other_scales_are_unread(reply: str) -> None:
    assert FIVE_POINTS.read(reply) is None


def test_a_fraction_is_a_score_only_where_upstream_takes_fractions() -> None:
    assert (FIVE_POINTS.read("4.5"), FIVE_WHOLE_POINTS.read("4.5")) == (4.5, None)


def test_a_long_explanation_leaves_the_score_readable() -> None:
    for words in (10, 200, 5_000, 50_000):
        long = "because " * words
        assert FIVE_WHOLE_POINTS.read(f"Score: 4\nExplanation: {long}") == 4
        assert FIVE_POINTS.read(f"{long}\nScore: 4") == 4


def test_what_a_judge_quotes_is_not_its_score() -> None:
    for quoted in ("[[5]]", '{"Score": 5}', '```json\n{"score": 5}\n```'):
        assert FIVE_WHOLE_POINTS.read(f"Score: 1\nThe reply said:\n{quoted}") == 1
