"""What ``metadata.lalm.data`` may say, and the checked form of it: where the items of a declared task are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.errors import TaskFileError
from tasks.declared.checks import Check, Where, is_names, is_text, is_texts, refuse_unknown

_DATA_KEYS: Final[Mapping[str, tuple[Check, str]]] = {
    "path": (
        lambda value: is_text(value) or is_texts(value),
        "a file or folder, relative to the task file, or a list of which the first that is there counts",
    ),
    "hub": (is_text, "a data set of the hub, organisation/name"),
    "config": (is_text, "the configuration of a hub data set"),
    "split": (is_text, "the name of a split"),
    "id": (
        lambda value: is_text(value) or is_texts(value),
        "the name of a field, or a list of which the first that is there counts",
    ),
    "audio": (lambda value: is_text(value) or is_texts(value), "the name of a field, or a list"),
    "clips": (is_text, "the text in front of clip names that stands for the folder of the data"),
    "editions": (is_names, "a mapping of digests to names of editions"),
}


@dataclass(frozen=True, slots=True)
class DataBlock:
    """The checked ``metadata.lalm.data``: where the items are.

    Attributes:
        paths: file or folder, relative to the task file or the folder of ``--data``; the first that is there counts. Empty
            for a hub data set.
        hub: hub data set, ``None`` for a file.
        config: its configuration.
        split: its split.
        id: fields of the id, of which the first that is there counts; empty: ``id`` where there is one, else the number of the item.
        unique: an id twice is a fault; in a list of fields it gets a number instead.
        audio: fields of the clips, in order.
        clips: text in front of clip names that stands for the folder of the data.
        editions: digest of ids and of what the rule reads, over all items -> name of the edition.
    """

    paths: tuple[str, ...] = ()
    hub: str | None = None
    config: str | None = None
    split: str | None = None
    id: tuple[str, ...] = ()
    unique: bool = True
    audio: tuple[str, ...] = field(default=("audio",))
    clips: str = ""
    editions: Mapping[str, str] = field(default_factory=dict)


def read_data(declared: Any, where: Where) -> DataBlock:
    """Check ``metadata.lalm.data``.

    Raises:
        TaskFileError: not a mapping, an unknown key, a value of the wrong kind, or not exactly one of ``path`` and ``hub``.
    """
    if isinstance(declared, str):
        declared = {"path": declared}
    if not isinstance(declared, Mapping):
        raise TaskFileError(
            "the mapping 'metadata.lalm.data' is missing: a task with a rule says where its items are",
            where=where(),
            hint="data: {path: items.jsonl, audio: clip}",
        )
    for key, value in declared.items():
        if key not in _DATA_KEYS:
            refuse_unknown("key of metadata.lalm.data", key, _DATA_KEYS, where(str(key)))
        fits, expected = _DATA_KEYS[key]
        if not fits(value):
            raise TaskFileError(
                f"metadata.lalm.data.{key} is {value!r}, expected {expected}", where=where(str(key))
            )
    if ("path" in declared) == ("hub" in declared):
        raise TaskFileError(
            "metadata.lalm.data needs exactly one of 'path' and 'hub'", where=where("path")
        )
    given = {key: value for key, value in declared.items() if key not in ("audio", "path", "id")}
    return DataBlock(
        **given,
        audio=_several(declared.get("audio", "audio")),
        paths=_several(declared.get("path", ())),
        id=_several(declared.get("id", ())),
        unique=not isinstance(declared.get("id"), list),
    )


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
