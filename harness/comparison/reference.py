"""``--reference RUN_DIR``: measures that set a run against another one.

Speech-IFEval's forgetting rate needs the run of the model's own text backbone, Dynamic-SUPERB's gain that
of a baseline. What is needed of the reference run is copied into the manifest, so the run directory
stays complete in itself and the results stay a pure function of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.errors import ComparabilityError, UsageError
from harness.run.files import Manifest, ManifestEntry, ReferenceEntry
from harness.run.reader import read_run

MUST_AGREE: Final = ("scorer", "judge", "clean")
"""Signature parts that a run and its reference share; prompts may differ (audio against text)."""


def reference_entry(path: Path, tasks: Mapping[str, ManifestEntry]) -> ReferenceEntry:
    """Return what the manifest keeps of a reference run.

    Args:
        path: run directory of the reference.
        tasks: manifest entries of the run that it is for.

    Raises:
        UsageError: not a finished run directory, or no task in common.
        ComparabilityError: a task was scored by another scorer or judge there.
    """
    run = read_run(path)
    common = [name for name in tasks if name in run.results["tasks"]]
    if not common:
        raise UsageError("the reference run has none of these tasks", where=f"--reference {path}")
    for name in common:
        mine, theirs = (entry["signature_parts"] for entry in (tasks[name], run.tasks[name]))
        for part in MUST_AGREE:
            if mine.get(part) != theirs.get(part):
                raise ComparabilityError(
                    f"{name}: the reference has another {part}: {theirs.get(part)}, here {mine.get(part)}",
                    where=f"--reference {path}",
                )
    results = run.results
    return {
        "name": run.name,
        "model": run.manifest["model"]["spec"],
        "fingerprint": run.manifest["model"]["fingerprint"],
        "signatures": {name: results["tasks"][name]["signature"] for name in common},
        "values": {
            name: {
                metric: {reading: entry["value"] for reading, entry in readings.items()}
                for metric, readings in results["tasks"][name]["metrics"].items()
            }
            for name in common
        },
        "native": {
            name: entry["native"]
            for name, entry in results["benchmarks"].items()
            if entry["native"]
        },
    }


def with_reference(manifest: Manifest, path: Path | None) -> Manifest:
    """Return the manifest with the reference run, if one was named now; an earlier one is kept otherwise."""
    if path is None:
        return manifest
    return {**manifest, "reference": reference_entry(path, manifest["tasks"])}
