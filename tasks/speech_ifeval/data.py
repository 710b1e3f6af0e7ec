"""Documents of Speech-IFEval, from a downloaded official copy or from the hub, with lazy audio.

One document per line of a question file, original fields verbatim. Ours: ``_id`` (``closed/12``,
``closed_woprompt/12``, ``creative/934``; chain of thought has no ids, so ``cot/0`` is a line number),
``_audio``, ``_params`` and ``_cluster`` (the clip: creative writing uses some clips several times).
Items whose clip is not in the copy are ``DataInfo.absent``; other oddities are warnings.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.audio import AudioRef
from harness.errors import MissingDataError, UsageError
from harness.types import DataInfo, Document, Documents
from metrics.instructions import INSTRUCTION_IDS
from tasks._shared.local import inside
from tasks.speech_ifeval import hub
from tasks.speech_ifeval.layout import (
    CORPORA,
    PARTS,
    REPOSITORY,
    clip_path,
    find_copy,
    read_questions,
)


def load(
    *,
    part: str,
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one question file, as ``{"test": Documents}``.

    Args:
        part: ``closed``, ``closed_woprompt``, ``creative`` or ``cot``.
        folder: a downloaded copy; ``None`` is the hub.
        revision: hub revision to pin.
        needs_audio: False for the text reference: items without clips then belong to the run.
        metadata: the task's metadata, unused.

    Raises:
        UsageError: no such part.
        MissingDataError: neither copy nor hub has the part and its clips.
        InputFileError: the question file is malformed.
    """
    del metadata
    if part not in PARTS:
        raise UsageError(f"part {part!r}: expected {', '.join(PARTS)}", where="dataset_kwargs")
    if folder is None:
        fetched = hub.fetch(part, revision)
        copy, version = fetched.copy, fetched.revision
        source = f"{REPOSITORY}@{version}"
    else:
        copy, version, source = find_copy(Path(folder), part), "local", str(folder)
    if copy.audios is None and needs_audio:
        raise MissingDataError(
            f"no folder audios with {', '.join(CORPORA[:2])}, …",
            where=source,
            hint=f"unpack audios.tar of the hub data set {REPOSITORY} into this folder",
        )
    questions = read_questions(copy.questions)
    audios = copy.audios if needs_audio else None
    return {"test": _documents(questions, audios, part, version, source)}


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def _documents(
    questions: Sequence[Document], audios: Path | None, part: str, version: str, source: str
) -> Documents:
    docs: list[Document] = []
    absent: list[str] = []
    seen: set[str] = set()
    for number, fields in enumerate(questions):
        given = fields.get("id") if part != "cot" else None
        name = f"{part}/{number if given is None else given}"
        if name in seen:
            name = f"{name}#{number}"
        seen.add(name)
        clip = clip_path(fields["audio_filepath"])
        if audios is not None and inside(audios, clip) is None:
            absent.append(name)
            continue
        clips = [AudioRef(audios / clip, f"audios/{clip}")] if audios is not None else []
        docs.append(
            {
                **fields,
                "_id": name,
                "_audio": clips,
                "_params": {"part": part},
                "_cluster": str(clip),
            }
        )
    warnings = _warnings(questions, part)
    return Documents(docs, DataInfo(source, version, len(questions), tuple(absent), warnings))


def _warnings(questions: Sequence[Document], part: str) -> tuple[str, ...]:
    found = []
    if len(questions) != PARTS[part].items:
        found.append(f"{part}: {len(questions)} items listed, {PARTS[part].items} expected")
    names = {
        str(name)
        for doc in questions
        for name in doc.get("instruction_id_list") or ()
        if name not in INSTRUCTION_IDS
    }
    if names:
        found.append(f"{part}: unknown instructions {', '.join(sorted(names))}")
    if unknown := {str(doc.get("dataset")) for doc in questions} - set(CORPORA):
        found.append(f"{part}: unknown data sets {', '.join(sorted(unknown))}")
    return tuple(found)
