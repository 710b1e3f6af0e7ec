"""The items of a run in the form in which a page holds them: a short line to list and filter by, and the whole record.

The lines are plain, so that ``grep`` finds an item by its id; the records are packed in blocks that the page unpacks when
an item is looked at or searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from harness.core.judge_spec import CANARY
from harness.core.scoring import OUTCOMES, READINGS, Reading
from harness.report.html import states
from harness.report.html.clips import Clip, Clips
from harness.report.html.embedding import Packer, compact
from harness.report.html.heat import CrossTable
from harness.report.html.reread import Reread, Rereader, TaskCode, Why
from harness.report.html.usage import Usage
from harness.report.table import format_value
from harness.run.attempts import AttemptKey
from harness.run.files import (
    JUDGEMENTS,
    JudgementRecord,
    ManifestEntry,
    SampleRecord,
)
from harness.run.reader import RunView, read_judgements
from metrics.registry import find

LONGEST: Final = 20_000
"""Characters of one text that a page shows."""
_SNIPPET: Final = 90
DISAGREE, UNPARSED, AUDIO, REASONING, UNJUDGED = 1, 2, 4, 8, 16
"""Flags of a line."""
Key = tuple[str, str, int]
"""(task, item key, repeat): what items of two runs are paired by."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its key, the values of its line, and its record."""

    key: Key
    line: list[Any]
    record: dict[str, Any]
    metric: str | None
    value: float | None


@dataclass(slots=True)
class Listing:
    """Tasks and sub-scores, to which the lines of a page refer by number.

    Attributes:
        tasks: task ids.
        fields: for each task, the sub-score fields with their values.
    """

    tasks: list[str] = field(default_factory=list)
    fields: list[dict[str, list[str]]] = field(default_factory=list)


def read_items(
    view: RunView,
    code: TaskCode,
    *,
    clips: Clips | None,
    listing: Listing,
    usage: Usage | None = None,
    tables: dict[str, CrossTable] | None = None,
) -> Iterator[Item]:
    """Yield the items of a run in file order.

    Args:
        view: the run.
        code: where the code of its tasks may come from.
        clips: finds its clips; ``None`` leaves them out.
        listing: gets the tasks and their sub-score fields.
        usage: gets time and tokens.
        tables: gets a cross table for each task.

    Raises:
        InputFileError: a file of the run is damaged, or its files do not belong together.
    """
    judgements = _judgements(view)
    for name, lines in groupby(view.samples(), key=lambda sample: sample["task"]):
        samples = list(lines)
        number = len(listing.tasks)
        listing.tasks.append(name)
        fields: dict[str, list[str]] = {}
        listing.fields.append(fields)
        places: dict[str, dict[str, int]] = {}
        rereader = Rereader(view, name, samples, code)
        entry = view.tasks[name]
        table = CrossTable(next(iter(states.leading(entry["metrics"])), ""))
        if tables is not None:
            tables[name] = table
        for position, sample in enumerate(samples):
            replies = judgements.get((name, sample["id"], sample["repeat"]), [])
            reread = rereader.read(position, sample, replies)
            if usage is not None:
                usage.add(name, sample, replies)
            if tables is not None:
                table.add(sample["groups"], sample["stats"])
            groups = []
            for group, value in sample["groups"].items():
                known = places.setdefault(group, {})
                fields.setdefault(group, [])
                if value not in known:
                    known[value] = len(known)
                    fields[group].append(value)
                groups.append([[*fields].index(group), known[value]])
            yield _item(number, entry, sample, replies, reread, groups=groups, clips=clips)


def _judgements(view: RunView) -> dict[AttemptKey, list[JudgementRecord]]:
    found: dict[AttemptKey, list[JudgementRecord]] = {}
    if (view.path / JUDGEMENTS).exists():
        for _, line in read_judgements(view.path):
            if not str(line["id"]).startswith(CANARY):
                found.setdefault((line["task"], line["id"], line["repeat"]), []).append(line)
    return found


def _item(
    number: int,
    entry: ManifestEntry,
    sample: SampleRecord,
    replies: Sequence[JudgementRecord],
    reread: Reread,
    *,
    groups: list[list[int]],
    clips: Clips | None,
) -> Item:
    metric = states.headline(entry["metrics"], sample["scores"])
    strict = _value_of(sample, metric, "strict")
    found = [_state(entry, sample, metric, reading) for reading in READINGS]
    flags = (
        DISAGREE * _disagrees(sample)
        + UNPARSED * any(by.get("strict") == "unparsed" for by in sample["parse"].values())
        + AUDIO * bool(sample["audio"])
        + REASONING * bool(sample["reasoning"])
        + UNJUDGED * (bool(entry["judged_metrics"]) and not replies)
    )
    shown = format_value(metric, strict) if metric and found[1] == states.PARTLY else ""
    response = sample.get("response")
    text = response if isinstance(response, str) else _error_text(sample) or compact(response)
    line = [
        sample["id"],
        number,
        sample["repeat"],
        OUTCOMES.index(sample["outcome"]),
        *found,
        shown,
        flags,
        groups,
        _grade(entry, sample, reread),
        states.UNCHANGED,
        " ".join(text[: 4 * _SNIPPET].split())[:_SNIPPET],
    ]
    record = _record(entry, sample, replies, reread, clips)
    key = (sample["task"], str(sample["item_key"]), sample["repeat"])
    return Item(key, line, record, metric, strict)


def _state(entry: ManifestEntry, sample: SampleRecord, metric: str | None, reading: Reading) -> int:
    if metric is None or (reading == "official" and metric not in entry["official_metrics"]):
        return states.ABSENT
    return states.state(find(metric), _value_of(sample, metric, reading))


def _value_of(sample: SampleRecord, metric: str | None, reading: Reading) -> float | None:
    """Return one value; ``None`` also where a line lacks a metric that the manifest names."""
    return None if metric is None else sample["scores"].get(metric, {}).get(reading)


def _disagrees(sample: SampleRecord) -> bool:
    """Return whether a leading metric has two values that differ."""
    return any(
        None not in (values := [sample["scores"][name].get(reading) for reading in READINGS])
        and values[0] != values[1]
        for name in states.leading(list(sample["scores"]))
    )


def _grade(entry: ManifestEntry, sample: SampleRecord, reread: Reread) -> str | None:
    """Return the judge's grade of an item in a word: as its task reads it, else the value of the judged metric."""
    for grade in reread.grades:
        if grade is not None and _is_grade(grade):
            return grade
    for name in entry["judged_metrics"]:
        value = _value_of(sample, name, "strict")
        if value is not None and reread.grades and find(name).family in ("proportion", "mean"):
            return f"{value:g}"
    return None


def _is_grade(text: str) -> bool:
    """Return whether a verdict is a grade, not a text of the judge's own such as an extract."""
    return len(text) <= 24 and " " not in text


def _shown(grade: str | None) -> str:
    if grade is None:
        return "not read"
    return f"grade {grade}" if _is_grade(grade) else "an extract"


def _error_text(sample: SampleRecord) -> str | None:
    error = sample["error"]
    return None if error is None else f"{error['kind']}: {error['message']}"


# --- the whole record -----------------------------------------------------------------------------


def _record(
    entry: ManifestEntry,
    sample: SampleRecord,
    replies: Sequence[JudgementRecord],
    reread: Reread,
    clips: Clips | None,
) -> dict[str, Any]:
    found = [clips.find(sample["task"], one) for one in sample["audio"]] if clips else []
    record: dict[str, Any] = {
        "item_key": sample["item_key"],
        "messages": [_message(one) for one in sample["messages"]],
        "options": [_cut(one) for one in reread.options],
        "picked": reread.picked,
        "reference": _value(sample["reference"]),
        "response": _value(sample.get("response")),
        "raw_response": _value(sample.get("raw_response")),
        "reasoning": _value(sample["reasoning"]),
        "extracted": _value(sample["extracted"]),
        "metrics": _metrics(entry, sample, reread),
        "judge": [
            {
                "judge": line["judge"],
                "model": line.get("model"),
                "vote": line["vote"],
                "reply": _value(line["reply"]),
                "read": _shown(reread.grades[place]) if place < len(reread.grades) else "not used",
            }
            for place, line in enumerate(replies)
        ],
        "note": reread.note,
        "error": sample["error"],
        "details": _value(sample["details"]),
        "doc": {name: _value(value) for name, value in sample["doc"].items()},
        "groups": sample["groups"],
        "cluster": sample["cluster"],
        "audio": [_clip(one, clip) for one, clip in zip(sample["audio"], found, strict=False)],
        "finish": sample["finish"],
        "usage": sample["usage"],
        "seconds": sample["seconds"],
        "attempts": sample["attempts"],
        "extra": _value(sample["extra"]),
    }
    return {name: value for name, value in record.items() if value not in (None, [], {}, "")}


def _message(message: Any) -> dict[str, Any]:
    parts = [
        _cut(part.get("text") or "") if part["type"] == "text" else None
        for part in message["content"]
    ]
    return {"role": message["role"], "parts": parts}


def _metrics(entry: ManifestEntry, sample: SampleRecord, reread: Reread) -> dict[str, Any]:
    found: dict[str, Any] = {}
    applying = [
        name
        for name in entry["metrics"]
        if any(value is not None for value in sample["scores"].get(name, {}).values())
        or (name in entry["judged_metrics"] and not sample["judgements"])
    ]
    for metric in applying or entry["metrics"]:
        for reading in READINGS:
            if reading == "official" and metric not in entry["official_metrics"]:
                continue
            value = _value_of(sample, metric, reading)
            cell: dict[str, Any] = {
                "value": value,
                "shown": format_value(metric, value),
                "state": states.state(find(metric), value),
                "parsed": sample["parse"].get(metric, {}).get(reading, "ok") == "ok",
            }
            if find(metric).role == "abstention" and value in (0, 1):
                cell["shown"] = "abstains" if value else "answers"
            why = reread.why.get(metric, {}).get(reading)
            found.setdefault(metric, {})[reading] = cell | _reason(why)
    return found


def _reason(why: Why | None) -> dict[str, Any]:
    if why is None:
        return {}
    parts = {"why": why.text, "quote": why.quote, "steps": why.steps}
    return {name: value for name, value in parts.items() if value}


def _clip(record: Any, clip: Clip) -> dict[str, Any]:
    return {**record, "clip": clip.number}


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n[… {len(text) - LONGEST:,} characters left out …]\n{text[-half:]}"


def _value(value: Any) -> Any:
    """Return a value of a record, long texts cut, and a value that is long as a whole as cut text."""
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, (list, dict)):
        text = compact(value)
        return value if len(text) <= LONGEST else _cut(text)
    return value


# --- into the page ----------------------------------------------------------------------------------


def pack(items: Iterator[Item]) -> tuple[list[list[Any]], Packer]:
    """Return the lines of a page and its packed records."""
    lines: list[list[Any]] = []
    packer = Packer()
    for item in items:
        lines.append(item.line)
        packer.add(item.record)
    packer.close()
    return lines, packer


def counterpart(item: Item) -> Mapping[str, Any]:
    """Return what a record holds of the same item in another run: what differs between runs."""
    same = ("messages", "options", "reference", "doc", "groups", "cluster", "audio", "item_key")
    return {name: value for name, value in item.record.items() if name not in same}
