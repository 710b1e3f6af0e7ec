"""Results in the shape of lm-eval's results file, for tools that read those. The filter is the reading."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError
from harness.run.checks import shown
from harness.run.files import MANIFEST
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from harness.run.records import repeats_of
from metrics.registry import METRICS

ABOUT: Final = "results in the shape of lm-eval's results file"
SUFFIX: Final = ".json"
NEEDS_METRICS: Final = True
"""Facts of metrics are looked up, also of those that a task registers."""


def write(view: RunView, path: Path) -> None:
    """Write the values of a run as ``results[TASK]["METRIC,READING"]``, with ``METRIC_stderr,READING`` next to it."""
    content = json.dumps(shaped(view), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_atomically(path, [content.encode("utf-8", "surrogatepass")])


def shaped(view: RunView) -> dict[str, Any]:
    """Return the content of the file."""
    results: dict[str, dict[str, Any]] = {}
    higher: dict[str, dict[str, bool]] = {}
    for name, task in view.results["tasks"].items():
        cells: dict[str, Any] = {"alias": name}
        for metric, readings in task["metrics"].items():
            for reading, value in readings.items():
                cells[f"{metric},{reading}"] = value["value"]
                cells[f"{metric}_stderr,{reading}"] = (
                    "N/A" if value["stderr"] is None else value["stderr"]
                )
        results[name] = cells
        higher[name] = {metric: METRICS[metric].higher_is_better for metric in task["metrics"]}
    manifest = view.manifest
    return {
        "results": results,
        "group_subtasks": {name: [] for name in results},
        "configs": {
            name: {"task": name, "generation_kwargs": entry["generation"], "metadata": entry["signature_parts"]}
            for name, entry in manifest["tasks"].items()
        },
        "versions": {name: entry["signature_parts"]["scorer"] for name, entry in manifest["tasks"].items()},
        "n-shot": dict.fromkeys(results, 0),
        "higher_is_better": higher,
        "n-samples": {
            name: {"original": manifest["tasks"][name]["items_total"], "effective": task["n"] * repeats_of(task)}
            for name, task in view.results["tasks"].items()
        },
        "config": {
            "model": manifest["model"]["adapter"],
            "model_args": manifest["model"]["args"],
            "model_name": manifest["model"]["spec"],
            "random_seed": manifest["seed"],
        },
        "date": _moment(view),
        "model_name": manifest["model"]["spec"],
        "lalm_harness_version": manifest["harness_version"],
    }  # fmt: skip


def _moment(view: RunView) -> float:
    """Return when the run began, in seconds since 1970.

    Raises:
        InputFileError: the manifest does not say it as ISO 8601 does.
    """
    created = view.manifest["created"]
    try:
        return datetime.fromisoformat(created).timestamp()
    except (ValueError, OverflowError) as error:
        raise InputFileError(
            f"created: expected a date and time in ISO 8601, found {shown(created)}",
            where=str(view.path / MANIFEST),
            hint="restore it from a copy",
        ) from error
