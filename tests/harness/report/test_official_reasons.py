"""Hazard: an official verdict without a reason. Every metric of every benchmark says which rule read the reply, or what it saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

import harness
from harness.report.html.items import Listing, read_items
from harness.report.html.reread import TaskCode
from harness.run.reader import read_run
from tests.support.data.tiny_copies import WRITERS, gold_or_not
from tests.support.runs import report_runs

JUDGED: Final = {
    "sakura": ("Explanation: fits.\nJudgement: correct", "Judgement: perhaps"),
    "speech_ifeval": ("Result: YES", "Result: no"),
    "dynamic_superb": ("Result: YES", "unclear"),
    "llaso_eval": ("Score: 4\nClose.",),
    "voicebench": ("4", "yes"),
    "mmau_pro": ("CORRECTNESS: 4\nRELEVANCE: 4\nCOMPLETENESS: 4\nCLARITY: 4\nOVERALL: 4",),
    "mmar": (json.dumps([{"name": "a", "score": 1}] * 5),),
    "big_bench_audio": ("CORRECT",),
}
"""Benchmark -> judge replies, in turn."""
GENERIC: Final = (
    "by the benchmark's own rule",
    "the benchmark's own rule",
    "as the benchmark's own rule",
    "no answer can be read",
)


def one_of_a_kind(benchmark: str) -> list[str]:
    """A task of each set of metrics that a benchmark has, among those with an official scorer."""
    found: dict[tuple[str, ...], str] = {}
    for entry in harness.list_tasks(benchmark):
        found.setdefault((entry.task[:14] if benchmark == "voicebench" else "", *entry.metrics), entry.task)  # fmt: skip
    return list(found.values())


def official(run: Path) -> list[tuple[str, str, Any, dict[str, Any]]]:
    """(task and note, metric, reply, cell) of every official reading of a run."""
    view = read_run(run)
    found = []
    for item in read_items(view, TaskCode(), clips=None, listing=Listing()):
        for metric, readings in item.record.get("metrics", {}).items():
            if "official" in readings:
                cell = readings["official"]
                found.append(
                    (
                        f"{item.key[0]} {item.record.get('note')}",
                        metric,
                        item.record.get("response"),
                        cell,
                    )
                )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("benchmark", sorted(set(WRITERS) - {"quickstart"}))
def test_every_official_value_says_what_was_read(benchmark: str, tmp_path: Path) -> None:
    WRITERS[benchmark](tmp_path)
    tasks = one_of_a_kind(benchmark)
    here = harness.evaluate(
        "baseline:first", tasks, tmp_path / "first", data={benchmark: tmp_path}, judge="none",
        skip_unavailable=benchmark == "dynamic_superb",
    )  # fmt: skip
    lines: dict[str, list[dict[str, Any]]] = {}
    for number, sample in enumerate(here.records()):
        reply = gold_or_not(sample["reference"], sample["doc"].get("choices") or (), number)
        reply = "A" if number % 7 == 6 else reply
        replies = JUDGED.get(benchmark, ())
        votes = {"judge_reply": [replies[number % len(replies)]] * 3} if replies and reply else {}
        lines.setdefault(sample["task"], []).append(
            {"id": sample["id"], "doc": sample["doc"], "response": reply, **votes}
        )
    seen = wanted = 0
    for task, records in lines.items():
        file = report_runs.write_lines(tmp_path / f"{task}.jsonl", records)
        scored = harness.score(task, file, tmp_path / "scored" / task, judge="replay")
        run = scored.path
        wanted += len(scored.manifest["tasks"][task]["official_metrics"])
        for name, metric, reply, cell in official(run):
            where = f"{name} {metric}: {cell} {reply!r}"
            assert cell.get("why"), where
            if cell["value"] is not None:
                seen += 1
                assert not cell["why"].startswith(GENERIC), where
    assert seen >= wanted and (seen or benchmark == "big_bench_audio")
