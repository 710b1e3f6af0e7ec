"""Heat maps over sub-scores: a field of several tasks against these tasks, or two fields of one task against each other.

Values are those of the strict reading, made from item statistics with the registry's own sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from harness.core.scoring import Stats
from harness.report.html.states import leading
from harness.report.table import arrow, format_value
from harness.run.files import Manifest, Results
from metrics.registry import find

_MOST: Final = 40
"""Rows, and columns, of a map."""
_MAPS: Final = 6
"""Maps of one task."""
STEPS: Final = 8
"""Steps of the colour scale."""
Cell = dict[str, Any]


class CrossTable:
    """Statistics of one task by the values of two fields, summed while items go by.

    Args:
        metric: the task's first leading metric.
    """

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self._cells: dict[tuple[str, str], dict[tuple[str, str], list[Stats]]] = {}

    def add(self, groups: Mapping[str, str], stats: Mapping[str, Any]) -> None:
        """Add one item."""
        strict = stats.get(self.metric, {}).get("strict")
        if strict is None or len(groups) < 2:
            return
        for one, other in list(combinations(groups, 2))[:_MAPS]:
            cell = self._cells.setdefault((one, other), {})
            cell.setdefault((groups[one], groups[other]), []).append(strict)

    def maps(self, task: str) -> Iterator[dict[str, Any]]:
        """Yield the maps of two fields that have at least two values each."""
        measure = find(self.metric)
        for (one, other), cells in self._cells.items():
            rows, columns = (sorted({key[side] for key in cells}) for side in (0, 1))
            if len(columns) > len(rows):  # the longer side goes down the page
                rows, columns, cells = (
                    columns,
                    rows,
                    {(right, left): stats for (left, right), stats in cells.items()},
                )
                one, other = other, one
            if not (2 <= len(columns) <= _MOST // 2 and len(rows) <= _MOST):
                continue
            values = {key: (measure.aggregate(stats), len(stats)) for key, stats in cells.items()}
            yield _map(task, self.metric, (one, other), (rows, columns), values)


def shared_fields(results: Results, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Yield for each benchmark the fields that several of its tasks share: values down, tasks across."""
    by_field: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for task, entry in results["tasks"].items():
        metric = next(iter(leading(list(entry["metrics"]))), None)
        if metric is None:
            continue
        groups: Mapping[str, Mapping[str, Any]] = entry["groups"]
        for name, values in groups.items():
            key = (manifest["tasks"][task]["benchmark"], name, metric)
            by_field.setdefault(key, {})[task] = values
    for (benchmark, name, metric), tasks in by_field.items():
        rows = sorted({value for known in tasks.values() for value in known})
        if len(tasks) < 2 or not 2 <= len(rows) <= _MOST or len(tasks) > _MOST:
            continue
        cells: dict[tuple[str, str], tuple[float | None, int]] = {}
        for task, values in tasks.items():
            for value, by in values.items():
                found: Mapping[str, Any] | None = by.get(metric, {}).get("strict")
                if found is not None:
                    cells[value, task] = (found["value"], found["n"])
        yield _map(benchmark, metric, (name, "task"), (rows, list(tasks)), cells)


def _map(
    title: str,
    metric: str,
    names: tuple[str, str],
    axes: tuple[list[str], list[str]],
    cells: Mapping[tuple[str, str], tuple[float | None, int]],
) -> dict[str, Any]:
    rows, columns = axes
    values = [value for value, _ in cells.values() if value is not None and math.isfinite(value)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    reach = high - low
    better = find(metric).higher_is_better

    def cell(row: str, column: str) -> Cell:
        value, n = cells.get((row, column), (None, 0))
        if value is None or not math.isfinite(value):
            return {"text": "", "n": n, "step": None}
        share = (value - low) / reach if 0 < reach < math.inf else 0.5
        step = round((share if better else 1 - share) * (STEPS - 1))
        return {"text": format_value(metric, value).rstrip("%"), "n": n, "step": step}

    return {
        "title": title,
        "metric": f"{metric} {arrow(better)}",
        "unit": "%" if find(metric).is_percent else "",
        "names": names,
        "columns": columns,
        "rows": [
            {"value": row, "cells": [cell(row, column) for column in columns]} for row in rows
        ],
    }
