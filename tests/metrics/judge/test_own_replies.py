"""Judge replies of our own making, and second thoughts in every form: what a careful reader takes from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.judge.score_reader import FIVE_POINTS, FIVE_WHOLE_POINTS
from metrics.judge.verdict_reader import CORRECTNESS, RESULT, YES_NO
from tasks.dynamic_superb import judge_reply as dynamic_superb
from tasks.llaso_eval import judge_reply as llaso
from tasks.mmau_pro.judge_reply import strict_overall
from tasks.sakura import judge_reply as sakura
from tasks.voicebench import judge_reply as voicebench
from tests.support.budget import examples

REPLIES = Path(__file__).parents[2] / "fixtures" / "judge_replies.txt"
READERS: dict[str, Callable[[str], float | bool | None]] = {
    "five": FIVE_POINTS.read,
    "whole": FIVE_WHOLE_POINTS.read,
    "yesno": YES_NO.read,
    "result": RESULT.read,
    "judgement": CORRECTNESS.read,
    "overall": strict_overall,
}
MEANT: dict[str, bool | None] = {"yes": True, "no": False, "-": None}
TURNS = (
    "{0}, no wait, {1}", "{0}. No wait, {1}.", "{0}\nWait, no: {1}", "{0}. Scratch that, {1}.", "{0}\n\nOn reflection, {1}.", "{0} → {1}",
    "{0}. Actually, {1}.", "{0}, or rather {1}", "{0}... I mean {1}", "{0}\nCorrection: {1}", "{0}. Hmm, let me reconsider. {1}", "~~{0}~~ {1}", "<del>{0}</del> {1}",
    "{0} - sorry, {1}", "{0}\nEdit: {1}", "{0}. Hold on, {1}.", "{0} (revised to: {1})", "{0}, 不对，{1}", "{0}. Nein, warte: {1}.", "{0} - anzi, {1}",
)  # fmt: skip


def cases() -> Iterator[tuple[str, float | bool | None, str]]:
    reader = ""
    for line in REPLIES.read_text(encoding="utf-8").split("\n"):
        if line.startswith("= "):
            reader = line[2:]
        elif " | " in line and not line.startswith("#"):
            meant, _, reply = line.partition(" | ")
            text = reply.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
            yield reader, MEANT[meant] if meant in MEANT else float(meant), text


def test_replies_of_judges_are_read_as_they_are_meant() -> None:
    found = [(reader, reply, meant, READERS[reader](reply)) for reader, meant, reply in cases()]
    assert len(found) > 1000
    assert [one for one in found if one[2] != one[3]] == []


@settings(deadline=None, max_examples=examples(1200))
@given(
    turn=st.sampled_from(TURNS),
    key=st.sampled_from(["", "Score: ", "**Rating:** ", "评分："]),
    scores=st.permutations(range(1, 6)),
    form=st.sampled_from(["{}", "{}/5", "{} out of 5", "**{}**", "{}.0"]),
)
def test_the_last_score_of_a_second_thought_counts(
    turn: str, key: str, scores: list[int], form: str
) -> None:
    reply = key + turn.format(*map(form.format, scores[:2]))
    assert FIVE_POINTS.read(reply) == FIVE_WHOLE_POINTS.read(reply) == scores[1], reply
    quoted = f'Score: {scores[2]}\nThe reply says "{turn.format(*scores[:2])}" and so on.'
    if "\n" not in turn:
        assert FIVE_POINTS.read(quoted) == scores[2], quoted


@settings(deadline=None, max_examples=examples(1200))
@given(
    turn=st.sampled_from(TURNS),
    positive=st.booleans(),
    judge=st.sampled_from(
        [
            (CORRECTNESS.read, "Judgement: ", "correct", "incorrect"),
            (RESULT.read, "Result: ", "YES", "NO"),
            (YES_NO.read, "", "Yes", "No"),
            (YES_NO.read, "", "CORRECT", "INCORRECT"),
        ]
    ),
)
def test_the_last_verdict_of_a_second_thought_counts(
    turn: str, positive: bool, judge: tuple[Callable[[str], bool | None], str, str, str]
) -> None:
    read, key, yes, no = judge
    words = (no, yes) if positive else (yes, no)
    assert read(key + turn.format(*words)) is positive, key + turn.format(*words)


@settings(deadline=None, max_examples=examples(1200))
@given(turn=st.sampled_from(TURNS), scores=st.permutations(range(1, 6)), yes=st.booleans())
def test_what_an_official_parser_reads_strict_reads_and_the_last_where_a_judge_corrects_itself(
    turn: str, scores: list[int], yes: bool
) -> None:
    """Official patterns find the first value, strict the corrected one; neither leaves such a reply unread."""
    first, last = scores[:2]
    scored = f"Score: {first}\nExplanation: as asked.\n{turn.format(f'Score: {first}', f'Score: {last}')}"
    assert (llaso.parse(scored), llaso.parse_strict(scored)) == (first, last), scored
    rated = turn.format(f"[[{first}]]", f"[[{last}]]")
    assert voicebench.rating(rated) == first
    assert voicebench.strict_rating(rated) == last, rated
    words = ("YES", "NO") if yes else ("NO", "YES")
    result = turn.format(f"Result: {words[0]}", words[1])
    assert dynamic_superb.parse(result) is yes
    assert RESULT.read(result) is (not yes), result
    told = ("correct", "incorrect") if yes else ("incorrect", "correct")
    judged = f"Explanation: x\nJudgement: {told[0]}\n\n{turn.format('I said so', told[1])}"
    assert sakura.parse(judged).verdict == told[0]
    assert sakura.parse_strict(judged).valid


@pytest.mark.parametrize(
    "reply",
    [
        "Judgement: correct. Wait time is mentioned too.",
        "Judgement: correct\nThe user says no wait is needed.",
        "Judgement: correct. On reflection, I keep this.",
        "Judgement: correct. The text is actually incorrect English, but that was not asked.",
        "Judgement: correct. 'No wait, incorrect' is a quotation.",
    ],
)
def test_words_of_a_turn_that_correct_nothing_leave_the_verdict(reply: str) -> None:
    assert CORRECTNESS.read(reply) is True
