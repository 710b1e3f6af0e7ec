"""Where MMAR's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source

SOURCE: Final = Source(
    benchmark="mmar",
    licence="cc-by-nc-4.0 (hub card); the repository has no licence file",
    megabytes=2984,
    layout=(
        "MMAR-meta.jsonl                          current questions, answers and rubrics (GitHub)",
        "MMAR-meta.json                           first edition (hub); read if the other is absent",
        "audio/<id>.wav                           clips, unpacked from mmar-audio.tar.gz",
    ),
    hub=(HubFiles("BoJack/MMAR", patterns=("MMAR-meta.json", "mmar-audio.tar.gz")),),
    by_hand=(
        "unpack the clips there: tar xzf mmar-audio.tar.gz",
        "for the current answers and for mmar_rubric put MMAR-meta.jsonl of github.com/ddlBoJack/MMAR beside them",
    ),
    notes=("With the hub's answers five items cannot be answered right (README.md).",),
)
LAYERS: Final = ("Signal Layer", "Perception Layer", "Semantic Layer", "Cultural Layer")


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    choices = doc["choices"]
    if len(choices) < 2 or len(set(choices)) < len(choices):
        yield Oddity("options", f"{len(choices)} choices, {len(set(choices))} of them different")
    if doc.get("answer") not in choices:
        yield Oddity("gold", "the answer is none of the choices")
    if doc.get("category") not in LAYERS:
        yield Oddity("label", f"unknown category {doc.get('category')!r}")
