"""The hub's ``.eval_results/*.yaml`` of a model repository: the headline value of every task whose data set is on the hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.core.scoring import Reading
from harness.core.untrusted.regular import is_there
from harness.errors import UsageError
from harness.run.files import ManifestEntry
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from harness.run.signature import signature
from harness.task_loading.sources import source_module
from metrics.registry import METRICS

ABOUT: Final = "the hub's .eval_results file of a model repository"
SUFFIX: Final = ".yaml"
NEEDS_METRICS: Final = True
"""Facts of metrics are looked up, also of those that a task registers."""
_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+")


def write(view: RunView, path: Path) -> None:
    """Write one entry per task: its first metric, in the official reading where it has one.

    Raises:
        UsageError: no task has a complete value and a data set of the hub.
    """
    import yaml

    entries = [entry for name in view.results["tasks"] if (entry := _entry(view, name)) is not None]
    if not entries:
        raise UsageError(
            "no task of this run has a complete value and a data set of the hub",
            where=str(view.path),
        )
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000)
    write_atomically(path, [text.encode("utf-8", "surrogatepass")])


def _entry(view: RunView, name: str) -> dict[str, Any] | None:
    manifest = view.manifest["tasks"][name]
    dataset = dataset_of(manifest)
    found = headline(view.results["tasks"][name]["metrics"])
    if dataset is None or found is None:
        return None
    metric, reading, value = found
    return {
        "dataset": {"id": dataset, "task_id": name},
        "value": percent(metric, value["value"]),
        "date": view.manifest["created"][:10],
        "notes": f"{metric}, {reading} reading; {signature(name, manifest['signature_parts'], reading)}",
    }


def headline(metrics: Mapping[str, Any]) -> tuple[str, Reading, Mapping[str, Any]] | None:
    """Return the first metric with a complete value: name, reading (official before strict) and value."""
    readings: tuple[Reading, ...] = ("official", "strict")
    for metric, found in metrics.items():
        for reading in readings:
            value = found.get(reading)
            if value is not None and value["value"] is not None and value["complete"]:
                return metric, reading, value
    return None


def dataset_of(entry: ManifestEntry) -> str | None:
    """Return the hub data set of a task: the one that was read, else the one its benchmark declares."""
    source = entry["data"]["source"]
    if _REPOSITORY.fullmatch(source) and not is_there(Path(source)):
        return source
    module = source_module(entry["benchmark"])
    hub = module.SOURCE.hub if module is not None else ()
    return hub[0].repo if hub else None


def percent(metric: str, value: float) -> float:
    """Return a share as a percentage, any other value as it is, to four decimals."""
    return round(100 * value if METRICS[metric].unit == "percent" else value, 4)
