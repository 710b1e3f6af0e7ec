"""Tiny run directories for tests: items in, manifest, samples and results out.

What the engine would write for items whose verdicts are given, without a model or a scorer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.types import OUTCOMES
from metrics.registry import METRICS

PARTS = {
    "data": "v1#aaaaaa",
    "n": "",
    "prompt": "default#bbbbbb",
    "gen": "greedy,512#cccccc",
    "clean": "none",
    "scorer": "official.1",
    "judge": "none",
}


@dataclass
class Item:
    """One item: its id, strict value (fraction right, judge score, or (edits, length)) and outcome."""

    id: str | int
    value: Any
    outcome: str = "answered"
    parsed: bool = True
    cluster: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    item_key: str | None = None
    repeat: int = 0
    official: Any = "same"


@dataclass
class FakeTask:
    """One task of a fake run."""

    items: Sequence[Item]
    metric: str = "accuracy"
    benchmark: str = "demo"
    anchors: Mapping[str, Any] = field(default_factory=dict)
    official: bool = True
    total: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    metrics: Sequence[str] | None = None


def stats_of(metric: str, value: Any) -> dict[str, float] | None:
    if value is None:
        return None
    if metric in ("wer", "cer", "per"):
        return {"edits": value[0], "length": value[1]}
    if metric == "mae":
        return {"abs_error": value, "n": 1}
    if metric == "judge_score":
        return {"score": value, "n": 1}
    return {"correct": value, "n": 1}


def score_of(stats: Mapping[str, float] | None) -> float | None:
    if stats is None:
        return None
    top, bottom = stats.values()
    return top / bottom


def column(
    metric: str, found: Sequence[tuple[Item, dict[str, float]]], complete: bool
) -> dict[str, Any]:
    """Value with a made-up interval of plus and minus 0.1 and a made-up error of 0.05."""
    value = METRICS[metric].aggregate([stats for _, stats in found]) if found else None
    spread = value is not None and len(found) > 1
    return {
        "value": value,
        "ci95": [max(0.0, value - 0.1), value + 0.1] if spread and value is not None else None,
        "stderr": 0.05 if spread else None,
        "method": "made up" if spread else None,
        "n": len(found),
        "unparsed": sum(not item.parsed for item, _ in found),
        "complete": complete,
    }


def write_run(
    root: Path,
    tasks: Mapping[str, FakeTask],
    *,
    name: str | None = None,
    model: str = "mock:echo",
    benchmarks: bool = True,
) -> Path:
    """Write a finished run directory and return it."""
    root.mkdir(parents=True)
    manifest: dict[str, Any] = {
        "schema_version": 1,
        "harness_version": "0",
        "name": name or root.name,
        "model": {
            "spec": model,
            "adapter": model.partition(":")[0],
            "target": model.partition(":")[2],
            "args": {},
            "fingerprint": "f",
            "description": {},
        },
        "judge": "none",
        "seed": 1234,
        "tasks": {},
        "argv": ["harness", "evaluate", model],
        "created": "2026-01-01T00:00:00+00:00",
        "versions": {},
    }
    results: dict[str, Any] = {"schema_version": 1, "judge": "none", "tasks": {}, "benchmarks": {}}
    lines = []
    for task, fake in tasks.items():
        ids = {item.id for item in fake.items}
        total = fake.total or len(ids)
        repeats = 1 + max((item.repeat for item in fake.items), default=0)
        parts = {**PARTS, "n": f"{len(ids)}/{total}", **fake.parts}
        readings = ["official", "strict"] if fake.official else ["strict"]
        found: dict[str, list[tuple[Item, dict[str, float]]]] = {r: [] for r in readings}
        for item in fake.items:
            values = {
                "official": item.value if item.official == "same" else item.official,
                "strict": item.value,
            }
            if item.outcome == "error":
                values = {"official": None, "strict": None}
            stats = {r: stats_of(fake.metric, values[r]) if r in readings else None for r in values}
            for reading in readings:
                if (one := stats[reading]) is not None:
                    found[reading].append((item, one))
            mark = "ok" if item.parsed else "unparsed"
            lines.append(
                {
                    "task": task,
                    "id": item.id,
                    "repeat": item.repeat,
                    "item_key": item.item_key or f"{task}/{item.id}",
                    "request_key": f"request of {task}/{item.id}/{item.repeat}",
                    "outcome": item.outcome,
                    "response": "text with \u2028 inside",
                    "reasoning": None,
                    "messages": [],
                    "audio": [],
                    "finish": "stop",
                    "usage": None,
                    "seconds": 0.0,
                    "attempts": 1,
                    "error": {"kind": "http", "retryable": False, "message": "no"}
                    if item.outcome == "error"
                    else None,
                    "extra": {},
                    "doc": {},
                    "reference": None,
                    "extracted": None,
                    "details": {},
                    "scores": {fake.metric: {r: score_of(s) for r, s in stats.items()}},
                    "stats": {fake.metric: stats},
                    "parse": {fake.metric: dict.fromkeys(readings, mark)},
                    "groups": dict(item.groups),
                    "cluster": item.cluster,
                    "judgements": [],
                }
            )
        direction = fake.metric not in ("wer", "cer", "per", "mae")
        complete = all(item.outcome != "error" for item in fake.items)
        manifest["tasks"][task] = {
            "benchmark": fake.benchmark,
            "yaml": None,
            "metrics": list(fake.metrics or [fake.metric]),
            "higher_is_better": {fake.metric: direction},
            "official_metrics": [fake.metric] if fake.official else [],
            "judged_metrics": [],
            "anchors": {fake.metric: dict(fake.anchors)},
            "licence": None,
            "origin": "data",
            "judge": None,
            "template": "default",
            "generation": {},
            "signature_parts": parts,
            "items_total": total,
            "items_selected": len(ids),
            "repeats": repeats,
            "selection": [[0, len(ids)]],
            "absent": 0,
            "data": {"source": "made up", "version": "v1", "warnings": []},
        }
        if repeats == 1:
            del manifest["tasks"][task]["repeats"]
        text = "|".join(f"{k}:{v}" for k, v in parts.items())
        results["tasks"][task] = {
            "signature": f"{task}|{text}",
            "n": len(ids),
            "repeats": repeats,
            "missing": len(ids) * repeats - len(fake.items),
            "absent": 0,
            "unjudged": 0,
            "outcomes": {
                **dict.fromkeys(OUTCOMES, 0),
                **Counter(item.outcome for item in fake.items),
            },
            "metrics": {
                fake.metric: {r: column(fake.metric, found[r], complete) for r in readings}
            },
            "higher_is_better": {fake.metric: direction},
            "groups": {},
        }
        if repeats == 1:
            del results["tasks"][task]["repeats"]
    if benchmarks:
        from leaderboards.native import benchmark_results
        from leaderboards.results import task_results

        index: dict[str, list[dict[str, Any]]] = {}
        for line in lines:
            index.setdefault(line["task"], []).append(line)
        joined = task_results(manifest, results["tasks"])
        results["benchmarks"] = benchmark_results(joined, index, resamples=200)
    (root / "manifest.json").write_text(json.dumps(manifest))
    (root / "results.json").write_text(json.dumps(results))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (root / "samples.jsonl").write_text(text, encoding="utf-8")
    return root


def binary(values: str, prefix: str = "i", **kwargs: Any) -> list[Item]:
    """Items from a string of 0 and 1; ``r`` refused, ``u`` unparsed, ``e`` infrastructure error."""
    kinds = {
        "0": (0, "answered", True),
        "1": (1, "answered", True),
        "r": (0, "refused", True),
        "u": (0, "answered", False),
        "e": (None, "error", True),
    }
    return [
        Item(f"{prefix}{number}", *kinds[symbol], **kwargs) for number, symbol in enumerate(values)
    ]
