"""The four question files of Speech-IFEval and where a downloaded copy keeps them and their clips.

The official layout is ``<root>/eval_data/*.jsonl`` and ``<root>/audios/<audio_filepath>``; a clone of the
official repository has both below ``data/``. The data set on the hub is one archive, ``audios.tar``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from harness.errors import InputFileError, MissingDataError
from tasks._shared.local import inside, parse_json

REPOSITORY: Final = "kehanlu/Speech-IFEval"
CORPORA: Final = (
    "Automatic_speech_recognition",
    "Gender_recognition",
    "Speech_emotion_recognition",
    "MMAU",
)
"""Folders below ``audios``, and the values of the field ``dataset``."""


class Part(NamedTuple):
    """One question file: its name, number of items, and the metrics of its documents."""

    file: str
    items: int
    metrics: tuple[str, ...]


PARTS: Final[Mapping[str, Part]] = {
    "closed": Part("closed_ended_questions.jsonl", 933, ("if_rate", "judged_accuracy", "wer")),
    "closed_woprompt": Part(
        "closed_ended_questions-woprompt.jsonl", 933, ("judged_accuracy", "wer")
    ),
    "creative": Part("creative_writing.jsonl", 400, ("if_rate",)),
    "cot": Part("chain-of-thought.jsonl", 200, ("if_rate",)),
}


class Copy(NamedTuple):
    """A copy on disk: the question file of one part, and the folder of the clips (if it is there)."""

    questions: Path
    audios: Path | None


def find_copy(root: Path, part: str) -> Copy:
    """Find the place where a copy keeps one part.

    Raises:
        MissingDataError: the folder has no such question file, or clips that were not unpacked.
    """
    name = PARTS[part].file
    places = [root / "eval_data", root / "data" / "eval_data", root]
    questions = next((place / name for place in places if inside(root, place / name)), None)
    if questions is None:
        raise MissingDataError(
            f"no eval_data/{name}",
            where=str(root),
            hint=f"the questions are in the repository {REPOSITORY}, the clips in audios.tar on the"
            " hub: tasks/speech_ifeval/README.md gives the layout of --data speech_ifeval=FOLDER",
        )
    return Copy(questions, find_clips(root))


def find_clips(root: Path) -> Path | None:
    """Find the folder that ``audio_filepath`` is relative to.

    Raises:
        MissingDataError: there is an archive but no unpacked folder.
    """
    for folder in (root / "audios", root / "data" / "audios", root):
        if any((folder / corpus).is_dir() for corpus in CORPORA):
            inside(root, folder)  # a link that leads out of the copy is refused
            return folder
    for archive in (root / "audios.tar", root / "data" / "audios.tar"):
        if archive.is_file():
            raise MissingDataError(
                "the clips are still packed",
                where=str(archive),
                hint=f"tar -xf {archive.name} (in {archive.parent})",
            )
    return None


def clip_path(stored: str) -> PurePosixPath:
    r"""Return a clip's path below ``audios``, without anything that leads out of it.

    >>> str(clip_path("./MMAU/a.wav")), str(clip_path("..\\MMAU\\a.wav"))
    ('MMAU/a.wav', 'MMAU/a.wav')
    """
    parts = PurePosixPath(stored.replace("\\", "/")).parts
    return PurePosixPath(*[part for part in parts if part not in (".", "..", "/")])


def read_questions(path: Path) -> list[dict[str, Any]]:
    r"""Read the documents of a question file, in order, fields verbatim. Lines end at ``\n`` only.

    Raises:
        InputFileError: a line is not a JSON object with text in ``instruction`` and ``audio_filepath``.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error}", where=str(path)) from error
    documents = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            documents.append(_document(line, f"{path}:{number}"))
    return documents


def _document(line: str, where: str) -> dict[str, Any]:
    doc = parse_json(line, where)
    if not isinstance(doc, dict):
        raise InputFileError(f"found {type(doc).__name__}, expected an object", where=where)
    for key in ("instruction", "audio_filepath"):
        if not isinstance(doc.get(key), str):
            raise InputFileError(f"{key!r} is {doc.get(key)!r}, expected text", where=where)
    return doc
