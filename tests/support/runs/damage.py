"""Damage to run directories: random values at random places of their files."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 3.5, 10**30, 1e308, float("nan"), "", "replay", "=1+1", "\ud800", "\x1b[31m",
    [], {}, [None], ["x"], [[0, 1]], {"a": 1}, {"strict": None}, {"strict": {"correct": "1"}},
)  # fmt: skip
LOGS = ("responses.jsonl", "judgements.jsonl", "samples.jsonl")
DOCUMENTS = ("manifest.json", "results.json")


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of everything inside a JSON value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in items:
        yield (*path, key)
        yield from places(one, (*path, key))


def damaged(record: Any, path: tuple[str | int, ...], value: Any, *, drop: bool) -> Any:
    """Return a copy in which one place holds another value, or is gone."""
    copy = json.loads(json.dumps(record))
    inside = copy
    for key in path[:-1]:
        inside = inside[key]
    if drop:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return copy


def damage(run: Path, file: str, chance: random.Random) -> str:
    """Damage one place of one file; return what was done."""
    path = run / file
    lines = [path.read_text()] if file in DOCUMENTS else path.read_text().split("\n")[:-1]
    number = chance.randrange(len(lines))
    record = json.loads(lines[number])
    place = chance.choice([*places(record)])
    value, drop = chance.choice(VALUES), chance.random() < 0.2
    lines[number] = json.dumps(damaged(record, place, value, drop=drop))
    path.write_text("".join(f"{line}\n" for line in lines))
    return f"{file}:{number + 1} {place} {'dropped' if drop else repr(value)}"
