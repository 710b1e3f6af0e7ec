"""Where SAKURA's data comes from, and what may be wrong with an item of a copy.

``frozen_gold.txt`` holds digests of answer and label of all questions (``scripts/freeze_gold.py sakura``), so
that a changed one is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source, compare, read_frozen
from tasks.sakura.data import LABELS, OPTIONS
from tasks.sakura.layout import TRACKS, clip_name
from tasks.sakura.questions import gold_index, parse_inline_options

FROZEN: Final = Path(__file__).with_name("frozen_gold.txt")

SOURCE: Final = Source(
    benchmark="sakura",
    licence="none given; clips from Common Voice, CREMA-D, MELD and ESC-50 keep their own terms",
    megabytes=304,
    layout=(
        "AnimalQA/**/*.parquet, EmotionQA/…, GenderQA/…, LanguageQA/…        the hub's files",
        "Animal/metadata.json or metadata.csv, Animal/audio/*.wav, Emotion/… the official repository",
    ),
    hub=tuple(
        HubFiles(
            f"SLLM-multi-hop/{track}QA",
            folder=f"{track}QA",
            tasks=(f"sakura_{track.lower()}_*",),
        )
        for track in TRACKS
    ),
    notes=("The official copy is the folder data/ of the repository ckyang1124/SAKURA.",),
)


def gold(track: str, hop: str, item: Document) -> tuple[list[str], Any]:
    """Return the key and gold answer of an item, as the frozen list digests them."""
    key = [track, hop, clip_name(str(item["file"]))]
    return key, [item[f"{hop}_answer"].strip(), item.get("attribute_label")]


@lru_cache(maxsize=1)
def frozen() -> dict[str, frozenset[str]]:
    """Return the committed digests of questions and answers; read once."""
    return read_frozen(FROZEN)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    track, hop = doc["_params"]["track"], doc["_params"]["hop"]
    choices = parse_inline_options(doc[f"{hop}_instruction"])
    if len(choices) != OPTIONS[track]:
        yield Oddity("options", f"{len(choices)} options, expected {OPTIONS[track]}")
    index, answer = gold_index(doc[f"{hop}_answer"], choices), doc[f"{hop}_answer"].strip()
    if index is None:
        yield Oddity("gold", "the answer is none of the options")
    elif answer not in (choices[index][1], "({}) {}".format(*choices[index])):
        yield Oddity("gold", "letter and text of the answer are different options")
    if doc.get("attribute_label") not in LABELS[track]:
        yield Oddity("label", f"unknown label {doc.get('attribute_label')!r}")
    state = compare(frozen(), *gold(track, hop, doc))
    if state == "changed":
        yield Oddity("gold", "answer or label differ from the released ones")
    elif state == "new":
        yield Oddity("gold", "not an item of the released files")
