"""Dynamic-SUPERB's board: mean accuracy over the 55 phase-1 instances, and what phase 2 adds to it.

Phase 1 is an unweighted mean over instances: all, seen and unseen by the official baselines, the 48
without the audio domain (``phase1_speech48``), and every domain with its number of instances, since degradation alone has 19.
A mean over some of its instances is shown with their count and is not complete. Phase 2 is a second
headline, the unweighted mean of judged accuracy over its classification sets; its paper's aggregate is a relative gain
over a baseline (``relative_gain``), which is not bounded and never enters a mean here. Official reading, per cent, two decimals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from leaderboards.cells import percent_mean
from leaderboards.dynamic_superb_instances import DOMAINS, PHASE_1, PHASE_2_JUDGED
from leaderboards.joint import Influences, covariance, influences
from leaderboards.results import SampleIndex, TaskResult
from metrics.registry import find

DECIMALS: Final = 2
HEADLINE: Final = "phase1"
SECOND_HEADLINE: Final = "phase2"
"""Mean judged accuracy over the sets of phase 2 that a judge classifies."""

AVERAGED: Final = tuple(PHASE_1)


def path(task: str) -> tuple[str, ...]:
    """Return the domain of a phase-1 instance, nothing for others."""
    return (DOMAINS[PHASE_1[task][0]],) if task in PHASE_1 else ()


def columns() -> dict[str, list[str]]:
    """Return the phase-1 tasks of each column, whose mean it is.

    >>> {name: len(tasks) for name, tasks in columns().items()}
    {'phase1': 55, 'seen': 24, 'unseen': 31, 'phase1_speech48': 48, 'audio': 7, 'content': 11, \
'degradation': 19, 'paralinguistics': 7, 'semantics': 6, 'speaker': 5}
    """
    found = {
        HEADLINE: list(PHASE_1),
        "seen": [task for task, (_, seen) in PHASE_1.items() if seen],
        "unseen": [task for task, (_, seen) in PHASE_1.items() if not seen],
        "phase1_speech48": [task for task, (domain, _) in PHASE_1.items() if domain != "AUD"],
    }
    for code, name in sorted(DOMAINS.items(), key=lambda item: item[1]):
        found[name] = [task for task, (domain, _) in PHASE_1.items() if domain == code]
    return found


def relative_gain(
    values: Mapping[str, float],
    baseline: Mapping[str, float],
    higher_is_better: Mapping[str, bool],
) -> float | None:
    """Return the mean relative improvement over a baseline run, per cent: our reading of the phase-2 aggregate.

    ``(x - b) / b`` with the sign turned where lower is better, unweighted over the tasks that both
    have. Tasks whose baseline is 0 are left out, as upstream leaves them out. The exact quotient of the
    paper for metrics where lower is better was not published.

    Args:
        values: task -> value of the run.
        baseline: task -> value of the named baseline run.
        higher_is_better: task -> direction of its metric.

    Returns:
        ``None`` if no task is left.

    >>> relative_gain({"a": 0.6, "b": 0.2, "c": 1.0}, {"a": 0.5, "b": 0.4, "c": 0.0},
    ...               {"a": True, "b": False, "c": True})
    35.0
    """
    gains = [
        (value - baseline[task]) / baseline[task] * (1 if higher_is_better[task] else -1)
        for task, value in values.items()
        if baseline.get(task)
    ]
    return 100 * math.fsum(gains) / len(gains) if gains else None


def domain_gains(
    values: Mapping[str, float],
    baseline: Mapping[str, float],
    higher_is_better: Mapping[str, bool],
    domains: Mapping[str, str],
) -> dict[str, float | None]:
    """Return ``relative_gain`` per domain, domains in sorted order.

    >>> domain_gains({"a": 0.75, "b": 0.25}, {"a": 0.5, "b": 0.5}, {"a": True, "b": True},
    ...              {"a": "speech", "b": "music"})
    {'music': -50.0, 'speech': 50.0}
    """
    return {
        domain: relative_gain(
            {task: value for task, value in values.items() if domains.get(task) == domain},
            baseline,
            higher_is_better,
        )
        for domain in sorted({domains[task] for task in values if task in domains})
    }


def relative(
    tasks: Mapping[str, TaskResult], own: Mapping[str, Any], reference: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the mean relative gain over a baseline run, in all and per domain (official reading, per cent)."""
    del own
    values, theirs, directions, domains = {}, {}, {}, {}
    for name, result in tasks.items():
        metric = next((m for m in result.metrics if result.value(m, "official") is not None), None)
        known = reference["values"].get(name, {}).get(metric or "", {}).get("official")
        mine = result.value(metric, "official") if metric is not None else None
        if metric is None or mine is None or mine.value is None or known is None:
            continue
        values[name], theirs[name] = mine.value, known
        directions[name] = find(metric).higher_is_better
        domains[name] = path(name)[0]
    return {
        "gain": relative_gain(values, theirs, directions),
        "domains": domain_gains(values, theirs, directions, domains),
        "tasks": len(values),
    }


def regression(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the plain mean absolute error over the replies with a number, with the share of the others (NAR).

    Args:
        lines: sample lines of one regression task with ``details`` and ``extracted``.

    >>> regression([{"extracted": 4.0, "details": {"reference_value": 5.0, "valued": True}},
    ...             {"extracted": None, "details": {"reference_value": 3.0, "valued": False}}])
    {'mae_valued': 1.0, 'nar': 0.5, 'n': 2}
    """
    every = [line for line in lines if "valued" in line.get("details", {})]
    if not every:
        return None
    errors = [
        abs(line["extracted"] - line["details"]["reference_value"])
        for line in every
        if line["details"]["valued"] and line["details"]["reference_value"] is not None
    ]
    missing = sum(not line["details"]["valued"] for line in every)
    return {
        "mae_valued": math.fsum(errors) / len(errors) if errors else None,
        "nar": missing / len(every),
        "n": len(every),
    }


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return Dynamic-SUPERB's native aggregate (form: ``leaderboards.cells``).

    Args:
        tasks: ``dynamic_superb_INSTANCE`` -> result.
        samples: lines of regression tasks, for the plain error next to NAR; those of others with ``cluster``, the
            recording, which several instances may share.
    """
    scores: dict[str, dict[str, Any]] = {}
    instances: dict[str, str] = {}
    notes: list[str] = []
    complete = True
    moved = influences(samples, dict.fromkeys(PHASE_1, "accuracy"), "official")
    for column, members in columns().items():
        found = [tasks[task].value("accuracy", "official") for task in members if task in tasks]
        values = [value for value in found if value is not None]
        shared = _shared(moved, [task for task in members if task in tasks])
        scores[column] = percent_mean(values, DECIMALS, shared=shared)
        instances[column] = f"{len(values)}/{len(members)}"
        if column == HEADLINE:
            complete = len(values) == len(members) and all(value.complete for value in values)
            if 0 < len(values) < len(members):
                notes.append(f"mean over {len(values)} of {len(members)} phase-1 instances")
    phase_2 = _phase_2(tasks, samples)
    second = {}
    if phase_2["sets"]:
        scores[SECOND_HEADLINE] = phase_2["judged_accuracy"]
        instances[SECOND_HEADLINE] = f"{phase_2['sets']}/{PHASE_2_JUDGED}"
        second = {
            "second_headline": SECOND_HEADLINE,
            "second_metric": "judged_accuracy",
            "second_complete": phase_2.pop("complete"),
        }
    plain = {
        task: regression(samples.get(task, ()))
        for task, result in tasks.items()
        if "mae" in result.metrics
    }
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, DECIMALS),
        "higher_is_better": dict.fromkeys(scores, True),
        "headline": HEADLINE,
        **second,
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": complete,
        "notes": [*notes, "exact match tests the form of an answer as much as its content"],
        "instances": instances,
        "phase2": {key: value for key, value in phase_2.items() if key != "complete"},
        "regression": plain,
    }


def _shared(moved: Influences, tasks: Sequence[str]) -> float:
    """Return what recordings that several instances use add to the variance of the mean over them."""
    return covariance(moved, dict.fromkeys(tasks, 1 / len(tasks))) if tasks else 0.0


def _phase_2(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the unweighted mean of judged classification over the sets that were judged."""
    judged = {
        task: value
        for task, result in tasks.items()
        if (value := result.value("judged_accuracy", "official")) is not None
    }
    moved = influences(samples, dict.fromkeys(judged, "judged_accuracy"), "official")
    values = [*judged.values()]
    return {
        "judged_accuracy": percent_mean(values, DECIMALS, shared=_shared(moved, [*judged])),
        "sets": len(judged),
        "complete": len(judged) == PHASE_2_JUDGED and all(value.complete for value in values),
    }
