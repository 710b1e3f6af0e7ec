"""``harness judge calibrate``: how well judges agree with people, and with each other.

A labels file is JSONL; a record has ``human`` (the label), and either ``judge`` (a grade), ``judges``
(a mapping of names to grades), or ``judge_reply`` (the raw text, read by the task's strict parser).
``response`` or ``length`` gives the length for the bias table. With run directories, the grades of their
judges are looked up by ``task`` and ``id``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError, UsageError, page
from harness.run.directory import RunDirectory
from harness.run.jsonl import parse_line
from harness.run.reader import read_samples
from harness.run.records import document_of
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_scoring_task, load_spec, scoring_task
from harness.task_loading.task import YamlTask
from metrics.judge.votes import majority, mean
from metrics.statistics.agreement import Agreement, LengthBias, agreement, length_bias

UNPARSED: Final = "unparsed"
_SCALE: Final = ("1", "2", "3", "4", "5")


@dataclass(slots=True)
class Label:
    """One labelled item."""

    human: str
    grades: dict[str, str]
    length: int | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Agreement of every judge with the human labels, and of every pair of judges.

    Attributes:
        judges: by judge: agreement, bias by length, unreadable grades.
        pairs: by pair of judges: agreement.
    """

    judges: dict[str, tuple[Agreement, LengthBias | None, int]]
    pairs: dict[tuple[str, str], Agreement] = field(default_factory=dict)

    def below(self, bound: float) -> list[str]:
        """Return judges whose kappa is below a bound, or not defined."""
        return [
            name
            for name, (found, _, _) in self.judges.items()
            if found.kappa is None or found.kappa < bound
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {
            "judges": {
                name: {
                    **found.as_json(),
                    "unparsed": unparsed,
                    "length_bias": None if bias is None else bias.as_json(),
                }
                for name, (found, bias, unparsed) in self.judges.items()
            },
            "pairs": [
                {"judges": [one, other], **found.as_json()}
                for (one, other), found in self.pairs.items()
            ],
        }


def read_labels(
    path: Path, task: YamlTask | None, runs: Sequence[Path], human: str = "human"
) -> list[Label]:
    """Return labelled items with the grades of their judges.

    Raises:
        InputFileError: a malformed record; file and line named.
    """
    if not path.is_file():
        raise UsageError("no such file", where=str(path))
    lookup = [graded_items(run) for run in runs]
    labels = []
    with path.open("rb") as file:
        for number, data in enumerate(file, start=1):
            if data.strip():
                where = f"{path}:{number}"
                labels.append(_label(parse_line(data, where), where, task, lookup, human))
    if not labels:
        raise InputFileError("the file has no records", where=str(path))
    return labels


def _label(
    record: Mapping[str, Any],
    where: str,
    task: YamlTask | None,
    lookup: Sequence[Mapping[tuple[str | None, str], dict[str, str]]],
    human: str,
) -> Label:
    if record.get(human) is None:
        raise InputFileError(f"the record has no {human!r}", where=where)
    grades: dict[str, str] = {}
    given = record.get("judges")
    if isinstance(given, dict):
        grades.update({str(name): _grade(value) for name, value in given.items()})
    elif "judge" in record:
        grades["judge"] = _grade(record["judge"])
    elif "judge_reply" in record:
        reply = record["judge_reply"]
        reply = reply[0] if isinstance(reply, list) and reply else reply
        if task is None:
            raise InputFileError("raw judge replies are read with --task TASK", where=where)
        doc = {**(record.get("doc") or {}), "_params": dict(task.parameters)}
        read = task.judge_grade(doc, reply) if isinstance(reply, str) else None
        grades["judge"] = UNPARSED if read is None else read
    for items in lookup:
        own = (record.get("task"), str(record.get("id")))
        grades.update(items.get(own, {}))
    if not grades:
        raise InputFileError(
            "the record has no grade of a judge",
            where=where,
            hint="judge, judges or judge_reply; or --run RUN_DIR with task and id",
        )
    length = record.get("length")
    if not isinstance(length, int) and isinstance(record.get("response"), str):
        length = len(record["response"])
    return Label(_grade(record[human]), grades, length if isinstance(length, int) else None)


def _grade(value: Any) -> str:
    """Normalise a label as text: ``4.0`` is ``4``, ``Correct`` is ``correct``."""
    if value is None:
        return UNPARSED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def graded_items(run: Path) -> dict[tuple[str | None, str], dict[str, str]]:
    """Return the grades of the live judges of a run directory: (task, id) -> judge -> grade.

    Several votes are reduced as the task declares. An item is also found without its task.
    """
    directory = RunDirectory(run)
    manifest = directory.manifest()
    judgements = directory.judgements()
    tasks = {
        name: load_scoring_task(name, entry, run=run) for name, entry in manifest["tasks"].items()
    }
    declared = {name: task.spec.judge for name, task in tasks.items()}
    reducers = {name: "first" if one is None else one.reducer for name, one in declared.items()}
    found: dict[tuple[str | None, str], dict[str, str]] = {}
    for sample in read_samples(run, manifest["tasks"]):
        task, key = tasks[sample["task"]], (sample["task"], sample["id"], sample["repeat"])
        doc = {**document_of(sample), "_params": dict(task.parameters)}
        votes: dict[str, list[str | None]] = {}
        for line in judgements.get(key, []):
            votes.setdefault(line.get("judge", "replay"), []).append(
                None if line["reply"] is None else task.judge_grade(doc, line["reply"])
            )
        rule = reducers[sample["task"]]
        grades = {judge: reduce_votes(given, rule) for judge, given in votes.items()}
        for own in ((sample["task"], str(sample["id"])), (None, str(sample["id"]))):
            found.setdefault(own, {}).update(grades)
    return found


def reduce_votes(votes: Sequence[str | None], reducer: str) -> str:
    """Reduce several votes to one grade; a mean is rounded to the scale.

    >>> reduce_votes(["4", "5", "5"], "mean"), reduce_votes(["1", "4", "5"], "trimmed_mean")
    ('5', '4')
    >>> reduce_votes(["yes", "no", "yes"], "majority"), reduce_votes([None, "yes"], "first")
    ('yes', 'yes')
    """
    read = [vote for vote in votes if vote is not None]
    if not read:
        return UNPARSED
    if reducer in ("mean", "trimmed_mean"):
        return str(int(mean([float(vote) for vote in read], trim=reducer == "trimmed_mean") + 0.5))
    return (majority(read) or UNPARSED) if reducer == "majority" else read[0]


def _check_words(judge: str, human: Sequence[str], grades: Sequence[str]) -> None:
    """Refuse labels in other words than the judge's: every item would be a disagreement, and kappa 0."""
    words = {grade for grade in grades if grade != UNPARSED}
    if len({*human}) > 1 and len(words) > 1 and words.isdisjoint(human):
        shown = [", ".join(sorted(found)[:4]) for found in ({*human}, words)]
        raise UsageError(
            f"people and {judge} have no label in common: people say {shown[0]}; {judge} says {shown[1]}",
            hint=f"write the labels in the judge's words ({page('judge.md')})",
        )


def calibrate(labels: Sequence[Label]) -> Calibration:
    """Compare every judge with the human labels, and the judges with each other.

    On a scale from 1 to 5 kappa is quadratic and unreadable grades are counted apart; elsewhere an
    unreadable grade is a label of its own and so a disagreement.
    """
    scale = _SCALE if all(label.human in _SCALE for label in labels) else None
    names = sorted({name for label in labels for name in label.grades})
    judges = {}
    for name in names:
        rows = [label for label in labels if name in label.grades]
        unparsed = sum(label.grades[name] == UNPARSED for label in rows)
        if scale is not None:
            rows = [label for label in rows if label.grades[name] != UNPARSED]
        if not rows:
            raise UsageError(f"no grade of {name} can be read")
        first, second = [row.human for row in rows], [row.grades[name] for row in rows]
        if scale is None:
            _check_words(name, first, second)
        judges[name] = (_compared(first, second, scale), _bias(rows, first, second), unparsed)
    pairs = {}
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            both = [
                (label.grades[one], label.grades[other])
                for label in labels
                if one in label.grades and other in label.grades
            ]
            if scale is not None:
                both = [pair for pair in both if UNPARSED not in pair]
            if both:
                pairs[one, other] = _compared([a for a, _ in both], [b for _, b in both], scale)
    return Calibration(judges, pairs)


def _compared(
    first: Sequence[str], second: Sequence[str], scale: Sequence[str] | None
) -> Agreement:
    try:
        return agreement(first, second, scale=scale)
    except ValueError as error:
        raise UsageError(str(error), hint="grades are whole numbers from 1 to 5") from error


def _bias(rows: Sequence[Label], first: Sequence[str], second: Sequence[str]) -> LengthBias | None:
    lengths = [row.length for row in rows]
    if any(length is None for length in lengths):
        return None
    return length_bias(first, second, [length or 0 for length in lengths])


def labels_task(name: str | None, include: Sequence[Path], *, trusted: bool) -> YamlTask | None:
    """Return the task whose parser reads raw judge replies."""
    if name is None:
        return None
    index = load_index(tuple(include))
    spec = load_spec(index.resolve([name])[0], trusted=trusted)
    return scoring_task(spec, trusted=trusted)


def lines(found: Calibration) -> list[str]:
    """Return the lines of the report for people."""
    text = []
    for name, (result, bias, unparsed) in found.judges.items():
        text += [f"{name} against human labels", *agreement_lines(result)]
        if unparsed:
            text.append(f"  unreadable  {unparsed}")
        if bias is not None:
            thirds = ", ".join(
                f"{surplus:+.2f} (up to {most} characters, n {count})"
                for most, count, surplus in bias.thirds
            )
            text.append(f"  judge minus human by length  {thirds}")
            if bias.correlation is not None and bias.ci95 is not None:
                low, high = bias.ci95
                text.append(
                    f"  correlation with length  {bias.correlation:+.2f} [{low:+.2f}, {high:+.2f}]"
                )
        text.append("")
    for (one, other), result in found.pairs.items():
        text += [f"{one} against {other}", *agreement_lines(result), ""]
    return text[:-1]


def agreement_lines(found: Agreement) -> list[str]:
    """Return kappa and confusion table as lines."""
    kind = "quadratic kappa" if found.weights else "kappa"
    if found.kappa is None:
        value = "not defined (one label only)"
    else:
        value = f"{found.kappa:.3f} (no interval: too few items or labels)"
        if found.ci95 is not None:
            low, high = found.ci95
            value = f"{found.kappa:.3f} [{low:.3f}, {high:.3f}]"
    width = max(8, *(len(label) for label in found.labels))
    rows = [
        "  " + label.rjust(width) + "".join(str(count).rjust(width + 1) for count in row)
        for label, row in zip(found.labels, found.confusion, strict=True)
    ]
    head = "  " + "".rjust(width) + "".join(label.rjust(width + 1) for label in found.labels)
    return [
        f"  n {found.n}, equal {100 * found.observed:.1f}%, {kind} {value}",
        "  rows: the first, columns: the second",
        head,
        *rows,
    ]
