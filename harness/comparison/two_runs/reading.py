"""Sample lines of a run for a comparison: compact ones with the texts of every item, and in a second pass what a report shows.

A prompt is kept as a digest, so that runs of many items fit into memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.comparison.pairing import Line
from harness.run.reader import INDEX_KEYS, RunView

ItemKey = tuple[str, str, int]
"""Task, item key and repeat."""


class Texts(NamedTuple):
    """Texts of an item, as far as they are kept: prompt as a digest, reply, clips."""

    prompt: str
    response: str | None
    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadRun:
    """Sample lines of one run, compact, and the texts of each by (task, item key, repeat)."""

    lines: Mapping[str, list[Line]]
    texts: Mapping[ItemKey, Texts]


def read(view: RunView, names: Sequence[str]) -> ReadRun:
    """Read the sample lines of some tasks.

    Raises:
        InputFileError: the samples file is missing or damaged.
    """
    lines: dict[str, list[Line]] = {}
    texts: dict[ItemKey, Texts] = {}
    for record in view.samples():
        task = record["task"]
        if task not in names:
            continue
        compact = {key: record[key] for key in INDEX_KEYS}  # type: ignore[literal-required]
        lines.setdefault(task, []).append(compact)
        prompt = hashlib.sha256(
            prompt_text(record["messages"]).encode("utf-8", "replace")
        ).hexdigest()
        response = record.get("response")
        texts[task, record["item_key"], record["repeat"]] = Texts(
            prompt,
            None if response is None else str(response),
            tuple(clip["sha256"] for clip in record["audio"] if clip["sha256"]),
        )
    return ReadRun(lines, texts)


def prompt_text(messages: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a prompt; a clip stands as ``[audio]``."""
    parts = [
        part.get("text", "") if part["type"] == "text" else "[audio]"
        for message in messages
        for part in message["content"]
    ]
    return "\n".join(str(part) for part in parts)


def details_of(view: RunView, wanted: set[ItemKey]) -> dict[ItemKey, tuple[str, str]]:
    """Return prompt and reference of the items that the report shows, read in a second pass."""
    found = {}
    if wanted:
        for record in view.samples():
            key = (record["task"], record["item_key"], record["repeat"])
            if key in wanted:
                found[key] = (prompt_text(record["messages"]), _text(record["reference"]))
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " | ".join(map(_text, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
