"""Audio gain: how much better a model is with its clips than without, item by item.

A run is set against one of the same model under ``--control no-audio`` (else ``silence``) whose signatures agree in every other part. A
gain is positive where audio helps, also for error rates. Items are paired by content and repeat; replies to one item, and items of one
cluster, are one unit. What is left without audio is what question and options give away, or luck: chance is shown with it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.types import Stats
from leaderboards.results import TaskResult
from metrics.registry import find
from metrics.statistics.paired_difference import paired_difference
from metrics.statistics.quantiles import t_interval
from metrics.statistics.still import still_variance

CONTROL: Final = "control"
"""Part of a signature that names what was done to the audio."""
UNHEARD: Final = ("no-audio", "silence")
"""Controls under which nothing can be heard, the better one first."""
_FREE: Final = frozenset({CONTROL, "data", "n", "subset", "reading"})
"""Parts that may differ between two runs whose items are paired."""
Lines = Iterable[Mapping[str, Any]]
"""Sample lines with ``item_key``, ``repeat``, ``cluster`` and ``stats``."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Worth of audio in one metric of one task, strict reading.

    Attributes:
        task: task id.
        metric: metric id.
        control: what the other run heard.
        value: the value with audio, over the shared items.
        without: the value without.
        gain: the difference, positive where audio helps.
        ci95: its paired interval, ``None`` where there is none.
        n: pairs of replies.
        chance: value of guessing, ``None`` where the task declares none.
        shares: unit -> its share of the gain; they sum to it.
    """

    task: str
    metric: str
    control: str
    value: float
    without: float
    gain: float
    ci95: tuple[float, float] | None
    n: int
    chance: float | None
    shares: Mapping[str, float]


def control_of(parts: Mapping[str, str]) -> str:
    """Return the control of a task's signature, empty for a task as it is.

    >>> control_of({"n": "5/5", "control": "noise:0"}), control_of({"n": "5/5"})
    ('noise:0', '')
    """
    return parts.get(CONTROL, "")


def is_partner(real: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether a task ran without audio and else as another one did, by their parts.

    >>> is_partner({"prompt": "a#1", "n": "5/5"}, {"prompt": "a#1", "n": "3/5", "control": "no-audio"})
    True
    """
    return (
        not control_of(real)
        and control_of(other) in UNHEARD
        and all(real.get(name) == other.get(name) for name in {*real, *other} - _FREE)
    )


def partner(
    real: TaskResult, others: Iterable[tuple[TaskResult, Lines]]
) -> tuple[TaskResult, Lines] | None:
    """Return the run of a task without audio among those of the same model, ``None`` if there is none."""
    found = [one for one in others if is_partner(real.parts, one[0].parts)]
    return min(found, key=lambda one: UNHEARD.index(control_of(one[0].parts)), default=None)


def pairs_of(lines: Lines, others: Lines) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the lines that both runs have, by item and repeat."""
    known = {(line["item_key"], line.get("repeat") or 0): line for line in others}
    return [
        (line, other)
        for line in lines
        if (other := known.get((line["item_key"], line.get("repeat") or 0))) is not None
    ]


def unit_of(line: Mapping[str, Any]) -> str:
    """Return what a line is resampled with: its cluster, else its item."""
    cluster = line.get("cluster")
    return f"item {line['item_key']}" if cluster is None else f"cluster {cluster}"


def gain_of(
    real: TaskResult, lines: Lines, control: TaskResult, others: Lines, metric: str
) -> Gain | None:
    """Return what audio is worth in one metric; ``None`` if no item has a value in both runs.

    Args:
        real: the task as it is.
        lines: its sample lines.
        control: the task without audio.
        others: its sample lines.
        metric: metric id.
    """
    kept = [
        (unit_of(pair[0]), ours, theirs)
        for pair in pairs_of(lines, others)
        if (ours := _stats(pair[0], metric)) is not None
        and (theirs := _stats(pair[1], metric)) is not None
    ]
    if not kept:
        return None
    measure = find(metric)
    units = [unit for unit, _, _ in kept]
    heard, unheard = [ours for _, ours, _ in kept], [theirs for _, _, theirs in kept]
    value, without = measure.aggregate(heard), measure.aggregate(unheard)
    sign = 1.0 if measure.higher_is_better else -1.0
    found = paired_difference(measure, unheard, heard, units)
    if not math.isfinite(found.value):
        return None
    ends = sorted(sign * end for end in found.ci95) if found.ci95 else None
    anchors = real.anchors.get(metric) or {}
    return Gain(
        real.task,
        metric,
        control_of(control.parts),
        value,
        without,
        sign * found.value + 0.0,
        (ends[0], ends[1]) if ends else None,
        len(kept),
        anchors.get("chance"),
        _shares(metric, heard, unheard, units, sign),
    )


def _stats(line: Mapping[str, Any], metric: str) -> Stats | None:
    found: Stats | None = (line.get("stats") or {}).get(metric, {}).get("strict")
    return found


def _shares(
    metric: str, heard: Sequence[Stats], unheard: Sequence[Stats], units: Sequence[str], sign: float
) -> dict[str, float]:
    """Return how much each unit adds to a gain: the linearised differences of its items, which sum to the gain."""
    from metrics.statistics.plan import influences

    measure, n = find(metric), len(units)
    ours, theirs = influences(measure, heard), influences(measure, unheard)
    middle = (measure.aggregate(heard) - measure.aggregate(unheard)) / n
    found: dict[str, float] = defaultdict(float)
    for unit, one, other in zip(units, ours, theirs, strict=True):
        found[unit] += sign * ((one - other) / n + middle)
    return dict(found)


def mean_gain(gains: Sequence[Gain]) -> tuple[float, tuple[float, float] | None]:
    """Return the plain mean of gains with its interval; units that tasks share count once.

    The interval of one gain is its own; of several, t over the units of all of them, a gain without any spread widened as
    ``metrics.statistics.still`` says.

    >>> one = Gain("a", "accuracy", "no-audio", 1.0, 0.5, 0.5, (0.1, 0.9), 4, 0.25, {"x": 0.25, "y": 0.25})
    >>> mean_gain([one])
    (0.5, (0.1, 0.9))
    """
    if len(gains) == 1:
        return gains[0].gain, gains[0].ci95
    value = math.fsum(one.gain for one in gains) / len(gains)
    units: dict[str, float] = defaultdict(float)
    still = []
    for one in gains:  # what a unit adds, apart from what it adds on average
        middle = one.gain / len(one.shares)
        if max(abs(share - middle) for share in one.shares.values()) < 1e-12:
            still.append((1 / len(gains), len(one.shares)))
        for unit, share in one.shares.items():
            units[unit] += (share - middle) / len(gains)
    if len(units) < 2:
        return value, None
    variance = math.fsum(share**2 for share in units.values()) * len(units) / (len(units) - 1)
    variance += still_variance(still)
    if not math.isfinite(variance):
        return value, None
    return value, t_interval(value, math.sqrt(variance), len(units))
