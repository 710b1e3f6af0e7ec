"""Which items of a run are asked: all that are not finished, only the failed ones, or only those that a file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError
from harness.evaluation.plan import PlannedTask
from harness.evaluation.runner import Item
from harness.run.attempts import Attempts

_SHOWN: Final = 3


def read_ids(path: Path) -> frozenset[str]:
    """Read a file with one item id a line; blank lines count for nothing.

    Raises:
        InputFileError: it cannot be read, is not UTF-8, or names nothing.
    """
    try:
        check_regular(path, pipes=True)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    lines = (line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n"))
    found = frozenset(line for line in lines if line.strip())
    if not found:
        raise InputFileError("no item is named", where=str(path), hint="one item id a line")
    return found


def chosen_items(
    tasks: Sequence[PlannedTask],
    units: Callable[[PlannedTask], Iterable[tuple[int, int]]],
    attempts: Attempts,
    *,
    only_failed: bool = False,
    ids: frozenset[str] | None = None,
) -> list[Item]:
    """Return the items that a command chooses, in the order of tasks and documents.

    Args:
        tasks: what is planned.
        units: gives (position, repeat) of what this command asks of a task.
        attempts: what the log holds.
        only_failed: of these, the items whose last attempt is an error.
        ids: of these, the items with one of these ids; ``None`` for any.

    Raises:
        UsageError: an id that no planned item has.
    """
    if ids is not None:
        _check_ids(tasks, ids)
    items: list[Item] = []
    for task in tasks:
        for position, repeat in units(task):
            identifier = task.documents[position]["_id"]
            if ids is not None and str(identifier) not in ids:
                continue
            attempt = attempts.get((task.name, identifier, repeat))
            if not only_failed or (attempt is not None and attempt.outcome == "error"):
                items.append(Item(task, position, repeat))
    return items


def _check_ids(tasks: Sequence[PlannedTask], ids: frozenset[str]) -> None:
    unknown = set(ids)
    for task in tasks:
        unknown -= {str(task.documents[position]["_id"]) for position in task.positions()}
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        names = ", ".join(repr(one) for one in islice(sorted(unknown), _SHOWN))
        raise UsageError(
            f"no planned item has the id {names}{more}",
            where="--ids",
            hint="ids are those of responses.jsonl, one a line",
        )
