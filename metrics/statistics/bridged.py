"""What another judge would have said: a mean bridged by items that both judges graded.

For every model of the fit a table counts official grade o against new grade j, on L levels s. Its rows give C = P(j | o), pooled over models. A run
with shares f of new grades has shares of official grades pi with f = C' pi. Two levels: Rogan and Gladen (1978), theta = (f - C01)/(C11 - C01). More: the
linear Bayes estimate of pi around the fit's shares pi0, with the wide prior variance (diag pi0 - pi0 pi0')/(1 + 4); levels that the new judge does not tell apart stay in the
proportion of the fit. Where the new judge's errors follow the length of a reply, tables are made by parts of length (quantiles, about 150 replies each, at most six).

The error of theta against the official mean of the same replies has three parts: the new judge's noise about these replies; the counts of the fit; and how models differ: the
variance tau^2 of the fit's models, each bridged by the others, beyond the first two (Paule and Mandel 1982). The interval is theta -+ t sqrt(sum), degrees of freedom by Satterthwaite with
(models - 1) for tau^2. With one model there is no tau^2; the prior variance of what the new judge does not tell apart counts instead, and also where tables are by parts. The interval about items, not these replies, adds their sampling variance.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from metrics.statistics.agreement import Agreement, agreement, kappas
from metrics.statistics.quantiles import UPPER, t_quantile

Matrix = npt.NDArray[np.float64]

MOST_LEVELS: Final = 25
"""Levels of a grade beyond which no table can be filled."""
LEAST_KAPPA: Final = 0.2
"""Kappa up to which a new judge tells nothing of the official one."""
LEAST_ITEMS: Final = 50
"""Items of a fit below which its table says too little."""
MARGIN: Final = 0.1
"""Part of the scale by which a model may lie outside the means of the fit's models."""
CLEARLY: Final = 0.8
"""Part of the bridged value's expected error below which the own mean's counts as smaller: both are estimates."""
_PRIOR: Final = 4.0
_FLAT: Final = 1e4
"""Prior variance of two levels, so wide that the estimate is Rogan and Gladen's."""
_SMOOTH: Final = 0.1
"""Replies that every row of a table is given from all rows: more would tell of errors across the whole scale that a rare grade never saw."""
_SURE: Final = 3.0
"""Standard errors of the correlation with length from which tables are made by length."""
_PART: Final = 150
_MOST_PARTS: Final = 6
"""Replies of a part of length are about 150; there are two to six parts."""
_MANY: Final = 1e4
_HALVINGS: Final = 60

Graded = tuple[float, float, int]
"""Official grade, new grade, characters of the reply."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of grades by both judges.

    Attributes:
        levels: grades in order.
        cuts: lengths in characters at which the second and further parts begin; empty where length does not matter.
        models: model -> counts by part of length, official grade, new grade.
    """

    levels: tuple[float, ...]
    cuts: tuple[float, ...]
    models: Mapping[str, Matrix]

    @property
    def total(self) -> Matrix:
        """Counts of all models, by part, official and new grade."""
        return np.asarray(sum(self.models.values()), np.float64)

    @property
    def n(self) -> int:
        """Items."""
        return int(self.total.sum())

    def means(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return the official and the new mean of every model."""
        levels = np.array(self.levels)
        official, new = {}, {}
        for name, counts in self.models.items():
            flat = counts.sum(axis=0)
            official[name] = float(flat.sum(axis=1) @ levels / flat.sum())
            new[name] = float(flat.sum(axis=0) @ levels / flat.sum())
        return official, new

    def agreement(self) -> Agreement:
        """Return how far the judges agree, quadratic kappa on more than two levels."""
        names = [f"{level:g}" for level in self.levels]
        flat = self.total.sum(axis=0).astype(int)
        pairs = [(o, j) for o in range(len(names)) for j in range(len(names)) for _ in range(flat[o, j])]  # fmt: skip
        scale = names if len(names) > 2 else None
        return agreement([names[o] for o, _ in pairs], [names[j] for _, j in pairs], scale=scale)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, quadratic on more than two levels; ``None`` where it is not defined."""
        weights: Literal["quadratic"] | None = "quadratic" if len(self.levels) > 2 else None
        found = float(kappas(self.total.sum(axis=0).astype(np.int64)[None], weights)[0])
        return found if math.isfinite(found) else None

    def place(self, grade: float) -> int:
        """Return the level nearest to a grade."""
        return min(range(len(self.levels)), key=lambda place: abs(self.levels[place] - grade))

    def part(self, length: int) -> int:
        """Return the part of length that a reply belongs to."""
        return bisect.bisect_right(self.cuts, length)


@dataclass(frozen=True, slots=True)
class Bridged:
    """A bridged mean.

    Attributes:
        value: the mean that the official judge would have given.
        ci95: interval about further items of the same kind, as other values have it.
        replies95: interval about the official judge's mean of these very replies.
        stderr: standard error that ``ci95`` is made of.
        raw: the new judge's own mean.
        tau: standard deviation of models beyond what chance explains.
        n: graded replies.
        outside: the new judge's mean lies beyond those of the fit's models.
        error: expected error of the value (root of the mean square) against the official judge's mean of these replies.
        own_error: the same of the new judge's own mean, as it was on the models of the fit.
    """

    value: float
    ci95: tuple[float, float]
    replies95: tuple[float, float]
    stderr: float
    raw: float
    tau: float
    n: int
    outside: bool
    error: float
    own_error: float

    @property
    def own_is_nearer(self) -> bool:
        """Tell whether the new judge's own mean is expected to lie nearer to the official one than the bridged value."""
        return self.own_error < CLEARLY * self.error


@dataclass(frozen=True, slots=True)
class _Found:
    value: float
    variance: float
    spread: float


def fit_table(models: Mapping[str, Sequence[Graded]]) -> Table:
    """Count grades by model.

    Args:
        models: model -> its graded replies.

    Raises:
        ValueError: nothing is graded, or there are too many distinct grades.

    >>> found = fit_table({"a": [(0, 0, 5), (0, 1, 5), (1, 1, 5)]})
    >>> found.levels, found.n, found.models["a"].tolist()
    ((0.0, 1.0), 3, [[[1.0, 1.0], [0.0, 1.0]]])
    """
    every = [one for graded in models.values() for one in graded]
    levels = tuple(sorted({round(float(grade), 6) for one in every for grade in one[:2]}))
    if not every or len(levels) > MOST_LEVELS:
        raise ValueError(f"{len(levels)} distinct grades, expected 1 to {MOST_LEVELS}")
    cuts: tuple[float, ...] = ()
    if _follows_length(every):
        parts = min(_MOST_PARTS, max(2, len(every) // _PART))
        ends = np.quantile([length for *_, length in every], np.arange(1, parts) / parts)
        cuts = tuple(sorted({float(cut) for cut in ends}))
    table = Table(levels, cuts, {})
    found = {}
    for name, graded in models.items():
        if graded:
            counts = np.zeros((len(cuts) + 1, len(levels), len(levels)))
            for official, new, length in graded:
                counts[table.part(length), table.place(official), table.place(new)] += 1
            found[name] = counts
    return Table(levels, cuts, found)


def _follows_length(every: Sequence[Graded]) -> bool:
    """Tell whether the new grade follows length where the official grade is equal."""
    official, new, length = (np.array(column, np.float64) for column in zip(*every, strict=True))
    rest = new.copy()
    for level in np.unique(official):
        rest[official == level] -= new[official == level].mean()
    ranks = np.argsort(np.argsort(length, kind="stable"), kind="stable").astype(np.float64)
    if not rest.std() or len(set(length.tolist())) < 3:
        return False
    return bool(abs(np.corrcoef(rest, ranks)[0, 1]) * math.sqrt(len(every)) > _SURE)


def useless(table: Table) -> str | None:
    """Return why a table cannot bridge anything, ``None`` if it can."""
    if table.n < LEAST_ITEMS:
        return f"{table.n} items are graded by both judges, at least {LEAST_ITEMS} are needed"
    if len(table.levels) < 2:
        return "both judges give one and the same grade to every item"
    kappa = table.kappa
    if kappa is None or kappa < LEAST_KAPPA:
        shown = "not defined" if kappa is None else f"{kappa:.2f}"
        return f"kappa is {shown}: the new judge tells nothing of the official one"
    return None


def bridged_mean(
    table: Table,
    grades: Iterable[tuple[float, int]],
    *,
    bounds: tuple[float, float],
    design: float = 1.0,
) -> Bridged:
    """Return the mean that the official judge would have given, from a new judge's grades.

    Args:
        table: the fit; it must not be ``useless``.
        grades: new grade and characters of every reply.
        bounds: ends of the scale.
        design: variance of the mean over that of as many independent items.

    Raises:
        ValueError: no grades.

    >>> pairs = [(1, 1, 9)] * 80 + [(1, 0, 9)] * 20 + [(0, 0, 9)] * 90 + [(0, 1, 9)] * 10
    >>> found = bridged_mean(fit_table({"a": pairs}), [(1, 9)] * 45 + [(0, 9)] * 55, bounds=(0, 1))
    >>> round(found.raw, 2), round(found.value, 1)
    (0.45, 0.5)
    """
    given = list(grades)
    if not given:
        raise ValueError("no reply is graded")
    levels, n = np.array(table.levels), len(given)
    seen = np.zeros((len(table.cuts) + 1, len(levels)))
    for grade, length in given:
        seen[table.part(length), table.place(grade)] += 1
    found = _estimate(table.total, seen, levels, unsure=len(table.models) < 2 or bool(table.cuts))
    tau2 = _between(table, levels)
    models = len(table.models)
    error = found.variance + tau2
    freedom = error**2 / (tau2**2 / max(1, models - 1) + error**2 / _MANY) if error else _MANY
    whole = error + design * found.spread / n
    low, high = bounds
    value = min(max(found.value, low), high)
    t = t_quantile(freedom, UPPER)

    def around(variance: float) -> tuple[float, float]:
        half = t * math.sqrt(variance)
        return max(low, value - half), min(high, value + half)

    raw = math.fsum(grade for grade, _ in given) / n
    official, new = table.means()
    means = new.values()
    own = math.fsum((new[name] - official[name]) ** 2 for name in new) / len(new)
    margin = MARGIN * (high - low)
    return Bridged(
        value,
        around(whole),
        around(error),
        math.sqrt(whole),
        raw,
        math.sqrt(tau2),
        n,
        not min(means) - margin <= raw <= max(means) + margin,
        math.sqrt(error),
        math.sqrt(own),
    )


def _between(table: Table, levels: Matrix) -> float:
    """Return how much models differ beyond chance: each bridged by the others, against its official mean."""
    if len(table.models) < 2:
        return 0.0
    total, (official, _) = table.total, table.means()
    folds = []
    for name, own in table.models.items():
        found = _estimate(total - own, own.sum(axis=1), levels, unsure=bool(table.cuts))
        folds.append(((found.value - official[name]) ** 2, max(found.variance, 1e-12)))
    low, high = 0.0, max(square for square, _ in folds)
    if _excess(folds, low) <= 0:
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _excess(folds, middle) > 0 else (low, middle)
    return low


def _excess(folds: Sequence[tuple[float, float]], tau2: float) -> float:
    """Return how far squared errors over their variances are beyond what chance and tau^2 explain."""
    return math.fsum(square / (variance + tau2) for square, variance in folds) - len(folds)


def _estimate(counts: Matrix, seen: Matrix, levels: Matrix, *, unsure: bool = False) -> _Found:
    """Return the official mean of replies by part of length, and the variance of its error and of a grade.

    Args:
        counts: by part, official grade, new grade.
        seen: new grades by part.
        levels: the grades.
        unsure: the variance of the prior counts in what the new judge does not tell apart: no other model says how far it is off, or a part of
            length has few replies of a grade.
    """
    n = seen.sum()
    value = variance = second = 0.0
    for part, mine in zip(counts, seen, strict=True):
        size = mine.sum()
        if not size:
            continue
        known = part if part.sum() else counts.sum(axis=0)
        shares, error = _shares(known, mine / size, size, levels, unsure=unsure)
        value += size / n * float(levels @ shares)
        variance += (size / n) ** 2 * error
        second += size / n * float(levels**2 @ np.clip(shares, 0, None))
    return _Found(float(value), float(variance), float(max(0.0, second - value**2)))


def _shares(
    counts: Matrix, seen: Matrix, n: float, levels: Matrix, *, unsure: bool
) -> tuple[Matrix, float]:
    """Return the estimated shares of official grades, and the variance of the error of their mean."""
    k = len(levels)
    rows = counts.sum(axis=1)
    confusion = (counts + _SMOOTH * counts.sum(axis=0) / counts.sum()) / (rows[:, None] + _SMOOTH)
    prior = (rows + _SMOOTH / k) / (rows.sum() + _SMOOTH)
    wide = _FLAT if k == 2 else 1 / (_PRIOR + 1)
    before = wide * (np.diag(prior) - np.outer(prior, prior))
    inside, shares = prior, prior
    gain = noise = np.zeros((k, k))
    for _ in range(2):
        noise = (np.diag(confusion.T @ inside) - (confusion.T * inside) @ confusion) / n
        about = confusion.T @ before @ confusion + noise + 1e-9 * np.eye(k)
        gain = np.linalg.solve(about, confusion.T @ before)
        shares = prior + gain.T @ (seen - confusion.T @ prior)
        inside = np.clip(shares, 1e-3, None)
        inside = inside / inside.sum()
    score = gain @ levels
    left = (
        levels @ (before - before @ confusion @ gain) @ levels if unsure else score @ noise @ score
    )
    moments = confusion @ score**2 - (confusion @ score) ** 2
    fitted = float(inside**2 @ (moments / (rows + _SMOOTH)))
    return shares, max(0.0, float(left)) + fitted
