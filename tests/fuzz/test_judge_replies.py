"""Replies of judges: every judged task reads any of them as a grade or as unread, the same twice, and its scores stay in bounds."""

from __future__ import annotations

import math
import random
from functools import cache
from typing import Any

from harness.core.scoring import ItemScore
from harness.judge.prompt import neutralise
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from metrics.registry import METRICS
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import PIECES, bent_text, deep

REPLIES = (
    "Explanation: it says what it says.\nJudgement: correct", "Judgement: incorrect", "**Judgement:** correct.",
    "Result: YES", "Result: NO\n", "Yes", "No.", "5", "4.5", "[[4]]", "Score: 3/5", "Rating: [[5]]", "The score is 2.",
    '{"judgement": "correct"}', '{"score": 4, "reason": "x"}', "Score of the audio: 4\nScore of the text: 5",
    "<think>\nit is wrong\n</think>\nJudgement: correct", "Accuracy score: 4\nFluency score: 5\nTotal: 9",
    "```json\n{\"verdict\": \"no\"}\n```", "Assistant 1: 7\nAssistant 2: 8\n[[A]]", "YES - both are the same", "",
)  # fmt: skip
WORDS = (
    *PIECES, "correct", "incorrect", "not ", "Judgement", "Judgment:", "Result: ", "YES", "no", "yes and no", "[[", "]]", "3", "5/5",
    "10", "-1", "4-5", "½", "٣", "፩", "²", "：", "✅", "**", "###", "|", '{"score": ', "}", "Score", "out of", "1e400", "nan",
)  # fmt: skip


@cache
def judged() -> tuple[YamlTask, ...]:
    """One task of every scoring module and kind of judge prompt."""
    found: dict[Any, YamlTask] = {}
    for entry in load_index().tasks.values():
        if entry.judged:
            spec = load_spec(entry)
            assert spec.judge is not None
            key = (entry.benchmark, spec.judge.parse, spec.judge.reducer)
            found.setdefault(key, YamlTask(spec))
    return tuple(found.values())


def draw_reply(draw: random.Random) -> str:
    if draw.random() < 0.02:
        return deep(draw).decode()
    text = draw.choice(REPLIES)
    if draw.random() < 0.2:
        text = "\n".join((text, draw.choice(REPLIES)))
    return bent_text(text, draw, WORDS) if draw.random() < 0.9 else text


def test_no_judge_reply_ends_in_a_traceback_or_in_a_score_out_of_bounds(
    record_property: Any,
) -> None:
    def one(draw: random.Random) -> str:
        task = draw.choice(judged())
        replies: list[str | None] = [draw_reply(draw) for _ in range(draw.choice((1, 1, 3)))]
        doc = {"_id": "1", "_params": dict(task.parameters), **DOCUMENT}
        grades = [task.judge_grade(doc, reply or "") for reply in replies]
        if draw.random() < 0.1:
            assert grades == [task.judge_grade(doc, reply or "") for reply in replies]
        assert all(grade is None or isinstance(grade, str) for grade in grades)
        slots = task.judge_slots(doc, replies[0]) if draw.random() < 0.1 else None
        for text in slots.values() if slots is not None else ():
            assert neutralise(neutralise(text)) == neutralise(text)
        check(task.score(doc, "a dog, I think", replies))
        return "unread" if any(grade is None for grade in grades) else "read"

    found = fuzz("judge replies", one, quick=300, record=record_property)
    assert found["read"] and found["unread"]


def check(score: ItemScore) -> None:
    for metric, readings in score.metrics.items():
        entry = METRICS[metric]
        for scored in readings.values():
            if scored.stats is None:
                continue
            assert all(math.isfinite(value) for value in scored.stats.values()), (metric, scored)
            value = entry.value(scored.stats) if hasattr(entry, "value") else None
            assert value is None or math.isfinite(value)


DOCUMENT: dict[str, Any] = {
    "file": "a.wav", "attribute_label": "dog", "single_instruction": "Which animal? (a) cat (b) dog",
    "single_answer": "(b) dog", "multi_instruction": "Which sound? (a) woof (b) meow", "multi_answer": "(a) woof",
    "prompt": "Which animal barks?", "reference": "dog", "label": "dog", "instruction": "Which animal?", "text": "it barks",
    "messages": [{"role": "user", "content": "Which animal?"}], "category": "navigate", "official_answer": "Yes", "instruction_id_list": ["detectable_format:title"],
    "conversations": [{"from": "human", "value": "Which animal?"}, {"from": "gpt", "value": "A dog."}],
    "transcript": "it barks", "question": "Which animal?", "kwargs": [{}], "task": "x", "answer": "dog", "dataset": "x",
    "file_name": "a.wav", "turns": ["x"], "id": "1", "subset": "x", "textual_audio": "it barks", "audio_path": "a.wav",
}  # fmt: skip
"""The fields of all judged benchmarks."""
