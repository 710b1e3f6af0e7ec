"""Where VoiceBench's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from metrics.instructions import INSTRUCTION_IDS
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.voicebench.data import HUB_REPO
from tasks.voicebench.layout import CONFIGS
from tasks.voicebench.scoring import options


def _tasks(config: str) -> tuple[str, ...]:
    if config == "sd-qa":
        return ("voicebench_sd_qa", "voicebench_sd_qa_*")
    return (f"voicebench_{config}",)


SOURCE: Final = Source(
    benchmark="voicebench",
    licence="Apache-2.0 (by its page)",
    megabytes=11_000,
    layout=(
        "<configuration>/<split>*.parquet         the hub's files",
        "<configuration>/…/state.json             datasets.save_to_disk",
    ),
    hub=tuple(
        HubFiles(
            HUB_REPO,
            patterns=(f"{config}/*.parquet", f"data/{config}/*.parquet"),
            tasks=_tasks(config),
        )
        for config in CONFIGS
    ),
    notes=("Accents other than the US one come with -t voicebench_accents.",),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if not isinstance(doc["prompt"], str) or not doc["prompt"].strip():
        yield Oddity("label", "the prompt is empty")
    evaluator, gold = CONFIGS[doc["_params"]["config"]].evaluator, doc.get("reference")
    if evaluator == "mcq" and gold not in options(doc):
        yield Oddity("gold", "the reference is none of A, B, C, D")
    if evaluator == "bbh" and str(gold).strip("()").lower() not in {
        choice.strip("()").lower() for choice in options(doc)
    }:
        yield Oddity("gold", "the reference is none of the sub-task's answers")
    if evaluator == "ifeval":
        names = doc["instruction_id_list"]
        if unknown := sorted(set(map(str, names)) - set(INSTRUCTION_IDS)):
            yield Oddity("instructions", f"unknown instructions {', '.join(unknown)}")
        if len(names) != len(doc["kwargs"]):
            yield Oddity("instructions", "not one set of arguments per instruction")
