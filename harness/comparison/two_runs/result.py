"""A comparison with every form in which it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from harness.comparison.two_runs.forms import to_markdown, to_text
from harness.comparison.two_runs.found import Findings
from harness.comparison.two_runs.page import to_html
from leaderboards.renderers.page import framed


@dataclass(frozen=True)
class Comparison(Findings):
    """Outcome of a comparison: the data of ``Findings``, as text, Markdown, HTML and JSON."""

    def to_text(self, *, items: int = 5) -> str:
        """Return the report for a terminal, with this many items a task and kind."""
        return to_text(self, items=items)

    def to_markdown(self, *, items: int = 10) -> str:
        """Return the report as Markdown, with this many items a task and kind."""
        return to_markdown(self, items=items)

    def to_html(self) -> str:
        """Return the report as one HTML page, with all items."""
        return to_html(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return framed(self.to_html())
