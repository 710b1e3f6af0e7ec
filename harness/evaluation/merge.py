"""``harness merge``: one run directory from those of its shards, or from parts that were interrupted.

Parts belong together if they ask the same model the same things: fingerprint, signatures, selection, judge, seed. Of every item
the last line that ended well is kept, an error only where no part has better. The new directory is built under another
name and moved into place when it is whole, so a merge that is killed leaves nothing behind that looks like a run. Its
samples and results are those of a single run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from harness.core.redaction import redact_argv
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    RunLockedError,
    StorageError,
    UsageError,
)
from harness.evaluation.evaluate import Ended
from harness.judge.task_judge import judges_named
from harness.run.attempts import Attempts
from harness.run.directory import RunDirectory
from harness.run.files import RESPONSES, Manifest, ManifestEntry, MergedEntry, ResponseRecord
from harness.run.manifest import same_minor, with_left_out
from harness.run.reader import ResponseReader, read_judgements
from harness.run.records import failed_items, scoring_note
from harness.scoring.stage import score_run
from harness.settings import parse_max_errors
from harness.task_loading.own_file import copy_own_task_file
from harness.task_loading.specs import load_scoring_task, provide_models

_REPLY: Final = ("request_key", "outcome", "response", "raw_response", "reasoning", "finish")
"""Fields of a record that make its reply; times, token counts and places of clips may differ."""
_ANOTHER: Final = "use another -o RUN_DIR"
_SAME_ENTRY: Final = (
    "selection", "items_total", "items_selected", "repeats", "subset", "facts", "metrics", "generation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """Options of ``merge``.

    Attributes:
        name: name of the run in tables; default: the name of the new directory.
        include_path: folders with the YAML of tasks of the user.
        trust_task_code: run the code of such tasks.
        max_errors: failed items that are still exit 0.
        data: folders of benchmarks, for models that scoring needs.
    """

    name: str | None = None
    include_path: tuple[Path, ...] = ()
    trust_task_code: bool = False
    max_errors: str = "0"
    data: Mapping[str, Path] | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A run directory that is merged."""

    run: RunDirectory
    manifest: Manifest

    @property
    def path(self) -> Path:
        return self.run.path

    def shard(self) -> str | None:
        shard = self.manifest.get("shard")
        return f"{shard['index']}/{shard['of']}" if shard is not None else None


def merge(
    paths: Sequence[Path], target: Path, options: MergeOptions, argv: Sequence[str] = ()
) -> Ended:
    """Merge run directories into a new one, and score it.

    Args:
        paths: the parts; each is only read.
        target: the new run directory; it must not exist, or be empty.
        options: name, tasks of the user, tolerated errors.
        argv: the command line, for the manifest.

    Returns:
        Exit code 0, or 3 with a note where items are missing or failed.

    Raises:
        UsageError: the parts do not belong together, or the target is taken.
        RunLockedError: a part is being written.
        InputFileError: a file of a part is damaged.
        StorageError: the new directory cannot be written.
    """
    parse_max_errors(options.max_errors, 0)
    parts = [_open(path) for path in paths]
    if len(parts) < 2:
        raise UsageError("needs at least two run directories", where="harness merge")
    _check_target(target, parts)
    provide_models(options.data or {})
    manifest = _merged_manifest(parts, target, options, argv)
    work = _work_folder(target)
    try:
        run = RunDirectory(work)
        with run:
            for name, entry in manifest["tasks"].items():
                owner = next(part for part in parts if name in part.manifest["tasks"])
                entry["yaml"] = copy_own_task_file(owner.path, entry, work, target)
            run.write_manifest(manifest)
            _copy(parts, run, manifest)
            trusted = options.trust_task_code
            load = partial(
                load_scoring_task, include_path=options.include_path, trusted=trusted, run=work
            )
            results = score_run(run, load)
        _put_in_place(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    missing = {name: task["missing"] for name, task in results["tasks"].items() if task["missing"]}
    if missing:
        return Ended(EXIT_INCOMPLETE, results, manifest, _missing_note(parts, missing))
    if (scoring := scoring_note(results)) is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, scoring)
    failed, total = failed_items(results)
    if failed > parse_max_errors(options.max_errors, total):
        note = (
            f"{failed} of {total} items failed; the command of the run without --shard, with -o {target} and "
            "--retry-errors, asks them again"
        )
        return Ended(EXIT_INCOMPLETE, results, manifest, note)
    return Ended(EXIT_OK, results, manifest)


# --- what belongs together -------------------------------------------------------------------


def _open(path: Path) -> _Part:
    run = RunDirectory(path)
    manifest = run.manifest()
    if run.is_locked():
        raise RunLockedError(
            "another process is writing this run directory",
            where=str(path),
            hint=f"wait for it; watch it with: harness status {path}",
        )
    return _Part(run, manifest)


def _check_target(target: Path, parts: Sequence[_Part]) -> None:
    resolved = target.resolve()
    for part in parts:
        if resolved.is_relative_to(part.path.resolve()):
            raise UsageError("is one of the parts, or lies in it", where=str(target), hint=_ANOTHER)
    if len({part.path.resolve() for part in parts}) < len(parts):
        raise UsageError("a run directory is named twice", where="harness merge")
    empty = target.is_dir() and not target.is_symlink() and not any(target.iterdir())
    if os.path.lexists(target) and not empty:
        raise UsageError(
            "is there already; parts are merged into a new directory",
            where=str(target),
            hint=f"{_ANOTHER}, or remove it",
        )


def _merged_manifest(
    parts: Sequence[_Part], target: Path, options: MergeOptions, argv: Sequence[str]
) -> Manifest:
    first = parts[0]
    tasks: dict[str, ManifestEntry] = {}
    owners: dict[str, _Part] = {}
    for part in parts:
        _check_same_run(first, part)
        for name, entry in part.manifest["tasks"].items():
            if name in tasks:
                _check_same_task(name, (owners[name], tasks[name]), (part, entry))
            else:
                tasks[name], owners[name] = entry, part
    manifest = first.manifest.copy()
    manifest.pop("shard", None)
    manifest["name"] = options.name or target.resolve().name
    manifest["tasks"] = tasks
    manifest["judge"] = judges_named(tasks)
    manifest["argv"] = redact_argv(list(argv))
    manifest["created"] = min(part.manifest["created"] for part in parts)
    manifest["merged"] = [_merged_entry(part) for part in parts]
    left_out = {one["task"]: one for part in parts for one in part.manifest.get("left_out", ())}
    return with_left_out(manifest, left_out.values())


def _merged_entry(part: _Part) -> MergedEntry:
    entry: MergedEntry = {
        "name": part.manifest["name"],
        "created": part.manifest["created"],
        "argv": part.manifest["argv"],
    }
    if "shard" in part.manifest:
        entry["shard"] = part.manifest["shard"]
    return entry


def _check_same_run(one: _Part, other: _Part) -> None:
    a, b = one.manifest, other.manifest
    both = f"{one.path}, {other.path}"
    versions = a["harness_version"], b["harness_version"]
    if versions[0] != versions[1] and not same_minor(*versions):
        raise UsageError(
            f"the parts were made by harness {versions[0]} and {versions[1]}",
            where=both,
            hint="merge parts of one version; patch versions may differ",
        )
    if a["model"]["fingerprint"] != b["model"]["fingerprint"]:
        raise UsageError(
            f"the parts are of two models: {a['model']['spec']} ({a['model']['fingerprint'][:12]}) and "
            f"{b['model']['spec']} ({b['model']['fingerprint'][:12]})",
            where=both,
            hint="merge runs of one model; compare those of two with: harness gate, harness leaderboard",
        )
    if a["seed"] != b["seed"]:
        raise UsageError(f"the parts have the seeds {a['seed']} and {b['seed']}", where=both)
    of = {part.manifest["shard"]["of"] for part in (one, other) if "shard" in part.manifest}
    if len(of) > 1:
        raise UsageError(
            f"the parts are shards {one.shard()} and {other.shard()} of runs that were cut differently",
            where=both,
            hint="merge the shards of each run on their own",
        )
    if a.get("reference") != b.get("reference"):
        raise UsageError(
            "the parts name different reference runs",
            where=both,
            hint="give each the same one with: harness score RUN_DIR --reference REFERENCE",
        )


def _check_same_task(
    name: str, one: tuple[_Part, ManifestEntry], other: tuple[_Part, ManifestEntry]
) -> None:
    a: Mapping[str, Any] = one[1]
    b: Mapping[str, Any] = other[1]
    signatures = a["signature_parts"], b["signature_parts"]
    differing = {
        part: (signatures[0].get(part, "-"), signatures[1].get(part, "-"))
        for part in {**signatures[0], **signatures[1]}
        if signatures[0].get(part) != signatures[1].get(part)
    }
    if not differing:
        differing = {
            key: (a.get(key), b.get(key)) for key in _SAME_ENTRY if a.get(key) != b.get(key)
        }
    if differing:
        text = "; ".join(f"{part}: {x} and {y}" for part, (x, y) in differing.items())
        raise UsageError(
            f"the parts hold {name} with different settings ({text})",
            where=f"{one[0].path}, {other[0].path}",
            hint="merge parts of one run only: the same command but for --shard and -o",
        )


# --- copying ---------------------------------------------------------------------------------


def _copy(parts: Sequence[_Part], run: RunDirectory, manifest: Manifest) -> None:
    """Write the one line that counts of every item, and every judge reply once."""
    found = [part.run.attempts() for part in parts]
    readers = [
        ResponseReader(part.path) if (part.path / RESPONSES).exists() else None for part in parts
    ]
    try:
        for number in range(len(parts)):
            for offset in _winners(parts, found, readers, number):
                reader = readers[number]
                assert reader is not None
                record = reader.read(offset)
                if record["task"] in manifest["tasks"]:
                    run.append_response(record)
    finally:
        for reader in readers:
            if reader is not None:
                reader.close()
    seen: set[bytes] = set()
    for part in parts:
        for _, judgement in read_judgements(part.path):
            name = f"{judgement['task']}\0{judgement['id']!r}\0{judgement['repeat']}\0{judgement['key']}"
            if (key := _short(name)) not in seen:
                seen.add(key)
                run.append_judgement(judgement)


def _winners(
    parts: Sequence[_Part],
    found: Sequence[Attempts],
    readers: Sequence[ResponseReader | None],
    number: int,
) -> Iterator[int]:
    """Yield the offsets of the lines of one part that no other part has better."""
    for key, mine in found[number].items():
        counts = True
        for other, attempts in enumerate(found):
            theirs = attempts.get(key)
            if other == number or theirs is None:
                continue
            if mine.outcome == "error":
                counts = counts and theirs.outcome == "error" and other > number
            elif theirs.outcome != "error":
                counts = counts and other > number
                if other > number:
                    pair = (readers[number], mine.offset), (readers[other], theirs.offset)
                    _check_same_reply(parts[number], parts[other], *pair)
        if counts:
            yield mine.offset


def _check_same_reply(
    one: _Part,
    other: _Part,
    mine: tuple[ResponseReader | None, int],
    theirs: tuple[ResponseReader | None, int],
) -> None:
    """Refuse two replies to one item.

    Raises:
        UsageError: names the item and both parts.
    """
    assert mine[0] is not None
    assert theirs[0] is not None
    a, b = mine[0].read(mine[1]), theirs[0].read(theirs[1])
    if _reply(a) != _reply(b):
        raise UsageError(
            f"both parts hold {a['task']} {a['id']}, repeat {a['repeat']}, with different replies",
            where=f"{one.path}, {other.path}",
            hint="leave out the part that was run by mistake; the shards of one run share no item",
        )


def _reply(record: ResponseRecord) -> dict[str, Any]:
    return {key: record.get(key) for key in _REPLY}


def _short(text: str) -> bytes:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


# --- the new directory -----------------------------------------------------------------------


def _work_folder(target: Path) -> Path:
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{target.name}.merge-", dir=parent))
    except OSError as error:
        raise StorageError(
            f"cannot create the run directory: {error.strerror}", where=str(target)
        ) from error


def _put_in_place(work: Path, target: Path) -> None:
    try:
        work.chmod(0o777 & ~_umask())
        work.rename(target)  # an empty folder is replaced
    except OSError as error:
        raise StorageError(
            f"cannot move the merged run into place: {error.strerror}",
            where=str(target),
            hint=_ANOTHER,
        ) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _missing_note(parts: Sequence[_Part], missing: Mapping[str, int]) -> str:
    shards = [part.manifest["shard"] for part in parts if "shard" in part.manifest]
    absent: list[str] = []
    if shards and len(shards) == len(parts):
        of = shards[0]["of"]
        there = {shard["index"] for shard in shards}
        absent = [f"{index}/{of}" for index in range(1, of + 1) if index not in there]
    named = ", ".join(f"{name} {count}" for name, count in missing.items())
    why = f" (no part is the shard {', '.join(absent[:8])})" if absent else ""
    return (
        f"{sum(missing.values())} planned items are in no part{why}: {named}; "
        "the command of the run without --shard and with this -o asks for them"
    )
