"""Where Speech-IFEval's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from metrics.instructions import INSTRUCTION_IDS
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.speech_ifeval.layout import CORPORA, PARTS, REPOSITORY

SOURCE: Final = Source(
    benchmark="speech_ifeval",
    licence="no licence file; the checker sources carry Apache-2.0 headers",
    megabytes=None,
    layout=(
        "eval_data/*.jsonl                 the four question files",
        "audios/<corpus>/…                 the clips, unpacked from audios.tar",
    ),
    hub=(HubFiles(REPOSITORY, patterns=("audios.tar", "*.jsonl")),),
    by_hand=(
        f"put {', '.join(part.file for part in PARTS.values())} of the source repository {REPOSITORY}"
        " (its folder data/eval_data) into eval_data/, unless the hub data set holds them",
        "unpack the clips in the folder: tar -xf audios.tar",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    names = list(map(str, doc.get("instruction_id_list") or ()))
    if unknown := sorted(set(names) - set(INSTRUCTION_IDS)):
        yield Oddity("instructions", f"unknown instructions {', '.join(unknown)}")
    if names and len(names) != len(doc.get("kwargs") or ()):
        yield Oddity("instructions", "not one set of arguments per instruction")
    if doc.get("dataset") not in CORPORA:
        yield Oddity("label", f"unknown data set {doc.get('dataset')!r}")
    if doc.get("metric") in ("wer", "accuracy") and not doc.get("label"):
        yield Oddity("gold", "no label")
