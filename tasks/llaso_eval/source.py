"""Where LLaSO-Eval's data comes from, and what may be wrong with an item of a copy.

``frozen_gold.txt`` holds digests of the references of the released files (``scripts/freeze_gold.py
llaso_eval``), keyed by data set and clip, so that a changed reference is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source, compare, read_frozen
from tasks.llaso_eval import scoring
from tasks.llaso_eval.hub import REPOSITORY
from tasks.llaso_eval.sets import get
from tasks.llaso_eval.speakers import clip

FROZEN: Final = Path(__file__).with_name("frozen_gold.txt")

SOURCE: Final = Source(
    benchmark="llaso_eval",
    licence="CC-BY-NC-4.0 (card); source corpora keep their own terms",
    megabytes=None,
    layout=(
        "audio_text/*.json, pure_audio/*.json, text_audio/*.json   one file per data set",
        "clips below the folders that the items name in `voice`",
    ),
    hub=(HubFiles(REPOSITORY, patterns=("*",)),),
    notes=(
        "All files of the hub data set are fetched. Whether its clips are plain files or archives is not"
        " documented: if there are archives, unpack them in the folder.",
    ),
)


def gold(file: str, item: Document) -> tuple[list[str], Any]:
    """Return the key and gold answer of an item, as the frozen list digests them."""
    return [file, clip(item)], scoring.reference(item)


@lru_cache(maxsize=1)
def frozen() -> dict[str, frozenset[str]]:
    """Return the committed digests of questions and answers; read once."""
    return read_frozen(FROZEN)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    file = doc["_params"]["file"]
    state = compare(frozen(), *gold(file, doc))
    if state == "changed":
        yield Oddity("gold", "the reference differs from the released one")
    elif state == "new":
        yield Oddity("gold", "not an item of the released files")
    labels = get(file).labels
    if labels and scoring.reference(doc) not in labels:
        yield Oddity("label", "the reference is none of the set's labels")
