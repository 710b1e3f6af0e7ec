"""Which judge replies count, and when an item is judged."""

from __future__ import annotations

from typing import Any

from harness.judge.verdicts import replies_of, verdicts_of
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from tests.support.runs.judged import document

YES = "Explanation: x\nJudgement: correct"


def line(vote: int, reply: str, judge: str = "m@x.1#1") -> dict[str, Any]:
    return {"vote": vote, "reply": reply, "judge": judge}


def entry(samples: int = 1, repeats: int = 1) -> dict[str, Any]:
    judge = {"samples": samples, "repeats": repeats}
    return {"signature_parts": {"judge": "m@x.1#1"}, "judge": judge}


def sakura() -> YamlTask:
    return YamlTask(load_spec(load_index(()).resolve(["sakura_animal_single"])[0]))


def texts(lines: Any) -> list[str]:
    return [one["reply"] for one in lines]


def test_only_the_judge_of_the_signature_counts() -> None:
    both = [line(0, "a"), line(0, "b", "other"), line(0, "c", "replay")]
    assert texts(replies_of(both, "m@x.1#1")) == ["a"]
    assert texts(replies_of(both, "replay")) == ["c"]
    assert replies_of(both, "none") == []
    assert texts(replies_of([{"vote": 0, "reply": "old"}], "replay")) == ["old"]


def test_repeats_count_only_after_all_votes_and_without_gaps() -> None:
    gap = [line(0, "a"), line(2, "c"), line(3, "d")]
    assert texts(replies_of(gap, "m@x.1#1", 3)) == ["a", "c"]
    full = [line(3, "d"), line(1, "b"), line(0, "a"), line(2, "c"), line(5, "f")]
    assert texts(replies_of(full, "m@x.1#1", 3)) == ["a", "b", "c", "d"]


def test_an_item_is_judged_when_its_votes_and_repeats_are_there() -> None:
    task, doc = sakura(), {**document(1), "_params": {"track": "Animal", "hop": "single"}}

    def verdicts(response: Any, *replies: str) -> Any:
        lines = [line(number, reply) for number, reply in enumerate(replies)]
        return verdicts_of(task, entry(), doc, response, lines)

    assert verdicts("a dog") is None
    assert verdicts("a dog", YES) == [YES]
    assert verdicts("a dog", "hm") is None  # the repeat is still to come
    assert verdicts("a dog", "hm", "hm") == ["hm", "hm"]
    assert verdicts("  ") == verdicts(None) == []  # no call is needed
