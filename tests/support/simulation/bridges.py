"""Simulated new judges that grade real or drawn replies, and how well bridges from them reach the official judge.

Four judges on official grades: ``confused`` (errs with known rates, independently of anything), ``harsher`` (takes a level off six of ten replies; passes
seven of ten right ones), ``length-biased`` (kinder to long replies, harder on short ones) and ``random``.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from metrics.statistics.bridged import bridged_mean, fit_table, useless
from tests.support.shared import SHARED
from tests.support.simulation.coverage import SEED, Share, share

JUDGES = ("confused", "harsher", "length-biased", "random")
LLASO = ("LLaSO-Base", "Kimi-Audio", "Qwen2-Audio", "Typhoon-Audio", "Salmonn", "Mini-Omni2")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Replies:
    """Officially graded replies of one model: grades and lengths."""

    official: Floats
    length: Floats


Models = Mapping[str, Replies]


@dataclass
class Found:
    """What became of the bridges of one judge.

    Attributes:
        covers: per bridged model, whether the interval held the official value.
        errors: distance of the bridged value from it.
        raw: distance of the uncorrected value.
        advised: distance of the one of both that is expected to be nearer.
        widths: of the intervals.
        refused: per fit, whether the judge was refused.
        outside: per model, whether it lay outside the fit.
    """

    covers: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    advised: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    outside: list[bool] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        """Return coverage, share refused, share outside, and the mean errors and width."""
        refused, outside = (f"{_percent(one):.0f}" for one in (self.refused, self.outside))
        if not self.covers:
            return "-", refused, outside, "-", "-", "-", "-", str(len(self.refused))
        means = [
            f"{np.mean(one):.3f}" for one in (self.errors, self.raw, self.advised, self.widths)
        ]
        return share(self.covers).text(), refused, outside, *means, str(len(self.covers))

    @property
    def coverage(self) -> Share:
        """Share of intervals that held the official value."""
        return share(self.covers)


def _percent(hits: Sequence[bool]) -> float:
    return 100 * float(np.mean(hits)) if hits else 0.0


def regrade(rng: np.random.Generator, judge: str, replies: Replies, levels: Floats) -> Floats:
    """Return the grades that a simulated judge gives."""
    official, n, low, high = replies.official, len(replies.official), levels[0], levels[-1]
    draw = rng.random(n)
    long = 1 / (1 + np.exp(-1.5 * (np.log1p(replies.length) - 4.5)))
    if judge == "random":
        return rng.choice(levels, n)
    if len(levels) == 2:
        missed, passed = {
            "confused": (np.full(n, 0.1), np.full(n, 0.2)),
            "harsher": (np.full(n, 0.3), np.full(n, 0.02)),
            "length-biased": (0.3 * (1 - long), 0.4 * long),
        }[judge]
        return np.where(
            official == high, np.where(draw < missed, low, high), np.where(draw < passed, high, low)
        )
    step = {
        "confused": np.where(draw < 0.7, 0, rng.choice([-1, 1], n)),
        "harsher": -(draw < 0.6).astype(float),
        "length-biased": (draw < 0.6 * long).astype(float) - (rng.random(n) < 0.4 * (1 - long)),
    }[judge]
    return np.asarray(np.clip(official + step, low, high), np.float64)


def bridges(
    tasks: Mapping[str, Models], judge: str, fitted: int, seeds: int, levels: Sequence[float]
) -> Found:
    """Fit a judge on some models of every task and bridge the others, seed by seed."""
    found, scale = Found(), np.array(levels, np.float64)
    bounds = float(scale[0]), float(scale[-1])
    for seed in range(seeds):
        rng = np.random.default_rng([SEED, seed, zlib.crc32(judge.encode()), fitted])
        for models in tasks.values():
            names = [str(name) for name in rng.permutation(list(models))]
            grades = {name: regrade(rng, judge, models[name], scale) for name in names}
            inside = names[: min(fitted, len(names) - 1)]
            table = fit_table(
                {
                    name: list(
                        zip(
                            models[name].official.tolist(),
                            grades[name].tolist(),
                            models[name].length.astype(int).tolist(),
                            strict=True,
                        )
                    )
                    for name in inside
                }
            )
            found.refused.append(useless(table) is not None)
            if found.refused[-1]:
                continue
            for name in names[len(inside) :]:
                truth = float(models[name].official.mean())
                pairs = zip(grades[name].tolist(), models[name].length.astype(int).tolist(), strict=True)  # fmt: skip
                bridged = bridged_mean(table, pairs, bounds=bounds)
                found.outside.append(bridged.outside)
                if bridged.outside:
                    continue
                low, high = bridged.replies95
                found.covers.append(low <= truth <= high)
                found.errors.append(abs(bridged.value - truth))
                found.raw.append(abs(bridged.raw - truth))
                found.advised.append((found.raw if bridged.own_is_nearer else found.errors)[-1])
                found.widths.append(high - low)
    return found


def drawn(models: int, items: int, *, levels: int) -> dict[str, dict[str, Replies]]:
    """Return one task of drawn replies: models of different ability, and longer replies from some."""
    rng = np.random.default_rng([SEED, models, items, levels])
    made = {}
    for number in range(models):
        ability = 0.3 + 0.4 * number / (models - 1)
        length = rng.lognormal(3.5 + 2 * rng.random(), 0.8, items)
        if levels == 2:
            official = (rng.random(items) < ability).astype(float)
        else:
            official = 1 + rng.binomial(levels - 1, rng.beta(4 * ability, 4 * (1 - ability), items))
        made[f"m{number}"] = Replies(np.asarray(official, np.float64), length)
    return {"drawn": made}


@cache
def llaso() -> dict[str, dict[str, Replies]]:
    """Return LLaSO-Eval's judged sets: the six models' replies with the official judge's scores."""
    tasks: dict[str, dict[str, Replies]] = {}
    for model in LLASO:
        rows: dict[str, list[tuple[int, int]]] = {}
        path = SHARED / "real" / "llaso_eval" / f"{model}.jsonl.gz"
        for line in gzip.decompress(path.read_bytes()).decode().split("\n"):
            record = json.loads(line) if line else {}
            score = record.get("official", {}).get("judge_score")
            if score in (1, 2, 3, 4, 5):
                rows.setdefault(record["set"], []).append((score, len(record["response"] or "")))
        for name, found in rows.items():
            tasks.setdefault(name, {})[model] = Replies(*np.array(found, np.float64).T)
    return tasks


def speech_ifeval(seed: int) -> dict[str, dict[str, Replies]]:
    """Return Speech-IFEval's yes/no verdicts of its one released model, cut into two halves by chance."""
    rows = []
    folder = SHARED / "real" / "speech_ifeval" / "DeSTA2-8B-beta"
    for path in sorted(folder.glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().split("\n"):
            record = json.loads(line) if line else {}
            verdict = record.get("official", {}).get("judge", {}).get("extract_result")
            if verdict in ("YES", "NO"):
                rows.append((float(verdict == "YES"), len(record["response"] or "")))
    order = np.random.default_rng([SEED, seed]).permutation(len(rows))
    halves = np.array(rows, np.float64)[order[: len(rows) // 2]], np.array(rows)[order[len(rows) // 2 :]]  # fmt: skip
    return {"yes/no": {f"half {n}": Replies(*half.T) for n, half in enumerate(halves)}}
