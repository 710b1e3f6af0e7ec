"""What commands print: every line goes through the cleaner of ``harness.core.inert``."""

from __future__ import annotations

import json
import math
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


def flow(value: Any) -> str:
    """Return a value as YAML on one line, as a task file may have it.

    >>> flow({"until": [], "do_sample": False, "system": None}), flow("yes"), flow("a tale")
    ('{until: [], do_sample: false, system: null}', "'yes'", 'a tale')
    """
    import yaml

    class OneLine(yaml.SafeDumper):
        def represent_str(self, text: str) -> yaml.ScalarNode:
            style = '"' if len(text.splitlines()) > 1 or text.endswith("\n") else None
            return self.represent_scalar("tag:yaml.org,2002:str", text, style)

    OneLine.add_representer(str, OneLine.represent_str)
    text: str = yaml.dump(
        value,
        Dumper=OneLine,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=math.inf,
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _stream(err: bool = False) -> TextIO:
    return sys.stderr if err else standard_output()
