"""Documents of AIR-Bench foundation from its question file; clips lie in a folder per task and data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from harness.types import DataInfo, Document, Documents
from tasks._shared.local import inside, parse_json
from tasks.declared.declaration import read_rule
from tasks.declared.loading import complete, parameters

FILE = "Foundation_meta.json"


def load(
    *,
    lalm: Mapping[str, Any],
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents, as ``{"test": Documents}``.

    Args:
        lalm: the YAML's ``metadata.lalm``.
        folder: a copy of the hub data set, or its folder ``Foundation``.
        revision: unused; the hub's files are read from a copy.
        needs_audio: leave out items whose clip is absent, as upstream does.
        metadata: the task's further metadata, unused.

    Raises:
        MissingDataError: there is no copy, or it has no question file.
        InputFileError: the question file is malformed.
    """
    del revision, metadata
    roots = [] if folder is None else [Path(folder) / "Foundation", Path(folder)]
    root = next((one for one in roots if inside(one, FILE) is not None), None)
    if root is None:
        raise MissingDataError(
            f"there is no {FILE}",
            where=str(folder or "air_bench_foundation"),
            hint="harness data get air_bench_foundation --to FOLDER, then --data air_bench_foundation=FOLDER",
        )
    path = root / FILE
    items = parse_json(path.read_text(encoding="utf-8-sig"), str(path))
    if not isinstance(items, list):
        raise InputFileError(f"found {type(items).__name__}, expected a list", where=str(path))
    rule = read_rule(lalm["rule"], lambda *keys: ".".join(keys))
    params = parameters(rule)
    docs: list[Document] = []
    absent: list[str] = []
    seen: Counter[str] = Counter()
    for number, item in enumerate(items):
        where = f"{path}: item {number}"
        fields = _checked(item, where)
        name = str(fields.get("uniq_id", number))
        seen[name] += 1
        name = name if seen[name] == 1 else f"{name}~{seen[name]}"
        stored = clip_name(fields)
        clip = inside(root, stored)
        if clip is None and needs_audio:
            absent.append(name)
            continue
        clips = [] if clip is None else [AudioRef(clip, stored)]
        docs.append({**fields, "_id": name, "_audio": clips, "_params": params, "_where": where})
    complete(docs, rule)
    return {"test": Documents(docs, DataInfo(str(root), "local", len(items), tuple(absent)))}


def clip_name(item: Mapping[str, Any]) -> str:
    """Return where the clip of an item lies below ``Foundation``.

    >>> clip_name({"task_name": "Sound_AQA", "dataset_name": "avqa", "path": "1.wav"})
    'Sound_AQA_avqa/1.wav'
    >>> clip_name({"task_name": "Audio_Grounding", "dataset_name": "AudioGrounding", "path": "1.wav"})
    'Audio_Grounding_AudioGrounding/1.flac'
    """
    path = str(item["path"])
    if item["task_name"] == "Audio_Grounding":
        path = path[:-3] + "flac"
    return f"{item['task_name']}_{item['dataset_name']}/{path}"


def _checked(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InputFileError(f"found {type(item).__name__}, expected an object", where=where)
    for key in ("path", "task_name", "dataset_name", "question", "answer_gt"):
        if not isinstance(item.get(key), str):
            raise InputFileError(f"{key!r} is {item.get(key)!r}, expected text", where=where)
    options = {key: item.get(key) for key in ("choice_a", "choice_b", "choice_c", "choice_d")}
    return {key: value for key, value in item.items() if not key.startswith("_")} | options


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips
