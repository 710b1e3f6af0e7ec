"""What commands print: every line goes through the cleaner of ``harness.core.inert``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import typer

from harness.core import inert
from harness.run.process.output import standard_output


def say(*lines: str, err: bool = False) -> None:
    """Print messages; further lines of one are indented."""
    for one in lines:
        typer.echo(inert.message(one), _stream(err))


def say_lines(lines: Iterable[str]) -> None:
    """Print the lines of a report, each of which stays one line."""
    typer.echo("\n".join(map(inert.line, lines)), _stream())


def say_text(text: str, *, err: bool = False) -> None:
    """Print text of several lines."""
    typer.echo(inert.block(text), _stream(err))


def say_json(value: Any) -> None:
    """Print one JSON value; what a terminal would act on is escaped in it."""
    stream = _stream()
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:  # \\uXXXX is JSON in every encoding
        text = json.dumps(value)
    typer.echo(inert.line(text), stream)


def _stream(err: bool = False) -> TextIO:
    return sys.stderr if err else standard_output()
