"""Guards: what must not rise, apart from the metrics, since a broken parser looks like a worse model, and a slow engine like no model at all.

Shares (unparsed, refused, truncated, failed, abstaining items) are tested like 0/1 metrics; means per item (seconds, real-time factor, tokens) are
watched where a policy names them, as ratios to the baseline's mean. All p-values go into the family of the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.comparison.gating.metric_tests import is_runaway, strict
from harness.comparison.gating.policy import SHARES, GuardLimits, Policy
from harness.comparison.gating.report import GuardRow
from harness.comparison.pairing import Line, Pairing, clusters
from metrics.registry import find, share

RISE: Final = 0.02
"""Points by which a share must rise at least, where a policy says nothing."""
GROWTH: Final = 0.2
"""Share of the baseline's mean by which a mean must rise at least."""
Indicator = Callable[[Line], bool]
Quantity = Callable[[Line], float | None]


def _unparsed(line: Line) -> bool:
    return any(by.get("strict") == "unparsed" for by in line.get("parse", {}).values())


def _abstained(line: Line) -> bool:
    metrics = [find(name) for name in line.get("stats", {})]
    shares = [
        (metric, strict(line, metric.name)) for metric in metrics if metric.role == "abstention"
    ]
    return any(stats and metric.value(stats) > 0 for metric, stats in shares)


def _runaway(line: Line) -> bool:
    found = (strict(line, metric) for metric in line.get("stats", {}))
    return any(stats is not None and is_runaway(stats) for stats in found)


_SHARES: Final[Mapping[str, Indicator]] = {
    "unparsed": _unparsed,
    "refused": lambda line: line["outcome"] == "refused",
    "truncated": lambda line: line["outcome"] == "truncated",
    "error": lambda line: line["outcome"] == "error",
    "abstention": _abstained,
    "runaway": _runaway,
}
_UNASKED: Final = ("unparsed", "refused", "error", "abstention")
"""Guards that are watched without a policy."""


def _real_time_factor(line: Line) -> float | None:
    seconds, audio = line.get("seconds"), line.get("audio_seconds")
    return None if not audio or seconds is None else float(seconds) / float(audio)


_MEANS: Final[Mapping[str, Quantity]] = {
    "seconds": lambda line: line.get("seconds"),
    "real_time_factor": _real_time_factor,
    "tokens": lambda line: line.get("tokens"),
}


@dataclass(frozen=True, slots=True)
class Watched:
    """One guard of one task before its p is adjusted.

    Attributes:
        task: task id.
        guard: name of the guard.
        baseline: the baseline's share or mean.
        candidate: the candidate's.
        p_value: one-sided p of a rise.
        limits: what is asked of it.
        is_share: a share of items; else a mean per item.
    """

    task: str
    guard: str
    baseline: float
    candidate: float
    p_value: float
    limits: GuardLimits
    is_share: bool

    def row(self, p_adjusted: float, alpha: float) -> GuardRow:
        """Return the row: failed by a significant rise of some size, or by a ceiling."""
        rise = (
            self.limits.rise
            if self.limits.rise is not None
            else (RISE if self.is_share else GROWTH)
        )
        change = self.candidate - self.baseline
        if not self.is_share:
            change = (
                change / self.baseline if self.baseline > 0 else math.inf if change > 0 else 0.0
            )
        reasons = ["rise"] if p_adjusted < alpha and change >= rise - 1e-12 else []
        if self.limits.ceiling is not None and self.candidate > self.limits.ceiling:
            reasons.append(f"ceiling {self.limits.ceiling:g}")
        return GuardRow(
            self.task,
            self.guard,
            self.baseline,
            self.candidate,
            p_adjusted,
            failed=bool(reasons),
            share=self.is_share,
            reasons=tuple(reasons),
        )


def watch(pairings: Mapping[str, Pairing], policy: Policy | None) -> list[Watched]:
    """Return every guard with anything to watch, with its p."""
    found = []
    for task, pairing in pairings.items():
        pairs = [*pairing.pairs, *pairing.errors]
        if not pairs:
            continue
        for name, indicator in _SHARES.items():
            limits = policy.guard(name) if policy else GuardLimits()
            asked = name in _UNASKED or (policy is not None and name in policy.guards)
            if asked and not limits.skip:
                found += _share(task, name, indicator, pairs, limits)
        for name in policy.guards if policy else ():
            if name not in SHARES and not (limits := policy.guard(name)).skip:  # type: ignore[union-attr]
                found += _mean(task, name, pairing, limits)
    return found


def _share(
    task: str,
    name: str,
    indicator: Indicator,
    pairs: list[tuple[Line, Line]],
    limits: GuardLimits,
) -> list[Watched]:
    from metrics.statistics.paired_tests import regression_test

    watched = share("guard", higher_is_better=False)  # a share that should not rise
    sides = [
        [{"correct": int(indicator(line)), "n": 1} for line in side]
        for side in zip(*pairs, strict=True)
    ]
    if not any(stats["correct"] for side in sides for stats in side):
        return []
    shares = [sum(stats["correct"] for stats in side) / len(side) for side in sides]
    outcome = regression_test(watched, sides[0], sides[1], clusters(pairs))
    return [Watched(task, name, shares[0], shares[1], outcome.p_value, limits, is_share=True)]


def _mean(task: str, name: str, pairing: Pairing, limits: GuardLimits) -> list[Watched]:
    from metrics.statistics.paired_tests import sign_flip

    quantity = _MEANS[name]
    before: list[float] = []
    now: list[float] = []
    pairs = []
    for pair in pairing.pairs:
        one, other = quantity(pair[0]), quantity(pair[1])
        if one is not None and other is not None:
            pairs.append(pair)
            before.append(float(one))
            now.append(float(other))
    if not pairs:
        return []
    means = [math.fsum(side) / len(side) for side in (before, now)]
    rises = [other - one for one, other in zip(before, now, strict=True)]
    p_value = sign_flip(rises, clusters(pairs))
    return [Watched(task, name, means[0], means[1], p_value, limits, is_share=False)]
