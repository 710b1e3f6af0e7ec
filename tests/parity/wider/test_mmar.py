"""MMAR against the official scripts: golden replies, edge cases, judge replies and messages, the released questions."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from metrics.registry import METRICS
from metrics.text.word_set import is_correct
from tasks.declared.loading import edition_digest
from tasks.mmar import judge_reply, scoring
from tests.support.clips import tone, write
from tests.support.command import CommandResult
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN, REAL = SHARED / "golden", SHARED / "real" / "mmar"


def lines(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


@functools.cache
def task() -> YamlTask:
    return YamlTask(load_spec(load_index().tasks["mmar"]))


def stored(doc: dict[str, Any]) -> dict[str, Any]:
    found = dict(doc)
    task().annotate([found], "file")
    return found


def test_edge_cases_stop_skip_or_count_as_upstream() -> None:
    for line in lines(GOLDEN / "mmar" / "edge_cases.jsonl"):
        if "file" in line["case"] or "JSONL" in line["case"]:
            continue  # about the file, not about an item
        key = line["response_key"]
        response = line["response"] if key == "answer_prediction" else MISSING
        found = task().score(stored(line["doc"]), response, None)
        official, want = found.metrics["accuracy"]["official"], line["official"]
        stops = want["returncode"] != 0 and "ZeroDivision" not in want["error"]
        assert bool(found.aborted) is stops, line["case"]
        if key == "answer_prediction":
            assert (official.stats or {}).get("correct") == want["correct"], line["case"]
        else:
            assert official.stats is None
        assert found.metrics["accuracy"]["strict"].stats is not None


def test_aggregates_equal_the_printed_figures(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = cli("score", "mmar", GOLDEN / "mmar" / "cases.jsonl", "-o", run, "--quiet")
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    entry, board = results["tasks"]["mmar"], results["benchmarks"]["mmar"]["native"]["scores"]
    assert (board["avg"]["value"], board["sound-music-speech"]["value"]) == (58.85, 40.0)
    expected = json.loads((GOLDEN / "mmar" / "expected.json").read_text(encoding="utf-8"))
    for name, groups in expected["official"]["aggregate"].items():
        if name == "total":
            value = entry["metrics"]["accuracy"]["official"]
            assert (round(100 * value["value"], 2), value["n"]) == (58.85, 260)
            continue
        for group, want in groups.items():
            value = entry["groups"][name][group]["accuracy"]["official"]
            found = {"accuracy": round(100 * value["value"], 2), "n": value["n"]}
            assert found == want, group


def test_rubric_votes_items_and_totals() -> None:
    scores, gates = [], []
    for line in lines(GOLDEN / "mmar_rubric" / "cases.jsonl"):
        want = line["official"]
        if line["style"] != "record":
            assert judge_reply.vote(line["judge_reply"]) == want["score"], line["id"]
            continue
        votes = [judge_reply.vote(reply) for reply in line["judge_reply"]]
        assert votes == want["rater_scores"], line["id"]
        found = scoring.score(line["doc"], line["response"], line["judge_reply"]).metrics
        stats = found["rubric_score"]["official"].stats
        assert stats == {"score": want["score"], "n": 1}, line["id"]
        called = scoring.judge_slots(line["doc"], line["response"]) is not None
        assert called is (want["judge_called"] > 0), line["id"]
        scores.append(stats)
        gates.append(found["accuracy"]["official"].stats or {})
    total = METRICS["rubric_score"].aggregate(scores)
    assert (len(scores), round(100 * total, 2)) == (84, 35.16)
    assert round(100 * METRICS["accuracy"].aggregate(gates), 2) == 73.81


def test_the_judge_gets_the_official_messages() -> None:
    spec = load_spec(load_index().tasks["mmar_rubric"])
    assert spec.judge is not None
    (prompt,) = spec.judge.prompts.values()
    checked = 0
    for line in lines(GOLDEN / "mmar_rubric" / "cases.jsonl"):
        if "judge_messages" not in line:
            continue
        doc = {**line["doc"], "thinking_prediction": line["thinking_prediction"]}
        slots = scoring.judge_slots(doc, line["response"])
        assert slots is not None
        system, user = (message["content"] for message in line["judge_messages"])
        assert prompt.system == system
        assert prompt.user.format(**slots) == user, line["id"]
        checked += 1
    assert checked == 8


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    return lines(REAL / "questions.jsonl.gz")


def test_both_editions_load_and_are_told_by_content(
    questions: list[dict[str, Any]], tmp_path: Path
) -> None:
    changed = json.loads((REAL / "changed_items.json").read_text(encoding="utf-8"))["items"]
    before = {
        item["id"]: {field: change["before"] for field, change in item["changed"].items()}
        for item in changed
    }
    old = [{**item, **before.get(item["id"], {})} for item in reversed(questions)]
    for item in questions[:3]:
        for edition in ("new", "old"):
            write(tmp_path / edition / item["audio_path"], tone(0.05, 300))
    text = "\n".join(json.dumps(item) for item in questions)
    (tmp_path / "new" / "MMAR-meta.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "old" / "MMAR-meta.json").write_text(json.dumps(old), encoding="utf-8")
    spec = load_spec(load_index().tasks["mmar"])
    for edition, version in (("new", "2026-02"), ("old", "2025-05")):
        docs = YamlTask(spec, folder=tmp_path / edition).documents()
        assert (docs.info.version, docs.info.total, len(docs)) == (version, 1000, 3)
    unanswerable = [
        item["id"]
        for item in old
        if not any(
            is_correct(item["answer"], item["choices"], choice) for choice in item["choices"]
        )
    ]
    assert len(unanswerable) == 5
    other = [[item["id"], [item["answer"], item["choices"]]] for item in questions[1:]]
    assert edition_digest(other) not in spec.raw["metadata"]["lalm"]["data"]["editions"]


def test_chance_and_constant_answers(questions: list[dict[str, Any]]) -> None:
    chance = sum(1 / len(item["choices"]) for item in questions) / len(questions)
    assert round(chance, 6) == 0.29335 == load_spec(load_index().tasks["mmar"]).anchors["accuracy"]["chance"]  # fmt: skip
    first = [task().score(stored(item), item["choices"][0], None) for item in questions]
    official = [score.metrics["accuracy"]["official"].stats or {} for score in first]
    strict = [score.metrics["accuracy"]["strict"].stats or {} for score in first]
    assert round(100 * METRICS["accuracy"].aggregate(official), 1) == 28.0
    assert round(100 * METRICS["accuracy"].aggregate(strict), 1) == 27.3
