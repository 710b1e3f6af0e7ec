"""Where Dynamic-SUPERB's data comes from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.dynamic_superb.instances import Instance, instances, task_id


def _tasks(entry: Instance) -> tuple[str, ...]:
    second = (task_id(entry.instance, "phase2"),) if entry.domain else ()
    return (task_id(entry.instance), *second)


SOURCE: Final = Source(
    benchmark="dynamic_superb",
    licence="differs per data set: see each card",
    megabytes=None,
    layout=(
        "<instance>/metadata.json and its clips beside it",
        "<instance>/**/test*.parquet         or a data set written by save_to_disk",
    ),
    hub=tuple(
        HubFiles(entry.hf, folder=entry.instance, tasks=_tasks(entry), revision=entry.commit)
        for entry in instances()
        if not entry.unsupported
    ),
    notes=(
        "Each data set has a hub repository of its own, taken at the commit of the organisers' list where it gives"
        " a full one, else at its newest state.",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if not str(doc.get("label") or "").strip():
        yield Oddity("gold", "no label")
    if not doc["instruction"].strip():
        yield Oddity("instructions", "no instruction")
