"""Where MMSU's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.mmsu.data import CHOICES, REPOSITORY

SOURCE: Final = Source(
    benchmark="mmsu",
    licence="MIT (data card); the repository has no licence file",
    megabytes=1500,
    layout=(
        "**/train-*.parquet                       the hub's files",
        "state.json, data-*.arrow                 datasets.save_to_disk",
        "*.jsonl, **/<clip>.wav                   one item per line",
    ),
    hub=(HubFiles(REPOSITORY),),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    real = [doc[key] for key in CHOICES if isinstance(doc.get(key), str)]
    if len(real) not in (2, 4):
        yield Oddity("options", f"{len(real)} choices, expected 2 or 4")
    if doc.get("answer_gt") not in real:
        yield Oddity("gold", "the answer is none of the choices")
    if doc.get("category") not in ("Perception", "Reasoning"):
        yield Oddity("label", f"unknown category {doc.get('category')!r}")
