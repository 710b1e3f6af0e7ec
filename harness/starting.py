"""Runs with settings that are checked already: what the command line and the Python face start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from harness.run_view import Run
from harness.settings import Settings

if TYPE_CHECKING:
    from harness.evaluation.evaluate import Ended
    from harness.evaluation.stored import StoredReplies
    from harness.run.progress import Style

T = TypeVar("T")


def start(settings: Settings, argv: Sequence[str], progress: Style) -> Run:
    """Run what ``evaluate`` describes."""
    if settings.controls is not None:
        from harness.evaluation.several.under_controls import evaluate_all

        return run_to_end(settings.run_directory, partial(evaluate_all, settings, argv, progress))
    from harness.evaluation.evaluate import evaluate

    return run_to_end(settings.run_directory, partial(evaluate, settings, argv, progress))


def start_scoring(
    settings: Settings, replies: StoredReplies, argv: Sequence[str], progress: Style
) -> Run:
    """Score what ``score`` describes."""
    from harness.evaluation.stored import score_file

    return run_to_end(
        settings.run_directory, partial(score_file, settings, replies, argv, progress)
    )


def start_rescoring(settings: Settings, progress: Style) -> Run:
    """Score anew what ``rescore`` describes."""
    from harness.evaluation.stored import score_directory

    return run_to_end(settings.run_directory, partial(score_directory, settings, progress))


def run_to_end(path: Path, work: Callable[[], Ended]) -> Run:
    """Do what makes a run directory, and open it."""
    ended = _outside_of_a_loop(work)
    from harness.run.reader import RunView

    return Run(RunView(path, ended.manifest, ended.results), ended.exit_code, ended.note)


def _outside_of_a_loop(work: Callable[[], T]) -> T:
    """Make a call that starts an event loop, in a thread where one runs already (a notebook).

    Such a call blocks, and an interrupt ends only the wait: await ``asyncio.to_thread`` instead where that matters.
    """
    if not _loop_runs():
        return work()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="harness-run") as pool:
        return pool.submit(work).result()


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
