"""Hold what a task YAML says about its metrics against their registry entries.

A name or direction that contradicts the registry, and an anchor that cannot be a scale, would only show after the
model has run, as a crash or as a wrong rank. So they end the loading of the task. A metric that the registry does not
hold may be registered by the task's own scoring module, which runs only when it is trusted: its check waits
until that module is imported (``YamlTask.check``).
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from harness.core.task import TaskSpec
from harness.errors import TaskFileError
from metrics.measures.anchor import ANCHOR_KEYS
from metrics.measures.sums import as_float
from metrics.registry import METRICS, Measure, unknown

Where = Callable[..., str]


def check_declared(spec: TaskSpec) -> None:
    """Check what can be checked without running code.

    Raises:
        TaskFileError: a direction that contradicts the registry, or an anchor that is not a scale.
    """
    for name, declared in spec.anchors.items():
        _check_numbers(name, declared, lambda *keys, name=name: _anchor(spec, name, *keys))
    if all(name in METRICS for name in spec.metrics):
        _check_metrics(spec)


def check_registered(spec: TaskSpec) -> None:
    """Check the metrics once the task's own code is imported, which may have registered some of them.

    Raises:
        TaskFileError: no metric of that name is registered; a direction or an anchor contradicts its entry.
    """
    for position, name in enumerate(spec.metrics):
        if name not in METRICS:
            error = unknown(name)
            raise TaskFileError(error.message, where=_entry(spec, position), hint=error.hint)
    _check_metrics(spec)


def _check_metrics(spec: TaskSpec) -> None:
    metrics = {name: METRICS[name] for name in spec.metrics}
    for position, metric in enumerate(metrics.values()):
        if spec.higher_is_better[metric.name] != metric.higher_is_better:
            raise _other_direction(metric, _entry(spec, position))
    for name, declared in spec.anchors.items():
        if name not in spec.metrics:
            near = difflib.get_close_matches(str(name), spec.metrics, n=1)
            raise TaskFileError(
                f"metadata.lalm.anchors names {name!r}, which is not in metric_list",
                where=_anchor(spec, name),
                hint=f"did you mean {near[0]!r}?"
                if near
                else f"metrics: {', '.join(spec.metrics)}",
            )
        _check_scale(metrics[name], declared, partial(_anchor, spec, name))


def check_facts(spec: TaskSpec, anchors: Any, where: str) -> None:
    """Check the anchors that a task computed from its data.

    Raises:
        TaskFileError: one cannot be a scale, or is of a metric that the task does not have.
    """
    if not isinstance(anchors, Mapping):
        raise TaskFileError(f"the anchors are {anchors!r}, expected a mapping", where=where)
    for name, declared in anchors.items():
        if name not in spec.metrics:
            raise TaskFileError(
                f"anchors of {name!r}, which is not in metric_list",
                where=where,
                hint=f"metrics: {', '.join(spec.metrics)}",
            )
        _check_numbers(name, declared, lambda *_: where)
        if name in METRICS:
            _check_scale(METRICS[name], declared, lambda: where)


def _other_direction(metric: Measure, where: str) -> TaskFileError:
    return TaskFileError(
        f"metric {metric.name!r} has higher_is_better: {_yaml(not metric.higher_is_better)}, and its registry"
        f" entry says {_yaml(metric.higher_is_better)}",
        where=where,
        hint=f"write higher_is_better: {_yaml(metric.higher_is_better)}, or give a metric of your own another name",
    )


def _yaml(flag: bool) -> str:
    return "true" if flag else "false"


def _entry(spec: TaskSpec, position: int) -> str:
    return spec.where("metric_list", str(position), "metric")


def _anchor(spec: TaskSpec, *keys: object) -> str:
    return spec.where("metadata", "lalm", "anchors", *map(str, keys))


def _check_numbers(name: str, declared: Any, where: Where) -> None:
    if not isinstance(declared, dict):
        raise TaskFileError(
            f"the anchors of {name!r} are {declared!r}, expected a mapping",
            where=where(),
            hint="for example {chance: 0.25}, {mae_ref: 28.0}, {floor: 1, ceil: 5} or {}",
        )
    for key, value in declared.items():
        if key not in ANCHOR_KEYS:
            near = difflib.get_close_matches(str(key), ANCHOR_KEYS, n=1)
            raise TaskFileError(
                f"unknown anchor {key!r} of {name!r}",
                where=where(str(key)),
                hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(ANCHOR_KEYS)}",
            )
        if not _is_finite(value):
            raise TaskFileError(
                f"the anchor {key} of {name!r} is {value!r}, expected a finite number",
                where=where(str(key)),
                hint="write it in decimals, such as 0.25",
            )
    kinds = [kind for kind in ({"chance"}, {"mae_ref"}, {"floor", "ceil"}) if kind & set(declared)]
    if len(kinds) > 1:
        raise TaskFileError(
            f"the anchors of {name!r} are {', '.join(declared)}, expected one kind only",
            where=where(),
            hint="chance, or mae_ref, or floor and ceil",
        )


def _is_finite(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(as_float(value))


def _check_scale(metric: Measure, declared: Mapping[str, float], where: Where) -> None:
    """Refuse an anchor outside the metric's bounds, and a scale of no length or of the wrong direction."""
    low, high = metric.bounds
    for key, value in declared.items():
        if (low is not None and value < low) or (high is not None and value > high):
            percent = metric.is_percent and high == 1 < value <= 100
            raise TaskFileError(
                f"the anchor {key} of {metric.name!r} is {value:g}, expected a value from {_end(low)} to {_end(high)}",
                where=where(),
                hint=f"a share, not a percentage: {value / 100:g}" if percent else None,
            )
    if not declared:
        return
    scale = metric.scale_with(declared)
    if scale is None:
        raise TaskFileError(
            f"the anchors of {metric.name!r} are {dict(declared)!r}, and it has no bounds: both ends are needed",
            where=where(),
            hint="{floor: VALUE_OF_0, ceil: VALUE_OF_1}, or {mae_ref: VALUE_OF_0}",
        )
    if not scale.fits(metric.higher_is_better):
        better = "above" if metric.higher_is_better else "below"
        raise TaskFileError(
            f"the scale of {metric.name!r} runs from {scale.floor:g} (score 0) to {scale.ceil:g} (score 1),"
            f" expected the second {better} the first",
            where=where(),
        )


def _end(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"
