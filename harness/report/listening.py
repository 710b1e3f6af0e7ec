"""What the audio of a run is worth: its scores next to those of the same model without audio (``leaderboards.listening``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.errors import InputFileError, UsageError
from harness.report.table import format_interval, format_value
from harness.run.files import RESULTS
from harness.run.reader import RunView, read_run
from metrics.registry import find

if TYPE_CHECKING:
    from leaderboards.listening.gain import Gain

CONTROLS: Final = "controls"
"""Folder of a run directory that holds its runs under controls, one folder each."""


def controls_of(path: Path) -> list[RunView]:
    """Return the scored runs under controls that a run directory holds, by name."""
    folder = path / CONTROLS
    if not folder.is_dir():
        return []
    return [read_run(one) for one in sorted(folder.iterdir()) if (one / RESULTS).is_file()]


def gains_of(view: RunView, controls: Sequence[RunView]) -> list[Gain]:
    """Return what audio is worth in every metric of a run that has a partner without audio.

    Args:
        view: the run.
        controls: runs of the same model; those that heard something are passed over.

    Raises:
        InputFileError: a samples file is missing or damaged.
    """
    from leaderboards.listening.gain import control_of, gain_of, partner
    from leaderboards.results import task_results

    mine = view.manifest["model"]["fingerprint"]
    others = [one for one in controls if one.manifest["model"]["fingerprint"] == mine]
    if not others or all(control_of(task["signature_parts"]) for task in view.tasks.values()):
        return []
    tasks = task_results(view.manifest, view.results["tasks"])
    members = [
        (task_results(one.manifest, one.results["tasks"]), one.sample_index()) for one in others
    ]
    lines = view.sample_index()
    found = []
    for name, task in tasks.items():
        known = [(them[name], index.get(name, ())) for them, index in members if name in them]
        other = partner(task, known)
        if other is None:
            continue
        for metric in task.metrics:
            if find(metric).role == "abstention":
                continue
            gain = gain_of(task, lines.get(name, ()), *other, metric)
            found += [gain] if gain is not None else []
    return found


def check_partners(view: RunView, controls: Sequence[RunView]) -> None:
    """Refuse runs under controls that say nothing about a run.

    Raises:
        UsageError: another model, or no task that ran without audio and otherwise alike.
    """
    for one in controls:
        if one.manifest["model"]["fingerprint"] != view.manifest["model"]["fingerprint"]:
            raise UsageError(
                f"{one.name} is a run of {one.manifest['model']['spec']}, {view.name} of "
                f"{view.manifest['model']['spec']}",
                where="--control",
                hint="a gain is that of one model",
            )
    try:
        found = gains_of(view, controls)
    except InputFileError:
        return  # the page says it better
    if not found:
        raise UsageError(
            f"no task of {view.name} ran without audio and otherwise alike in "
            f"{', '.join(one.name for one in controls)}",
            where="--control",
            hint="name a run of the same command with --control no-audio or silence",
        )


def gain_text(gain: Gain) -> str:
    """Return a gain in one line.

    >>> from leaderboards.listening.gain import Gain
    >>> gain_text(Gain("t", "accuracy", "no-audio", 0.75, 0.25, 0.5, (0.2, 0.8), 12, 0.25, {}))
    'gain +50.00 [20.00, 80.00] over no-audio 25.00%, chance 25.00%'
    """
    scale = 100 if find(gain.metric).is_percent else 1
    interval = f" {format_interval(gain.metric, [*gain.ci95])}" if gain.ci95 else ""
    chance = f", chance {format_value(gain.metric, gain.chance)}" if gain.chance is not None else ""
    without = format_value(gain.metric, gain.without)
    return f"gain {scale * gain.gain:+.2f}{interval} over {gain.control} {without}{chance}"


def gain_lines(gains: Sequence[Gain]) -> Iterator[str]:
    """Yield the lines below a score table."""
    for one in gains:
        yield f"audio: {one.task} {one.metric}: {format_value(one.metric, one.value)}, {gain_text(one)}"


def control_lines(view: RunView, controls: Sequence[RunView]) -> Iterator[str]:
    """Yield for every task and metric the strict values of a run and of its runs under controls."""
    for task, entry in view.results["tasks"].items():
        for metric in entry["metrics"]:
            if find(metric).role == "abstention":
                continue
            values = [
                f"{name} {format_value(metric, value)}"
                for name, one in (("as it is", view), *((part_of(one), one) for one in controls))
                if (value := _strict(one, task, metric)) is not None
            ]
            yield f"controls: {task} {metric}: {', '.join(values)}"


def part_of(view: RunView) -> str:
    """Return the control of a run, or its orders of options, by the first of its tasks."""
    parts = next(iter(view.tasks.values()))["signature_parts"]
    return parts.get("control") or parts.get("permute", view.name).partition("@")[0]


def _strict(view: RunView, task: str, metric: str) -> float | None:
    entry = view.results["tasks"].get(task)
    found = entry["metrics"].get(metric, {}).get("strict") if entry is not None else None
    return None if found is None else found["value"]


def by_cell(gains: Sequence[Gain]) -> Mapping[str, Mapping[str, Any]]:
    """Return task -> metric -> text, for the page of a run."""
    found: dict[str, dict[str, str]] = {}
    for one in gains:
        found.setdefault(one.task, {})[one.metric] = gain_text(one)
    return found
