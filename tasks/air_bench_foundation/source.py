"""Where AIR-Bench's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source

SOURCE: Final = Source(
    benchmark="air_bench_foundation",
    licence="cc-by-nc-4.0 (hub card), Apache-2.0 (repository); clips under the terms of their corpora",
    megabytes=None,
    layout=(
        "Foundation/Foundation_meta.json                      questions",
        "Foundation/<task_name>_<dataset_name>/<path>         clips",
    ),
    hub=(HubFiles("qyang1021/AIR-Bench-Dataset", patterns=("Foundation/*",)),),
    notes=("Question file and clips are about 49 GB together with the chat part.",),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    texts = [doc.get(f"choice_{letter}") for letter in "abcd"]
    filled = [text for text in texts if isinstance(text, str)]
    if len(set(filled)) < len(filled):
        yield Oddity("options", "two options have the same text")
    if doc.get("answer_gt") not in filled:
        yield Oddity("gold", "the answer is none of the choices")
