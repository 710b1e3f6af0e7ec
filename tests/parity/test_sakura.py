"""SAKURA against the official scorer's verdicts and the real partial copy."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from metrics.registry import METRICS
from tasks.sakura import data, scoring
from tasks.sakura import judge_reply as judge
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden" / "sakura_judge"


def lines(name: str) -> list[dict[str, Any]]:
    text = (GOLDEN / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def scored(line: dict[str, Any]) -> Any:
    doc = line["doc"]
    params = {"track": doc["track"], "hop": doc["hop"]}
    return scoring.score({**doc, "_params": params}, line["response"], [line["judge_reply"]])


def test_every_golden_verdict_equals_the_official_one() -> None:
    for line in lines("cases.jsonl"):
        official, want = scored(line).metrics["accuracy"]["official"], line["official"]
        read = judge.parse(line["judge_reply"])
        assert official.stats == {"correct": want["correct"] or 0, "n": want["counted"]}, line["id"]
        assert official.parsed is bool(want["valid"]), line["id"]
        assert (read.raw or "No extracted judgement") == want["extracted"], line["id"]
        if want["explanation"] != "No extracted explanation":
            assert read.explanation == want["explanation"], line["id"]


def test_golden_aggregates_equal_the_printed_figures() -> None:
    cells: dict[str, list[Any]] = defaultdict(list)
    for line in lines("cases.jsonl"):
        cells[f"{line['doc']['track']}/{line['doc']['hop']}"].append(scored(line))
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))["official"]
    assert set(cells) == set(expected["groups"])
    values: dict[str, float] = {}
    for name, results in cells.items():
        readings = [result.metrics["accuracy"]["official"] for result in results]
        values[name] = METRICS["accuracy"].aggregate([reading.stats for reading in readings])
        want = expected["groups"][name]
        assert len(readings) == want["total"]
        assert sum(not reading.parsed for reading in readings) == want["invalid"]
        assert round(100 * values[name], 2) == want["accuracy_percent"]
    for hop in ("single", "multi"):
        mean = sum(value for name, value in values.items() if name.endswith(hop)) / 4
        key = next(key for key in expected if key.startswith(f"average_{hop}_percent"))
        assert round(100 * mean, 2) == expected[key]


def test_edge_cases_stop_where_upstream_stops() -> None:
    for line in lines("edge_cases.jsonl"):
        stopped = leaked = False
        for entry, reply in zip(line["doc"]["items"], line["judge_reply"], strict=True):
            doc = {
                "single_instruction": entry["instruction"],
                "single_answer": entry["label"],
                "_params": {"track": "Gender", "hop": "single"},
            }
            result = scoring.score(doc, entry["response"], [reply])
            stopped |= "accuracy" in result.aborted
            leaked |= result.details.get("placeholder_leak", False)
            assert result.metrics["accuracy"]["strict"].stats is not None
        assert stopped is (line["official"]["returncode"] != 0), line["case"]
        assert leaked is line["official"].get("gold_leaked_into_response", False), line["case"]


@pytest.mark.parametrize("track", ["Animal", "Emotion", "Gender", "Language"])
@pytest.mark.parametrize("hop", ["single", "multi"])
def test_the_partial_copy_loads_and_its_gold_answers_are_right(track: str, hop: Any) -> None:
    docs = data.load(folder=SHARED / "real" / "sakura", track=track, hop=hop)["test"]
    assert (len(docs), docs.info.total, len(docs.info.absent)) == (40, 500, 460)
    assert docs.info.warnings == ()
    subset = json.loads(
        (SHARED / "real" / "sakura" / track / "subset.json").read_text(encoding="utf-8")
    )
    digests = {clip["file"].split("/")[-1]: clip["sha256"] for clip in subset["clips"]}
    assert {doc["file"]: doc["_audio"][0].sha256 for doc in docs} == digests
    for doc in docs:
        assert len(scoring.options(doc)) == (2 if track == "Gender" else 4)
        for reply in (scoring.reference(doc), scoring.reference(doc)[3:]):
            control = scoring.score(doc, reply, None).metrics["letter_or_text"]["strict"]
            assert control.stats == {"correct": 1, "n": 1}, (doc["_id"], reply)
