"""A saved baseline: the statistics of every item of a run in one small file that a repository can hold.

No audio, no prompts, no replies: item keys, outcomes, strict statistics, clusters, and a short digest of every reply (which tells
whether the very same replies came again). About 70 bytes an item and metric.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness.comparison.gating.sides import KEY_CHARS, Lines, RunSide, stamp_of
from harness.core.scoring import OUTCOMES
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView

VERSION: Final = 1
_ENTRY: Final = (
    "benchmark",
    "metrics",
    "signature_parts",
    "anchors",
    "generation",
    "repeats",
    "subset",
)
_MOST_BYTES: Final = 500_000_000
_DIGEST: Final = 8
_LARGEST: Final = sys.float_info.max


def is_saved(path: Path) -> bool:
    """Return whether a path is a file, and so no run directory."""
    return path.is_file()


def save_baseline(view: RunView, path: Path) -> None:
    """Write the statistics of a run.

    Raises:
        InputFileError: the run's samples are missing or damaged.
        StorageError: the file cannot be written.
    """
    side = RunSide(view)
    lines, replies = side.lines(), side.replies()
    tasks = {
        name: {
            "entry": {key: entry[key] for key in _ENTRY if key in entry},
            "items": _columns(lines.get(name, []), replies.get(name, {})),
        }
        for name, entry in ((name, dict(view.tasks[name])) for name in view.tasks)
    }
    head = {
        "baseline_version": VERSION,
        "name": view.name,
        "model": view.manifest["model"]["spec"],
        "harness_version": view.manifest["harness_version"],
        "created": view.manifest["created"],
        "stamp": stamp_of(lines),
    }
    text = [json.dumps(head, ensure_ascii=False)[:-1] + ', "tasks": {']
    rows = [f"{json.dumps(name)}: {_dumps(content)}" for name, content in tasks.items()]
    content = "\n".join([*text, ",\n".join(rows), "}}", ""])  # a line per task, for diffs
    write_atomically(path, [content.encode("utf-8", "surrogatepass")])


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _columns(
    lines: Sequence[Mapping[str, Any]], replies: Mapping[tuple[str, int], str]
) -> dict[str, Any]:
    metrics = list(dict.fromkeys(metric for line in lines for metric in line["stats"]))
    found: dict[str, Any] = {
        "key": [str(line["item_key"])[:KEY_CHARS] for line in lines],
        "id": [line["id"] for line in lines],
        "outcome": "".join(str(OUTCOMES.index(line["outcome"])) for line in lines),
        "reply": "".join(
            replies.get((line["item_key"], int(line.get("repeat") or 0)), "-" * _DIGEST)
            for line in lines
        ),
        "stats": {metric: _stats([_strict(line, metric) for line in lines]) for metric in metrics},
        "unparsed": {
            metric: places
            for metric in metrics
            if (places := [n for n, line in enumerate(lines) if _unparsed(line, metric)])
        },
    }
    if any(line.get("repeat") for line in lines):
        found["repeat"] = [int(line.get("repeat") or 0) for line in lines]
    if any(line.get("cluster") is not None for line in lines):
        found["cluster"] = [line.get("cluster") for line in lines]
    return found


def _strict(line: Mapping[str, Any], metric: str) -> Mapping[str, float] | None:
    stats: Mapping[str, float] | None = line["stats"].get(metric, {}).get("strict")
    return stats


def _unparsed(line: Mapping[str, Any], metric: str) -> bool:
    return bool(line["parse"].get(metric, {}).get("strict") == "unparsed")


def _stats(stats: Sequence[Mapping[str, float] | None]) -> dict[str, Any]:
    keys = list(dict.fromkeys(key for one in stats if one is not None for key in one))
    rows = [None if one is None else [one.get(key) for key in keys] for one in stats]
    return {"keys": keys, "rows": rows}


class SavedSide:
    """A saved baseline as a side of a gate."""

    short_keys = True

    def __init__(self, path: Path, content: Mapping[str, Any]) -> None:
        self._content = content
        self._lines = {
            name: _lines(path, name, task["items"]) for name, task in content["tasks"].items()
        }

    @property
    def name(self) -> str:
        """Name of the run that it was made of."""
        return str(self._content["name"])

    @property
    def tasks(self) -> Mapping[str, Any]:
        """Task id -> entry of the manifest of that run, shortened."""
        return {name: task["entry"] for name, task in self._content["tasks"].items()}

    @property
    def stamp(self) -> str:
        """Digest of its statistics."""
        return stamp_of(self._lines)

    def lines(self) -> Lines:
        """Return its sample lines, with shortened keys."""
        return self._lines

    def replies(self) -> dict[str, dict[tuple[str, int], str]]:
        """Return the digests of replies."""
        return {
            name: {(line["item_key"], line["repeat"]): line["reply"] for line in found}
            for name, found in self._lines.items()
        }

    def between(self, task: str, metric: str) -> list[float]:
        """Return nothing: it is one run."""
        del task, metric
        return []

    def stale(self) -> str | None:
        """Return ``None``: the file is all there is."""
        return None


def read_baseline(path: Path) -> SavedSide:
    """Read a saved baseline.

    Raises:
        InputFileError: unreadable, or not such a file.
        UsageError: of another version.
    """
    try:
        check_regular(path)
        if path.stat().st_size > _MOST_BYTES:
            raise InputFileError("is larger than 500 MB", where=str(path))
        content = json.loads(path.read_bytes(), parse_constant=_refuse)
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise _no_baseline(path, "it is not JSON") from error
    if not isinstance(content, dict) or "baseline_version" not in content:
        raise _no_baseline(path, "it has no baseline_version")
    if content["baseline_version"] != VERSION:
        raise UsageError(
            f"baseline_version is {content['baseline_version']!r}, this version reads {VERSION}",
            where=str(path),
            hint="save it again: harness gate RUN_DIR --save-baseline FILE",
        )
    tasks = content.get("tasks")
    if not isinstance(tasks, dict) or not isinstance(content.get("name"), str):
        raise _no_baseline(path, "name or tasks are missing")
    for name, task in tasks.items():
        entry = task.get("entry") if isinstance(task, dict) else None
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("metrics"), list)
            or not isinstance(entry.get("signature_parts"), dict)
            or not isinstance(task.get("items"), dict)
            or not _check_entry(entry)
        ):
            raise _no_baseline(path, f"tasks.{name} has no entry or no items")
    side = SavedSide(path, content)
    if side.stamp != content.get("stamp"):
        raise _no_baseline(path, "its content does not have its stamp: it was edited or cut")
    return side


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _check_entry(entry: Mapping[str, Any]) -> bool:
    """Return whether the parts of an entry that the gate reads have the right types."""
    return (
        all(isinstance(one, str) for one in (*entry["metrics"], *entry["signature_parts"].values()))
        and isinstance(entry.get("benchmark", ""), str)
        and isinstance(entry.get("generation", {}), dict)
        and isinstance(entry.get("anchors", {}), dict)
        and all(isinstance(one, dict) for one in entry.get("anchors", {}).values())
    )


def _check_columns(items: Mapping[str, Any], count: int) -> None:
    """Refuse values of other types than a run has.

    Raises:
        ValueError: says which.
    """
    kinds: tuple[tuple[str, tuple[type, ...]], ...] = (
        ("key", (str,)), ("id", (str, int)), ("repeat", (int,)), ("cluster", (str, type(None))),
    )  # fmt: skip
    for name, allowed in kinds:
        if not all(type(value) in allowed for value in items.get(name, ())):
            raise ValueError(f"{name} has values of another type")
    if any(number < 0 for number in items.get("repeat", ())):
        raise ValueError("a repeat is below 0")
    for metric, found in items["stats"].items():
        if len(found["rows"]) != count or not all(isinstance(key, str) for key in found["keys"]):
            raise ValueError(f"stats of {metric}: not a row for every item")
        for row in found["rows"]:
            for value in row or ():
                number = type(value) in (int, float) and abs(value) <= _LARGEST
                if value is not None and not number:
                    raise ValueError(f"stats of {metric}: {value!r:.40} is not a number")


def _lines(path: Path, task: str, items: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        return [*_rows(items)]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise _no_baseline(path, f"tasks.{task}.items: {error!r}") from error


def _rows(items: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys, count = items["key"], len(items["key"])
    _check_columns(items, count)
    repeats, clusters = items.get("repeat", [0] * count), items.get("cluster", [None] * count)
    columns = (items["id"], repeats, clusters, items["outcome"], [*items["reply"][::_DIGEST]])
    if any(len(column) != count for column in columns) or len(items["reply"]) != _DIGEST * count:
        raise ValueError("its columns differ in length")
    unparsed = {metric: set(places) for metric, places in items["unparsed"].items()}
    rows = []
    for place, key in enumerate(keys):
        stats: dict[str, Any] = {}
        for metric, found in items["stats"].items():
            row = found["rows"][place]
            stats[metric] = {
                "strict": None
                if row is None
                else {
                    name: value
                    for name, value in zip(found["keys"], row, strict=True)
                    if value is not None
                }
            }
        rows.append(
            {
                "item_key": str(key),
                "id": items["id"][place],
                "repeat": int(repeats[place]),
                "cluster": clusters[place],
                "outcome": OUTCOMES[int(items["outcome"][place])],
                "reply": items["reply"][place * _DIGEST : (place + 1) * _DIGEST],
                "stats": stats,
                "parse": {
                    metric: {"strict": "unparsed" if place in unparsed.get(metric, ()) else "ok"}
                    for metric, by in stats.items()
                    if by["strict"] is not None
                },
            }
        )
    return rows


def _no_baseline(path: Path, why: str) -> InputFileError:
    return InputFileError(
        f"is neither a run directory nor a saved baseline: {why}",
        where=str(path),
        hint="save one with: harness gate RUN_DIR --save-baseline FILE",
    )
