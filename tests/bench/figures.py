"""Figures of ``make bench``, each beside its bar; those that miss it are named at the end, with the reason found."""

from __future__ import annotations

import re

REASONS = {
    "over that of the bare aiohttp loop": "scoring and its files, the item's key, the header of its clip, the record with its check",
    "the same command again (nothing to do): CPU": "imports, reading the log, and a prompt and a key for every item",
    "start-up of a run (1 item): CPU": "imports",
    "LLaSO-Eval outputs of one model": "the JSON of records and its checks, then the readers; the machine's speed, which changes by half within hours, decides about 5 s",
    ": wall": "the processor time, on the next line, is what it can be without other work on the machine",
    "ours over bare aiohttp": "the same processor time; at 50 ms it is not hidden behind the service",
    "share of linear": "one replica alone is disturbed by whatever else the machine does",
    "bare over harness": "the same: alternate pairs on a quiet machine",
}
"""Why a bar was missed where it was, by a part of the figure's name."""
_BAR = re.compile(r"bar (at least )?([\d.]+)")
_missed: list[str] = []


def show(name: str, figure: str, bar: str) -> None:
    """One line of the report.

    Args:
        name: what was measured.
        figure: a number with its unit, or why there is none.
        bar: ``bar 1.5 s`` is the most, ``bar at least 0.95`` the least that it may be; further words say nothing here.
    """
    print(f"{name:<58} {figure:>14}   {bar}", flush=True)
    if misses(figure, bar):
        reason = next((why for part, why in REASONS.items() if part in name), "no reason found yet")
        _missed.append(f"missed: {name.strip()}: {figure}, {bar}: {reason}")


def misses(figure: str, bar: str) -> bool:
    """Whether a figure misses its bar.

    >>> misses("1.6 s", "bar 1.5 s"), misses("0.96", "bar at least 0.95"), misses("skipped", "bar 1 s"), misses("3", "")
    (True, False, False, False)
    """
    wanted, found = _BAR.match(bar), re.match(r"-?[\d.]+", figure.replace(",", ""))
    if wanted is None or found is None:
        return False
    value, bound = float(found[0]), float(wanted[2])
    return value < bound if wanted[1] else value > bound


def show_missed() -> None:
    """Name the figures that missed their bars."""
    print("", *(_missed or ["no bar was missed"]), sep="\n")
