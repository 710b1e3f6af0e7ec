"""SAKURA's board: eight cells, a mean per hop over the tracks present, and what we add.

Official: accuracy per (track, hop) and ``avg_single``, ``avg_multi`` as plain means over the tracks
that are there, one decimal; the two hops are never combined. Ours, labelled so: the conditional
``P(multi right | single right)`` over the clips of a track that both hops hold, and
``derived_mean`` of the two averages where one number is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.types import Reading
from leaderboards.cells import judged_or_control, percent, percent_mean, share_value
from leaderboards.results import SampleIndex, TaskResult
from metrics.measures.sums import plain_sum

TRACKS: Final = ("animal", "emotion", "gender", "language")
HOPS: Final = ("single", "multi")
AVERAGED: Final = tuple(f"sakura_{track}_{hop}" for hop in HOPS for track in TRACKS)


def path(task: str) -> tuple[str, ...]:
    """Return the hop of a data set."""
    return (task.rsplit("_", 1)[-1],)


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return SAKURA's native aggregate.

    Args:
        tasks: ``sakura_TRACK_HOP`` -> result.
        samples: lines with ``cluster``, ``repeat`` and ``scores``.
    """
    metric, reading, notes = judged_or_control(tasks.values())
    scores: dict[str, dict[str, Any]] = {}
    tracks: dict[str, list[str]] = {}
    means: list[float] = []
    for hop in HOPS:
        found = {}
        for track in TRACKS:
            result = tasks.get(f"sakura_{track}_{hop}")
            value = result.value(metric, reading) if result else None
            scores[f"{track}_{hop}"] = percent(value, 1)
            if value is not None:
                found[track] = value
        tracks[hop] = list(found)
        column = scores[f"avg_{hop}"] = percent_mean(list(found.values()), 1)
        if column["value"] is not None:
            means.append(plain_sum(value.value or 0.0 for value in found.values()) / len(found))
    both = len(means) == len(HOPS)
    scores["derived_mean"] = {
        "value": round(100 * plain_sum(means) / len(means), 1) if both else None,
        "ci95": None,  # the hops share clips: their errors do not add
        "n": None,
    }
    for track in TRACKS:
        right = conditional(samples, track, metric, reading)
        scores[f"conditional_{track}"] = percent(
            share_value(right.values(), units=[clip for clip, _ in right]), 1
        )
    if both:
        notes.append("derived_mean (mean of avg_single and avg_multi) and conditional are ours")
    for hop, present in tracks.items():
        if 0 < len(present) < len(TRACKS):
            notes.append(f"avg_{hop} is over {len(present)} of {len(TRACKS)} tracks")
    cells = [result.value(metric, reading) for result in tasks.values()]
    return {
        "scores": scores,
        "decimals": {},
        "headline": "derived_mean",
        "unit": "percent",
        "metric": metric,
        "reading": reading,
        "complete": all(len(present) == len(TRACKS) for present in tracks.values())
        and all(value is not None and value.complete for value in cells),
        "tracks": tracks,
        "notes": notes,
    }


def conditional(
    samples: SampleIndex, track: str, metric: str, reading: Reading
) -> dict[tuple[str, int], float]:
    """Return the multi-hop verdicts of the clips whose single-hop question was answered right, by clip and repeat.

    Clips are matched by ``cluster`` (and repeat); a clip that only one hop holds is left out.
    """
    single = _verdicts(samples, f"sakura_{track}_single", metric, reading)
    multi = _verdicts(samples, f"sakura_{track}_multi", metric, reading)
    return {clip: multi[clip] for clip, right in single.items() if right == 1 and clip in multi}


def _verdicts(
    samples: SampleIndex, task: str, metric: str, reading: Reading
) -> dict[tuple[str, int], float]:
    verdicts = {}
    for line in samples.get(task, ()):
        score = line.get("scores", {}).get(metric, {}).get(reading)
        if score is not None and line.get("cluster") is not None:
            verdicts[str(line["cluster"]), int(line.get("repeat") or 0)] = float(score)
    return verdicts
