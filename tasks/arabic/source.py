"""Where the Arabic lists come from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from metrics.transcripts.arabic import ar_norm_1
from tasks._shared.source import Oddity, Source

SOURCE: Final = Source(
    benchmark="arabic",
    licence="of the corpora; the lists have no licence file",
    megabytes=None,
    layout=(
        "<list>_test.json             item lists with references, such as commonvoice_test.json",
        "<clip>.wav                   clips, where {data_folder} of the list stands for the folder",
        "<task>/manifest.jsonl        manifests of yours: dialect_id, emotion, summarization; clips below their folders",
    ),
    by_hand=(
        "take the lists from datasets/ of github.com/Natural-Language-Processing-Elm/open_universal_arabic_asr_leaderboard",
        "take the clips from the owners of the corpora (README.md)",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if "text" in doc and not ar_norm_1(str(doc["text"])):
        yield Oddity("gold", "the transcript has no letters")
