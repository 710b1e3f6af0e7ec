"""Many gates against one baseline: alpha is spent over them, so that thirty nights together raise a false alarm as rarely as one.

A ledger lies next to the baseline: a line per candidate. Each may spend alpha/horizon; the same candidate spends once. The ledger is
stamped with the baseline's content: another baseline begins another ledger.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from harness.comparison.gating.report import Spent
from harness.errors import InputFileError, StorageError, UsageError
from harness.run.jsonl import AppendLog, read_lines
from harness.run.locking import WriterLock

SUFFIX: Final = ".gate-ledger.jsonl"
_PATIENCE: Final = 600.0
_KEYS: Final[Mapping[str, type]] = {
    "baseline": str, "candidate": str, "name": str, "alpha": float, "night": int, "verdict": str,
}  # fmt: skip


def ledger_of(baseline: Path) -> Path:
    """Return the ledger next to a baseline.

    >>> ledger_of(Path("runs/main")).name
    'main.gate-ledger.jsonl'
    """
    return baseline.with_name(baseline.name + SUFFIX)


def plan_night(path: Path, *, baseline: str, candidate: str, alpha: float, horizon: int) -> Spent:
    """Return which night this is, and what it may spend.

    Args:
        path: the ledger; it need not be there.
        baseline: stamp of the baseline.
        candidate: stamp of the candidate.
        alpha: level over all nights.
        horizon: number of nights.

    Raises:
        UsageError: the ledger is of another baseline, or its nights are used up.
        InputFileError: it is damaged.
    """
    entries = _read(path)
    for entry in entries:
        if entry["baseline"] != baseline:
            raise UsageError(
                "the ledger is of another baseline: alpha is spent against a fixed one",
                where=str(path),
                hint="restore that baseline, or begin a new ledger with another --ledger FILE",
            )
    known = {entry["candidate"]: entry["night"] for entry in entries}
    night = known.get(candidate, len(known) + 1)
    # a horizon or alpha that was changed on the way must not spend more than there is
    spent = math.fsum(entry["alpha"] for entry in entries if entry["candidate"] != candidate)
    if night > horizon or spent + alpha / horizon > alpha * (1 + 1e-9):
        raise UsageError(
            f"all {horizon} nights against this baseline are spent ({spent:.3g} of alpha {alpha:g} in {len(known)})",
            where=str(path),
            hint="take a new baseline, which begins a new ledger",
        )
    return Spent(horizon, night, alpha / horizon)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a ledger, so that of two gates at once the second waits and sees what the first spent.

    Raises:
        RunLockedError: another process has it for ten minutes.
        StorageError: it cannot be locked.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        with WriterLock(lock, seconds=_PATIENCE):
            yield
    except OSError as error:
        raise StorageError(f"cannot lock: {error.strerror}", where=str(lock)) from error


def record_night(
    path: Path, spent: Spent, *, baseline: str, candidate: str, name: str, verdict: str
) -> None:
    """Add a line about a candidate that is not in the ledger yet.

    Raises:
        StorageError: the ledger cannot be written.
    """
    if any(entry["candidate"] == candidate for entry in _read(path)):
        return
    entry = {
        "baseline": baseline,
        "candidate": candidate,
        "name": name,
        "alpha": spent.alpha,
        "night": spent.nights,
        "verdict": verdict,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with AppendLog(path) as log:
        log.append(entry)


def _read(path: Path) -> list[dict[str, Any]]:
    entries = []
    for _, entry in read_lines(path):
        for key, kind in _KEYS.items():
            if not isinstance(entry.get(key), kind):
                raise InputFileError(
                    f"an entry has no {key} of the right type",
                    where=str(path),
                    hint="restore the ledger from a copy; without it nobody knows what is spent",
                )
        entries.append(entry)
    return entries
