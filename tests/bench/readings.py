"""``python -m tests.bench.readings``: official against strict on released and golden replies of closed answers.

One row for each source: items, both values, and how many items change, by kind of change. It is what the
table of ``docs/readings.md`` holds. Nothing is timed; the shared material must be there.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from harness.task_loading.task import YamlTask
from metrics.commitment.cleaning import CLEANERS
from tasks.llaso_eval.sets import data_sets, task_id
from tests.support.shared import SHARED

MODELS = ("LLaSO-Base", "Kimi-Audio", "Qwen2-Audio", "Typhoon-Audio", "Salmonn", "Mini-Omni2")
KINDS = (
    "right → wrong",
    "right → unparsed",
    "wrong → right",
    "unread → right",
    "unread → wrong",
)


class Source(NamedTuple):
    """Replies of one task: its metric, its lines, the cleaning that belongs to its prompt."""

    name: str
    task: str
    lines: list[dict[str, Any]]
    clean: str = "none"


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file, packed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def sources() -> Iterator[Source]:
    """Everything at hand: released outputs first, then replies made for the official scorers."""
    real = SHARED / "real"
    path = real / "mmau_test_mini" / "desta25.jsonl.gz"
    yield Source("MMAU test-mini, DeSTA2.5-Audio", "mmau_test_mini", read(path), "desta")
    closed = {file for file, entry in data_sets().items() if entry.labels}
    for model in MODELS:
        by_set: dict[str, list[dict[str, Any]]] = {}
        for line in read(real / "llaso_eval" / f"{model}.jsonl.gz"):
            file = line["set"] if line["set"] in data_sets() else f"{line['set']}_test"
            if file in closed:
                by_set.setdefault(file, []).append(line)
        for file, lines in by_set.items():
            yield Source(f"LLaSO-Eval closed sets, {model}", task_id(file), lines)
    golden = SHARED / "golden"
    for name, task, folder in (
        ("MMAU, replies made for the scorer", "mmau_test_mini", "mmau"),
        ("MMSU, replies made for the scorer", "mmsu", "mmsu"),
        ("VoiceBench mcq, the same", "voicebench_openbookqa", "voicebench_mcq"),
        ("VoiceBench bbh, the same", "voicebench_bbh", "voicebench_bbh"),
    ):
        yield Source(name, task, read(golden / folder / "cases.jsonl"))


def kind_of(official: Any, strict: Any) -> str | None:
    """How one item changes from the official to the strict reading; ``None`` if it does not."""
    right = official.stats is not None and official.stats["correct"] == 1
    unread = official.stats is None or not official.parsed
    if right and not strict.stats["correct"]:
        return "right → wrong" if strict.parsed else "right → unparsed"
    if not right and strict.stats["correct"]:
        return "unread → right" if unread else "wrong → right"
    if unread and strict.parsed and not strict.stats["correct"]:
        return "unread → wrong"
    return None


class Row:
    """Counts of one row of the table."""

    def __init__(self) -> None:
        self.items = self.strict = self.unparsed = 0
        self.official = self.counted = 0.0
        self.kinds: Counter[str] = Counter()

    def add(self, source: Source) -> None:
        """Score the lines of a source and count them."""
        entry = load_index().tasks[source.task]
        task = YamlTask(load_task(entry.path, entry.task))
        docs = [{**line["doc"], "_id": str(line["id"])} for line in source.lines]
        task.annotate(docs, "file")
        clean = CLEANERS[source.clean]
        for line, doc in zip(source.lines, docs, strict=True):
            reply = line["response"]
            if isinstance(reply, str):
                reply = clean(reply, task.hints(doc).options)
            readings = task.score(doc, reply, None).metrics["accuracy"]
            official, strict = readings["official"], readings["strict"]
            assert strict.stats is not None
            self.items += 1
            self.strict += int(strict.stats["correct"])
            self.unparsed += not strict.parsed
            if official.stats is not None:
                self.official += official.stats["correct"]
                self.counted += official.stats["n"]
            kind = kind_of(official, strict)
            if kind is not None:
                self.kinds[kind] += 1


def table() -> str:
    """The whole table as Markdown."""
    rows: dict[str, Row] = {}
    for source in sources():
        rows.setdefault(source.name, Row()).add(source)
    heads = ("replies", "items", "official", "strict", "unparsed", *KINDS)
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    for name, row in rows.items():
        cells = [
            name,
            f"{row.items:,}",
            f"{100 * row.official / row.counted:.2f}",
            f"{100 * row.strict / row.items:.2f}",
            f"{row.unparsed:,}",
            *(str(row.kinds[kind]) for kind in KINDS),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if not (SHARED / "README.md").is_file():
        sys.exit("the shared evaluation material is absent (set HARNESS_SHARED to its folder)")
    print(table())
