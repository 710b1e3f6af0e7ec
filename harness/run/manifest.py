"""``manifest.json``: what ran, and what a run that goes on must agree with."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

from harness.core.version import __version__
from harness.errors import UsageError
from harness.run.directory import SCHEMA_VERSION, RunDirectory
from harness.run.signature import difference

_RECORDED_PACKAGES: Final = (
    "lm-eval",
    "jiwer",
    "datasets",
    "transformers",
    "torch",
    "numpy",
    "soundfile",
    "soxr",
)


def new_manifest(
    *,
    model: Mapping[str, Any],
    name: str,
    judge: str,
    seed: int,
    tasks: Mapping[str, Any],
    argv: Sequence[str],
) -> dict[str, Any]:
    """Content of a fresh ``manifest.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "harness_version": __version__,
        "name": name,
        "model": dict(model),
        "judge": judge,
        "seed": seed,
        "tasks": dict(tasks),
        "argv": list(argv),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": sys.version.split()[0], **_versions()},
    }


def _versions() -> dict[str, str]:
    versions = {}
    for package in _RECORDED_PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions


def check_version(run: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Refuse to continue a run that another version of the harness started.

    Raises:
        UsageError: the versions differ.
    """
    if manifest["harness_version"] != __version__:
        raise UsageError(
            f"this run was made by harness {manifest['harness_version']}, this is {__version__}",
            where=str(run.path),
            hint=f"start anew with another -o, or only re-score it: harness score {run.path}",
        )


def check_same_parts(
    run: RunDirectory, task: str, old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """Refuse other settings of a task that a run already has.

    Raises:
        UsageError: names every part that differs.
    """
    differing = difference(old, new)
    if old["judge"] == "none":
        differing.pop("judge", None)  # a judge may join later; one that has judged may not change
    if old["data"] != new["data"]:
        differing["data"] = (old["data"], new["data"])
    if differing:
        text = "; ".join(
            f"{part}: {was} there, {now} now" for part, (was, now) in differing.items()
        )
        raise UsageError(
            f"this run directory holds {task} with other settings ({text})",
            where=str(run.path),
            hint=_hint(run, differing),
        )


def _hint(run: RunDirectory, differing: Mapping[str, tuple[str, str]]) -> str:
    """How to go on with a run whose settings differ."""
    if differing.keys() != {"judge"}:
        return "use another -o RUN_DIR, or the settings of the first run"
    if differing["judge"][1] == "none":
        return "its judge is asked with OPENAI_API_KEY or -J base_url=…, as in the first run"
    return f"another judge is let in by: harness score {run.path} --rejudge --judge openai:MODEL"
