"""Where MMAU-Pro's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.mmau_pro.rules import RULES

SOURCE: Final = Source(
    benchmark="mmau_pro",
    licence="not stated (hub card and repository)",
    megabytes=None,
    layout=(
        "**/test-*.parquet, or test.jsonl         items",
        "data/…                                   clips, where audio_path of the items leads",
    ),
    hub=(HubFiles("gamma-lab-umd/MMAU-Pro", patterns=("*.parquet", "data.zip")),),
    by_hand=("unpack the clips there: unzip data.zip",),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if doc["_params"]["category"] != "open" and doc.get("task_identifier") not in RULES:
        yield Oddity("instructions", f"unknown rule {doc.get('task_identifier')!r}")
    if doc["_params"]["category"] == "open" and not isinstance(doc.get("answer"), str):
        yield Oddity("gold", "the answer is no text")
