"""Simulations of plans: predicted standard errors, values borrowed from a full run, judge scores corrected by people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.registry import METRICS
from metrics.statistics.borrowed import borrowed_estimate
from metrics.statistics.intervals import estimate
from metrics.statistics.plan import components, influences
from tests.support.simulation.coverage import SEED, Pairs, Share, beta_rates, share
from tests.support.simulation.samples import answers

REPEATS = (1, 2, 4, 8)


def predicted_errors(items: int, count: int, *, icc: float = 0.4) -> list[tuple[int, float, float]]:
    """Return (repeats, predicted standard error, simulated one); predictions are from one run with 4 repeats.

    Items have beta rates of mean 0.6 and this intraclass correlation; every simulated run has new items.
    """
    rng = np.random.default_rng([SEED, 4])
    rates = beta_rates(rng, 0.6, icc, items)
    names = np.repeat(np.arange(items), 4)
    run = answers(rng.random(len(names)) < rates[names])
    found = components(influences(METRICS["accuracy"], run), names.tolist())
    assert found is not None
    rows = []
    for repeats in REPEATS:
        means = [
            rng.binomial(repeats, beta_rates(rng, 0.6, icc, items)).mean() / repeats
            for _ in range(count)
        ]
        rows.append((repeats, found.stderr(items, repeats), float(np.std(means, ddof=1))))
    return rows


@dataclass(frozen=True)
class Borrowed:
    """Coverage of values for all items, and how wide their intervals are.

    Attributes:
        covers: share of intervals that hold the value of all items.
        width: mean width over that of the subset's own interval about these items.
        predicted: sqrt(1 - rho^2).
    """

    covers: Share
    width: float
    predicted: float


def borrowed(pairs: Pairs, part: int, count: int) -> Borrowed:
    """Return what a random subset of some items with a full baseline says of the candidate on all of them."""
    metric = METRICS[pairs.metric]
    rng = np.random.default_rng([SEED, 5, *pairs.name.encode()])
    hits, widths, correlations = [], [], []
    for _ in range(count):
        baseline, candidate = pairs.draw(rng, 0.0)
        n = len(baseline.items)
        chosen = np.sort(rng.choice(n, size=part, replace=False))
        ours = [candidate.items[i] for i in chosen]
        theirs = [baseline.items[i] for i in chosen]
        found = borrowed_estimate(metric, ours, theirs, baseline.items)
        truth = metric.aggregate(candidate.items)
        low, high = found.ci95 or (math.inf, -math.inf)
        hits.append(low - 1e-12 <= truth <= high + 1e-12)
        pulls = np.array([influences(metric, candidate.items), influences(metric, baseline.items)])
        correlations.append(float(np.corrcoef(pulls)[0, 1]))
        plain = float(np.std(influences(metric, ours), ddof=1)) / math.sqrt(part)
        widths.append((found.stderr or 0.0) / (plain * math.sqrt(1 - part / n)))
    rho = float(np.mean(correlations))
    return Borrowed(share(hits), float(np.mean(widths)), math.sqrt(1 - rho**2))


def own_interval(pairs: Pairs, part: int, count: int) -> Sequence[bool]:
    """Return whether the subset's own intervals hold the value of all items."""
    metric = METRICS[pairs.metric]
    rng = np.random.default_rng([SEED, 6])
    hits = []
    for _ in range(count):
        _, candidate = pairs.draw(rng, 0.0)
        chosen = rng.choice(len(candidate.items), size=part, replace=False)
        low, high = estimate(metric, [candidate.items[i] for i in chosen]).ci95 or (1.0, 0.0)
        hits.append(low <= metric.aggregate(candidate.items) <= high)
    return hits


@dataclass(frozen=True)
class CorrectionCheck:
    """Coverage of corrected judge scores.

    Attributes:
        covers: share of corrected intervals that hold the truth.
        raw: share of intervals around the judge's own mean that do.
        width: width over that of the labels alone.
    """

    covers: Share
    raw: Share
    width: float


def corrected(labels: int, others: int, count: int, *, specificity: float = 0.7) -> CorrectionCheck:
    """Return what people's labels make of a judge that calls 95 % of right and some of wrong replies right; 60 % are right."""
    from metrics.statistics.corrected import corrected_mean

    rng = np.random.default_rng([SEED, 7, labels, others, int(1000 * specificity)])
    accuracy, truth = METRICS["accuracy"], 0.6
    hits, raw, widths = [], [], []
    for _ in range(count):
        right = rng.random(labels + others) < truth
        grade = np.where(right, rng.random(len(right)) < 0.95, rng.random(len(right)) > specificity)
        y, f = right[:labels].astype(float).tolist(), grade.astype(float).tolist()
        found = corrected_mean(y, f[:labels], f[labels:], bounds=(0.0, 1.0))
        low, high = found.ci95 or (1.0, 0.0)
        hits.append(low <= truth <= high)
        widths.append(found.stderr / found.people_stderr)
        low, high = estimate(accuracy, answers(grade)).ci95 or (1.0, 0.0)
        raw.append(low <= truth <= high)
    return CorrectionCheck(share(hits), share(raw), float(np.mean(widths)))
