"""From logs to ``samples.jsonl`` and ``results.json``.

Both are pure functions of manifest, responses and judgements: no clock, no data set, no model. Order of
completion never matters: items are scored in the order of their documents. Memory holds statistics
(and the documents of a scored file, whose label set depends on all of them), never messages or responses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.jsonl import LineReader, encode_line, parse_line
from harness.results import MetricColumns, task_result
from harness.run_directory import (
    RESPONSES,
    SAMPLES,
    SCHEMA_VERSION,
    Attempt,
    AttemptKey,
    RunDirectory,
)
from harness.signature import signature
from harness.types import MISSING, OUTCOMES, READINGS, Document, ItemScore, Scored
from harness.yaml_task import YamlTask

STORED_ERRORS = frozenset({"null_response", "missing_response", "not_text"})
"""Error kinds of stored responses that are themselves the model's (missing) answer: they are scored."""

TaskLoader = Callable[[str, Mapping[str, Any]], YamlTask]
"""(task id, its manifest entry) -> the task."""


@dataclass(slots=True)
class _TaskState:
    columns: MetricColumns
    outcomes: Counter[str] = field(default_factory=Counter)
    items: set[Any] = field(default_factory=set)
    unjudged: int = 0
    start: int = 0
    stop: int = 0


@dataclass(frozen=True, slots=True)
class SampleLines:
    """The lines of one task in ``samples.jsonl``, read from disk whenever they are iterated."""

    path: Path
    start: int
    stop: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            while file.tell() < self.stop:
                yield parse_line(file.readline(), str(self.path))


def selected(index: int, ranges: Sequence[Sequence[int]]) -> bool:
    """Whether a document position belongs to the run's selection of half-open ranges."""
    return any(start <= index < stop for start, stop in ranges)


def score_run(run: RunDirectory, load_task: TaskLoader) -> dict[str, Any]:
    """Write ``samples.jsonl`` and ``results.json`` of a run directory, and return the results.

    The run directory must be held for writing.

    Raises:
        HarnessError: the manifest or a task cannot be read, or nothing can be written.
    """
    manifest = run.manifest()
    attempts, judgements = run.attempts(), run.judgements()
    states: dict[str, _TaskState] = {}
    run.write_samples(_sample_lines(run, manifest, attempts, judgements, load_task, states))
    tasks = {
        name: _task_results(name, entry, states[name]) for name, entry in manifest["tasks"].items()
    }
    results = {
        "schema_version": SCHEMA_VERSION,
        "judge": manifest["judge"],
        "tasks": tasks,
        "benchmarks": _benchmarks(run, manifest, tasks, states),
    }
    run.write_results(results)
    return results


def _sample_lines(
    run: RunDirectory,
    manifest: Mapping[str, Any],
    attempts: Mapping[AttemptKey, Attempt],
    judgements: Mapping[AttemptKey, list[dict[str, Any]]],
    load_task: TaskLoader,
    states: dict[str, _TaskState],
) -> Iterator[bytes]:
    path = run.path / RESPONSES
    reader = LineReader(path) if path.exists() else None
    written = 0
    try:
        for name, entry in manifest["tasks"].items():
            task = load_task(name, entry)
            state = states[name] = _TaskState(MetricColumns(task.spec), start=written, stop=written)
            keys = sorted(
                (
                    key
                    for key, attempt in attempts.items()
                    if key[0] == name and selected(attempt.index, entry["selection"])
                ),
                key=lambda key: (attempts[key].index, key[2]),
            )
            if reader is None or not keys:
                continue
            whole_file = entry["origin"] == "file"
            docs = (
                [_document(reader.read(attempts[key].offset)) for key in keys] if whole_file else []
            )
            if whole_file:
                task.annotate(docs, "file")
            for row, key in enumerate(keys):
                record = reader.read(attempts[key].offset)
                doc = docs[row] if whole_file else _document(record)
                if not whole_file:
                    task.annotate([doc], "data", entry.get("facts"))
                replies = judgements.get(key, [])
                judged = manifest["judge"] != "none"
                line = encode_line(_sample(task, state, record, doc, replies, judged=judged))
                written += len(line)
                state.stop = written
                yield line
    finally:
        if reader is not None:
            reader.close()


def _document(record: Mapping[str, Any]) -> Document:
    doc: Document = dict(record["doc"])
    doc["_id"] = record["id"]
    if record.get("cluster") is not None:
        doc["_cluster"] = record["cluster"]
    return doc


def _sample(
    task: YamlTask,
    state: _TaskState,
    record: dict[str, Any],
    doc: Document,
    replies: Sequence[Mapping[str, Any]],
    *,
    judged: bool,
) -> dict[str, Any]:
    error = record["error"]
    state.outcomes[record["outcome"]] += 1
    state.items.add(record["id"])
    if error is not None and error["kind"] not in STORED_ERRORS:
        score = unscored(task.spec.metrics, task.spec.official_metrics)
    else:
        response = record.get("response", MISSING)
        verdicts = _verdicts(response, replies, judged=judged)
        state.unjudged += judged and verdicts is None and bool(task.spec.judged_metrics)
        score = task.score(doc, response, verdicts)
    groups = group_values(task.spec.group_fields, doc)
    cluster = doc.get(task.spec.cluster_field) if task.spec.cluster_field else None
    if cluster is not None:
        cluster = str(cluster)
    infrastructure = error is not None and error["kind"] not in STORED_ERRORS
    state.columns.add(score, groups, cluster, failed=infrastructure)
    scores, stats, parse = state.columns.sample_fields(score)
    return {
        **{key: value for key, value in record.items() if key != "index"},
        "reference": task.reference(doc),
        "extracted": score.extracted,
        "details": dict(score.details),
        "parse": parse,
        "scores": scores,
        "stats": stats,
        "groups": groups,
        "cluster": cluster,
        "judgements": [reply["key"] for reply in replies],
    }


def _verdicts(
    response: Any, replies: Sequence[Mapping[str, Any]], *, judged: bool
) -> list[str | None] | None:
    """Judge replies; ``[]`` for a blank answer of a judged run, which needs no call; else ``None``."""
    if replies:
        return [reply["reply"] for reply in replies]
    blank = not (isinstance(response, str) and response.strip())
    return [] if judged and blank else None


def unscored(metrics: Sequence[str], official: frozenset[str]) -> ItemScore:
    """The score of an item that has no answer because the infrastructure failed: null everywhere."""
    return ItemScore(
        {
            name: {
                reading: Scored(None)
                for reading in READINGS
                if reading == "strict" or name in official
            }
            for name in metrics
        }
    )


def group_values(fields: Sequence[str], doc: Mapping[str, Any]) -> dict[str, str]:
    """Values of the declared sub-score fields; a list of one element counts as that element."""
    groups: dict[str, str] = {}
    for name in fields:
        value = doc.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is not None and not isinstance(value, (list, dict)):
            groups[name] = str(value)
    return groups


def _task_results(name: str, entry: Mapping[str, Any], state: _TaskState) -> dict[str, Any]:
    expected = int(entry["items_selected"])
    done = len(state.items)
    return {
        "signature": signature(name, entry["signature_parts"]),
        "n": expected,
        "missing": expected - done,
        "absent": entry["absent"],
        "unjudged": state.unjudged,
        "outcomes": {outcome: state.outcomes[outcome] for outcome in OUTCOMES},
        **task_result(state.columns, missing=expected - done),
    }


def _benchmarks(
    run: RunDirectory,
    manifest: Mapping[str, Any],
    tasks: Mapping[str, Any],
    states: Mapping[str, _TaskState],
) -> dict[str, Any]:
    from leaderboards.native import benchmark_results
    from leaderboards.results import task_results

    lines = {
        name: SampleLines(run.path / SAMPLES, state.start, state.stop)
        for name, state in states.items()
    }
    return benchmark_results(task_results(manifest, tasks), lines)


def failed_items(results: Mapping[str, Any]) -> tuple[int, int]:
    """(items whose outcome is ``error``, items of the run) over all tasks."""
    tasks = results["tasks"].values()
    return sum(task["outcomes"]["error"] for task in tasks), sum(task["n"] for task in tasks)
