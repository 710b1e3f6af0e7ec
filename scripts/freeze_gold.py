"""Writes the frozen gold answers of a benchmark from official data: digests, never the data itself.

``harness data check`` compares a copy with them and names the items that changed.

    python scripts/freeze_gold.py mmau mmau-test-mini.json[.gz]
    python scripts/freeze_gold.py llaso_eval RESULTS.jsonl[.gz]
    python scripts/freeze_gold.py sakura FOLDER

For MMAU the official question file; for LLaSO-Eval one line per released item with ``set`` (the data set's
file stem) and ``doc`` (the item); for SAKURA the official copy (its clips are not needed).
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

from tasks._shared.source import frozen_lines
from tasks.llaso_eval import source as llaso_eval
from tasks.mmau import source as mmau
from tasks.sakura import source as sakura
from tasks.sakura.layout import TRACKS, find_track, read_metadata

TARGETS = {"llaso_eval": llaso_eval.FROZEN, "mmau": mmau.FROZEN, "sakura": sakura.FROZEN}


def read(path: Path) -> str:
    """Text of a file, plain or gzipped."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")


def pairs(benchmark: str, path: Path) -> list[tuple[Any, Any]]:
    """(key, gold) of every item."""
    if benchmark == "sakura":
        return [
            sakura.gold(track, hop, item)
            for track in TRACKS
            for item in read_metadata(find_track(path, track).folder)
            for hop in ("single", "multi")
        ]
    if benchmark == "mmau":
        return [mmau.gold(item) for item in json.loads(read(path))]
    records = [json.loads(line) for line in read(path).split("\n") if line]
    return [llaso_eval.gold(record["set"], record["doc"]) for record in records]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("benchmark", choices=TARGETS)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    lines = frozen_lines(pairs(arguments.benchmark, arguments.path))
    TARGETS[arguments.benchmark].write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
