"""Reading the pages of the documentation: fenced blocks, sections, tables, code in the text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Block(NamedTuple):
    """A fenced block: its language, its file name if it has one, its lines."""

    language: str
    title: str | None
    text: str


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    found = re.findall(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(language, title or None, body) for language, title, body in found]


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    level = heading.split(" ")[0]
    pattern = rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """First cells of all tables, without their heads and rules."""
    rows = [line for line in text.split("\n") if line.startswith("|")]
    heads = {rows[i - 1] for i in range(1, len(rows)) if rows[i].startswith("|---")}
    return [
        row.split("|")[1].strip() for row in rows if row not in heads and not row.startswith("|---")
    ]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)
