"""Writes the frozen gold answers of a benchmark from official data: digests, never the data itself.

``harness data check`` compares a copy with them and names the items that changed.

    python scripts/freeze_gold.py mmau mmau-test-mini.json[.gz]
    python scripts/freeze_gold.py llaso_eval RESULTS.jsonl[.gz]

For MMAU the official question file; for LLaSO-Eval one line per released item with ``set`` (the data set's
file stem) and ``doc`` (the item).
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from tasks.llaso_eval import source as llaso_eval
from tasks.mmau import source as mmau
from tasks.source import frozen_lines


def read(path: Path) -> str:
    """Text of a file, plain or gzipped."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("benchmark", choices=("mmau", "llaso_eval"))
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    text = read(arguments.file)
    if arguments.benchmark == "mmau":
        target, pairs = mmau.FROZEN, [mmau.gold(item) for item in json.loads(text)]
    else:
        records = [json.loads(line) for line in text.split("\n") if line]
        target = llaso_eval.FROZEN
        pairs = [llaso_eval.gold(record["set"], record["doc"]) for record in records]
    target.write_text("\n".join(frozen_lines(pairs)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
