"""The strict reading of judged metrics against a careful reader's verdicts (``golden/strict_*``)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from harness.types import Document
from tasks.sakura import scoring as sakura
from tasks.speech_ifeval import scoring as speech_ifeval
from tasks.voicebench import scoring as voicebench
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
SETS: dict[str, tuple[Any, Document, str]] = {
    "sakura_animal_single": (sakura, {"track": "Animal", "hop": "single"}, "accuracy"),
    "speech_ifeval_closed_judged_accuracy": (speech_ifeval, {"part": "closed"}, "judged_accuracy"),
    "speech_ifeval_cot_if_rate": (speech_ifeval, {"part": "cot"}, "if_rate"),
    "voicebench_sd_qa_qa_vote": (voicebench, {"config": "sd-qa", "split": "usa"}, "qa_vote"),
}


@pytest.mark.parametrize("name", SETS)
def test_strict_agrees_with_a_careful_reader_on_every_line(name: str) -> None:
    scoring, params, metric = SETS[name]
    text = (SHARED / "golden" / f"strict_{name}" / "cases.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n") if line]
    wrong: Counter[str] = Counter()
    for line in lines:
        votes = line["judge_reply"]
        doc = {**line["doc"], "_params": params}
        score = scoring.score(doc, line["response"], votes if isinstance(votes, list) else [votes])
        stats = score.metrics[metric]["strict"].stats
        assert stats is not None
        wrong[line["class"]] += stats["correct"] != line["human"]
    assert len(lines) > 10
    assert +wrong == Counter()


def cases(name: str) -> list[dict[str, Any]]:
    path = SHARED / "cases" / "scoring" / name / "r.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_markup_around_a_result() -> None:
    for line in cases("judge_result_markup"):
        doc = {**line["doc"], "_params": {"part": "cot"}}
        found = speech_ifeval.score(doc, line["response"], [line["judge_reply"]]).metrics["if_rate"]
        assert found["strict"].stats == {"correct": 1, "n": 1}, line["id"]
        assert found["strict"].parsed


def test_a_score_with_a_full_stop_or_a_scale() -> None:
    for line in cases("judge_score_full_stop"):
        doc = {**line["doc"], "_params": {"config": "commoneval"}}
        found = voicebench.score(doc, line["response"], line["judge_reply"]).metrics["judge_score"]
        assert found["strict"].stats == {"score": 5, "n": 1}, line["id"]
