"""Reading the pages of the documentation: fenced blocks, sections, tables, code in the text."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
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


def run_page(cli: Cli, text: str, folder: Path, wanted: Callable[[str], bool]) -> int:
    """Write the titled blocks, run the wanted commands, compare their output with the text blocks.

    Returns the number of commands that ran. A comment ``# exit N`` states the exit code.
    """
    count, out = 0, None
    for block in blocks(text):
        if block.title is not None:
            file = folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            out = None
            for line in filter(wanted, block.text.split("\n")):
                words = shlex.split(line, comments=True)
                if words[0] == "python":
                    runpy.run_path(str(folder / words[1]))
                    continue
                found = cli(*words[1:])
                stated = re.search(r"# exit (\d)", line)
                assert found.code == int(stated[1] if stated else 0), (line, found.err)
                out, count = found.out, count + 1
        elif block.language == "text" and out is not None:
            lines = [line for line in out.split("\n") if not line.startswith("run directory: ")]
            assert "\n".join(lines).strip() == block.text.strip(), "\n".join(lines)
    return count
