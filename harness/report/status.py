"""``harness status RUN_DIR``: progress of a live or dead run, and how to go on. Reads only."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.core.judge_spec import CANARY
from harness.judge.verdicts import replies_of
from harness.report.failures import Failure, failures
from harness.report.table import card_lines
from harness.run.attempts import AttemptKey, selected
from harness.run.directory import RunDirectory
from harness.run.files import RESPONSES, RESULTS, Manifest, ManifestEntry
from harness.run.freshness import staleness, warning
from harness.run.judgements import counting_judges
from harness.run.records import items_to_ask, repeats_of, shard_name
from leaderboards.cards.measured import Compared, compared


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Progress of one task; ``judged`` counts items with all votes of a live judge."""

    task: str
    done: int
    total: int
    outcomes: dict[str, int]
    judged: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Progress of a run.

    Attributes:
        name: the run's name.
        model: model as given.
        state: ``running``, ``complete``, ``interrupted`` (items or verdicts are missing) or ``unscored``
            (all items ran, the results are not written or older than the responses).
        tasks: progress by task.
        last_response: when the last item ended (ISO 8601), ``None`` before the first.
        command: the command that goes on.
        stale: in what the results differ from the logs, ``None`` if they belong together or do not exist.
        failures: why items failed, by class.
        shard: which part of a run this is (``1/4``), ``None`` for a whole run.
        cards: values of a scored run that was planned from model cards, next to the reported ones.
    """

    name: str
    model: str
    state: str
    tasks: list[TaskStatus]
    last_response: str | None
    command: str
    stale: str | None = None
    failures: tuple[Failure, ...] = ()
    shard: str | None = None
    cards: tuple[Compared, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``; ``cards`` only where there are any."""
        found = asdict(self)
        if not self.cards:
            del found["cards"]
        return found


def status(path: Path) -> Status:
    """Look at a run directory.

    Raises:
        UsageError: not a run directory.
    """
    run = RunDirectory(path)
    manifest = run.manifest()
    attempts, judgements = run.attempts(), run.judgements()
    tasks = []
    for name, entry in manifest["tasks"].items():
        repeats = repeats_of(entry)
        found = [
            attempt
            for key, attempt in attempts.items()
            if key[0] == name and key[2] < repeats and selected(attempt.index, entry["selection"])
        ]
        outcomes = dict(sorted(Counter(attempt.outcome for attempt in found).items()))
        judged = _judged(name, entry, judgements)
        total = items_to_ask(manifest, name)
        tasks.append(TaskStatus(name, len(found), total, outcomes, judged))
    log = path / RESPONSES
    problem = _problem(run, manifest)
    missing = any(task.done < task.total for task in tasks) or _verdicts_missing(
        run, manifest, stale=problem is not None
    )
    if run.is_locked():
        state = "running"
    elif missing:
        state = "interrupted"
    elif problem is not None:
        state = "unscored"
    else:
        state = "complete"
    last = (
        datetime.fromtimestamp(log.stat().st_mtime, UTC).isoformat(timespec="seconds")
        if log.exists()
        else None
    )
    argv = ["harness", *manifest["argv"][1:]]
    return Status(
        manifest["name"],
        manifest["model"]["spec"],
        state,
        tasks,
        last,
        shlex.join(argv),
        problem if (path / RESULTS).exists() else None,
        tuple(failures(path, attempts, manifest["tasks"])),
        shard_name(manifest),
        tuple(compared(run.results(), manifest)) if problem is None else (),
    )


def _problem(run: RunDirectory, manifest: Manifest) -> str | None:
    """Return why the derived files are not those of the logs; ``None`` if they are."""
    if not (run.path / RESULTS).exists():
        return f"there is no {RESULTS}"
    return staleness(run.path, manifest, run.results())


def _judged(
    name: str,
    entry: ManifestEntry,
    judgements: Mapping[AttemptKey, Sequence[Mapping[str, Any]]],
) -> int | None:
    judge = entry.get("judge")
    if not judge:
        return None
    samples, own = int(judge["samples"]), counting_judges(entry)
    wanted = judge["panel"]["quorum"] if "panel" in judge else 1
    return sum(
        sum(len(replies_of(lines, one, samples)) >= samples for one in own) >= wanted
        for key, lines in judgements.items()
        if key[0] == name and not str(key[1]).startswith(CANARY)
    )


def _verdicts_missing(run: RunDirectory, manifest: Manifest, *, stale: bool) -> bool:
    """Return whether a live judge has work left, as far as the results or their absence tell."""
    judged = [name for name, entry in manifest["tasks"].items() if entry.get("judge")]
    if not judged:
        return False
    if stale:
        return True
    tasks = run.results()["tasks"]
    return any(tasks[name]["unjudged"] for name in judged if name in tasks)


def lines(found: Status, path: Path) -> list[str]:
    """Return the lines of the report for people."""
    part = "" if found.shard is None else f"   shard {found.shard}"
    text = [f"{found.name}: {found.state}   model {found.model}{part}"]
    width = max(len(task.task) for task in found.tasks) if found.tasks else 0
    for task in found.tasks:
        share = 100 * task.done // max(task.total, 1)
        outcomes = ", ".join(f"{name} {count}" for name, count in task.outcomes.items())
        text.append(
            f"  {task.task:<{width}}  {task.done}/{task.total} ({share}%)  {outcomes}".rstrip()
            + ("" if task.judged is None else f"; judged {task.judged}")
        )
    text += card_lines(found.cards)
    text += [f"failed: {one.line()}" for one in found.failures]
    if found.last_response:
        text.append(f"last item: {found.last_response}")
    if found.state == "interrupted":
        text.append(f"go on with: {found.command}")
    if found.stale and found.state != "running":
        text.append(f"warning: {warning(path, found.stale)}")
    elif found.state == "unscored":
        text.append(f"score it with: harness score {path}")
    return text
