"""``manifest.json``: what ran, and what a run that goes on must agree with."""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final, cast

from harness.core.version import __version__
from harness.errors import UsageError
from harness.run.directory import RunDirectory
from harness.run.files import SCHEMA_VERSION, LeftOutEntry, Manifest, ManifestEntry, ModelEntry
from harness.run.signature import difference, signed_by_spelling

_RELEASE: Final = re.compile(r"(\d+\.\d+)\.\d+")
_RECORDED_PACKAGES: Final = (
    "lm-eval",
    "rapidfuzz",
    "datasets",
    "transformers",
    "torch",
    "numpy",
    "soundfile",
    "soxr",
)


def new_manifest(
    *,
    model: ModelEntry,
    name: str,
    judge: str,
    seed: int,
    tasks: Mapping[str, ManifestEntry],
    argv: Sequence[str],
) -> Manifest:
    """Return the content of a fresh ``manifest.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "harness_version": __version__,
        "name": name,
        "model": model,
        "judge": judge,
        "seed": seed,
        "tasks": dict(tasks),
        "argv": list(argv),
        "created": _now(),
        "versions": {"python": sys.version.split()[0], **_versions()},
    }


def with_left_out(manifest: Manifest, left_out: Iterable[Mapping[str, Any]]) -> Manifest:
    """Return a manifest that names the tasks that were left out; no key if there are none.

    Args:
        manifest: the manifest so far; a task that it has is not named.
        left_out: ``LeftOutEntry`` objects.
    """
    entries = [
        cast("LeftOutEntry", dict(entry))
        for entry in left_out
        if entry["task"] not in manifest["tasks"]
    ]
    found = manifest.copy()
    found.pop("left_out", None)
    if entries:
        found["left_out"] = entries
    return found


@functools.cache
def _versions() -> dict[str, str]:
    """Return what is installed; it costs milliseconds a package, and stays what it is."""
    versions = {}
    for package in _RECORDED_PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions


def check_version(run: RunDirectory, manifest: Manifest) -> None:
    """Refuse to continue a run that another version of the harness began, unless only the patch version differs.

    Raises:
        UsageError: the versions differ in more.
    """
    began = manifest["harness_version"]
    if began != __version__ and not same_minor(began, __version__):
        raise UsageError(
            f"this run was made by harness {began}, this is {__version__}",
            where=str(run.path),
            hint=f"start anew with another -o, or only re-score it: harness score {run.path}",
        )


def same_minor(one: str, other: str) -> bool:
    """Return True if two releases differ in the patch version at most; a pre-release is only like itself.

    >>> same_minor("0.1.0", "0.1.12"), same_minor("0.1.0", "0.2.0"), same_minor("0.1.0", "0.1.1rc1")
    (True, False, False)
    """
    found = [_RELEASE.fullmatch(version) for version in (one, other)]
    return (
        len(
            {
                match[1] if match else version
                for match, version in zip(found, (one, other), strict=True)
            }
        )
        == 1
    )


def check_same_scorer(run: RunDirectory, task: str, entry: ManifestEntry, scorer: str) -> None:
    """Refuse to continue a run of which another task would now be scored by another version of its scorer.

    Raises:
        UsageError: names both versions.
    """
    began = entry["signature_parts"]["scorer"]
    if began != scorer:
        raise UsageError(
            f"this run directory holds {task} as scored by {began}; this version scores it by {scorer}",
            where=str(run.path),
            hint="use another -o RUN_DIR, or the version of the harness that began the run",
        )


def with_scorers(manifest: Manifest, parts: Mapping[str, Mapping[str, str]]) -> Manifest:
    """Return the manifest with the versions (and code) by which its tasks are scored now, in their signatures."""
    found = manifest.copy()
    found["tasks"] = {}
    for name, entry in manifest["tasks"].items():
        renewed = found["tasks"][name] = entry.copy()
        renewed["signature_parts"] = {**entry["signature_parts"], **parts[name]}
    return found


def continued(manifest: Manifest) -> Manifest:
    """Return the manifest of a run that goes on; a version other than those before is noted in it."""
    noted = manifest.get("continued", [])
    known = [manifest["harness_version"], *(entry["harness_version"] for entry in noted)]
    if known[-1] == __version__:
        return manifest
    found = manifest.copy()
    found["continued"] = [*noted, {"harness_version": __version__, "since": _now()}]
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_same_parts(
    run: RunDirectory, task: str, entry: Mapping[str, Any], new: Mapping[str, str]
) -> None:
    """Refuse other settings of a task that a run already has.

    Args:
        run: the run directory.
        task: name of the task.
        entry: the task in the run's manifest.
        new: parts of its signature now.

    Raises:
        UsageError: names every part that differs.
    """
    old: Mapping[str, str] = entry["signature_parts"]
    differing = difference(old, new)
    if old["judge"] == "none":
        differing.pop("judge", None)  # a judge may join later; one that has judged may not change
    if "code" not in old:
        differing.pop("code", None)  # begun by a version that did not note it
    for part in ("data", "subset"):
        if old.get(part) != new.get(part):
            differing[part] = (old.get(part, "-"), new.get(part, "-"))
    if differing:
        text = "; ".join(
            f"{part}: {was} there, {now} now" for part, (was, now) in differing.items()
        )
        raise UsageError(
            f"this run directory holds {task} with other settings ({text})",
            where=str(run.path),
            hint=_hint(run, entry, differing),
        )


def _hint(
    run: RunDirectory, entry: Mapping[str, Any], differing: Mapping[str, tuple[str, str]]
) -> str:
    """Say how to go on with a run whose settings differ."""
    if "gen" in differing and signed_by_spelling(entry):
        return (
            "an earlier version of the harness signed generation arguments by their spelling, and keyed replies by it\n"
            f"  use another -o RUN_DIR; what is there can be scored: harness score {run.path}"
        )
    if differing.keys() != {"judge"}:
        return "use another -o RUN_DIR, or the settings of the first run"
    if differing["judge"][1] == "none":
        return "its judge is asked with OPENAI_API_KEY or -J base_url=…, as in the first run"
    return f"another judge is let in by: harness score {run.path} --rejudge --judge openai:MODEL"
