"""What the gate needs of a run: a run directory, several runs of one checkpoint, or a saved baseline file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from harness.core.keys import canonical_json
from harness.run.reader import RunView

KEY_CHARS = 32
"""Characters of an item key that a saved baseline keeps, and by which items are paired then."""
Lines = dict[str, list[dict[str, Any]]]


class Side(Protocol):
    """One side of a gate."""

    @property
    def name(self) -> str:
        """The name in reports."""
        ...

    @property
    def tasks(self) -> Mapping[str, Any]:
        """Task id -> what the manifest says about it."""
        ...

    @property
    def stamp(self) -> str:
        """Digest of everything that the gate reads of it."""
        ...

    @property
    def short_keys(self) -> bool:
        """True if its item keys are shortened."""
        ...

    def lines(self) -> Lines:
        """Return the sample lines of every task, as ``RunView.sample_index`` does."""
        ...

    def replies(self) -> dict[str, dict[tuple[str, int], str]]:
        """Return digests of replies: task -> (item key, repeat) -> digest."""
        ...

    def between(self, task: str, metric: str) -> list[float]:
        """Return the value of a metric in every run of a side of several runs."""
        ...

    def stale(self) -> str | None:
        """Return a warning if the results are not those of the logs."""
        ...


class RunSide:
    """A run directory as a side of a gate."""

    short_keys = False

    def __init__(self, view: RunView) -> None:
        self.view = view

    @property
    def name(self) -> str:
        """The run's name."""
        return self.view.name

    @property
    def tasks(self) -> Mapping[str, Any]:
        """Its tasks."""
        return self.view.tasks

    @property
    def stamp(self) -> str:
        """Digest of its statistics."""
        return stamp_of(self.lines())

    def lines(self) -> Lines:
        """Return its sample lines, with ``seconds`` of the audio and ``tokens`` of the reply where they are known."""
        return self.view.sample_index()

    def replies(self) -> dict[str, dict[tuple[str, int], str]]:
        """Return digests of its replies."""
        found: dict[str, dict[tuple[str, int], str]] = {}
        for sample in self.view.samples():
            key = (sample["item_key"], sample["repeat"])
            found.setdefault(sample["task"], {})[key] = reply_digest(sample.get("response"))
        return found

    def between(self, task: str, metric: str) -> list[float]:
        """Return nothing: it is one run."""
        del task, metric
        return []

    def stale(self) -> str | None:
        """Return a warning if the results are not those of the logs."""
        return self.view.stale()


def reply_digest(reply: Any) -> str:
    """Return a short digest of a reply.

    >>> reply_digest("yes") == reply_digest("yes") != reply_digest("no")
    True
    """
    content = canonical_json(reply).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:8]


def stamp_of(lines: Lines) -> str:
    """Return a digest of keys and strict statistics, whatever their order."""
    rows = sorted(
        canonical_json(
            [task, str(line["item_key"])[:KEY_CHARS], int(line.get("repeat") or 0), line["outcome"], strict_stats(line)]
        )
        for task, found in lines.items()
        for line in found
    )  # fmt: skip
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def strict_stats(line: Mapping[str, Any]) -> dict[str, Mapping[str, float] | None]:
    """Return the strict statistics of a line by metric."""
    return {metric: readings.get("strict") for metric, readings in line["stats"].items()}


def short(lines: Lines) -> Lines:
    """Return lines with shortened item keys."""
    return {
        task: [{**line, "item_key": str(line["item_key"])[:KEY_CHARS]} for line in found]
        for task, found in lines.items()
    }
