"""Output formats of a leaderboard: one module a format, and its row in ``FORMATS``.

A renderer is ``render(board, *, title) -> str``. The command line takes names, help and file suffixes from the
rows; a renderer's module is imported when its format is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from harness.errors import UnknownNameError

if TYPE_CHECKING:
    from leaderboards.tables import Leaderboard


class Renderer(Protocol):
    """Turns a leaderboard into text."""

    def __call__(self, board: Leaderboard, *, title: str) -> str:
        """Render the whole leaderboard; ``title`` heads it where the format has headings."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """One output format.

    Attributes:
        name: name, which is also the suffix of its files.
        what: one line.
        renderer: ``module:function``.
    """

    name: str
    what: str
    renderer: str


FORMATS: Final[Mapping[str, Format]] = {
    row.name: row
    for row in (
        Format("md", "GitHub tables", "leaderboards.renderers.markdown:render_markdown"),
        Format(
            "html",
            "one page to look at: sorting, filters, interval bars, score against effort",
            "leaderboards.renderers.html:render_html",
        ),
        Format(
            "csv",
            "one record per value, for spreadsheets",
            "leaderboards.renderers.records:render_csv",
        ),
        Format(
            "json",
            "the same records, and the sets of signatures",
            "leaderboards.renderers.records:render_json",
        ),
    )
}
"""Name -> format; the first is the default."""
DEFAULT: Final = next(iter(FORMATS))


def names() -> str:
    """Return the names of all formats, for help texts.

    >>> names()
    'md, html, csv or json'
    """
    *first, last = FORMATS
    return f"{', '.join(first)} or {last}"


def renderer(name: str) -> Renderer:
    """Return the function that renders a format.

    Raises:
        UnknownNameError: no such format.
    """
    if name not in FORMATS:
        raise UnknownNameError("format", name, FORMATS, hint=f"--format: {', '.join(FORMATS)}")
    module, _, attribute = FORMATS[name].renderer.partition(":")
    return cast("Renderer", getattr(importlib.import_module(module), attribute))
