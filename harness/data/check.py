"""``harness data check``: what is in a copy of a benchmark, and what is wrong with it.

Every task is loaded by the benchmark's own loader, so the check sees what a run would see. Findings come
from the loader (its warnings and absent items), from counts and repeated content, from the benchmark's
own look at each item (``tasks/<benchmark>/source.py``) and, if asked, from decoding every clip.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from harness.audio import AudioRef
from harness.core.keys import digest, identity
from harness.core.messages import Audio
from harness.core.task import Documents
from harness.errors import (
    EXIT_ENVIRONMENT,
    EXIT_FOUND,
    EXIT_OK,
    AudioError,
    InputFileError,
    MissingDataError,
    TaskFileError,
)
from harness.task_loading.index import TaskEntry
from harness.task_loading.sources import source_module
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask

_REPEATED: Final = re.compile(r"(.+)~\d+", re.DOTALL)
_QUIET: Final = 1e-4
"""Peak below which a clip counts as silent: 80 dB below full scale, three steps of 16 bits."""
_CANCELLED: Final = 0.02
"""Share of the loudest channel's peak that is left of a mix whose channels cancel each other out."""
Kind = Literal[
    "missing_data",  # nothing of the task is in the copy
    "missing_items",  # whole parts of the task are not in the copy
    "missing_audio",  # items are listed, their clips are not there
    "malformed",
    "count",
    "duplicate",
    "gold",
    "label",
    "options",
    "instructions",
    "undecodable",
    "silent",
    "identical_audio",
    "loader",  # a warning of the benchmark's loader
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``ids`` are the items it concerns, empty if it concerns the whole task."""

    kind: Kind
    message: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """Findings about one task.

    Attributes:
        task: task id.
        expected: documented number of items, ``None`` if there is none.
        listed: items that the copy lists, also those without audio.
        present: items that a run would use.
        findings: what is wrong.
    """

    task: str
    expected: int | None
    listed: int = 0
    present: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Report:
    """Findings about a copy.

    Attributes:
        benchmark: its name.
        folder: the copy; ``None`` if the data is packaged.
        tasks: one entry per task, in order.
        left_out: tasks that were not asked for and are not in the copy.
    """

    benchmark: str
    folder: Path | None
    tasks: list[TaskCheck] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 fine, 1 findings, 4 the data of a task is missing."""
        kinds = {finding.kind for task in self.tasks for finding in task.findings}
        if "missing_data" in kinds:
            return EXIT_ENVIRONMENT
        return EXIT_FOUND if kinds else EXIT_OK

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON-able data."""
        return {
            "benchmark": self.benchmark,
            "folder": None if self.folder is None else str(self.folder),
            "tasks": [asdict(task) for task in self.tasks],
            "left_out": self.left_out,
        }


def check_copy(
    benchmark: str,
    folder: Path | None,
    wanted: Sequence[TaskEntry],
    others: Sequence[TaskEntry] = (),
    *,
    deep: bool = False,
    trusted: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Examine a copy.

    Args:
        benchmark: its name.
        folder: the copy.
        wanted: tasks whose data must be there.
        others: tasks that are examined if their data is there.
        deep: decode every clip and compare the bytes of all clips.
        trusted: whether task code outside the harness may run.
        progress: told the name of each task before it is examined.
    """
    report = Report(benchmark, folder)
    module = source_module(benchmark)
    oddities = getattr(module, "oddities", None)
    clips = _Clips() if deep else None
    required = {entry.task for entry in wanted}
    for entry in (*wanted, *others):
        if entry.unsupported:
            report.left_out.append(entry.task)
            continue
        progress(entry.task)
        try:
            found = _check_task(entry, folder, oddities, clips, trusted=trusted)
        except MissingDataError as error:
            if entry.task not in required:
                report.left_out.append(entry.task)
                continue
            text = f"{error.message} ({error.where})" if error.where else error.message
            found = TaskCheck(entry.task, entry.items, findings=(Finding("missing_data", text),))
        except (InputFileError, TaskFileError) as error:
            text = f"{error.where}: {error.message}" if error.where else error.message
            found = TaskCheck(entry.task, entry.items, findings=(Finding("malformed", text),))
        report.tasks.append(found)
    return report


def _check_task(
    entry: TaskEntry, folder: Path | None, oddities: Any, clips: _Clips | None, *, trusted: bool
) -> TaskCheck:
    spec = load_spec(entry)
    documents = YamlTask(spec, folder=folder, trusted=trusted).documents()
    info = documents.info
    listed = max(info.total, len(documents))
    findings: list[Finding] = []
    if spec.items is not None and listed != spec.items:
        findings.append(Finding("count", f"{listed} items listed, {spec.items} documented"))
    lost = listed - len(documents)
    if info.absent:
        findings.append(
            Finding("missing_audio", f"{len(info.absent)} of {listed} clips", info.absent)
        )
    if lost > len(info.absent):
        findings.append(Finding("missing_items", f"{lost - len(info.absent)} of {listed} items"))
    findings += _duplicates(documents, spec.doc_fields)
    if oddities is not None:
        findings += _odd_items(documents, oddities)
    if clips is not None:
        findings += clips.examine(documents)
    findings += [Finding("loader", warning) for warning in info.warnings]
    return TaskCheck(entry.task, spec.items, listed, len(documents), tuple(findings))


def _duplicates(documents: Documents, doc_fields: Sequence[str]) -> Iterator[Finding]:
    """Yield ids that occur more than once (loaders write the second as ``ID~2``), and items that nothing tells apart."""
    names = {str(doc["_id"]) for doc in documents}
    again = tuple(
        sorted(name for name in names if (found := _REPEATED.fullmatch(name)) and found[1] in names)
    )
    if again:
        yield Finding("duplicate", "ids used more than once", again)
    same: defaultdict[str, list[str]] = defaultdict(list)
    for doc in documents:
        same[digest(identity(doc, doc_fields))].append(str(doc["_id"]))
    for ids in same.values():
        if len(ids) > 1:
            yield Finding("duplicate", f"{len(ids)} items have the same content", tuple(ids))


def _odd_items(documents: Documents, oddities: Any) -> Iterator[Finding]:
    odd: defaultdict[tuple[Kind, str], list[str]] = defaultdict(list)
    for doc in documents:
        for oddity in oddities(doc):
            odd[oddity.kind, oddity.text].append(str(doc["_id"]))
    for (kind, text), ids in odd.items():
        yield Finding(kind, text, tuple(ids))


class _Clips:
    """Decodes clips, each once however many tasks and items use it; keeps digests, never samples."""

    def __init__(self) -> None:
        self._known: dict[Audio, tuple[str | None, tuple[Kind, str] | None]] = {}

    def examine(self, documents: Documents) -> Iterator[Finding]:
        """Yield the clips of a task that cannot be decoded or hold nothing, and those with the same bytes under several names."""
        broken: defaultdict[tuple[Kind, str], list[tuple[str, str]]] = defaultdict(list)
        names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for doc in documents:
            for clip in doc.get("_audio", ()):
                sha256, problem = self._look(clip)
                if problem is not None:
                    broken[problem].append((str(doc["_id"]), clip.path))
                if sha256 is not None:
                    names[sha256].setdefault(clip.path, str(doc["_id"]))
        for (kind, fault), items in broken.items():
            such_as = "such as " if len(items) > 1 else ""
            yield Finding(
                kind, f"{fault}: {such_as}{items[0][1]}", tuple(item for item, _ in items)
            )
        for found in names.values():
            if len(found) > 1:
                text = f"{len(found)} clips are the same bytes"
                yield Finding("identical_audio", text, tuple(found.values()))

    def _look(self, clip: Audio) -> tuple[str | None, tuple[Kind, str] | None]:
        if clip not in self._known:
            sha256: str | None = None
            problem: tuple[Kind, str] | None = None
            try:
                sha256 = clip.sha256
                silent = silence(clip)
                problem = None if silent is None else ("silent", silent)
            except AudioError as error:
                cure = f" ({error.hint})" if error.hint else ""
                problem = "undecodable", f"{error.message}{cure}"
            self._known[clip] = sha256, problem
        return self._known[clip]


def silence(clip: Audio) -> str | None:
    """Return why a model would hear nothing of a clip; ``None`` if there is something to hear.

    Raises:
        AudioError: the clip cannot be decoded.
    """
    samples = clip.decode()
    peak = float(max(abs(samples.max()), abs(samples.min())))
    if peak >= _QUIET or not isinstance(clip, AudioRef):
        return None if peak >= _QUIET else "the clip is silent"
    loudest = clip.channel_peak() if clip.info.channels > 1 else peak
    if loudest >= _QUIET and peak < loudest * _CANCELLED:
        return "its channels cancel each other out when they are mixed to one (anti-phase)"
    return "the clip is silent" if loudest < _QUIET else None


def report_lines(report: Report, shown: int = 5) -> Iterator[str]:
    """Yield the report as plain lines; at most ``shown`` ids per finding (``--json`` has all)."""
    place = "packaged" if report.folder is None else str(report.folder)
    yield f"{report.benchmark}: {place}"
    width = max((len(task.task) for task in report.tasks), default=0)
    for task in report.tasks:
        expected = "?" if task.expected is None else str(task.expected)
        state = f"{len(task.findings)} findings" if task.findings else "ok"
        yield (
            f"  {task.task.ljust(width)}  documented {expected:>5}  listed {task.listed:>5}"
            f"  usable {task.present:>5}  {state}"
        )
        for finding in task.findings:
            yield f"    {finding.kind}: {finding.message}"
            if finding.ids:
                more = len(finding.ids) - shown
                tail = f" and {more} more" if more > 0 else ""
                yield f"      {', '.join(finding.ids[:shown])}{tail}"
    if report.left_out:
        yield f"  not in the copy, not asked for: {', '.join(report.left_out)}"
    kinds = Counter(finding.kind for task in report.tasks for finding in task.findings)
    total = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    yield f"findings: {total or 'none'}"
