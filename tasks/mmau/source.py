"""Where MMAU's data comes from, and what may be wrong with an item of a copy.

``frozen_gold.txt`` holds digests of choices and answer of test-mini in the edition of 2025-08-09 of
v05.15.25 (``scripts/freeze_gold.py mmau``), so that a changed item is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source, compare, read_frozen
from tasks.mmau.data import REPOSITORIES
from tasks.mmau.scoring import DIFFICULTIES, TASKS

FROZEN: Final = Path(__file__).with_name("frozen_gold.txt")

SOURCE: Final = Source(
    benchmark="mmau",
    licence="Apache-2.0 (question file); hub cards reportedly CC-BY-NC-4.0 (test-mini), MIT (test)",
    megabytes=None,
    layout=(
        "MMAU-test-mini/**/*.parquet, MMAU-test/**/*.parquet      the hub form",
        "mmau-test-mini.json, test-mini-audios/<id>.wav           the official form",
    ),
    hub=(
        HubFiles(REPOSITORIES["test-mini"], folder="MMAU-test-mini", tasks=("mmau_test_mini",)),
        HubFiles(REPOSITORIES["test"], folder="MMAU-test", tasks=("mmau_test",)),
    ),
    notes=(
        "The official form is mmau-test-mini.json or mmau-test.json of the repository Sakshi113/MMAU with the"
        " audio archive that its README links; the archive lies outside the hub and is not fetched here.",
        "The test split (9,000 items, answers withheld) comes with -t mmau_test.",
    ),
)


def gold(item: Document) -> tuple[str, Any]:
    """Return the key and gold answer of an item, as the frozen list digests them."""
    return str(item["id"]), [item["choices"], item.get("answer")]


@lru_cache(maxsize=1)
def frozen() -> dict[str, frozenset[str]]:
    """Return the committed digests of questions and answers; read once."""
    return read_frozen(FROZEN)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    choices, answer = doc["choices"], doc.get("answer")
    if len(choices) < 2:
        yield Oddity("options", f"{len(choices)} choices")
    if answer and answer not in choices:
        yield Oddity("gold", "the answer is none of the choices")
    if doc.get("task") not in TASKS or doc.get("difficulty") not in DIFFICULTIES:
        yield Oddity("label", "the task or difficulty is none of the official ones")
    if doc["_params"]["split"] == "test-mini":
        if not answer:
            yield Oddity("gold", "no answer")
        state = compare(frozen(), *gold(doc))
        if state == "changed":
            yield Oddity("gold", "choices or answer differ from the edition of 2025-08-09")
        elif state == "new":
            yield Oddity("gold", "not an item of the edition of 2025-08-09")
    elif answer:
        yield Oddity("gold", "has an answer, although this split's answers are withheld")
