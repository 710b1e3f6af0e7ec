"""The same clips and questions for every system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.runs.toy import write_tone

SECONDS = 5.0


def write_items(folder: Path, count: int) -> list[dict[str, Any]]:
    """Write ``count`` clips of 5 s; return ``number``, ``question``, ``answer`` and ``audio`` (a path) of each.

    Clip and question of an item follow from its number, so that all systems ask the same.
    """
    clips = folder / "clips"
    clips.mkdir(parents=True, exist_ok=True)
    items = []
    for number in range(count):
        clip = clips / f"{number:05}.wav"
        if not clip.exists():
            write_tone(clip, seconds=SECONDS, frequency=200.0 + number)
        items.append(
            {
                "number": number,
                "question": f"What is number {number}?",
                "answer": f"answer {number}",
                "audio": str(clip),
            }
        )
    return items


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
