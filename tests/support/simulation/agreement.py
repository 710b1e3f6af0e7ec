"""How far the product's statistics lie from those of scipy, statsmodels and scikit-learn on drawn data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metrics.measures.macro_f1 import confusion_item
from metrics.registry import METRICS
from metrics.statistics.agreement import agreement
from metrics.statistics.intervals import estimate, wilson
from metrics.statistics.paired_difference import paired_difference
from metrics.statistics.paired_tests import holm, mcnemar_midp
from metrics.statistics.quantiles import t_quantile
from metrics.statistics.repeats import pass_at_k


def differences() -> Iterator[tuple[str, str, float]]:
    """Yield (formula, package, largest absolute difference) over seeded data."""
    from scipy import stats
    from sklearn.metrics import cohen_kappa_score, f1_score, mean_absolute_error
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint

    rng = np.random.default_rng(20_262)
    pairs = [(int(rng.integers(0, n + 1)), int(n)) for n in rng.integers(1, 3000, size=200)]
    ours = np.array([wilson(k, n) for k, n in pairs])
    scipys = [stats.binomtest(k, n).proportion_ci(method="wilson") for k, n in pairs]
    yield "Wilson", "scipy", float(np.abs(ours - [(x.low, x.high) for x in scipys]).max())
    models = np.array([proportion_confint(k, n, method="wilson") for k, n in pairs])
    yield "Wilson", "statsmodels", float(np.abs(ours - np.clip(models, 0, 1)).max())

    found = []
    for lost, gained in rng.integers(0, 200, size=(200, 2)):
        law = stats.binom(int(lost + gained), 0.5)
        expected = law.sf(lost) + law.pmf(lost) / 2 if lost + gained else 1.0
        found.append(abs(mcnemar_midp(int(lost), int(gained)) - float(expected)))
    yield "McNemar, mid-p", "scipy", max(found)

    found = []
    for m in range(1, 60):
        p_values = rng.random(m) ** 3
        adjusted = multipletests(p_values, method="holm")[1]
        found.append(float(np.abs(np.array(holm(p_values.tolist())) - adjusted).max()))
    yield "Holm", "statsmodels", max(found)

    found = []
    for df in (1, 1.5, 2, 9, 49.5, 99, 101, 4999, 20_000, np.inf, *(rng.random(50) * 300 + 0.5)):
        for p in (0.025, 0.6, 0.95, 0.975, 0.9999):
            expected = float(stats.t.ppf(p, df))
            found.append(abs(t_quantile(float(df), p) / expected - 1))
    yield "quantile of t (relative)", "scipy", max(found)

    found, spread = [], []
    for n in range(10, 100):
        first, second = rng.integers(1, 6, size=(2, n))
        sides = [[{"score": int(x), "n": 1} for x in side] for side in (first, second)]
        drop = paired_difference(METRICS["judge_score"], *sides)
        change = second - first
        if drop.ci95 is None or drop.method != "t":
            continue
        expected = stats.t.interval(0.95, n - 1, change.mean(), stats.sem(change))
        found.append(float(np.abs(np.array(drop.ci95) - np.clip(expected, -4, 4)).max()))
        spread.append(abs((drop.stderr or 0.0) - float(stats.sem(change))))
    yield "paired t interval", "scipy", max(found)
    yield "standard error of a mean", "scipy", max(spread)
    yield "cluster-robust standard error", "statsmodels (CR1)", _cluster_error(rng)

    found = []
    for _ in range(50):
        first, second = rng.integers(0, 4, size=(2, 60))
        named = [[f"c{x}" for x in side] for side in (first, second)]
        found.append(abs((agreement(*named, resamples=20).kappa or 0) - cohen_kappa_score(*named)))
    yield "kappa", "scikit-learn", float(max(found))

    found = []
    for _ in range(50):
        first, second = rng.integers(0, 4, size=(2, 60))
        items = [confusion_item(str(a), str(b)) for a, b in zip(first, second, strict=True)]
        expected_f1 = f1_score(first, second, average="macro")
        totals = estimate(METRICS["macro_f1"], items, resamples=20).value
        found.append(abs(totals - float(expected_f1)))
    yield "macro-F1", "scikit-learn", max(found)

    errors = rng.exponential(size=300)
    mae = METRICS["mae"].aggregate([{"abs_error": float(x), "n": 1} for x in errors])
    yield (
        "mean absolute error",
        "scikit-learn",
        abs(mae - float(mean_absolute_error(errors, 0 * errors))),
    )

    found = []
    for n in range(1, 30):
        for right in range(n + 1):
            k = int(rng.integers(1, n + 1))
            law = stats.hypergeom(n, right, k)
            found.append(abs(pass_at_k(right, n, k) - float(1 - law.pmf(0))))
    yield "pass@k", "scipy", max(found)


def _cluster_error(rng: np.random.Generator) -> float:
    """Compare with ordinary least squares on a constant, whose cluster-robust error is CR1 with its own small-sample factor."""
    import statsmodels.api as sm

    found = []
    for _ in range(30):
        clusters = rng.integers(0, 25, size=200)
        right = (rng.random(200) < 0.6).astype(float)
        fitted = sm.OLS(right, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        items = [{"correct": int(x), "n": 1} for x in right]
        ours = estimate(METRICS["accuracy"], items, clusters.tolist()).stderr or 0.0
        # statsmodels multiplies by C/(C - 1) and (n - 1)/(n - 1): one regressor
        found.append(abs(ours - float(fitted.bse[0])))
    return max(found)
