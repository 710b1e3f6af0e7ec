"""Where Big Bench Audio's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source

CATEGORIES: Final = ("formal_fallacies", "navigate", "object_counting", "web_of_lies")

SOURCE: Final = Source(
    benchmark="big_bench_audio",
    licence="mit (hub card)",
    megabytes=None,
    layout=(
        "metadata.jsonl                 one item a line: id, category, official_answer, file_name; transcript if you have it",
        "data/question_<id>.mp3         clips",
    ),
    hub=(
        HubFiles("ArtificialAnalysis/big_bench_audio", patterns=("metadata.jsonl", "data/*.mp3")),
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if doc.get("category") not in CATEGORIES:
        yield Oddity("label", f"unknown category {doc.get('category')!r}")
