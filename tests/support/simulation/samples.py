"""Generators of data sets of which the truth is known. Every one takes a seeded generator and draws one data set."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

Stats = dict[str, float]
Rng = np.random.Generator

WER_SPEAKER_SHAPE = 4.0
NEAR = 10_000
"""Data sets of a row of a full table that lies near its bar."""
F1_FOUR = (0.70, 0.15, 0.10, 0.05)
F1_EIGHT = (0.40, 0.20, 0.15, 0.10, 0.06, 0.05, 0.03, 0.01)


@dataclass(frozen=True)
class Sample:
    """One data set.

    Attributes:
        items: statistics of every reply.
        clusters: cluster of every reply.
        units: item of every reply.
    """

    items: list[Stats]
    clusters: list[Hashable] | None = None
    units: list[Hashable] | None = None


@dataclass(frozen=True)
class Source:
    """Where data sets come from.

    Attributes:
        name: as the tables show it.
        metric: metric id.
        truth: what an interval should hold.
        draw: one data set.
        barred: the bar of 93 to 97 % holds for it.
        costly: its intervals are resampled.
        least: data sets that a full table has at least, where fewer leave the row near its bar.
    """

    name: str
    metric: str
    truth: float
    draw: Callable[[Rng], Sample]
    barred: bool = True
    costly: bool = False
    least: int = 0


def answers(rights: Any) -> list[Stats]:
    """Return the statistics of right (1) and wrong (0) items."""
    return [{"correct": int(x), "n": 1} for x in rights]


def beta_rates(rng: Rng, mean: float, icc: float, size: int) -> Any:
    """Return rates of clusters: beta with this mean and intraclass correlation."""
    weight = 1 / icc - 1
    return rng.beta(mean * weight, (1 - mean) * weight, size=size)


def accuracy(p: float, n: int) -> Source:
    """Independent items, right with probability p."""
    return Source(
        f"accuracy p {p}, n {n}",
        "accuracy",
        p,
        lambda rng: Sample(answers(rng.random(n) < p)),
        barred=n >= 100 or p == 0.5,
        least=NEAR if (p, n) == (0.98, 100) else 0,
    )


def clustered_accuracy(p: float, n: int) -> Source:
    """Clusters of 2 to 5 items whose rates are beta with intraclass correlation 0.3."""

    def draw(rng: Rng) -> Sample:
        sizes = rng.integers(2, 6, size=round(n / 3.5))
        names = np.repeat(np.arange(len(sizes)), sizes)
        rates = beta_rates(rng, p, 0.3, len(sizes))[names]
        return Sample(answers(rng.random(len(names)) < rates), names.tolist())

    return Source(
        f"accuracy in clusters, p {p}, n {n}",
        "accuracy",
        p,
        draw,
        barred=n >= 100,
        least=NEAR if n == 100 and p in (0.02, 0.98) else 0,
    )


JUDGE = {
    "spread": (0.05, 0.10, 0.20, 0.35, 0.30),
    "near 5": (0.01, 0.01, 0.03, 0.10, 0.85),
    "near 1": (0.70, 0.15, 0.08, 0.05, 0.02),
}
"""Probabilities of the judge scores 1 to 5."""


def judge(kind: str, n: int) -> Source:
    """Independent judge scores."""
    shares = JUDGE[kind]
    truth = sum((k + 1) * share for k, share in enumerate(shares))
    return Source(
        f"judge score {kind}, n {n}",
        "judge_score",
        truth,
        lambda rng: Sample(
            [{"score": int(x) + 1, "n": 1} for x in rng.choice(5, size=n, p=shares)]
        ),
        barred=n >= 100,
    )


def mae(kind: str, n: int) -> Source:
    """Absolute errors: half-normal or lognormal with sigma 1."""
    truth = math.sqrt(2 / math.pi) if kind == "half-normal" else math.exp(0.5)

    def draw(rng: Rng) -> Sample:
        normal = rng.normal(size=n)
        errors = np.abs(normal) if kind == "half-normal" else np.exp(normal)
        return Sample([{"abs_error": float(x), "n": 1} for x in errors])

    return Source(
        f"MAE {kind}, n {n}", "mae", truth, draw, barred=n >= 100, costly=True, least=_near(n)
    )


def _near(n: int) -> int:
    """Return the data sets of heavy-tailed values: of few items every row is near its bar."""
    return NEAR if n <= 100 else 0


def wer(n: int, speakers: int | None = None) -> Source:
    """Lognormal lengths (median 9 words, sigma 0.9), error rates beta(1, 9); speakers multiply theirs by gamma(4)/4."""

    def draw(rng: Rng) -> Sample:
        lengths = np.maximum(1, np.rint(np.exp(rng.normal(math.log(9), 0.9, size=n)))).astype(int)
        rates = rng.beta(1, 9, size=n)
        who = None
        if speakers is not None:
            who = rng.integers(0, speakers, size=n)
            skill = rng.gamma(WER_SPEAKER_SHAPE, 1 / WER_SPEAKER_SHAPE, size=speakers)
            rates = np.minimum(1.0, rates * skill[who])
        edits = rng.binomial(lengths, rates)
        items = [{"edits": int(e), "length": int(m)} for e, m in zip(edits, lengths, strict=True)]
        return Sample(items, None if who is None else who.tolist())

    truth = 0.1 if speakers is None else _capped_rate()
    what = "utterances" if speakers is None else f"utterances of {speakers} speakers"
    barred = n >= 100 and (speakers is None or speakers >= 20)
    return Source(
        f"WER, {n} {what}", "wer", truth, draw, barred=barred, costly=True, least=_near(n)
    )


def _capped_rate() -> float:
    """Return the mean of min(1, beta(1, 9) times gamma(4)/4): for a skill g it is (g - g (1 - 1/g)^10)/10."""
    skill = np.linspace(0.0, 20.0, 20_001)[1:]
    given = skill * (1 - np.maximum(0.0, 1 - 1 / skill) ** 10) / 10
    density = skill ** (WER_SPEAKER_SHAPE - 1) * np.exp(-WER_SPEAKER_SHAPE * skill)
    return float((given * density).sum() / density.sum())


def confusion(shares: tuple[float, ...], right: float) -> Any:
    """Return the joint distribution of reference and prediction: errors fall on the others by their shares."""
    table = np.zeros((len(shares), len(shares)))
    for place, share in enumerate(shares):
        others = np.array(shares)
        others[place] = 0.0
        table[place] = share * (1 - right) * others / others.sum()
        table[place, place] = share * right
    return table


def f1_of(table: Any) -> float:
    """Return the Macro-F1 of a joint distribution."""
    return float(np.mean(2 * np.diag(table) / (table.sum(axis=0) + table.sum(axis=1))))


def macro_f1(shares: tuple[float, ...], right: float, n: int) -> Source:
    """Independent items of classes with these shares."""
    from metrics.measures.macro_f1 import confusion_key

    table = confusion(shares, right)
    cells = [
        {confusion_key(f"c{i}", f"c{j}"): 1.0}
        for i in range(len(shares))
        for j in range(len(shares))
    ]
    flat = table.ravel()

    def draw(rng: Rng) -> Sample:
        return Sample([cells[cell] for cell in rng.choice(len(flat), size=n, p=flat)])

    least = round(min(shares) * n)
    return Source(
        f"macro-F1, {len(shares)} classes, {right:.0%} right, smallest {least} of {n}",
        "macro_f1",
        f1_of(table),
        draw,
        barred=least >= 10,
        costly=True,
    )


def repeated(p: float, n: int, repeats: int) -> Source:
    """Items asked several times; their rates are beta with intraclass correlation 0.6."""

    def draw(rng: Rng) -> Sample:
        names = np.repeat(np.arange(n), repeats)
        rates = beta_rates(rng, p, 0.6, n)[names]
        return Sample(answers(rng.random(len(names)) < rates), None, names.tolist())

    return Source(f"share with {repeats} repeats, p {p}, n {n}", "accuracy", p, draw)


SOURCES: tuple[Source, ...] = (
    *(accuracy(p, n) for p in (0.02, 0.5, 0.98) for n in (20, 100, 1000)),
    *(clustered_accuracy(p, n) for p in (0.02, 0.1, 0.5, 0.9, 0.98) for n in (100, 1000)),
    *(judge(kind, n) for kind in JUDGE for n in (20, 100, 500)),
    *(repeated(0.6, n, repeats) for n in (60, 300) for repeats in (1, 4, 8)),
    *(mae(kind, n) for kind in ("half-normal", "lognormal") for n in (20, 100, 1000)),
    wer(50),
    wer(100),
    wer(300),
    wer(300, 12),
    wer(100, 20),
    wer(300, 37),
    macro_f1(F1_FOUR, 0.75, 100),
    macro_f1(F1_FOUR, 0.75, 200),
    macro_f1(F1_FOUR, 0.97, 200),
    macro_f1(F1_EIGHT, 0.70, 500),
    macro_f1(F1_EIGHT, 0.70, 1000),
)
