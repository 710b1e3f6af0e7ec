"""Read ``leaderboards/cards/NAME.yaml``: tasks with a template, a system prompt, decoding, the reported value and what differs.

A value is ``quoted`` from a row of ``leaderboards/published`` (file, title of its table, part, column), so that it stands once, or is given with
its own ``source``. ``scale`` brings it to the unit of the metric: 0.01 for per cent, 0.05 for judge scores that are printed from 0 to 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from harness.errors import InputFileError, UnknownNameError
from leaderboards.published.rows import shipped_tables

SHIPPED: Final = Path(__file__).parent
_CARD_KEYS: Final = frozenset(
    {"title", "model", "source", "protocol", "system", "generation", "tasks"}
)
_TASK_KEYS: Final = frozenset(
    {
        "template",
        "system",
        "generation",
        "metric",
        "reading",
        "value",
        "source",
        "quoted",
        "scale",
        "differs",
    }
)


@dataclass(frozen=True, slots=True)
class CardTask:
    """One task on a card, with its prompt, decoding and reported value.

    Attributes:
        task: task id.
        template: the template that comes nearest to its prompt.
        system: system prompt in place of the template's; ``None`` for the template's own, empty for none.
        generation: decoding in place of the task's.
        metric: metric id.
        reading: reading that comes nearest.
        value: reported value in the unit of the metric; ``None`` where none could be sourced.
        source: where it is printed.
        differs: what differs from its protocol, or is not stated, in words.
    """

    task: str
    template: str | None
    system: str | None
    generation: Mapping[str, Any]
    metric: str
    reading: str
    value: float | None
    source: str
    differs: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card.

    Attributes:
        name: as ``-t card:NAME`` names it.
        title: what it is.
        model: the model as its source names it.
        source: the source of the protocol.
        protocol: prompts and decoding as far as they are stated.
        tasks: task id -> what it says.
    """

    name: str
    title: str
    model: str
    source: str
    protocol: str
    tasks: Mapping[str, CardTask] = field(default_factory=dict)


def names() -> tuple[str, ...]:
    """Return the names of all cards.

    >>> "qwen3-omni" in names()
    True
    """
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


@lru_cache(maxsize=16)
def card(name: str) -> Card:
    """Return a card.

    Raises:
        UnknownNameError: there is none of this name.
        InputFileError: its file is malformed, or quotes a row that is not there.
    """
    if name not in names():
        raise UnknownNameError("card", name, names(), hint=f"cards: {', '.join(names())}")
    return read(SHIPPED / f"{name}.yaml")


def read(path: Path) -> Card:
    """Read the file of a card.

    Raises:
        InputFileError: an unknown or missing key, or a quoted row that is not there.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    where = str(path)
    _known(content, _CARD_KEYS, where)
    shared = {key: content.get(key) for key in ("system", "generation")}
    tasks = {
        task: _task(task, {**shared, **given}, str(content["model"]), f"{where}: tasks.{task}")
        for task, given in content["tasks"].items()
    }
    texts = {
        key: " ".join(str(content[key]).split()) for key in ("title", "model", "source", "protocol")
    }
    return Card(path.stem, tasks=tasks, **texts)


def _task(task: str, given: Mapping[str, Any], model: str, where: str) -> CardTask:
    _known(given, _TASK_KEYS, where)
    value, source = given.get("value"), str(given.get("source", ""))
    if "quoted" in given:
        value, source = _quoted(given["quoted"], model, where)
    if (value is None) != (source == ""):
        raise InputFileError("a value needs a source, and a source a value", where=where)
    return CardTask(
        task=task,
        template=given.get("template"),
        system=given.get("system"),
        generation=given.get("generation") or {},
        metric=str(given["metric"]),
        reading=str(given.get("reading", "official")),
        value=None if value is None else float(value) * float(given.get("scale", 0.01)),
        source=source,
        differs=" ".join(str(given["differs"]).split()),
    )


def _quoted(given: Mapping[str, Any], model: str, where: str) -> tuple[float, str]:
    _known(given, frozenset({"benchmark", "title", "part", "column"}), where)
    for table in shipped_tables():
        wanted = (given["benchmark"], given["title"], given.get("part", table.part))
        if (table.benchmark, table.title, table.part) != wanted:
            continue
        for row in table.rows:
            if row.model == model and given["column"] in row.results:
                return float(row.results[given["column"]]), table.where
    raise InputFileError(f"no published row of {model} fits {dict(given)}", where=where)


def _known(given: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(given, dict):
        raise InputFileError(f"found {type(given).__name__}, expected a mapping", where=where)
    strange = sorted(given.keys() - known)
    if strange:
        raise InputFileError(
            f"unknown key {strange[0]!r}", where=where, hint=f"keys: {', '.join(sorted(known))}"
        )
