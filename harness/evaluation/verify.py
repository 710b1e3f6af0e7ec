"""``harness verify BUNDLE``: derive the values of a submission bundle anew, and say whether they are those that it claims.

No model, no data set and no network: scoring is a pure function of the files in the bundle. A bundle is a stranger's file: only
known members are read, within bounds, into a folder of our own; nothing in it is run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.core.untrusted.regular import check_regular
from harness.errors import (
    EXIT_FOUND,
    EXIT_INCOMPLETE,
    EXIT_OK,
    InputFileError,
    UnknownNameError,
    UsageError,
)
from harness.report.exports.bundle import INDEX, MEMBERS, VERSION, claims
from harness.run.directory import RunDirectory
from harness.run.files import Manifest, Results
from harness.run.signature import signature
from harness.scoring.stage import score_run
from harness.task_loading.specs import load_scoring_task, provide_models
from harness.task_loading.task import YamlTask

MAX_BYTES: Final = 20_000_000_000
"""Bytes of all members together, unpacked."""
MAX_RATIO: Final = 200
"""Unpacked bytes per packed byte of a member; text of replies packs to a tenth."""
_SMALL: Final = 50_000_000
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as claimed: what, as claimed, and as derived."""

    what: str
    claimed: str
    derived: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Result of the examination of a bundle.

    Attributes:
        name: name of the run.
        model: model as given.
        differences: what is not as claimed.
        unknown: tasks that this version cannot derive as they were scored, with the reason.
        results: the derived results.
        manifest: manifest of the bundle.
    """

    name: str
    model: str
    differences: Sequence[Difference]
    unknown: Mapping[str, str]
    results: Results
    manifest: Manifest
    values: int = field(default=0)

    @property
    def exit_code(self) -> int:
        """0 as claimed; 1 something differs; 3 nothing differs, but a task cannot be derived here."""
        if self.differences:
            return EXIT_FOUND
        return EXIT_INCOMPLETE if self.unknown else EXIT_OK

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {
            "name": self.name,
            "model": self.model,
            "as_claimed": self.exit_code == EXIT_OK,
            "values": self.values,
            "differences": [
                {"what": one.what, "claimed": one.claimed, "derived": one.derived}
                for one in self.differences
            ],
            "unknown": dict(self.unknown),
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield f"{self.name}   model {self.model}"
        for one in self.differences:
            yield f"  {one.what}: claimed {one.claimed}, derived {one.derived}"
        for name, reason in self.unknown.items():
            yield f"  {name}: {reason}"
        if self.differences:
            yield f"NOT AS CLAIMED: {len(self.differences)} of {self.values} values and files differ"
        elif self.unknown:
            yield "AS CLAIMED where it can be derived here"
        else:
            yield f"AS CLAIMED: {self.values} values derived anew"


def verify(
    path: Path,
    *,
    include_path: Sequence[Path] = (),
    trusted: bool = False,
    data: Mapping[str, Path] | None = None,
) -> Verified:
    """Derive the values of a bundle anew.

    Args:
        path: the bundle.
        include_path: folders with the YAML of tasks that are not built in.
        trusted: code of such tasks may run.
        data: folders of models that scoring needs.

    Raises:
        InputFileError: not a bundle, damaged, or larger than the bounds.
        UsageError: a task of it is not known here, or its code is not trusted.
    """
    provide_models(data or {})
    folder = Path(tempfile.mkdtemp(prefix="harness-verify-"))
    try:
        index, found = _unpack(path, folder)
        return _compare(index, found, folder, include_path, trusted=trusted)
    except InputFileError as error:  # the folder is gone when this is read
        if error.where is None or not error.where.startswith(str(folder)):
            raise
        place = f"{path}: {error.where.removeprefix(str(folder)).lstrip('/')}"
        raise InputFileError(error.message, where=place) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compare(
    index: Mapping[str, Any],
    digests: Mapping[str, str],
    folder: Path,
    include_path: Sequence[Path],
    *,
    trusted: bool,
) -> Verified:
    differences = [
        Difference(name, index["files"][name]["sha256"][:12], digest[:12])
        for name, digest in digests.items()
        if index["files"][name]["sha256"] != digest
    ]
    unknown: dict[str, str] = {}

    def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
        # the path of a task file in a bundle is a stranger's: tasks are built in, or of --include-path
        known = {**entry, "yaml": None}
        try:
            task = load_scoring_task(name, known, include_path=include_path, trusted=trusted)
        except UnknownNameError as error:
            raise UsageError(
                error.message,
                where=error.where,
                hint="a task that is not built in is found with: --include-path FOLDER, where its task file lies",
            ) from error
        scorer = entry["signature_parts"]["scorer"]
        if task.spec.scorer != scorer:
            unknown[name] = f"scored by {scorer}; this version has {task.spec.scorer}"
        return task

    with RunDirectory(folder) as run:
        manifest = run.manifest()
        results = score_run(run, load)
    for name, entry in manifest["tasks"].items():
        text = signature(name, entry["signature_parts"])
        if index["signatures"].get(name) != text:
            claimed = str(index["signatures"].get(name, "absent"))
            differences.append(Difference(f"{name} signature", claimed, text))
    claimed_values, derived = dict(_values(index["claims"])), dict(_values(claims(results)))
    for what in {**claimed_values, **derived}:
        if what.split(" ", 1)[0] in unknown:
            continue
        one, other = claimed_values.get(what), derived.get(what)
        if one != other:
            differences.append(Difference(what, _shown(one), _shown(other)))
    return Verified(
        str(index["name"]), str(index["model"]), differences, unknown, results, manifest, len(derived)
    )  # fmt: skip


def _values(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for task, metrics in found.items():
        for metric, readings in metrics.items():
            for reading, value in readings.items():
                yield f"{task} {metric} {reading}", dict(value)


def _shown(value: Any) -> str:
    if value is None:
        return "absent"
    shown = "nothing" if value["value"] is None else f"{value['value']:.6g}"
    interval = value["ci95"]
    ends = f" [{interval[0]:.4g}, {interval[1]:.4g}]" if interval and None not in interval else ""
    return f"{shown}{ends} n={value['n']}"


# --- the file --------------------------------------------------------------------------------


def _unpack(path: Path, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Copy the known members into a folder; return the index and the digests of what was read."""
    try:
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if len(members) != len(archive.infolist()):
                raise _not_a_bundle(path, "a member occurs twice")
            _check_members(path, members)
            index = _index(path, archive)
            for name in index["files"]:
                if name not in members or name not in MEMBERS:
                    raise _not_a_bundle(path, f"{name!r} is named and not there")
            missing = [name for name in MEMBERS[:3] if name not in index["files"]]
            if missing or set(members) - {INDEX, *index["files"]}:
                raise _not_a_bundle(path, "its files are not those that bundle.json names")
            return index, {
                name: _copy(archive, members[name], folder / name) for name in index["files"]
            }
    except (
        OSError, zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError, RuntimeError, EOFError,
    ) as error:  # fmt: skip
        raise InputFileError(f"cannot be read as a bundle: {error}", where=str(path)) from error


def _check_members(path: Path, members: Mapping[str, zipfile.ZipInfo]) -> None:
    if INDEX not in members:
        raise _not_a_bundle(path, f"it has no {INDEX}")
    if sum(member.file_size for member in members.values()) > MAX_BYTES:
        raise _not_a_bundle(path, f"it unpacks to more than {MAX_BYTES:,} bytes")
    for member in members.values():
        if member.filename not in (INDEX, *MEMBERS):
            raise _not_a_bundle(path, f"it has the member {member.filename[:80]!r}")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _not_a_bundle(
                path, f"{member.filename} is packed in a form that bundles do not use"
            )
        if member.file_size > _SMALL and member.file_size > MAX_RATIO * max(
            1, member.compress_size
        ):
            raise _not_a_bundle(path, f"{member.filename} is packed {MAX_RATIO} times or more")


def _index(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    if archive.getinfo(INDEX).file_size > _SMALL:
        raise _not_a_bundle(path, f"{INDEX} is too large")
    try:
        index = json.loads(archive.read(INDEX))
    except (ValueError, RecursionError) as error:
        raise _not_a_bundle(path, f"{INDEX} is not JSON") from error
    if not isinstance(index, dict) or index.get("bundle_version") != VERSION:
        raise _not_a_bundle(path, f"bundle_version is not {VERSION}")
    shapes: dict[str, type] = {
        "files": dict,
        "claims": dict,
        "signatures": dict,
        "name": str,
        "model": str,
    }
    for key, kind in shapes.items():
        if not isinstance(index.get(key), kind):
            raise _not_a_bundle(path, f"{INDEX}: {key} is missing or of another type")
    for name, entry in index["files"].items():
        if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            raise _not_a_bundle(path, f"{INDEX}: files.{name[:40]} has no sha256")
    try:
        for _, value in _values(index["claims"]):
            _shown(value)
            assert set(value) == {"value", "ci95", "n", "complete"}
    except (
        AttributeError, TypeError, ValueError, OverflowError, KeyError, IndexError, AssertionError,
    ) as error:  # fmt: skip
        raise _not_a_bundle(path, f"{INDEX}: claims are not of the known form") from error
    return index


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> str:
    digest = hashlib.sha256()
    count = 0
    with archive.open(member) as source, target.open("xb") as copy:
        while block := source.read(_BLOCK):
            count += len(block)
            if count > member.file_size:
                raise InputFileError("a member is larger than it says", where=member.filename)
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _not_a_bundle(path: Path, why: str) -> InputFileError:
    return InputFileError(
        f"is not a bundle: {why}",
        where=str(path),
        hint="bundles are written by: harness export RUN_DIR --format bundle",
    )
