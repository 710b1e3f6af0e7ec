"""The ``model-index`` block of a model card: values with task, data set and metric, as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from harness.core import inert
from harness.report.exports.eval_results import dataset_of, percent
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from harness.run.signature import signature

ABOUT: Final = "the model-index block of a model card"
SUFFIX: Final = ".yaml"
NEEDS_METRICS: Final = True
"""Facts of metrics are looked up, also of those that a task registers."""


def write(view: RunView, path: Path) -> None:
    """Write the values of a run for the front matter of ``README.md``; incomplete values are left out."""
    import yaml

    results = [_entry(view, name) for name in view.results["tasks"]]
    card = {
        "model-index": [
            {"name": inert.line(view.name), "results": [one for one in results if one["metrics"]]}
        ]
    }
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=1000)
    write_atomically(path, [text.encode("utf-8", "surrogatepass")])


def _entry(view: RunView, name: str) -> dict[str, Any]:
    entry = view.manifest["tasks"][name]
    metrics = []
    for metric, readings in view.results["tasks"][name]["metrics"].items():
        for reading, found in readings.items():
            if found["value"] is None or not found["complete"]:
                continue
            one: dict[str, Any] = {
                "type": metric,
                "name": f"{metric} ({reading})",
                "value": percent(metric, found["value"]),
            }
            ends = [percent(metric, end) for end in found["ci95"] or () if end is not None]
            if len(ends) == 2:
                one["args"] = {"ci95": ends}
            metrics.append(one)
    dataset = dataset_of(entry)
    return {
        "task": {"type": "audio-text-to-text", "name": inert.line(name)},
        "dataset": {
            "name": inert.line(entry["benchmark"]),
            "type": inert.line(dataset or entry["benchmark"]),
        },
        "metrics": metrics,
        "source": {"name": inert.line(signature(name, entry["signature_parts"]))},
    }
