"""Why items failed: reasons by class with an example of each, from the log of responses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import page
from harness.run.attempts import Attempts
from harness.run.files import RESPONSES
from harness.run.reader import ResponseReader

_LONGEST: Final = 200
_CURES: Final = {
    "connection": "does a server listen at that address? base_url is http://HOST:PORT/v1"
    f" ({page('recipes.md')})",
}
"""What to look at, by class of error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One class of failed items.

    Attributes:
        kind: class of the error.
        count: items whose last attempt ended so.
        item: id of the first of them.
        message: what it says.
    """

    kind: str
    count: int
    item: str
    message: str

    def line(self) -> str:
        """Return a line for people, and a second one where something can be done about it.

        >>> Failure("timeout", 3, "item-7", "no answer in 60 s").line()
        'timeout 3, such as item-7: no answer in 60 s'
        """
        line = f"{self.kind} {self.count}, such as {self.item}: {self.message}"
        return f"{line}\n    {_CURES[self.kind]}" if self.kind in _CURES else line


def one_line(message: str) -> str:
    r"""Return a message of several lines as one: what follows a line without a full stop follows a colon.

    >>> one_line("it is a git-lfs pointer" + chr(10) + "  run git lfs pull")
    'it is a git-lfs pointer: run git lfs pull'
    >>> one_line("it ended." + chr(10) * 2 + "Start it.")
    'it ended. Start it.'
    """
    parts = [" ".join(part.split()) for part in message.split("\n")]
    joined = ""
    for part in filter(None, parts):
        gap = "" if not joined else " " if joined[-1] in ".:;,!?…" else ": "
        joined += gap + part
    return joined


def failures(root: Path, attempts: Attempts, tasks: Collection[str]) -> list[Failure]:
    """Return the classes of failed items, the most frequent first.

    Args:
        root: the run directory.
        attempts: last attempt of every item.
        tasks: task ids that count.

    Raises:
        InputFileError: a line is damaged.
    """
    if not (root / RESPONSES).exists():
        return []
    found: dict[str, Failure] = {}
    reader = ResponseReader(root)
    try:
        for offset in (offset for task, offset in attempts.failed() if task in tasks):
            record = reader.read(offset)
            error = record["error"]
            if error is None:
                continue
            before = found.get(error["kind"])
            if before is not None:
                found[error["kind"]] = Failure(
                    before.kind, before.count + 1, before.item, before.message
                )
                continue
            text = one_line(error["message"])
            text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
            found[error["kind"]] = Failure(error["kind"], 1, str(record["id"]), text)
    finally:
        reader.close()
    return sorted(found.values(), key=lambda one: (-one.count, one.kind))


def with_reasons(note: str, root: Path, attempts: Attempts, tasks: Collection[str]) -> str:
    """Return a note with a line for every class of failed items under it.

    Args:
        note: what they are.
        root: the run directory.
        attempts: last attempt of every item.
        tasks: task ids that count.
    """
    return "\n".join([note, *(f"  {one.line()}" for one in failures(root, attempts, tasks))])
