"""What the code of a task returns, checked in one place: splits, clips, options, reference and scores.

The checks run twice: on the first documents before a model loads, and on every item when it is scored. Each error names
task, item and field, what was found and what to do. numpy's numbers are taken and made plain. The shipped tasks are held
by their own tests, so only the form of their scores is checked again.
"""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from harness.core.messages import Audio
from harness.core.scoring import Document
from harness.core.task import DataInfo, Documents, TaskSpec
from harness.core.untrusted.bounded_json import MAX_DEPTH, NestingError
from harness.errors import TaskFileError
from harness.task_loading.checks.calls import describe, refuse
from harness.task_loading.checks.values import LARGEST, shown

_LASTING = (
    str,
    int,
    float,
    bytes,
    Audio,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    Decimal,
    PurePath,
    UUID,
)
"""Kinds of values whose text is the same in every process."""
_DEEPEST: Final = MAX_DEPTH - 10
"""Levels that a value may have: a line of a log puts it into some more, and is read with that bound."""
_LONGEST: Final = 10_000
"""Options of an item that are counted, and clips; what yields without end is cut here."""
_BITS: Final = 10_000
"""Integers beyond this size cannot be written as text."""
_FIELD_KEYS = ("groups", "doc_fields", "cluster", "required_fields")


# --- documents -----------------------------------------------------------------------------------


def documents_of(spec: TaskSpec, splits: Any) -> Documents:
    """Return the documents of the task's split, from what its loader returned.

    Raises:
        TaskCodeError: not a mapping of splits, no such split, or documents that are not a sequence of mappings.
    """
    key, split = "custom_dataset", spec.raw["test_split"]
    if not isinstance(splits, Mapping):
        hint = f"return {{{split!r}: Documents(documents, DataInfo(SOURCE))}}"
        refuse(
            spec,
            f"the loader returned {type(splits).__name__}, expected a mapping of splits",
            key=key,
            hint=hint,
        )
    if split not in splits:
        raise TaskFileError(
            f"test_split is {split!r}, and the loader returned the splits {', '.join(map(repr, splits)) or 'none'}",
            where=spec.where("test_split"),
            hint="name one of them, or mend the loader (custom_dataset)",
        )
    found = splits[split]
    if not isinstance(found, Documents):
        if not isinstance(found, Sequence) or isinstance(found, str | bytes):
            refuse(
                spec,
                f"the split {split!r} is a {type(found).__name__}, expected a list of documents",
                key=key,
                hint="make a list of it: documents are counted and read more than once",
            )
        found = Documents(found, DataInfo("unknown", total=len(found)))
    _check_info(spec, found.info)
    count = _count(spec, found)
    for number, doc in enumerate(found):
        if not isinstance(doc, dict):
            refuse(
                spec,
                f"document {number} of the split {split!r} is {shown(doc)}, expected a dictionary",
                key=key,
            )
        if not all(isinstance(name, str) for name in doc):
            name = next(name for name in doc if not isinstance(name, str))
            refuse(
                spec,
                f"document {number} of the split {split!r} has the field {shown(name)}, expected text",
                key=key,
            )
        count -= 1
    if count:
        refuse(
            spec,
            f"the split {split!r} has {len(found)} documents by len(), and gives others",
            key=key,
        )
    return found


def _count(spec: TaskSpec, found: Documents) -> int:
    try:
        return len(found)
    except TypeError as error:
        refuse(
            spec,
            f"Documents(…) of the loader holds something without a length ({describe(error)})",
            key="custom_dataset",
            hint="make a list of it: documents are counted and read more than once",
        )


def _check_info(spec: TaskSpec, info: Any) -> None:
    """Check the kinds of what a loader says about its documents."""
    if not isinstance(info, DataInfo):
        refuse(
            spec,
            f"the loader gives {shown(info)} about its documents, expected a DataInfo",
            key="custom_dataset",
            hint='such as DataInfo("SOURCE", version="1", total=len(documents))',
        )
    for name, expected, right in (
        ("source", "text", isinstance(info.source, str)),
        ("version", "text without '|'", isinstance(info.version, str) and "|" not in info.version),
        ("total", "an integer from 0", _is_count(info.total)),
        ("absent", "a tuple of ids", _are_texts(info.absent, str | int)),
        ("warnings", "a tuple of texts", _are_texts(info.warnings, str)),
    ):
        if not right:
            refuse(
                spec,
                f"DataInfo.{name} is {shown(getattr(info, name))}, expected {expected}",
                key="custom_dataset",
            )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def _are_texts(found: Any, kinds: Any) -> bool:
    return isinstance(found, tuple | list) and all(isinstance(one, kinds) for one in found)


def check_contents(spec: TaskSpec, docs: Sequence[Document]) -> None:
    """Check that ids are texts or integers, and that the benchmark's own fields can be written as JSON.

    Raises:
        TaskCodeError: names item and field.
    """
    for number, doc in enumerate(docs):
        identifier = doc.get("_id", str(number))
        if not (isinstance(identifier, str) or _is_id_number(identifier)):
            refuse(
                spec,
                f"the _id of document {number} is {shown(identifier)}, expected text or an integer",
                key="custom_dataset",
            )
        for field, value in doc.items():
            if not field.startswith("_") and not _lasting(value):
                refuse(
                    spec,
                    f"the field {field!r} of item {identifier!r} is {shown(value)}, which JSON cannot hold",
                    key="custom_dataset",
                    hint="give texts, numbers, lists and dictionaries: what a document holds is its identity",
                )


def _is_id_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST


def _lasting(value: Any, depth: int = 0) -> bool:
    """Tell whether a value is written in the same way by every process; a set or an object is not."""
    if value is None or isinstance(value, _LASTING):
        return not isinstance(value, int) or value.bit_length() <= _BITS
    if depth >= _DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(_lasting(one, depth + 1) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return all(_lasting(one, depth + 1) for one in value)
    return hasattr(value, "tolist") and not callable(value) and _lasting(value.tolist(), depth + 1)


def cluster_note(spec: TaskSpec, docs: Sequence[Document]) -> list[str]:
    """Return a note if some of the documents have no cluster."""
    field = spec.cluster_field
    lacking = 0 if field is None else sum(doc.get(field) is None for doc in docs)
    if not 0 < lacking < len(docs):
        return []
    return [f"{lacking} of {len(docs)} items without {field!r}: each is a cluster of its own"]


def check_fields(
    spec: TaskSpec, docs: Sequence[Document], *, keys: Sequence[str] = _FIELD_KEYS
) -> None:
    """Check the fields that the YAML names against documents.

    Args:
        spec: the task.
        docs: all of its documents.
        keys: keys of ``metadata.lalm`` that are looked at.

    Raises:
        TaskFileError: a field that no document has, or a document without a required field.
    """
    if not docs:
        return
    named: dict[str, Sequence[str]] = {
        "groups": spec.group_fields,
        "doc_fields": spec.doc_fields,
        "cluster": [spec.cluster_field] if spec.cluster_field else [],
    }
    for key in keys:
        for field in named.get(key, ()):
            if all(
                doc.get(field) is None if key == "cluster" else field not in doc for doc in docs
            ):
                raise TaskFileError(
                    f"metadata.lalm.{key} names {field!r}, a field that no document of {spec.task} has",
                    where=spec.where("metadata", "lalm", key),
                    hint=f"fields of the first document: {_fields(docs[0])}",
                )
    for field in spec.required_fields if "required_fields" in keys else ():
        names = field.split("|")
        lacking = [doc for doc in docs if not any(name in doc for name in names)]
        if lacking:
            raise TaskFileError(
                f"metadata.lalm.required_fields names {' or '.join(map(repr, names))}, and item"
                f" {lacking[0].get('_id')!r} of {spec.task} lacks it ({len(lacking)} of {len(docs)} items)",
                where=spec.where("metadata", "lalm", "required_fields"),
                hint=f"fields of that item: {_fields(lacking[0])}",
            )


def _fields(doc: Document) -> str:
    return ", ".join(name for name in doc if not name.startswith("_")) or "none"


def clips_of(spec: TaskSpec, doc: Document, found: Any) -> list[Audio]:
    """Return the clips of a document, from what ``doc_to_audio`` returned.

    Raises:
        TaskCodeError: not a list of clips.
    """
    hint = "return a list of harness.audio.AudioRef, one for each <audio>, such as [AudioRef(path)]"
    item = f"the audio of item {doc.get('_id')!r}"
    if found is None:
        return []
    if isinstance(found, Audio):
        refuse(spec, f"{item} is one clip, expected a list of clips", key="doc_to_audio", hint=hint)
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        refuse(
            spec,
            f"{item} is {shown(found)}, expected a list of clips",
            key="doc_to_audio",
            hint=hint,
        )
    clips = list(itertools.islice(found, _LONGEST))
    if len(clips) == _LONGEST:
        refuse(spec, f"{item} does not end", key="doc_to_audio", hint=hint)
    for clip in clips:
        if not isinstance(clip, Audio):
            refuse(
                spec, f"{item} holds {shown(clip)}, expected a clip", key="doc_to_audio", hint=hint
            )
    return clips


# --- the scoring module --------------------------------------------------------------------------

_UNORDERED: Final = (str, bytes, Mapping, Set)


def options_of(spec: TaskSpec, doc: Document, found: Any) -> tuple[str, ...]:
    """Return the option texts of a document, from what ``options()`` returned.

    Raises:
        TaskCodeError: not a list of texts.
    """
    if isinstance(found, _UNORDERED) or not isinstance(found, Iterable):
        refuse(
            spec,
            f"options() of item {doc.get('_id')!r} returned {shown(found)}, expected a list of texts",
            key="process_results",
            hint="return () for an item without options",
        )
    options = tuple(itertools.islice(found, _LONGEST))
    if len(options) == _LONGEST:
        refuse(spec, f"options() of item {doc.get('_id')!r} do not end", key="process_results")
    for option in options:
        if not isinstance(option, str):
            refuse(
                spec,
                f"options() of item {doc.get('_id')!r} holds {shown(option)}, expected text",
                key="process_results",
            )
    return options


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value with numpy's numbers and arrays, tuples and mappings as JSON has them.

    Raises:
        NestingError: it has more levels than a line of a log may have.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if depth >= _DEEPEST:
        raise NestingError(_DEEPEST)
    if isinstance(value, Mapping):
        return {key: plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, depth + 1) for part in value]
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return value


def json_value(spec: TaskSpec, what: str, value: Any, *, key: str = "process_results") -> Any:
    """Return a value that can be written as JSON, numpy's numbers made plain.

    Raises:
        TaskCodeError: it cannot be.
    """
    try:
        found = plain(value)
        json.dumps(found, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        refuse(
            spec,
            f"{what} is {shown(value)}, which JSON cannot hold ({describe(error)})",
            key=key,
            hint="return texts, finite numbers, lists and dictionaries with text keys",
        )
    return found
