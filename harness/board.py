"""A leaderboard for Python: its tables, and every form in which it can be written."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboards.tables import Leaderboard


@dataclass(frozen=True)
class Board(Leaderboard):
    """A leaderboard: ``tables`` and ``signatures``, as data."""

    def render(self, form: str = "md", *, title: str = "Leaderboard") -> str:
        """Return the board as text.

        Args:
            form: ``md``, ``html``, ``csv``, ``json``, or another format of ``leaderboards.renderers``.
            title: heading of the page.

        Raises:
            UnknownNameError: there is no such format.
        """
        from leaderboards.renderers import renderer

        return renderer(form)(self, title=title)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the HTML page in a frame of its own."""
        from leaderboards.renderers.page import framed

        return framed(self.render("html"))
