"""The submission bundle: everything that a run's numbers follow from, in one file that anybody can check without the model.

A zip of the run directory's files with ``bundle.json`` in front: digests, the claimed values, and the environment. Clips are not in it. ``harness
verify`` derives the values anew (``harness.evaluation.verify``).
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any, Final

from harness.core.version import __version__
from harness.errors import StorageError
from harness.run.files import JUDGEMENTS, MANIFEST, RESPONSES, RESULTS
from harness.run.reader import RunView
from harness.run.signature import signature

ABOUT: Final = "replies, judge log, digests and claimed values in one file, for harness verify"
SUFFIX: Final = ".zip"
INDEX: Final = "bundle.json"
MEMBERS: Final = (MANIFEST, RESULTS, RESPONSES, JUDGEMENTS)
"""Files of a run directory that a bundle holds; the last one only where a judge was asked."""
VERSION: Final = 1
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_BLOCK: Final = 1 << 20


def write(view: RunView, path: Path) -> None:
    """Write the bundle; equal runs give equal files.

    Raises:
        StorageError: it cannot be written.
    """
    files = [view.path / name for name in MEMBERS if (view.path / name).is_file()]
    index = {
        "bundle_version": VERSION,
        "harness_version": __version__,
        "name": view.name,
        "model": view.manifest["model"]["spec"],
        "fingerprint": view.manifest["model"]["fingerprint"],
        "created": view.manifest["created"],
        "environment": view.manifest["versions"],
        "files": {
            file.name: {"sha256": _digest(file), "bytes": file.stat().st_size} for file in files
        },
        "claims": claims(view.results),
        "signatures": {
            name: signature(name, entry["signature_parts"])
            for name, entry in view.manifest["tasks"].items()
        },
        "licences": {name: entry["licence"] for name, entry in view.manifest["tasks"].items()},
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
            archive.writestr(_member(INDEX), text.encode("utf-8", "surrogatepass"))
            for file in files:
                with (
                    file.open("rb") as source,
                    archive.open(_member(file.name), "w", force_zip64=True) as target,
                ):
                    while block := source.read(_BLOCK):
                        target.write(block)
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror or error}", where=str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def claims(results: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what a run claims: task -> metric -> reading -> value, interval and denominator."""
    return {
        name: {
            metric: {
                reading: {key: value[key] for key in ("value", "ci95", "n", "complete")}
                for reading, value in readings.items()
            }
            for metric, readings in task["metrics"].items()
        }
        for name, task in results["tasks"].items()
    }


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
