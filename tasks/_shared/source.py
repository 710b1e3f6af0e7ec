"""Where a benchmark's data comes from, and what may be wrong with an item of a copy.

``tasks/<benchmark>/source.py`` defines ``SOURCE`` (read by ``harness data get``) and, if items have gold
answers that can be examined, ``oddities(doc)`` (read by ``harness data check``). Frozen gold answers are
digests of (key, gold) in a committed text file: they name the items that changed without holding the data.
``tasks/<benchmark>/export.py`` defines ``FORMATS``: the benchmark's own submission forms (``harness export``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

_KEY_CHARS: Final = 8
_GOLD_CHARS: Final = 6


@dataclass(frozen=True, slots=True)
class HubFiles:
    """Files of one hub data set.

    Attributes:
        repo: data set id, such as ``SLLM-multi-hop/AnimalQA``.
        patterns: files that belong to the copy, as glob patterns over whole paths.
        folder: sub-folder of the copy that they go to; empty for the copy itself.
        tasks: task ids that read them, as glob patterns.
        revision: commit that the benchmark declares, ``None`` for the newest state.
    """

    repo: str
    patterns: tuple[str, ...] = ("*.parquet",)
    folder: str = ""
    tasks: tuple[str, ...] = ("*",)
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Content of a copy of a benchmark.

    Attributes:
        benchmark: its name.
        licence: licence of the data, one line.
        megabytes: documented size of the complete download, ``None`` if none is documented.
        layout: files of a copy that can be used with ``--data``, one line each.
        hub: what the hub has in a form that the loader reads.
        by_hand: steps that a user has to take as well, one line each.
        notes: other forms of the data, and what is not known about it.
        packaged: the data ships with the harness; there is nothing to fetch.
    """

    benchmark: str
    licence: str
    megabytes: int | None
    layout: tuple[str, ...]
    hub: tuple[HubFiles, ...] = ()
    by_hand: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    packaged: bool = False


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something wrong with one item; equal oddities of several items are reported together.

    Attributes:
        kind: what it concerns: the gold answer, the label, the options or the instructions.
        text: one line that does not name the item.
    """

    kind: Literal["gold", "label", "options", "instructions"]
    text: str


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A file form in which a benchmark takes results.

    Attributes:
        tasks: tasks that it is for, the usual one first.
        build: (document, reply) pairs in order to the JSON content of the file.
        about: one line for people.
    """

    tasks: tuple[str, ...]
    build: Callable[[Iterable[tuple[Mapping[str, Any], str]]], Any]
    about: str


def _digest(value: Any, length: int) -> str:
    content = json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:length]


def frozen_lines(items: Iterable[tuple[Any, Any]]) -> list[str]:
    """Return (key, gold) pairs as lines of a frozen file, sorted.

    >>> frozen_lines([("item-1", "cat")])
    ['6b9fab15e852be']
    """
    return sorted({_digest(key, _KEY_CHARS) + _digest(gold, _GOLD_CHARS) for key, gold in items})


def read_frozen(path: Path) -> dict[str, frozenset[str]]:
    """Read a frozen file: digest of the key -> digests of the gold answers that it was released with."""
    found: dict[str, set[str]] = {}
    for line in path.read_text(encoding="ascii").split("\n"):
        if line and not line.startswith("#"):
            found.setdefault(line[:_KEY_CHARS], set()).add(line[_KEY_CHARS:])
    return {key: frozenset(golds) for key, golds in found.items()}


def compare(
    frozen: dict[str, frozenset[str]], key: Any, gold: Any
) -> Literal["same", "changed", "new"]:
    """Compare an item's gold answer with a frozen list.

    >>> frozen = {_digest("item-1", 8): frozenset({_digest("cat", 6)})}
    >>> compare(frozen, "item-1", "cat"), compare(frozen, "item-1", "dog"), compare(frozen, "x", "dog")
    ('same', 'changed', 'new')
    """
    golds = frozen.get(_digest(key, _KEY_CHARS))
    if golds is None:
        return "new"
    return "same" if _digest(gold, _GOLD_CHARS) in golds else "changed"
