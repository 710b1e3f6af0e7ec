"""How often an interval at 95 % holds the truth, how often equal systems fail, how often a detectable drop is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboards.cells import percent_mean
from leaderboards.interval import node_intervals
from leaderboards.normalize import normalize
from leaderboards.results import TaskResult, Value
from metrics.registry import METRICS
from metrics.statistics.intervals import estimate
from metrics.statistics.paired_tests import regression_test
from tests.support.simulation.samples import (
    Rng,
    Sample,
    Source,
    Stats,
    answers,
    beta_rates,
    confusion,
)

SEED = 20_261


@dataclass(frozen=True)
class Share:
    """A share of simulated data sets, per cent.

    Attributes:
        percent: the share.
        error: its standard error.
        count: data sets.
    """

    percent: float
    error: float
    count: int

    def text(self) -> str:
        """Return it with its standard error."""
        return f"{self.percent:.1f} ± {self.error:.1f}"


def share(hits: Sequence[bool]) -> Share:
    """Return the share of hits."""
    rate = float(np.mean(hits))
    return Share(
        100 * rate, 100 * math.sqrt(max(rate * (1 - rate), 0.25 / len(hits)) / len(hits)), len(hits)
    )


def coverage(source: Source, count: int, *, resamples: int = 2000) -> Share:
    """Return how often the product's interval holds the truth; no interval is a miss."""
    rng = np.random.default_rng([SEED, *source.name.encode()])
    hits = []
    for _ in range(count):
        sample = source.draw(rng)
        found = estimate(
            METRICS[source.metric],
            sample.items,
            sample.clusters,
            units=sample.units,
            seed=int(rng.integers(1 << 40)) if source.costly else 0,
            resamples=resamples,
        )
        low, high = found.ci95 or (math.inf, -math.inf)
        hits.append(low - 1e-12 <= source.truth <= high + 1e-12)
    return share(hits)


def exact_coverage(p: float, n: int) -> float:
    """Return the exact coverage of the product's interval of n answers that are right with probability p, per cent."""
    from scipy.stats import binom

    held = 0.0
    for right in range(n + 1):
        low, high = estimate(METRICS["accuracy"], answers(np.arange(n) < right)).ci95 or (1.0, 0.0)
        if low - 1e-12 <= p <= high + 1e-12:
            held += float(binom.pmf(right, n, p))
    return 100 * held


def exact_bias(rate: float, n: int, chance: float) -> float:
    """Return the exact bias of the normalised score of n answers, in points; a mean of tasks has the mean of theirs."""
    from scipy.stats import binom

    expected = 0.0
    for right in range(n + 1):
        made = _result("t", Value(right / n, None, None, n), chance)
        score = normalize("suite", {"t": made}).tree.score
        expected += float(binom.pmf(right, n, rate)) * (math.nan if score is None else score)
    return 100 * (expected - (rate - chance) / (1 - chance))


# --- means --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suite:
    """Tasks whose mean is looked at.

    Attributes:
        name: as the tables show it.
        rates: accuracy of every task.
        n: items a task.
        chance: of every task.
        speakers: speakers that all tasks share, with intraclass correlation 0.3; ``None``: items are independent.
    """

    name: str
    rates: tuple[float, ...]
    n: int
    chance: float = 0.25
    speakers: int | None = None


def suites(items: Sequence[int] = (20, 100)) -> list[Suite]:
    """Return the suites of the table: 3 and 20 tasks, and three that share 20 speakers."""
    found = []
    for tasks in (3, 20):
        half = tasks // 2
        for n in items:
            size = f"{tasks} x {n}"
            found += [
                Suite(f"{size}, .45 to .75", tuple(np.linspace(0.45, 0.75, tasks)), n),
                Suite(f"{size}, all at chance", (0.5,) * tasks, n, 0.5),
                Suite(f"{size}, half at chance", (0.25,) * half + (0.6,) * (tasks - half), n),
                Suite(f"{size}, near the ceiling", (0.98,) * tasks, n),
            ]
    return [*found, Suite("3 x 100, 20 shared speakers", (0.6,) * 3, 100, 0.25, 20)]


def _run(suite: Suite, rng: Rng) -> tuple[dict[str, TaskResult], dict[str, list[dict[str, Any]]]]:
    tasks: dict[str, TaskResult] = {}
    samples: dict[str, list[dict[str, Any]]] = {}
    skill = rng.random(suite.speakers or 1)
    for number, rate in enumerate(suite.rates):
        name = f"t{number:02}"
        who = rng.integers(0, len(skill), size=suite.n) if suite.speakers else None
        rates = np.full(suite.n, rate) if who is None else _speaker_rates(rate, skill)[who]
        items = answers(rng.random(suite.n) < rates)
        samples[name] = [
            {
                "id": place,
                "cluster": None if who is None else f"s{who[place]}",
                "stats": {"accuracy": {"strict": stats, "official": stats}},
            }
            for place, stats in enumerate(items)
        ]
        clusters = None if who is None else who.tolist()
        found = estimate(METRICS["accuracy"], items, clusters)
        value = Value(found.value, found.ci95, found.stderr, found.n)
        tasks[name] = _result(name, value, suite.chance)
    return tasks, samples


def _result(name: str, value: Value, chance: float) -> TaskResult:
    n = value.n or 0
    return TaskResult(
        name,
        "suite",
        ("accuracy",),
        {"accuracy": {"strict": value, "official": value}},
        anchors={"accuracy": {"chance": chance}},
        outcomes={"answered": n},
        n=n,
        total=n,
    )


def _speaker_rates(mean: float, skill: Any) -> Any:
    """Return the rates of speakers: the same quantile of a beta in every task."""
    from scipy.stats import beta

    weight = 1 / 0.3 - 1
    return beta.ppf(skill, mean * weight, (1 - mean) * weight)


def mean_coverage(suite: Suite, count: int, *, resamples: int = 1000) -> tuple[Share, Share, float]:
    """Return the coverage of the normalised and of the native mean, and the bias of the first in points."""
    from leaderboards.joint import covariance, influences

    rng = np.random.default_rng([SEED, *suite.name.encode()])
    truth = float(np.mean([(rate - suite.chance) / (1 - suite.chance) for rate in suite.rates]))
    plain = 100 * float(np.mean(suite.rates))
    normal, native, errors = [], [], []
    for _ in range(count):
        tasks, samples = _run(suite, rng)
        found = normalize("suite", tasks)
        seed = int(rng.integers(1 << 40))
        made = node_intervals(found, tasks, samples, resamples=resamples, seed=seed).get("suite")
        low, high = made.ci95 if made is not None else (math.inf, -math.inf)
        normal.append(low - 1e-9 <= truth <= high + 1e-9)
        errors.append((found.tree.score or 0.0) - truth)
        moved = influences(samples, dict.fromkeys(tasks, "accuracy"), "official")
        shared = covariance(moved, dict.fromkeys(tasks, 1 / len(tasks)))
        values = [result.values["accuracy"]["official"] for result in tasks.values()]
        ends = percent_mean(values, 4, shared=shared)["ci95"]
        native.append(ends is not None and ends[0] - 1e-4 <= plain <= ends[1] + 1e-4)
    return share(normal), share(native), 100 * float(np.mean(errors))


# --- tests --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pairs:
    """Two systems on the same items, equal but for a drop.

    Attributes:
        name: as the tables show it.
        metric: metric id.
        draw: (generator, drop) -> baseline and candidate.
    """

    name: str
    metric: str
    draw: Callable[[Rng, float], tuple[Sample, Sample]]


def _both(
    rng: Rng, draw: Callable[[Rng], list[Stats]], clusters: Any = None
) -> tuple[Sample, Sample]:
    first, second = draw(rng), draw(rng)
    return Sample(first, clusters), Sample(second, clusters)


def paired_accuracy(n: int, discordant: float) -> Pairs:
    """Independent pairs, of which a share is discordant."""

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        kind = rng.random(n)
        lost, either = (discordant + drop) / 2, discordant
        first = (kind < lost) | (kind >= either) & (kind < either + 0.6)
        second = (kind >= lost) & (kind < either) | (kind >= either) & (kind < either + 0.6)
        return Sample(answers(first)), Sample(answers(second))

    return Pairs(f"accuracy, n {n}, {discordant:.0%} discordant", "accuracy", draw)


def paired_clusters(clusters: int) -> Pairs:
    """Clusters of three items; both systems have the rate of the cluster and a beta rate of their own."""

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        names = np.repeat(np.arange(clusters), 3)
        sides = []
        for rate in (0.6, 0.6 - drop):
            rates = beta_rates(rng, rate, 0.3, clusters)[names]
            sides.append(Sample(answers(rng.random(len(names)) < rates), names.tolist()))
        return sides[0], sides[1]

    return Pairs(f"accuracy, {clusters} clusters of 3", "accuracy", draw)


def paired_judge(n: int) -> Pairs:
    """Judge scores around an item's own level; a drop takes a point off some items."""

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        level = rng.integers(2, 5, size=n)
        sides = []
        for loss in (0.0, drop):
            score = level + rng.integers(-1, 2, size=n) - (rng.random(n) < loss)
            sides.append(Sample([{"score": int(x), "n": 1} for x in np.maximum(score, 0)]))
        return sides[0], sides[1]

    return Pairs(f"judge score, n {n}", "judge_score", draw)


def paired_mae(n: int) -> Pairs:
    """Lognormal errors of an item, times lognormal errors of each system; a drop stretches the candidate's."""

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        common = np.exp(rng.normal(0, 0.5, size=n))
        mean = math.exp((0.25 + 0.16) / 2)
        sides = []
        for factor in (1.0, 1 + drop / mean):
            errors = factor * common * np.exp(rng.normal(0, 0.4, size=n))
            sides.append(Sample([{"abs_error": float(x), "n": 1} for x in errors]))
        return sides[0], sides[1]

    return Pairs(f"MAE, n {n}", "mae", draw)


def paired_wer(n: int) -> Pairs:
    """Lognormal lengths, an item's own rate beta(2, 18); a drop adds to the candidate's rates."""

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        lengths = np.maximum(1, np.rint(np.exp(rng.normal(math.log(9), 0.7, size=n)))).astype(int)
        rates = rng.beta(2, 18, size=n)
        sides = []
        for rate in (rates, np.minimum(1.0, rates + drop)):
            edits = rng.binomial(lengths, rate)
            sides.append(
                Sample(
                    [
                        {"edits": int(e), "length": int(m)}
                        for e, m in zip(edits, lengths, strict=True)
                    ]
                )
            )
        return sides[0], sides[1]

    return Pairs(f"WER, n {n}", "wer", draw)


def paired_f1(shares: tuple[float, ...], n: int) -> Pairs:
    """Items whose reference both systems see; each is right with its own probability."""
    from metrics.measures.macro_f1 import confusion_item

    def draw(rng: Rng, drop: float) -> tuple[Sample, Sample]:
        references = rng.choice(len(shares), size=n, p=shares)
        sides = []
        for right in (0.75, 0.75 - drop):
            table = confusion(shares, right)
            rows = table / table.sum(axis=1, keepdims=True)
            drawn = (rng.random(n)[:, None] > np.cumsum(rows[references], axis=1)).sum(axis=1)
            sides.append(
                Sample(
                    [
                        confusion_item(f"c{a}", f"c{min(b, len(shares) - 1)}")
                        for a, b in zip(references, drawn, strict=True)
                    ]
                )
            )
        return sides[0], sides[1]

    return Pairs(f"macro-F1, {len(shares)} classes, n {n}", "macro_f1", draw)


def false_alarms(pairs: Pairs, count: int, level: float = 0.05, *, draws: int = 999) -> Share:
    """Return how often equal systems fail at a level."""
    return share([p < level for p in p_values(pairs, count, 0.0, draws=draws)])


def p_values(pairs: Pairs, count: int, drop: float, *, draws: int = 999) -> list[float]:
    """Return the p-values of the product's test for systems that differ by a drop."""
    rng = np.random.default_rng([SEED, *pairs.name.encode()])
    found = []
    for _ in range(count):
        first, second = pairs.draw(rng, drop)
        test = regression_test(
            METRICS[pairs.metric],
            first.items,
            second.items,
            first.clusters,
            seed=int(rng.integers(1 << 40)),
            draws=draws,
        )
        found.append(test.p_value)
    return found


def printed_power(pairs: Pairs, count: int, *, draws: int = 999) -> tuple[float, Share]:
    """Return the mean detectable drop that the product prints, and how often a drop of that size is found."""
    rng = np.random.default_rng([SEED, 1, *pairs.name.encode()])
    printed = []
    for _ in range(100):
        first, second = pairs.draw(rng, 0.0)
        test = regression_test(
            METRICS[pairs.metric], first.items, second.items, first.clusters, draws=100
        )
        printed.append(test.detectable or math.inf)
    drop = float(np.median(printed))
    return drop, share([p < 0.05 for p in p_values(pairs, count, drop, draws=draws)])
