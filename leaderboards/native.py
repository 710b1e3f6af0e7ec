"""Native aggregates: each benchmark's own headline numbers, from the official reading.

``NATIVE`` names one function per benchmark, imported when first asked for; a benchmark without one
(the quick-start suite, a user's own) has no native aggregate beyond its task values. The form of an
aggregate is documented in ``leaderboards.native_common``. ``benchmark_results`` fills
``results.json["benchmarks"]``; it is pure and deterministic.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final, cast

from leaderboards.interval import DEFAULT_RESAMPLES, Estimate, node_intervals
from leaderboards.normalize import Node, Normalized, normalize
from leaderboards.results import SampleIndex, TaskResult, by_benchmark

NativeFunction = Callable[[Mapping[str, TaskResult], SampleIndex], dict[str, Any]]

NATIVE: Final[dict[str, str]] = {
    "dynamic_superb": "leaderboards.native_dynamic_superb:native",
    "llaso_eval": "leaderboards.native_llaso:native",
    "mmau": "leaderboards.native_mm:mmau",
    "mmsu": "leaderboards.native_mm:mmsu",
    "sakura": "leaderboards.native_sakura:native",
    "speech_ifeval": "leaderboards.native_speech_ifeval:native",
    "voicebench": "leaderboards.native_voicebench:native",
}


RelativeFunction = Callable[
    [Mapping[str, TaskResult], Mapping[str, Any], Mapping[str, Any]], dict[str, Any]
]

RELATIVE: Final[dict[str, str]] = {
    "dynamic_superb": "leaderboards.native_dynamic_superb:relative",
    "speech_ifeval": "leaderboards.native_speech_ifeval:relative",
}
"""Benchmarks that define a measure against a reference run."""


def native(
    benchmark: str, tasks: Mapping[str, TaskResult], samples: SampleIndex | None = None
) -> dict[str, Any]:
    """The benchmark's native aggregate, ``{}`` if it has none.

    Args:
        benchmark: group name.
        tasks: the benchmark's tasks in one run.
        samples: its sample lines, for aggregates that need items.

    >>> native("quickstart", {})
    {}
    """
    if benchmark not in NATIVE:
        return {}
    module, name = NATIVE[benchmark].split(":")
    function = cast(NativeFunction, getattr(importlib.import_module(module), name))
    return function(tasks, samples or {})


def benchmark_results(
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    expected: Mapping[str, Iterable[str]] | None = None,
    reference: Mapping[str, Any] | None = None,
    resamples: int = DEFAULT_RESAMPLES,
) -> dict[str, dict[str, Any]]:
    """What stands in ``results.json["benchmarks"]``.

    Args:
        tasks: every task of the run (``leaderboards.results.task_results``).
        samples: task -> sample lines with ``id``, ``repeat``, ``cluster``, ``scores``, ``stats``,
            ``groups``; read more than once.
        expected: benchmark -> tasks that its mean is made of, where it is not a built-in list.
        reference: the manifest's entry about a reference run (``harness.reference``).
        resamples: bootstrap resamples of the interval of a mean.

    Returns:
        Benchmark -> ``{"native": {…}, "normalized": {…}}``, with a reference run also ``"relative"``.
    """
    results = {}
    for benchmark, members in by_benchmark(tasks):
        found = normalize(benchmark, members, expected=(expected or {}).get(benchmark))
        estimates = node_intervals(found, members, samples, resamples=resamples)
        results[benchmark] = {
            "native": native(benchmark, members, samples),
            "normalized": normalized_json(found, estimates),
        }
        if reference is not None and benchmark in RELATIVE:
            results[benchmark]["relative"] = relative(
                benchmark, members, results[benchmark]["native"], reference
            )
    return results


def relative(
    benchmark: str,
    tasks: Mapping[str, TaskResult],
    own: Mapping[str, Any],
    reference: Mapping[str, Any],
) -> dict[str, Any]:
    """How a run stands to a reference run: forgetting rate, relative gains.

    Args:
        benchmark: one of ``RELATIVE``.
        tasks: the benchmark's tasks in this run.
        own: its native aggregate in this run.
        reference: name, values and native aggregates of the reference run.
    """
    module, name = RELATIVE[benchmark].split(":")
    function = cast(RelativeFunction, getattr(importlib.import_module(module), name))
    return {"reference": reference["name"], **function(tasks, own, reference)}


def normalized_json(found: Normalized, estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """A ``Normalized`` as JSON, with the intervals of its means (``leaderboards.interval``)."""
    return {
        **_node_json(found.tree, estimates),
        "method": next((estimate.method for estimate in estimates.values()), None),
        "reading": "strict",
        "categories": {
            node.name: _node_json(node, estimates) for node in found.tree.children if node.children
        },
        "cells": {
            task: {
                **{key: value for key, value in asdict(cell).items() if key != "task"},
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
