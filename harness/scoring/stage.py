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

from harness.core.scoring import MISSING, OUTCOMES, READINGS, Document, ItemScore, Scored
from harness.judge.canaries import canaries, health
from harness.judge.verdicts import replies_of, verdicts_of
from harness.run.attempts import AttemptKey, Attempts
from harness.run.directory import RESPONSES, SAMPLES, SCHEMA_VERSION, RunDirectory
from harness.run.jsonl import LineReader, encode_line, parse_line
from harness.run.records import STORED_ERRORS, document_of, repeats_of
from harness.run.signature import signature
from harness.scoring.columns import MetricColumns, task_result
from harness.task_loading.judge_block import task_judge
from harness.task_loading.task import YamlTask

TaskLoader = Callable[[str, Mapping[str, Any]], YamlTask]
"""(task id, its manifest entry) -> the task."""


@dataclass(slots=True)
class _TaskState:
    columns: MetricColumns
    outcomes: Counter[str] = field(default_factory=Counter)
    unjudged: int = 0
    health: dict[str, Any] | None = None
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
    judge_health = {
        name: state.health for name, state in states.items() if state.health is not None
    }
    if judge_health:
        results["judge_health"] = judge_health
    run.write_results(results)
    return results


def _sample_lines(
    run: RunDirectory,
    manifest: Mapping[str, Any],
    attempts: Attempts,
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
            repeats = repeats_of(entry)
            columns = MetricColumns(task.spec, repeats)
            state = states[name] = _TaskState(columns, start=written, stop=written)
            state.health = _health(task, entry, judgements)
            lines = attempts.lines(name, entry["selection"], repeats)
            if reader is None or not lines:
                continue
            whole_file = entry["origin"] == "file"
            docs = [document_of(reader.read(offset)) for offset in lines] if whole_file else []
            if whole_file:
                task.annotate(docs, "file")
            for row, offset in enumerate(lines):
                record = reader.read(offset)
                doc = docs[row] if whole_file else document_of(record)
                if not whole_file:
                    task.annotate([doc], "data", entry.get("facts"))
                replies = judgements.get((name, record["id"], record["repeat"]), [])
                line = encode_line(_sample(task, entry, state, record, doc, replies))
                written += len(line)
                state.stop = written
                yield line
    finally:
        if reader is not None:
            reader.close()


def _sample(
    task: YamlTask,
    entry: Mapping[str, Any],
    state: _TaskState,
    record: dict[str, Any],
    doc: Document,
    judgements: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    error = record["error"]
    judge = entry.get("judge")
    part = entry["signature_parts"]["judge"]
    replies = replies_of(judgements, part, int(judge["samples"]) if judge else 1)
    unjudged = False
    state.outcomes[record["outcome"]] += 1
    if error is not None and error["kind"] not in STORED_ERRORS:
        score = unscored(task.spec.metrics, task.spec.official_metrics)
    else:
        response = record.get("response", MISSING)
        verdicts = verdicts_of(task, entry, doc, response, replies)
        unjudged = part != "none" and verdicts is None and bool(task.spec.judged_metrics)
        state.unjudged += unjudged
        score = task.score(doc, response, verdicts)
    groups = group_values(task.spec.group_fields, doc)
    cluster = doc.get(task.spec.cluster_field) if task.spec.cluster_field else None
    if cluster is not None:
        cluster = str(cluster)
    infrastructure = error is not None and error["kind"] not in STORED_ERRORS
    left_out = task.spec.judged_metrics if judge and unjudged else frozenset[str]()
    state.columns.add(
        score,
        groups,
        cluster,
        failed=infrastructure,
        unjudged=left_out,
        item=record["index"],
        repeat=record["repeat"],
    )
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


def _health(
    task: YamlTask,
    entry: Mapping[str, Any],
    judgements: Mapping[AttemptKey, list[dict[str, Any]]],
) -> dict[str, Any] | None:
    """How a live judge did on the items whose grade is known."""
    declared = task_judge(task.spec) if entry.get("judge") else None
    if declared is None:
        return None
    known = canaries(task.spec.yaml_path.parent, declared)
    return health(task, entry["judge"]["id"], known, judgements)


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
    items, repeats = int(entry["items_selected"]), repeats_of(entry)
    missing = items * repeats - sum(state.outcomes.values())
    return {
        "signature": signature(name, entry["signature_parts"]),
        "n": items,
        **({"repeats": repeats} if repeats > 1 else {}),
        "missing": missing,
        "absent": entry["absent"],
        "unjudged": state.unjudged,
        "outcomes": {outcome: state.outcomes[outcome] for outcome in OUTCOMES},
        **task_result(state.columns, missing=missing),
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
    reference = manifest.get("reference")
    return benchmark_results(task_results(manifest, tasks), lines, reference=reference)
