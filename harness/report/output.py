"""What commands print: every line goes through the cleaner of ``harness.core.inert``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer

from harness.core import inert


def say(*lines: str, err: bool = False) -> None:
    """Print messages; further lines of one are indented."""
    for one in lines:
        typer.echo(inert.message(one), err=err)


def say_lines(lines: Iterable[str]) -> None:
    """Print the lines of a report, each of which stays one line."""
    typer.echo("\n".join(map(inert.line, lines)))


def say_text(text: str, *, err: bool = False) -> None:
    """Print text of several lines."""
    typer.echo(inert.block(text), err=err)


def say_json(value: Any) -> None:
    """Print one JSON value; what a terminal would act on is escaped in it."""
    typer.echo(inert.line(json.dumps(value, ensure_ascii=False)))
