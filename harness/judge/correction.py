"""``harness judge calibrate LABELS.jsonl --run RUN_DIR --correct``: a run's judged values, corrected by people.

The corrected values lie in ``corrected.json`` next to the run's results, and are shown below its table. They replace nothing: an official value is what the
benchmark's judge says. They are shown as long as the run's own value is the one that was corrected.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError, UsageError
from harness.run.jsonl import parse_line, write_atomically
from harness.run.reader import RunView
from metrics.registry import find
from metrics.statistics.corrected import Corrected, corrected_mean

FILE: Final = "corrected.json"
VERSION: Final = 1
_RIGHT: Final = frozenset({"1", "true", "yes", "correct", "right"})
_WRONG: Final = frozenset({"0", "false", "no", "incorrect", "wrong"})


@dataclass(frozen=True, slots=True)
class Correction:
    """One judged metric of one task.

    Attributes:
        task: task id.
        metric: metric id, strict reading.
        found: the corrected value.
        needed: labels for the width that was asked for, ``None`` if none was, or if no number suffices.
    """

    task: str
    metric: str
    found: Corrected
    needed: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "task": self.task,
            "metric": self.metric,
            **asdict(self.found),
            "labels_needed": self.needed,
        }


def correct(
    labels: Path, run: RunView, *, human: str = "human", width: float | None = None
) -> list[Correction]:
    """Correct every judged headline of a run that has labels.

    Args:
        labels: the labels file; records have ``id``, ``task`` if the run has several, and the label.
        run: the judged run.
        human: field of the label.
        width: width of an interval for which labels are counted, in the metric's unit.

    Raises:
        UsageError: no label fits a judged item of the run.
        InputFileError: a malformed record, or a label that is not on the metric's scale.
    """
    known = _read(labels, human)
    grades: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    metrics = {task: metric for task in run.tasks if (metric := _judged(run, task)) is not None}
    for task, lines in run.sample_index().items():
        metric = metrics.get(task)
        if metric is None:
            continue
        for line in lines:
            stats = line["stats"].get(metric, {}).get("strict")
            if stats is not None and line["outcome"] != "error":
                grades[task][str(line["id"])].append(find(metric).value(stats))
    found = []
    for task, items in grades.items():
        labelled = {
            one: _value(metrics[task], *label)
            for one in items
            if (label := known.get((task, one)) or known.get((None, one))) is not None
        }
        if len(labelled) < 2:
            continue
        means = {one: math.fsum(values) / len(values) for one, values in items.items()}
        result = corrected_mean(
            list(labelled.values()),
            [means[one] for one in labelled],
            [mean for one, mean in means.items() if one not in labelled],
            bounds=find(metrics[task]).span,
        )
        needed = None if width is None else result.labels_needed(width)
        found.append(Correction(task, metrics[task], result, needed))
    if not found:
        raise UsageError(
            "no task of the run has two judged items with a label",
            where=str(labels),
            hint="a record needs id, human, and task where the run has several; the run needs a judge",
        )
    return found


def _judged(run: RunView, task: str) -> str | None:
    """Return the judged headline of a task with a bounded scale."""
    for metric in run.tasks[task]["judged_metrics"]:
        measure = find(metric)
        if measure.role == "headline" and measure.is_bounded:
            return metric
    return None


def _read(path: Path, human: str) -> dict[tuple[str | None, str], tuple[str, str]]:
    """Return (task, id) -> label as text, and its place."""
    if not path.is_file():
        raise UsageError("no such file", where=str(path))
    found: dict[tuple[str | None, str], tuple[str, str]] = {}
    with path.open("rb") as file:
        for number, data in enumerate(file, start=1):
            where = f"{path}:{number}"
            if not data.strip():
                continue
            record = parse_line(data, where)
            if record.get(human) is None or record.get("id") is None:
                raise InputFileError(f"the record needs 'id' and {human!r}", where=where)
            task = record.get("task")
            key = (None if task is None else str(task), str(record["id"]))
            if key in found:
                raise InputFileError(
                    f"the item {key[1]!r} has two labels", where=where, hint=f"the first: {found[key][1]}"
                )  # fmt: skip
            found[key] = (str(record[human]).strip().lower(), where)
    return found


def _value(metric: str, label: str, where: str) -> float:
    low, high = find(metric).span
    if (low, high) == (0, 1) and label in _RIGHT | _WRONG:
        return float(label in _RIGHT)
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        words = " or correct/incorrect, yes/no" if (low, high) == (0, 1) else ""
        raise InputFileError(
            f"the label {label!r} is not on the scale of {metric}: {low:g} to {high:g}{words}",
            where=where,
        )
    return number


def write_corrections(run: RunView, found: Sequence[Correction]) -> Path:
    """Write the corrections next to the run's results; those of other tasks stay.

    Raises:
        StorageError: the file cannot be written.
    """
    kept = {one["task"]: one for one in read_corrections(run.path, run.results)}
    kept.update({one.task: one.as_json() for one in found})
    content = {"corrected_version": VERSION, "tasks": [*kept.values()]}
    path = run.path / FILE
    write_atomically(path, [json.dumps(content, indent=1, allow_nan=False).encode(), b"\n"])
    return path


def read_corrections(root: Path, results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the corrections of a run of which the raw value still is the run's; none without the file.

    Raises:
        InputFileError: the file is damaged.
    """
    path = root / FILE
    if not path.is_file():
        return []
    from harness.run.figures.results import figure_fault
    from harness.run.figures.samples import known_metric

    hint = "delete it, or write it again with: harness judge calibrate LABELS.jsonl --run RUN_DIR --correct"
    content = parse_line(path.read_bytes(), str(path), hint)
    tasks = content.get("tasks")
    if content.get("corrected_version") != VERSION or not isinstance(tasks, list):
        raise InputFileError(
            "is not a file of corrections of this version", where=str(path), hint=hint
        )
    found = []
    for one in tasks:
        try:
            entry = results["tasks"].get(one["task"], {"metrics": {}})["metrics"]
            now = entry.get(one["metric"], {}).get("strict", {}).get("value")
            numbers = (one["value"], one["raw"], one["labelled"], *(one["ci95"] or ()))
            if len(numbers) not in (3, 5) or not all(
                type(x) in (int, float) and -1e300 < x < 1e300 for x in numbers
            ):
                raise TypeError
            metric = known_metric(one["metric"])
            for value, ends in ((one["value"], one["ci95"]), (one["raw"], None)):
                if figure_fault(metric, "strict", value, ends) is not None:
                    raise TypeError
        except (KeyError, TypeError, AttributeError):
            raise InputFileError("a correction is damaged", where=str(path), hint=hint) from None
        if now is not None and abs(now - one["raw"]) <= 1e-6 * max(1.0, abs(now)):
            found.append(one)
    return found


def correction_lines(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for every corrected value, next to the raw one."""
    for one in found:
        percent = find(one["metric"]).is_percent
        factor, unit = (100, " %") if percent else (1, "")
        ends = one["ci95"]
        interval = "" if ends is None else f" [{factor * ends[0]:.2f}, {factor * ends[1]:.2f}]"
        yield (
            f"corrected by {one['labelled']} labels: {one['task']} {one['metric']} {factor * one['value']:.2f}{unit}{interval};"
            f" the judge alone says {factor * one['raw']:.2f}{unit}"
        )
