"""Documents of SAKURA, from a downloaded official copy or from the hub, with lazy audio.

One document per clip and hop. Original fields: ``file``, ``attribute_label`` and the four instruction
and answer texts, verbatim (answers may carry a leading space). Ours: ``_id`` (``<Track>/<file>#<hop>``),
``_audio``, ``_params`` and ``_cluster`` (``<Track>/<file>``: both hops of a clip). Clips that the copy
does not hold are ``DataInfo.absent``; everything else that looks odd is a warning, never an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

from harness.audio import AudioRef
from harness.errors import InputFileError, UsageError
from harness.types import DataInfo, Document, Documents
from tasks._shared.hub import Row, rows, snapshot
from tasks._shared.local import inside
from tasks.sakura.layout import TRACKS, clip_name, find_track, read_metadata
from tasks.sakura.questions import gold_index, parse_inline_options

CLIPS: Final = 500
OPTIONS: Final = {"Animal": 4, "Emotion": 4, "Gender": 2, "Language": 4}
LABELS: Final = {
    "Animal": frozenset({"dog", "cat", "frog", "cow", "sheep", "pig", "hen", "rooster", "crow"}),
    "Emotion": frozenset({"angry", "sad", "fear", "disgust", "happy"}),
    "Gender": frozenset({"female", "male"}),
    "Language": frozenset(
        {"German", "English", "Spanish", "French", "Italian", "Japanese", "Korean", "Chinese"}
    ),
}

Hop = Literal["single", "multi"]


def load(
    *,
    folder: str | Path | None = None,
    revision: str | None = None,
    track: str,
    hop: Hop,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one track and hop, as ``{"test": Documents}``.

    Args:
        folder: a downloaded copy (``tasks/sakura/README.md`` gives the layout); ``None`` is the hub.
        revision: hub revision to pin.
        track: ``Animal``, ``Emotion``, ``Gender`` or ``Language``.
        hop: ``single`` or ``multi``.
        metadata: the task's metadata, unused.

    Raises:
        UsageError: no such track or hop.
        MissingDataError: neither copy nor hub has the track.
        InputFileError: a metadata file is malformed.
    """
    del metadata
    if track not in TRACKS or hop not in ("single", "multi"):
        raise UsageError(
            f"track {track!r} and hop {hop!r}: expected one of {', '.join(TRACKS)} and single or multi",
            where="dataset_kwargs",
        )
    if folder is None:
        repo = f"SLLM-multi-hop/{track}QA"
        found = snapshot(repo, split="test", revision=revision, benchmark="sakura")
        return _documents(_from_rows(rows(found.files), track), track, hop, repo, found.revision)
    place = find_track(Path(folder), track)
    entries = (
        _from_rows(rows(place.parquet), track)
        if place.parquet
        else _from_folder(place.folder, track)
    )
    return _documents(entries, track, hop, str(folder), "local")


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


Entry = tuple[dict[str, Any], AudioRef | None]


def _from_folder(folder: Path, track: str) -> Iterable[Entry]:
    clips = folder / "audio"
    present = {path.name for path in clips.iterdir()} if clips.is_dir() else set()
    for fields in read_metadata(folder):
        name = clip_name(str(fields["file"]))
        path = inside(folder, clips / name) if name in present else None
        yield fields, None if path is None else AudioRef(path, f"{track}/audio/{name}")


def _from_rows(found: Iterable[Row], track: str) -> Iterable[Entry]:
    for number, (values, cell, name) in enumerate(found):
        values.setdefault("file", clip_name(name) if name else f"row-{number}")
        yield values, AudioRef(cell, f"{track}/audio/{clip_name(str(values['file']))}")


def _documents(
    entries: Iterable[Entry], track: str, hop: Hop, source: str, version: str
) -> dict[str, Documents]:
    docs: list[Document] = []
    absent: list[str] = []
    seen: Counter[str] = Counter()
    labels: set[str] = set()
    odd_options = odd_answers = total = 0
    for fields, clip in entries:
        total += 1
        cluster = f"{track}/{clip_name(str(fields['file']))}"
        seen[cluster] += 1
        name = f"{cluster}#{hop}" if seen[cluster] == 1 else f"{cluster}#{hop}~{seen[cluster]}"
        for key in (f"{hop}_instruction", f"{hop}_answer"):
            if not isinstance(fields.get(key), str):
                raise InputFileError(
                    f"{key!r} of {name} is {fields.get(key)!r}, expected text", where=source
                )
        choices = parse_inline_options(fields[f"{hop}_instruction"])
        odd_options += len(choices) != OPTIONS[track]
        odd_answers += gold_index(fields[f"{hop}_answer"], choices) is None
        labels.add(str(fields.get("attribute_label")))
        if clip is None:
            absent.append(name)
            continue
        docs.append(
            {
                **fields,
                "_id": name,
                "_audio": [clip],
                "_params": {"track": track, "hop": hop},
                "_cluster": cluster,
            }
        )
    warnings = _warnings(
        track, total, labels, seen, odd_options=odd_options, odd_answers=odd_answers
    )
    info = DataInfo(source, version, total, tuple(absent), warnings)
    return {"test": Documents(docs, info)}


def _warnings(
    track: str,
    total: int,
    labels: set[str],
    seen: Counter[str],
    *,
    odd_options: int,
    odd_answers: int,
) -> tuple[str, ...]:
    found = []
    if total != CLIPS:
        found.append(f"{track}: {total} clips listed, {CLIPS} expected")
    if unknown := sorted(labels - LABELS[track]):
        found.append(f"{track}: unknown labels {', '.join(unknown)}")
    if repeated := sorted(name for name, count in seen.items() if count > 1):
        found.append(f"{track}: listed more than once: {', '.join(repeated[:5])}")
    if odd_options:
        found.append(f"{track}: {odd_options} questions without {OPTIONS[track]} options")
    if odd_answers:
        found.append(f"{track}: {odd_answers} answers that are none of their question's options")
    return tuple(found)
