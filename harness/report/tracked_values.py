"""What experiment trackers get of a run: its values under flat names, and what ran."""

from __future__ import annotations

from typing import Any

from harness.run.reader import RunView
from harness.run.signature import signature


def flat_values(view: RunView) -> dict[str, float]:
    """Return every value under ``TASK/METRIC/READING``, with ``_low``, ``_high`` and ``_n``; absent values are left out."""
    found: dict[str, float] = {}
    for task, entry in view.results["tasks"].items():
        for metric, readings in entry["metrics"].items():
            for reading, value in readings.items():
                name = f"{task}/{metric}/{reading}"
                if value["value"] is None:
                    continue
                found[name] = value["value"]
                found[f"{name}_n"] = value["n"]
                for end, number in zip(("low", "high"), value["ci95"] or (), strict=False):
                    if number is not None:
                        found[f"{name}_{end}"] = number
    return found


def configuration(view: RunView) -> dict[str, Any]:
    """Return model, judge, seed, versions and the signature of every task."""
    manifest = view.manifest
    return {
        "model": manifest["model"]["spec"],
        "fingerprint": manifest["model"]["fingerprint"],
        "judge": manifest["judge"],
        "seed": manifest["seed"],
        "harness_version": manifest["harness_version"],
        "created": manifest["created"],
        **{
            f"signature.{task}": signature(task, entry["signature_parts"])
            for task, entry in manifest["tasks"].items()
        },
    }
