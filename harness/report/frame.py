"""A run as a table: one row per item and repeat, a column for every fact, for pandas, Parquet and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.core.scoring import READINGS
from harness.run.files import SampleRecord
from harness.run.reader import RunView, read_judgements

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "task", "id", "repeat", "item_key", "outcome", "prompt", "audio", "audio_seconds", "reference", "response",
    "raw_response", "reasoning", "extracted", "finish", "seconds", "error", "cluster",
)  # fmt: skip
"""Columns that every run has, in order. Then follow ``group_FIELD``, ``METRIC_READING`` (the item's score), ``METRIC_READING_parsed`` and,
where a judge was asked, ``judge_replies``."""


def sample_frame(view: RunView, task: str | None = None) -> pd.DataFrame:
    """Return the scored items of a run, one row per item and repeat.

    Texts are strings, absent ones are missing values, and a lone surrogate is its escape; ``audio`` is a list of paths; ``reference`` and ``extracted`` are as the scorer gave them. A score is ``NaN``
    where the reading leaves the item out.

    Args:
        view: the run.
        task: one task; default: all.

    Raises:
        InputFileError: a file of the run is missing or damaged.
    """
    import pandas as pd

    rows = [*sample_rows(view, task)]
    frame = pd.DataFrame(rows)
    groups = [name for name in frame.columns if name.startswith("group_")]
    rest = [name for name in frame.columns if name not in COLUMNS and name not in groups]
    return frame.reindex(columns=[*COLUMNS, *groups, *rest])


def sample_rows(view: RunView, task: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``sample_frame``."""
    replies = _judge_replies(view)
    for sample in view.samples(task):
        row = _row(sample)
        if replies:
            row["judge_replies"] = [replies.get(key) for key in sample["judgements"]]
        yield _holdable(row)


def _holdable(value: Any) -> Any:
    """Return a value that Arrow can hold: a lone surrogate as its escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_holdable(name): _holdable(one) for name, one in value.items()}
    return [_holdable(one) for one in value] if isinstance(value, list) else value


def _row(sample: SampleRecord) -> dict[str, Any]:
    error = sample["error"]
    row: dict[str, Any] = {
        "task": sample["task"],
        "id": str(sample["id"]),
        "repeat": sample["repeat"],
        "item_key": sample["item_key"],
        "outcome": sample["outcome"],
        "prompt": _prompt(sample["messages"]),
        "audio": [clip["path"] for clip in sample["audio"]],
        "audio_seconds": _total(clip["seconds"] for clip in sample["audio"]),
        "reference": sample["reference"],
        "response": sample.get("response"),
        "raw_response": sample.get("raw_response"),
        "reasoning": sample["reasoning"],
        "extracted": sample["extracted"],
        "finish": sample["finish"],
        "seconds": sample["seconds"],
        "error": None if error is None else f"{error['kind']}: {error['message']}",
        "cluster": sample["cluster"],
    }
    row |= {f"group_{name}": value for name, value in sample["groups"].items()}
    for metric, scores in sample["scores"].items():
        parse = sample["parse"].get(metric, {})
        for reading in READINGS:
            if reading in parse:
                row[f"{metric}_{reading}"] = scores.get(reading)
                row[f"{metric}_{reading}_parsed"] = parse[reading] == "ok"
    return row


def _prompt(messages: Iterable[Mapping[str, Any]]) -> str:
    """Return the prompt as text, a clip as ``<audio>``."""
    return "\n".join(
        "".join("<audio>" if part["type"] == "audio" else part["text"] for part in one["content"])
        for one in messages
    )


def _total(seconds: Iterable[float | None]) -> float | None:
    known = [value for value in seconds if value is not None]
    return sum(known) if known else None


def _judge_replies(view: RunView) -> dict[str, str | None]:
    return {record["key"]: record["reply"] for _, record in read_judgements(view.path)}
