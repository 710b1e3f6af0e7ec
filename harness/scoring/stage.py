"""From logs to ``samples.jsonl`` and ``results.json``.

Both are pure functions of manifest, responses and judgements: no clock, no data set, no model. Order of
completion never matters: items are scored in the order of their documents. Memory holds statistics
(and the documents of a scored file, whose label set depends on all of them), never messages or responses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from harness.core.redaction import redact_text
from harness.core.scoring import MISSING, Document, ItemScore
from harness.errors import FOREIGN, HarnessError, TaskCodeError
from harness.judge.health import health
from harness.judge.panel.verdict import PanelTask
from harness.judge.verdicts import counting_replies, verdicts_of
from harness.run.attempts import AttemptKey, Attempts
from harness.run.directory import RunDirectory
from harness.run.files import (
    RESPONSES,
    SAMPLES,
    SCHEMA_VERSION,
    BenchmarkResults,
    ErrorRecord,
    JudgeHealth,
    JudgementRecord,
    Manifest,
    ManifestEntry,
    ResponseRecord,
    Results,
    SampleRecord,
    TaskResults,
)
from harness.run.jsonl import encode_line
from harness.run.judgements import counting_judges, in_sample
from harness.run.reader import ResponseReader
from harness.run.records import STORED_ERRORS, document_of, repeats_of, sample_record
from harness.run.signature import signature
from harness.scoring.bridged import BridgedTask
from harness.scoring.columns import MetricColumns, group_values
from harness.scoring.edited import check_document
from harness.scoring.infrastructure import is_about_item, unscored
from harness.scoring.kept import Kept, SampleLines
from harness.scoring.variations import Variations
from harness.task_loading.checks.calls import describe, place_of
from harness.task_loading.task import YamlTask
from metrics.text.reasoning import has_marks

T = TypeVar("T")
SCORING: Final = "scoring"
"""Kind of an error of scoring."""
TaskLoader = Callable[[str, Mapping[str, Any]], YamlTask]
"""(task id, its manifest entry) -> the task."""


@dataclass(slots=True)
class _TaskState:
    columns: MetricColumns
    variations: Variations | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    bridge: BridgedTask | None = None
    panel: PanelTask | None = None
    unjudged: int = 0
    faulty: int = 0
    fault: str | None = None
    alone: int = 0
    marked: int = 0
    health: JudgeHealth | None = None
    lacking: str | None = None


@dataclass(slots=True)
class _Making:
    """Tasks that are kept, the states of those that are scored, and where the lines of all of them stand."""

    stay: Kept
    states: dict[str, _TaskState] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)


def score_run(
    run: RunDirectory,
    load_task: TaskLoader,
    attempts: Attempts | None = None,
    *,
    stay: Kept | None = None,
) -> Results:
    """Write ``samples.jsonl`` and ``results.json`` of a run directory, and return the results.

    Args:
        run: the run directory, held for writing.
        load_task: gives the task of a manifest entry.
        attempts: what ``run.attempts()`` would read, if the caller has kept it up to date.
        stay: tasks whose samples and values are not made again (``harness.scoring.kept``).

    Raises:
        HarnessError: the manifest or a task cannot be read, or nothing can be written.
    """
    manifest = run.manifest()
    stay = stay or Kept()
    made = [name for name in manifest["tasks"] if name not in stay.ranges]
    only = made[0] if len(made) == 1 else None
    attempts = run.attempts(only, manifest["tasks"]) if attempts is None else attempts
    judgements = run.judgements(only, manifest["tasks"])
    making = _Making(stay)
    states = making.states
    run.write_samples(
        _sample_lines(run, manifest, attempts, judgements, load_task=load_task, making=making)
    )
    tasks = {
        name: stay.results["tasks"][name]
        if stay.results is not None and name in stay.ranges
        else _task_results(name, entry, states[name])
        for name, entry in manifest["tasks"].items()
    }
    results: Results = {
        "schema_version": SCHEMA_VERSION,
        "judge": manifest["judge"],
        "tasks": tasks,
        "benchmarks": _benchmarks(run, manifest, tasks, making.spans, stay),
    }
    health_of = {name: state.health for name, state in states.items()}
    if tested := _kept_or_made("judge_health", manifest, stay, health_of):
        results["judge_health"] = tested
    panels = {name: state.panel.results() for name, state in states.items() if state.panel}
    if panelled := _kept_or_made("judge_panel", manifest, stay, panels):
        results["judge_panel"] = panelled
    run.write_results(results)
    return results


def _sample_lines(
    run: RunDirectory,
    manifest: Manifest,
    attempts: Attempts,
    judgements: Mapping[AttemptKey, list[JudgementRecord]],
    *,
    load_task: TaskLoader,
    making: _Making,
) -> Iterator[bytes]:
    reader = ResponseReader(run.path) if (run.path / RESPONSES).exists() else None
    written = 0
    try:
        for name, entry in manifest["tasks"].items():
            if name in making.stay.ranges:
                start = written
                for line in making.stay.lines(name):
                    written += len(line)
                    yield line
                making.spans[name] = (start, written)
                continue
            task = load_task(name, entry)
            repeats = repeats_of(entry)
            columns = MetricColumns(task.spec, repeats)
            state = _TaskState(columns)
            making.states[name] = state
            if "permute" in entry or "paraphrases" in entry:
                state.variations = Variations(entry)
            making.spans[name] = (written, written)
            state.lacking = task.lacking()
            votes, counting = 1, counting_judges(entry)
            if (judge := entry["judge"]) is not None:
                votes = judge["samples"]
                state.bridge = BridgedTask.of(task, entry)
                state.panel = PanelTask(entry) if "panel" in judge else None
                state.health = health(task, judge["id"], counting, judgements)
            lines: Iterable[int] = attempts.lines(name, entry["selection"], repeats)
            if reader is None:
                continue
            whole_file = entry["origin"] == "file"
            docs: list[Document] = []
            if whole_file:
                lines = list(lines)
                docs = [document_of(reader.read_ahead(offset)) for offset in lines]
            if docs:
                task.annotate(docs, "file")
            for row, offset in enumerate(lines):
                record = reader.read(offset)
                doc = docs[row] if whole_file else document_of(record)
                asked = judgements.get((name, record["id"], record["repeat"]), [])
                replies = counting_replies(asked, counting, votes)
                try:
                    if not whole_file:
                        task.annotate([doc], "data", entry.get("facts"))
                    made = _made(task, entry, record, doc, replies, panel=state.panel)
                except FOREIGN as error:  # one item: the others are scored
                    check_document(task, record, doc, reader.place(offset))
                    made = _unscorable(task, record, doc, error)
                sample = _sample(task, entry, state, made, replies=replies, asked=asked)
                line = encode_line(sample)
                written += len(line)
                making.spans[name] = (making.spans[name][0], written)
                yield line
    finally:
        if reader is not None:
            reader.close()


@dataclass(frozen=True, slots=True)
class _Made:
    """What task code says about one item; ``fault`` is why it says nothing."""

    record: ResponseRecord
    doc: Document
    score: ItemScore
    reference: Any
    is_unjudged: bool = False
    fault: str | None = None


def _made(
    task: YamlTask,
    entry: ManifestEntry,
    record: ResponseRecord,
    doc: Document,
    replies: Sequence[JudgementRecord],
    *,
    panel: PanelTask | None,
) -> _Made:
    """Call the code of a task about one item."""
    if _is_infrastructure(record):
        score = unscored(task.spec.metrics, task.spec.official_metrics)
        return _Made(record, doc, score, task.reference(doc))
    response = record.get("response", MISSING)
    judge = entry["judge"]
    sample = None if judge is None else judge.get("sample")
    asked = sample is None or in_sample(sample, record["item_key"])
    if panel is not None and asked:
        found = panel.verdict(task, doc, response, replies)
        return _Made(record, doc, found.score, task.reference(doc), found.is_unjudged)
    verdicts = verdicts_of(task, entry, doc, response, replies) if asked else None
    part = entry["signature_parts"]["judge"]
    is_unjudged = asked and part != "none" and verdicts is None and bool(task.spec.judged_metrics)
    score = task.score(doc, response, verdicts)
    return _Made(record, doc, score, task.reference(doc), is_unjudged)


def _is_infrastructure(record: ResponseRecord) -> bool:
    error = record["error"]
    return error is not None and error["kind"] not in STORED_ERRORS


def _unscorable(
    task: YamlTask, record: ResponseRecord, doc: Document, error: BaseException
) -> _Made:
    """Return an item whose scoring raised: an error, as if there were no answer.

    Raises:
        HarnessError: what is raised on purpose and is not about this item, such as a missing package.
    """
    if isinstance(error, MemoryError) or (
        isinstance(error, HarnessError) and not is_about_item(task.spec, error)
    ):
        raise error
    if isinstance(error, TaskCodeError):
        fault = f"{error.message} ({error.where})" if error.where else error.message
    else:
        fault = f"{task.spec.task}: scoring item {record['id']!r} raised {describe(error)} ({place_of(error)})"
    failed: ErrorRecord = {"kind": SCORING, "retryable": False, "message": redact_text(fault)}
    changed = cast("ResponseRecord", {**record, "outcome": "error", "error": failed})
    score = unscored(task.spec.metrics, task.spec.official_metrics)
    return _Made(changed, doc, score, None, fault=fault)


def _sample(
    task: YamlTask,
    entry: ManifestEntry,
    state: _TaskState,
    made: _Made,
    *,
    replies: Sequence[Mapping[str, Any]],
    asked: Sequence[JudgementRecord],
) -> SampleRecord:
    """Return the line of an item, counted; ``replies`` count for its score, ``asked`` are those of all judges."""
    record, doc, score = made.record, made.doc, made.score
    state.outcomes[record["outcome"]] += 1
    state.unjudged += made.is_unjudged
    state.alone += record["outcome"] == "empty" and bool(record["reasoning"])
    state.marked += entry["origin"] != "file" and has_marks(record.get("response"))
    if made.fault is not None:
        state.faulty += 1
        state.fault = state.fault or made.fault
    groups = group_values(task.spec.group_fields, doc)
    cluster = doc.get(task.spec.cluster_field) if task.spec.cluster_field else None
    if cluster is not None:
        cluster = str(cluster)
    left_out = task.spec.judged_metrics if entry["judge"] and made.is_unjudged else frozenset[str]()
    state.columns.add(
        score,
        groups,
        cluster,
        failed=_is_infrastructure(record),
        unjudged=left_out,
        item=record["index"],
        repeat=record["repeat"],
    )
    if state.variations is not None:
        failed = _is_infrastructure(record)
        state.variations.add(task, doc, record, cluster=cluster, failed=failed)
    scores, stats, parse = state.columns.sample_fields(score)
    if state.bridge is not None:
        state.bridge.add(record, doc, stats, groups, asked)
        scores, stats = state.bridge.hidden(scores), state.bridge.hidden(stats)
    return sample_record(
        record,
        reference=made.reference,
        score=score,
        parse=parse,
        scores=scores,
        stats=stats,
        groups=groups,
        cluster=cluster,
        judgements=[reply["key"] for reply in replies],
    )


def _task_results(name: str, entry: ManifestEntry, state: _TaskState) -> TaskResults:
    items, repeats = entry["items_selected"], repeats_of(entry)
    missing = items * repeats - sum(state.outcomes.values())
    metrics, grouped = state.columns.entries(missing=missing), state.columns.group_entries()
    if state.bridge is not None:
        metrics, grouped = state.bridge.bridged(metrics), state.bridge.bridged_groups(grouped)
    found: TaskResults = {
        "signature": signature(name, entry["signature_parts"]),
        "n": items,
        "repeats": repeats,
        "missing": missing,
        "absent": entry["absent"],
        "unjudged": state.unjudged,
        "outcomes": {
            "answered": state.outcomes["answered"],
            "empty": state.outcomes["empty"],
            "refused": state.outcomes["refused"],
            "truncated": state.outcomes["truncated"],
            "error": state.outcomes["error"],
        },
        "metrics": metrics,
        "higher_is_better": {name: state.columns.spec.higher_is_better[name] for name in metrics},
        "groups": grouped,
    }
    if repeats == 1:
        del found["repeats"]
    if state.variations is not None:
        found["variations"] = state.variations.results(state.columns)
    if state.fault is not None:
        found["unscored"] = {"items": state.faulty, "first": state.fault}
    if state.alone or state.marked:
        found["reasoning"] = {"alone": state.alone, "marked": state.marked}
    if state.lacking is not None and _is_partly_official(metrics):
        found["lacking"] = state.lacking
    return found


def _kept_or_made(
    field: str, manifest: Manifest, stay: Kept, made: Mapping[str, T | None]
) -> dict[str, T]:
    """Return what is known by task, of tasks that stay as it stood."""
    before: Mapping[str, Any] = stay.results or {}
    kept = {name: before.get(field, {}).get(name) for name in stay.ranges}
    names = (name for name in manifest["tasks"])
    return {name: one for name in names if (one := {**kept, **made}.get(name)) is not None}


def _is_partly_official(metrics: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(
        not readings["official"]["complete"]
        for readings in metrics.values()
        if readings.get("official")
    )


def _benchmarks(
    run: RunDirectory,
    manifest: Manifest,
    tasks: Mapping[str, TaskResults],
    spans: Mapping[str, tuple[int, int]],
    stay: Kept,
) -> dict[str, BenchmarkResults]:
    from leaderboards.native import benchmark_results
    from leaderboards.results import task_results

    lines = {
        name: SampleLines(run.path / SAMPLES, start, stop) for name, (start, stop) in spans.items()
    }
    reference = manifest.get("reference")
    found = benchmark_results(
        task_results(manifest, tasks),
        lines,
        reference=reference,
        unchanged=frozenset(stay.ranges),
        before=stay.results["benchmarks"] if stay.results is not None else {},
    )
    return cast("dict[str, BenchmarkResults]", found)
