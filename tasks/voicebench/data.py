"""Documents of VoiceBench, from the hub or from a downloaded copy, with lazy audio.

One document per row, original fields verbatim. Pooled tasks add the split's name (``domain`` in the
spoken MMLU-Pro subset, ``voice`` in the eleven-voice subset), BBH adds ``subtask``. Ours: ``_id`` (the
item's own id or key where there is one, else ``<split>-<row>``), ``_audio``, ``_params``, ``_cluster``.
Counts that differ from the published ones are warnings, never errors; the items of a pooled task's
split that the copy lacks altogether are part of the total, so that the run shows as partial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.audio import AudioRef, ClipSource
from harness.errors import InputFileError, MissingDataError, UsageError
from harness.types import DataInfo, Document, Documents
from tasks._shared import hub
from tasks._shared.arrow import saved_files, saved_rows
from tasks.voicebench.layout import CONFIGS, Split, find_splits
from tasks.voicebench.scoring import annotate

HUB_REPO: Final = "hlt-lab/voicebench"
_ID_FIELDS: Final = {"bbh": "id", "ifeval": "key"}


class _Copy(NamedTuple):
    splits: dict[str, Split]
    source: str
    version: str


def load(
    *,
    folder: str | Path | None = None,
    revision: str | None = None,
    config: str,
    split: str | None = None,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one configuration, as ``{"test": Documents}``.

    Args:
        folder: a downloaded copy (``tasks/voicebench/README.md`` gives the layouts); ``None`` is the hub.
        revision: hub revision to pin.
        config: a configuration of the hub data set.
        split: one of its splits; ``None`` pools all of them.
        metadata: the task's metadata, unused.

    Raises:
        UsageError: no such configuration or split.
        MissingDataError: neither copy nor hub has it.
        InputFileError: a file is malformed, or a row lacks a field that the scorer reads.
    """
    del metadata
    if config not in CONFIGS:
        raise UsageError(
            f"configuration {config!r}: expected one of {', '.join(CONFIGS)}",
            where="dataset_kwargs",
        )
    expected = CONFIGS[config].splits
    if split is not None and split not in expected:
        raise UsageError(
            f"split {split!r} of {config}: expected one of {', '.join(expected)}",
            where="dataset_kwargs",
        )
    copy = _from_hub(config, split, revision) if folder is None else _from_folder(config, folder)
    if split is not None and split not in copy.splits:
        raise MissingDataError(
            f"{config} has no split {split!r}: found {', '.join(copy.splits)}",
            where=copy.source,
            hint="give a complete copy: --data voicebench=FOLDER",
        )
    return _documents(config, split, copy)


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def _from_folder(config: str, folder: str | Path) -> _Copy:
    return _Copy(find_splits(Path(folder), config), str(folder), "local")


def _from_hub(config: str, split: str | None, revision: str | None) -> _Copy:
    found = hub.snapshot(
        HUB_REPO, split=split, revision=revision, benchmark="voicebench", config=config
    )
    root = next(parent for parent in found.files[0].parents if parent.name == found.revision)
    return _Copy(find_splits(root, config), HUB_REPO, found.revision)


def _rows(config: str, split: Split) -> Iterator[tuple[dict[str, Any], AudioRef]]:
    """Yield the rows of a split with their audio, named by configuration, split and row."""
    rows: Iterator[tuple[dict[str, Any], ClipSource]] = (
        iter(saved_rows(saved_files(split.saved)))
        if split.saved is not None
        else ((row.values, row.cell) for row in hub.rows(split.parquet))
    )
    for index, (values, cell) in enumerate(rows):
        yield values, AudioRef(cell, f"{config}/{split.name}-{index:05d}")


def _documents(config: str, split: str | None, copy: _Copy) -> dict[str, Documents]:
    facts = CONFIGS[config]
    params = {"config": config} if split is None else {"config": config, "split": split}
    names = (
        [split]
        if split
        else [name for name in copy.splits if name in (facts.splits or copy.splits)]
    )
    docs: list[Document] = []
    counts: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for part in map(copy.splits.__getitem__, names):
        for index, (values, clip) in enumerate(_rows(config, part)):
            if lacking := [field for field in facts.fields if values.get(field) is None]:
                raise InputFileError(
                    f"row {index} of split {part.name} has no {lacking[0]!r}",
                    where=f"{copy.source}, {config}",
                )
            name = str(values.get(_ID_FIELDS.get(config, ""), f"{part.name}-{index:05d}"))
            seen[name] += 1
            if facts.field is not None:
                values.setdefault(facts.field, part.name)
            docs.append(
                {
                    **values,
                    "_id": name if seen[name] == 1 else f"{name}~{seen[name]}",
                    "_audio": [clip],
                    "_params": dict(params),
                }
            )
            counts[part.name] += 1
    annotate(docs, "data")
    wanted = {split: facts.splits[split]} if split else facts.splits
    lost = sum(number for name, number in wanted.items() if name not in names)
    warnings = _warnings(config, wanted, copy, counts, seen)
    info = DataInfo(copy.source, copy.version, len(docs) + lost, (), warnings)
    return {"test": Documents(docs, info)}


def _warnings(
    config: str,
    expected: Mapping[str, int],
    copy: _Copy,
    counts: Counter[str],
    seen: Counter[str],
) -> tuple[str, ...]:
    found = [
        f"{config}, {name}: {counts[name]} items, {number} expected"
        for name, number in expected.items()
        if counts[name] != number
    ]
    known = CONFIGS[config].splits
    if known and (unknown := sorted(set(copy.splits) - set(known))):
        found.append(f"{config}: unknown splits left out: {', '.join(unknown)}")
    if repeated := sorted(name for name, count in seen.items() if count > 1):
        found.append(f"{config}: ids used more than once: {', '.join(repeated[:5])}")
    return tuple(found)
