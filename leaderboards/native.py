"""Native aggregates (each benchmark's own headline numbers, official reading) and normalised means of a run.

A board makes its benchmark's aggregate (``leaderboards.boards``); the form is documented in ``leaderboards.cells``.
``benchmark_results`` fills ``results.json["benchmarks"]``; it is pure and deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from leaderboards.boards import native_function, relative_function
from leaderboards.interval import DEFAULT_RESAMPLES, Estimate, node_intervals
from leaderboards.normalize import Node, Normalized, leaf_weights, normalize
from leaderboards.results import SampleIndex, TaskResult, by_benchmark

_INNER: Final = ("task", "lowest")
"""Attributes of a cell that ``results.json`` does not hold: its key, and what follows from its anchor."""


def native(
    benchmark: str, tasks: Mapping[str, TaskResult], samples: SampleIndex | None = None
) -> dict[str, Any]:
    """Return the benchmark's native aggregate, ``{}`` if it has none.

    Args:
        benchmark: group name.
        tasks: the benchmark's tasks in one run.
        samples: its sample lines, for aggregates that need items.

    >>> native("quickstart", {})
    {}
    """
    function = native_function(benchmark)
    return function(tasks, samples or {}) if function is not None else {}


def benchmark_results(
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    expected: Mapping[str, Iterable[str]] | None = None,
    reference: Mapping[str, Any] | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    unchanged: frozenset[str] = frozenset(),
    before: Mapping[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return the content of ``results.json["benchmarks"]``.

    Args:
        tasks: every task of the run (``leaderboards.results.task_results``).
        samples: task -> sample lines with ``id``, ``repeat``, ``cluster``, ``scores``, ``stats``,
            ``groups``; read more than once.
        expected: benchmark -> tasks that its mean is made of, where it is not a built-in list.
        reference: the manifest's entry about a reference run (``harness.comparison.reference``).
        resamples: bootstrap resamples of the interval of a mean.
        unchanged: tasks that are as they were when ``before`` was made: an interval over them alone is taken from it.
        before: what this function returned then.

    Returns:
        Benchmark -> ``{"native": {…}, "normalized": {…}}``, with a reference run also ``"relative"``.
    """
    results = {}
    for benchmark, members in by_benchmark(tasks):
        found = normalize(benchmark, members, expected=(expected or {}).get(benchmark))
        known = known_intervals(
            (before or {}).get(benchmark, {}).get("normalized", {}), found, unchanged
        )
        estimates = node_intervals(found, members, samples, resamples=resamples, known=known)
        results[benchmark] = {
            "native": native(benchmark, members, samples),
            "normalized": normalized_json(found, estimates),
        }
        if reference is not None:
            measured = relative(benchmark, members, results[benchmark]["native"], reference)
            if measured:
                results[benchmark]["relative"] = measured
    return results


def known_intervals(
    before: Mapping[str, Any], found: Normalized, unchanged: frozenset[str]
) -> dict[str, Estimate]:
    """Return the stored intervals of categories all of whose tasks are unchanged."""
    known = {}
    for node in found.tree.children:
        stored = before.get("categories", {}).get(node.name, {})
        if leaf_weights(node).keys() <= unchanged and stored.get("ci95") is not None:
            low, high = stored["ci95"]
            known[node.name] = Estimate((low, high), stored["stderr"], before["method"])
    return known


def relative(
    benchmark: str,
    tasks: Mapping[str, TaskResult],
    own: Mapping[str, Any],
    reference: Mapping[str, Any],
) -> dict[str, Any]:
    """Measure a run against a reference run (forgetting rate, relative gains); ``{}`` where no such measure exists.

    Args:
        benchmark: group name.
        tasks: the benchmark's tasks in this run.
        own: its native aggregate in this run.
        reference: name, values and native aggregates of the reference run.
    """
    function = relative_function(benchmark)
    if function is None:
        return {}
    return {"reference": reference["name"], **function(tasks, own, reference)}


def normalized_json(found: Normalized, estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return a ``Normalized`` as JSON, with the intervals of its means (``leaderboards.interval``)."""
    return {
        **_node_json(found.tree, estimates),
        "method": next((estimate.method for estimate in estimates.values()), None),
        "reading": "strict",
        "categories": {
            node.name: _node_json(node, estimates) for node in found.tree.children if node.children
        },
        "cells": {
            task: {
                **{key: value for key, value in asdict(cell).items() if key not in _INNER},
                "averaged": task in found.averaged,
            }
            for task, cell in found.cells.items()
        },
    }


def _node_json(node: Node, estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    estimate = estimates.get(node.name)
    return {
        "score": node.score,
        "ci95": list(estimate.ci95) if estimate else None,
        "stderr": estimate.stderr if estimate else None,
        "ok": node.ok,
        "total": node.total,
        "whole": node.whole,
    }
