"""A run that was scored, for Python: its results, samples and table. ``harness.api`` makes these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import EXIT_OK, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from harness.core.scoring import Reading
    from harness.run.files import Manifest, Results, SampleRecord
    from harness.run.reader import RunView


class MetricValue(NamedTuple):
    """One number of a run.

    Attributes:
        value: the metric; rates are fractions. ``None`` if nothing could be counted.
        ci95: ends of its 95 % interval, ``None`` if there is none.
        stderr: its standard error, ``None`` if there is none.
        n: items in the denominator of this reading.
        unparsed: items whose answer (or judge reply) could not be read.
        complete: False where items are missing or the official scorer would have stopped.
    """

    value: float | None
    ci95: tuple[float, float] | None
    stderr: float | None
    n: int
    unparsed: int
    complete: bool


@dataclass(frozen=True)
class Run:
    """A run directory that was scored.

    Attributes:
        view: the opened directory.
        exit_code: how it ended: 0, 3 (incomplete), 130 or 143 (interrupted); 0 for a run that was only read.
        note: what went wrong and what to do about it, ``None`` if nothing did.
    """

    view: RunView
    exit_code: int = EXIT_OK
    note: str | None = None

    @property
    def path(self) -> Path:
        """The directory."""
        return self.view.path

    @property
    def name(self) -> str:
        """The run's name in tables."""
        return self.view.name

    @property
    def manifest(self) -> Manifest:
        """Content of ``manifest.json``."""
        return self.view.manifest

    @property
    def results(self) -> Results:
        """Content of ``results.json``."""
        return self.view.results

    @property
    def tasks(self) -> tuple[str, ...]:
        """Ids of its tasks, in the order of the run."""
        return tuple(self.results["tasks"])

    def metric(self, task: str, metric: str, reading: Reading = "strict") -> MetricValue:
        """Return one number.

        Args:
            task: task id.
            metric: metric id.
            reading: ``strict`` or ``official``.

        Raises:
            UnknownNameError: the run has no such task, the task no such metric, or the metric no such reading.
        """
        known = self.results["tasks"]
        if task not in known:
            raise UnknownNameError("task", task, known)
        metrics = known[task]["metrics"]
        if metric not in metrics:
            raise UnknownNameError(
                "metric", metric, metrics, hint=f"{task} has {', '.join(metrics)}"
            )
        readings = metrics[metric]
        if reading not in readings:
            raise UnknownNameError(
                "reading", reading, readings, hint=f"{metric} has {', '.join(readings)}"
            )
        found = readings[reading]
        low, high = found["ci95"] or (None, None)
        return MetricValue(
            found["value"],
            None if low is None or high is None else (low, high),
            found["stderr"],
            found["n"],
            found["unparsed"],
            found["complete"],
        )

    def samples(self, task: str | None = None) -> pd.DataFrame:
        """Return the scored items as a pandas table, one row per item and repeat, of one task or of all.

        Columns: ``task``, ``id``, ``repeat``, ``outcome``, ``prompt``, ``audio`` (a list of paths), ``reference``, ``response``, ``extracted`` and others;
        ``group_FIELD``; for every metric and reading the score (``accuracy_strict``) and whether the reply was read
        (``accuracy_strict_parsed``); ``judge_replies`` of a judged run.

        Raises:
            UnknownNameError: the run has no such task.
            InputFileError: ``samples.jsonl`` is missing or damaged.
        """
        from harness.report.frame import sample_frame

        self._check_task(task)
        return sample_frame(self.view, task)

    def records(self, task: str | None = None) -> Iterator[SampleRecord]:
        """Yield one record per item and repeat (``docs/run_directory.md``), of one task or of all.

        Raises:
            UnknownNameError: the run has no such task.
            InputFileError: ``samples.jsonl`` is missing or damaged.
        """
        self._check_task(task)
        return self.view.samples(task)

    def _check_task(self, task: str | None) -> None:
        if task is not None and task not in self.tasks:
            raise UnknownNameError("task", task, self.tasks)

    def table(self) -> str:
        """Return the score table as plain text, as ``harness evaluate --plain`` prints it."""
        import io

        from harness.report.table import print_results

        stream = io.StringIO()
        print_results(self.results, self.manifest, stream, plain=True, root=self.path)
        return stream.getvalue()

    def _repr_html_(self) -> str:
        """Return the score table for a notebook."""
        import html

        return f"<pre>{html.escape(self.table())}</pre>"

    def __repr__(self) -> str:
        return f"<Run {self.name!r}: {len(self.tasks)} tasks in {self.path}>"
