"""``harness judge bridge RUN…``: counts of what two judges say of the same replies, from the logs of runs.

The judge log of a run keeps the replies of every judge that ever looked at it, so one run directory is enough for a model whose replies were judged
twice (``harness score RUN --rejudge``); two directories of one model are paired by reply. The official judge is the one that the task names, or
stored replies; any other is the new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from harness.core.keys import short_hash
from harness.core.scoring import MISSING, READINGS, Document, Reading
from harness.errors import UsageError
from harness.judge.bridge.tables import stored_table
from harness.judge.verdicts import replies_of
from harness.run.directory import RunDirectory
from harness.run.files import BridgeEntry, BridgeJudge, BridgeTable, ManifestEntry, SampleRecord
from harness.run.judgements import counting_judges
from harness.run.reader import read_samples
from harness.run.records import STORED_ERRORS, document_of
from harness.task_loading.specs import load_scoring_task
from harness.task_loading.task import YamlTask
from metrics.registry import find

STORED: Final = "replay"
Values = dict[tuple[str, Reading], float]
"""Metric and reading -> value of one reply."""


@dataclass(slots=True)
class GradedReply:
    """One reply of one model with the values that every judge gives it.

    Attributes:
        model: name of its run.
        length: characters.
        by_judge: judge -> its values.
    """

    model: str
    length: int
    by_judge: dict[str, Values] = field(default_factory=dict)


@dataclass(slots=True)
class GradedTask:
    """One task in the logs of runs.

    Attributes:
        benchmark: its group.
        declared: model of its official judge.
        replies: (run name, item key, hash of the text, repeat) -> reply.
        texts: (run name, item key, repeat) -> hash of the text and run directory that it was first seen in.
        judges: judges by id.
    """

    benchmark: str
    declared: str
    replies: dict[tuple[str, str, str, int], GradedReply] = field(default_factory=dict)
    judges: dict[str, BridgeJudge] = field(default_factory=dict)
    texts: dict[tuple[str, str, int], tuple[str, Path]] = field(default_factory=dict)

    def check_model(self, key: tuple[str, str, str, int], run: Path) -> None:
        """Refuse a second run of one name with other replies: two models would count as one.

        Raises:
            UsageError: it has one.
        """
        name, item, text, repeat = key
        known, first = self.texts.setdefault((name, item, repeat), (text, run))
        if known != text and first != run:
            raise UsageError(
                f"{first} and {run} are both named {name!r}, and their replies differ",
                where=str(run),
                hint="a name per model: write one of them anew with --name",
            )


def fit(runs: Sequence[Path], new: str | None, *, made: str) -> dict[str, BridgeEntry]:
    """Return the entries of a bridge file.

    Args:
        runs: run directories with replies of the official and of a new judge.
        new: model of the new judge, where the runs know several.
        made: today's date, as the file states it.

    Raises:
        UsageError: no reply is graded by both judges, or it is not clear which judge is the new one.
        InputFileError: a run is damaged.
    """
    if new is not None and new.startswith("panel("):
        raise UsageError(
            f"{new} is a panel, and a bridge is of one judge: a panel has no replies of its own in a log, "
            "and its mean grades lie between the grades that a table counts",
            where="--new",
            hint="--new MODEL for a judge of it",
        )
    tasks = read_graded(runs)
    if new is not None and not any(
        judge["model"] == new for task in tasks.values() for judge in task.judges.values()
    ):
        known = {judge["model"] for task in tasks.values() for judge in task.judges.values()}
        raise UsageError(
            f"no run has replies of {new}; they have those of {', '.join(sorted(known)) or 'no judge'}",
            where="--new",
        )
    found = {
        name: entry
        for name, task in tasks.items()
        if (entry := _entry(name, task, new, made)) is not None
    }
    if not found:
        raise UsageError(
            "no reply is graded by the official judge and by another one",
            where=str(runs[0]),
            hint="harness score RUN_DIR --rejudge --judge openai:NEW; replies of the official judge stay in the log",
        )
    return found


def read_graded(runs: Sequence[Path]) -> dict[str, GradedTask]:
    """Return the judged tasks of runs, with the values that every judge of their logs gives each reply.

    Raises:
        InputFileError: a run is damaged.
    """
    tasks: dict[str, GradedTask] = {}
    for run in runs:
        _read(run, tasks)
    return tasks


def _entry(name: str, task: GradedTask, new: str | None, made: str) -> BridgeEntry | None:
    """Return what is known of one task, ``None`` if no reply was graded twice."""
    official = [
        one for one, judge in task.judges.items() if _is_official(one, judge, task.declared)
    ]
    others = [
        one
        for one, judge in task.judges.items()
        if one not in official and new in (None, judge["model"])
    ]
    if not official or not others:
        return None
    if len(others) > 1:
        raise UsageError(
            f"{name}: several judges could be the new one: {', '.join(sorted(others))}",
            where="--new",
            hint="--new MODEL, also of a panel: its judges are bridged one by one; of one model with several prompts, only runs with one of them",
        )
    (judge,) = others
    chosen = max(official, key=lambda one: _count(task, one, judge))
    pair = task.judges[chosen], task.judges[judge]
    _check_prompts(name, *pair)
    graded: dict[tuple[str, Reading], dict[str, list[tuple[float, float, int]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for reply in task.replies.values():
        first, second = reply.by_judge.get(chosen, {}), reply.by_judge.get(judge, {})
        for cell in first.keys() & second.keys():
            graded[cell][reply.model].append((first[cell], second[cell], reply.length))
    metrics = _tables(graded)
    if not metrics:
        return None
    return {
        "benchmark": task.benchmark,
        "made": made,
        "official": pair[0],
        "judge": pair[1],
        "metrics": metrics,
    }


def _tables(
    graded: Mapping[tuple[str, Reading], Mapping[str, Sequence[tuple[float, float, int]]]],
) -> dict[str, dict[Reading, BridgeTable]]:
    from metrics.statistics.bridged import fit_table

    found: dict[str, dict[Reading, BridgeTable]] = {}
    for (metric, reading), models in sorted(graded.items()):
        ordered = {model: sorted(models[model]) for model in sorted(models)}
        try:
            table = fit_table(ordered)
        except ValueError as error:
            raise UsageError(f"{metric}: {error}") from error
        found.setdefault(metric, {})[reading] = stored_table(table)
    return found


def _count(task: GradedTask, official: str, judge: str) -> int:
    return sum({official, judge} <= reply.by_judge.keys() for reply in task.replies.values())


def _is_official(identity: str, judge: BridgeJudge, declared: str) -> bool:
    return identity == STORED or judge["model"] == declared


def _check_prompts(name: str, official: BridgeJudge, new: BridgeJudge) -> None:
    """Refuse a fit of prompts instead of judges.

    Raises:
        UsageError: both prompts are known, and they differ.
    """
    if official["prompts"] is not None and official["prompts"] != new["prompts"]:
        raise UsageError(
            f"{name}: {official['model']} and {new['model']} were asked with different prompts: "
            f"{_shown(official)} and {_shown(new)}",
            hint="ask the new judge with the prompt of the official one",
        )


def _shown(judge: BridgeJudge) -> str:
    return ", ".join(f"{name}#{content}" for name, content in (judge["prompts"] or {}).items())


def _read(run: Path, tasks: dict[str, GradedTask]) -> None:
    """Add the judged replies of one run."""
    directory = RunDirectory(run)
    manifest, judgements = directory.manifest(), directory.judgements()
    by_task: dict[str, list[SampleRecord]] = defaultdict(list)
    for sample in read_samples(run, manifest["tasks"]):
        by_task[sample["task"]].append(sample)
    for name, entry in manifest["tasks"].items():
        samples = by_task.get(name, [])
        task = load_scoring_task(name, entry, run=run)
        declared = task.spec.judge
        if declared is None or not samples:
            continue
        into = tasks.setdefault(name, GradedTask(entry["benchmark"], declared.model))
        for sample, doc in _documents(task, entry, samples):
            lines = judgements.get((name, sample["id"], sample["repeat"]), [])
            text = sample.get("response")
            key = (manifest["name"], sample["item_key"], short_hash(text), sample["repeat"])
            into.check_model(key, run)
            length = len(text) if isinstance(text, str) else 0
            reply = into.replies.setdefault(key, GradedReply(manifest["name"], length))
            for judge in dict.fromkeys(str(line.get("judge", STORED)) for line in lines):
                votes = [line["reply"] for line in replies_of(lines, judge, declared.samples)]
                texts = [vote for vote in votes if vote is not None]
                if texts:
                    into.judges.setdefault(judge, _judge(judge, entry, declared.model))
                    reply.by_judge[judge] = _values(task, doc, sample, texts)


def _documents(
    task: YamlTask, entry: ManifestEntry, samples: Sequence[SampleRecord]
) -> Iterator[tuple[SampleRecord, Document]]:
    """Yield scored items with their documents as scoring saw them; not those whose infrastructure failed."""
    docs = [document_of(sample) for sample in samples]
    if entry["origin"] == "file":
        task.annotate(docs, "file")
    else:
        task.annotate(docs, "data", entry.get("facts"))
    for sample, doc in zip(samples, docs, strict=True):
        error = sample["error"]
        if error is None or error["kind"] in STORED_ERRORS:
            yield sample, doc


def _judge(identity: str, entry: ManifestEntry, declared: str) -> BridgeJudge:
    """Return what is known of a judge of the log."""
    if identity == STORED:
        return {"id": identity, "model": declared, "prompts": None}
    own = entry["judge"]
    known = own is not None and (own["id"] == identity or identity in counting_judges(entry))
    prompts = own["prompts"] if own is not None and known else None
    return {"id": identity, "model": identity.partition("@")[0], "prompts": prompts}


def _values(task: YamlTask, doc: Document, sample: SampleRecord, texts: list[str]) -> Values:
    """Return the judged values of a reply by one judge's texts."""
    response: Any = sample.get("response", MISSING)
    score = task.score(doc, response, texts)
    return {
        (metric, reading): find(metric).value(scored.stats)
        for metric in sorted(task.spec.judged_metrics)
        if find(metric).is_bounded
        for reading in READINGS
        if (scored := score.metrics[metric].get(reading)) is not None and scored.stats is not None
    }


def lines(entries: Mapping[str, BridgeEntry]) -> Iterator[str]:
    """Yield what people read of a fit: agreement, bias and range for each task, metric and reading."""
    for name, entry in entries.items():
        yield f"{name}: {entry['judge']['model']} against {entry['official']['model']}"
        for metric, readings in entry["metrics"].items():
            for reading, table in readings.items():
                yield f"  {metric} ({reading}): {_summary(table)}"
                if table["useless"] is not None:
                    yield f"  refused: {table['useless']}"


def _summary(table: BridgeTable) -> str:
    kind = "quadratic kappa" if table["quadratic"] else "kappa"
    kappa = "not defined" if table["kappa"] is None else f"{table['kappa']:.3f}"
    if table["kappa_ci95"] is not None and None not in table["kappa_ci95"]:
        low, high = (float(end or 0) for end in table["kappa_ci95"])
        kappa += f" [{low:.3f}, {high:.3f}]"
    means = [new for _, new in table["means"].values()]
    off = fmean((new - official) ** 2 for official, new in table["means"].values()) ** 0.5
    length = "; errors follow the length of a reply" if table["cuts"] else ""
    return (
        f"{table['n']} replies of {len(means)} model{'s' * (len(means) != 1)}, equal {100 * table['equal']:.1f} %, {kind} {kappa}, "
        f"bias {table['bias']:+.3f}, own means off by {off:.3f}, means {min(means):.3g} to {max(means):.3g}{length}"
    )
