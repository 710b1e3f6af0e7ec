"""Progress of a run on standard error: a live bar on a terminal, plain lines elsewhere.

It shows what is done, the rate, the time left and the failures. Plain lines come at most every few
seconds and at every tenth of a task, so that a CI log stays short.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TextIO

from harness.core import inert
from harness.core.scoring import Outcome

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

Style = Literal["live", "plain", "quiet"]
PLAIN_SECONDS = 5.0
WAITING_SECONDS = 15.0
"""So often a plain line says that a service is waited for."""


def choose_style(*, plain: bool, quiet: bool, stream: TextIO | None = None) -> Style:
    """Return ``quiet`` or ``plain`` if requested; ``plain`` also under CI, or when the stream is not a terminal."""
    stream = stream if stream is not None else sys.stderr
    if quiet:
        return "quiet"
    if plain or os.environ.get("CI") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return "plain"
    return "live"


class Progress:
    """Progress over the tasks of a run.

    Args:
        totals: task -> number of items.
        style: see ``choose_style``.
        stream: where it goes.
    """

    def __init__(
        self, totals: Mapping[str, int], style: Style, stream: TextIO | None = None
    ) -> None:
        self._totals = dict(totals)
        self._style = style
        self._stream = stream if stream is not None else sys.stderr
        self._done: Counter[str] = Counter()
        self._asked = 0
        self._failed = 0
        self._started = self._last_line = time.monotonic()
        self._bar: RichProgress | None = None
        self._bar_task: TaskID | None = None
        self._watched: list[Callable[[], str]] = []

    # --- life --------------------------------------------------------------------------------

    def __enter__(self) -> Progress:
        self._started = self._last_line = time.monotonic()
        if self._style == "live":
            self._open_bar()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        elif self._style == "plain":
            self._line()

    def _open_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.table import Column

        # on a narrow terminal name and bar give way, the numbers stay
        self._bar = Progress(
            TextColumn(
                "{task.description}",
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            BarColumn(bar_width=None, table_column=Column(ratio=2)),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[failed]}"),
            console=Console(file=self._stream),
            refresh_per_second=8,
            expand=True,
        )
        self._bar.start()
        self._bar_task = self._bar.add_task(
            "starting", total=self.total, rate="", left="", failed=""
        )

    # --- events ------------------------------------------------------------------------------

    def done(self, task: str, outcome: Outcome) -> None:
        """Count an item that ended."""
        self._asked += 1
        self._failed += outcome == "error"
        self._advance(task)

    def skipped(self, task: str) -> None:
        """Count an item that was finished before."""
        self._advance(task)

    def watch(self, status: Callable[[], str]) -> None:
        """Show another figure next to the items: what ``status`` says at the time, if anything."""
        self._watched.append(status)

    def tick(self, *, waiting: bool = False) -> None:
        """Show that the watched state has changed; where nothing but a wait goes on, plain lines are rarer."""
        seconds = WAITING_SECONDS if waiting else PLAIN_SECONDS
        if self._bar is not None and self._bar_task is not None:
            self._bar.update(self._bar_task, failed=self._failed_text())
        elif self._style == "plain" and time.monotonic() - self._last_line >= seconds:
            self._line()

    def note(self, text: str) -> None:
        """Say something that should be known, unless the display is quiet."""
        line = inert.line(f"note: {text}")
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        elif self._style == "plain":
            with contextlib.suppress(OSError, ValueError):
                print(line, file=self._stream, flush=True)

    def _advance(self, task: str) -> None:
        self._done[task] += 1
        if self._bar is not None and self._bar_task is not None:
            from rich.markup import escape

            self._bar.update(
                self._bar_task,
                completed=self.finished,
                description=escape(inert.line(task)),
                rate=self._rate_text(),
                left=self._left_text(),
                failed=self._failed_text(),
            )
        elif self._style == "plain" and time.monotonic() - self._last_line >= PLAIN_SECONDS:
            self._line(task)

    # --- numbers -----------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Items of the run."""
        return sum(self._totals.values())

    @property
    def finished(self) -> int:
        """Items that are finished, also those of an earlier process."""
        return sum(self._done.values())

    @property
    def rate(self) -> float:
        """Items per second of this process."""
        return self._asked / max(time.monotonic() - self._started, 1e-9)

    def _rate_text(self) -> str:
        return f"{self.rate:.1f}/s"

    def _left_text(self) -> str:
        if not self._asked:
            return "left ?"
        return f"left {clock((self.total - self.finished) / self.rate)}"

    def _failed_text(self) -> str:
        failed = f"[red]{self._failed} failed[/red]" if self._failed else "0 failed"
        from rich.markup import escape

        return "  ".join([failed, *(escape(inert.line(text)) for text in self._texts())])

    def _texts(self) -> list[str]:
        return [text for status in self._watched if (text := status())]

    def _line(self, task: str | None = None) -> None:
        self._last_line = time.monotonic()
        share = 100 * self.finished // max(self.total, 1)
        parts = []
        if self.total:  # a run without a model has nothing but what is watched
            parts = [f"{self.finished}/{self.total} ({share}%)", self._rate_text()]
            parts += [self._left_text(), f"{self._failed} failed"]
        parts += self._texts()
        with contextlib.suppress(OSError, ValueError):  # nobody reads it: no reason to end a run
            print(
                inert.line("  ".join([*parts, task or ""]).rstrip()), file=self._stream, flush=True
            )


def clock(seconds: float) -> str:
    """Format the time left for people.

    >>> clock(75), clock(3700)
    ('1:15', '1:01:40')
    """
    whole = int(seconds + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
