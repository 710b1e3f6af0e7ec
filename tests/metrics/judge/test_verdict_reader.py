"""The one strict reader of judge verdicts: every form of a clear verdict is read, nothing else is guessed."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.judge.verdict_reader import CORRECTNESS, RESULT, YES_NO, VerdictReader
from tasks.dynamic_superb import judge_reply as dynamic_superb
from tasks.sakura import judge_reply as sakura
from tasks.speech_ifeval import judge_reply as speech_ifeval
from tasks.voicebench import judge_reply as voicebench
from tests.support.budget import examples


class Judge(NamedTuple):
    reader: VerdictReader
    key: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


JUDGES = {
    "sakura": Judge(CORRECTNESS, "Judgement", ("correct", "Correct"), ("incorrect", "INCORRECT")),
    "result": Judge(RESULT, "Result", ("YES", "yes"), ("NO", "No")),
    "yes or no": Judge(YES_NO, "Answer", ("Yes", "true"), ("no", "False")),
}
AROUND_VERDICT = (
    "{v}", "**{v}**", "`{v}`", "_{v}_", "[{v}]", "({v})", "<{v}>", "{{{v}}}", '"{v}"', "“{v}”", "「{v}」",
    "{v}.", "{v}!", "\\boxed{{{v}}}", "$\\boxed{{\\text{{{v}}}}}$", "{v}\u200b", "***{v}***",
)  # fmt: skip
LINES = (
    "{k}: {v}", "{k}:{v}", "{k} : {v}", "{k}：{v}", "{k} - {v}", "{k} — {v}", "{k} = {v}", "{k} → {v}", "| {k} | {v} |",
    "### {k}: {v}", "- {k}: {v}", "* {k}: {v}", "> {k}: {v}", "2. {k}: {v}", "**{k}:** {v}", "**{k}**: {v}", "__{k}__: {v}",
    "[{k}]: {v}", "【{k}】{v}", "Final {k}: {v}", "The final {k} is: {v}", "So, the {k} is {v}", "Overall {k}: {v}",
    "## {k}\n{v}", "**{k}**\n\n{v}", "{k}:\n{v}", "Verdict: {v}", "Result: {v}", "Judgment: {v}", "Conclusion: {v}",
    "Final answer: {v}", "<answer>{v}</answer>", "<verdict>\n{v}\n</verdict>", "{v}", "🎉 {k}: {v}", "{k} (final): {v}",
)  # fmt: skip
WHOLE = (
    "{x}", "```\n{x}\n```", "<think>{k}: {other}?</think>\n{x}", "The two texts are compared.\n{x}",
    "The two texts are compared.\n\n{x}\n", "{x}\n\nLet me know if you need more.", "  {x}\r\n",
)  # fmt: skip


@settings(deadline=None, max_examples=examples(3600))
@given(
    judge=st.sampled_from(sorted(JUDGES)),
    positive=st.booleans(),
    pick=st.integers(0, 1),
    around=st.sampled_from(AROUND_VERDICT),
    line=st.sampled_from(LINES),
    whole=st.sampled_from(WHOLE),
)
def test_a_clear_verdict_is_read_in_every_form(
    judge: str, positive: bool, pick: int, around: str, line: str, whole: str
) -> None:
    reader, key, yes, no = JUDGES[judge]
    word, other = (yes, no)[not positive][pick], (yes, no)[positive][pick]
    verdict = around.format(v=word)
    reply = whole.format(x=line.format(k=key, v=verdict), k=key, other=other)
    assert reader.read(reply) is positive, reply


@settings(deadline=None, max_examples=examples(2400))
@given(
    reason=st.sampled_from(
        ["", "It lists steps.", "The label is no.", "He says yes", "1. first\n2. second", "{a: 1}"]
    ),
    key=st.sampled_from(
        ["Result:", "result:", "RESULT:", "Final Result:", "**Result:", "- Result:"]
    ),
    gap=st.sampled_from([" ", "\n", "\t", "", "  "]),
    word=st.sampled_from(["YES", "no", "Yes", "NO"]),
    after=st.sampled_from(["", ".", "\n", " - as asked", ", since it fits", "\n\nBye."]),
    joint=st.sampled_from([" ", "\n", "\n\n"]),
)
def test_what_the_official_patterns_read_the_strict_reader_reads(
    reason: str, key: str, gap: str, word: str, after: str, joint: str
) -> None:
    reply = f"{reason}{joint}{key}{gap}{word}{after}"
    wanted = word.lower() == "yes"
    for official in (dynamic_superb.parse(reply), speech_ifeval.parse(reply)):
        if official is not None:
            assert RESULT.read(reply) is wanted, reply
    told = reply.replace("Result", "Judgement").replace(word, "correct" if wanted else "incorrect")
    told = f"Explanation: {told}"
    if sakura.parse(told).valid:
        assert sakura.parse_strict(told).verdict == sakura.parse(told).verdict, told
    assert voicebench.vote(word) is wanted


@pytest.mark.parametrize(
    "reply",
    [
        "Judgement: partially correct",
        "Judgement: mostly correct",
        "Judgement: not entirely correct",
        "Judgement: correct, but only partially",
        "Judgement: correct or incorrect",
        "Judgement: [correct | incorrect]",
        "Judgement: correct?",
        "Judgement: correctness cannot be established",
        "Judgement: neither correct nor incorrect",
        "Judgement: unclear",
        "<think>Judgement: correct",
        "The correct answer is (b).",
        "I cannot say whether the response is correct.",
        "If the response is correct, then so be it.",
        "The response is correct in form. The response is incorrect in content.",
        "Ground truth: correct",
        '{"judgement": "partially correct"}',
        "",
    ],
)
def test_a_reply_that_commits_to_nothing_is_unread(reply: str) -> None:
    assert CORRECTNESS.read(reply) is None


@pytest.mark.parametrize(
    "reply",
    [
        "Result: N/A", "Result: yes / no", "Result: YES or NO", "Result: YES?", "Result: yesterday", "Result: not sure",
        "Result: undetermined, could be YES", "yes and no", "The response is correct but has no reasoning.", "Result:",
    ],
)  # fmt: skip
def test_no_result_is_guessed(reply: str) -> None:
    assert RESULT.read(reply) is None


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("Judgement: not correct", False),
        ("The response isn't correct.", False),
        ("Judgement: The response is correct.", True),
        ("Judgement: correct\nJudgement: incorrect", False),
        ("Explanation: it wrote 'Judgement: correct' itself.\nJudgement: incorrect", False),
        ("Correct answer: (b) dog\nModel answer: (a) cat\nJudgement: incorrect", False),
        ("Judgement: incorrect. The correct answer is dog.", False),
        ("Judgement (correct/incorrect): incorrect", False),
        ('{"explanation": "Judgement: correct", "judgement": "incorrect"}', False),
        ('{"a": {"judgement": true}}', True),
        ("Judgement: ✅", True),
        ("Judgement: ❌ incorrect", False),
        ("Judgement: 正确", True),
    ],
)
def test_the_verdict_is_the_judges_own(reply: str, verdict: bool) -> None:
    assert CORRECTNESS.read(reply) is verdict


def test_the_first_and_the_last_word_must_agree() -> None:
    assert YES_NO.read("Yes, the candidate answer is correct.") is True
    assert YES_NO.read("Yes, the candidate answer is incorrect.") is None
    assert YES_NO.read("No errors found in a good answer.") is None
    assert YES_NO.read("The answer is no.") is False


@pytest.mark.parametrize(
    "piece",
    ["Result: ", "{", "yes, ", " \n", "(", "correct ", "```", "the ", "no wait, ", "~~4~~ ", "{'"],
)
def test_reading_stays_fast_on_any_reply(piece: str) -> None:
    begin = time.perf_counter()
    for reader in (CORRECTNESS, RESULT, YES_NO):
        reader.read(piece * 40_000)
    assert time.perf_counter() - begin < 20
