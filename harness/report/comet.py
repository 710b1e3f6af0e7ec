"""``harness score … --with comet``: replies of a scored run under COMET, a metric that is itself a model.

The score stage loads no model, so this value is not in ``results.json``: ``comet_scores.json`` holds it, with the model's name, the
checkpoint and the version of its package in the signature. The package ``unbabel-comet`` wants older releases of packages that
the harness needs, so no environment holds both: it runs in an interpreter of its own (``comet_worker``).
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError, MissingDependencyError, SetupError, UsageError
from harness.report import comet_worker
from harness.report.export import formats
from harness.run.files import SampleRecord
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from harness.run.records import STORED_ERRORS, document_of
from harness.run.signature import signature
from metrics.registry import Quotient
from metrics.statistics.intervals import estimate
from model_adapters.python.process import START, interpreter

MODEL: Final = "Unbabel/wmt22-comet-da"
"""What ``--with comet`` stands for; ``--with comet:NAME`` names another, of the hub or a checkpoint file."""
FILE: Final = "comet_scores.json"
MEASURE: Final = Quotient("comet", "mean", (None, None), "score", "n", unit="own")
"""Mean score of the items, COMET's system score; its models promise no bounds."""
PACKAGE: Final = "unbabel-comet==2.2.7"
_TAIL: Final = 300


@dataclass(frozen=True, slots=True)
class Comet:
    """A COMET model and the interpreter that runs it.

    Attributes:
        model: name on the hub, or path of a checkpoint.
        python: the interpreter.
        version: of ``unbabel-comet``.
    """

    model: str
    python: str
    version: str


@dataclass(frozen=True, slots=True)
class Row:
    """The value of one task.

    Attributes:
        task: task id.
        value: mean score of the items; ``None`` if there are none.
        ci95: its interval, ``None`` where there is none.
        n: replies that count.
        unparsed: replies among them that hold no text, scored as empty translations.
        failed: replies that are missing because a request failed; the value is incomplete.
        signature: of the task, with model, checkpoint and version.
    """

    task: str
    value: float | None
    ci95: tuple[float, float] | None
    n: int
    unparsed: int
    failed: int
    signature: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Values of a run, and the score of every item: (task, id, repeat, score).

    Attributes:
        rows: a row per task.
        items: scores in the order of the run.
        scored: digest of what was scored: sources, replies and references.
    """

    rows: tuple[Row, ...]
    items: tuple[tuple[str, str, int, float], ...]
    scored: str

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``comet_scores.json``."""
        names = ("task", "id", "repeat", "score")
        return {
            "metric": MEASURE.name,
            "tasks": [asdict(row) for row in self.rows],
            "items": [dict(zip(names, one, strict=True)) for one in self.items],
            "scored": self.scored,
        }

    def lines(self) -> Iterator[str]:
        """Yield a line per task, then the signatures."""
        for row in self.rows:
            value = "-" if row.value is None else f"{row.value:.4f}"
            ends = "" if row.ci95 is None else f" [{row.ci95[0]:.4f}, {row.ci95[1]:.4f}]"
            left = f", incomplete: {row.failed} failed" if row.failed else ""
            yield f"{row.task}  comet {value}{ends}  n {row.n}, unparsed {row.unparsed}{left}"
        for row in self.rows:
            yield f"  {row.signature}"


@dataclass(slots=True)
class _Task:
    items: list[dict[str, str]] = field(default_factory=list)
    keys: list[tuple[str, int]] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    unparsed: int = 0
    failed: int = 0


def find_comet(asked: str, python: str | None) -> Comet:
    """Return the model that ``--with`` names, once its package is known to be installed.

    Args:
        asked: ``comet`` or ``comet:MODEL``.
        python: interpreter or virtual environment that has the package; ``None``: this one.

    Raises:
        UsageError: no such metric or interpreter.
        MissingDependencyError: the interpreter has no ``unbabel-comet``; the hint is the pip command.
    """
    name, _, model = asked.partition(":")
    if name != MEASURE.name:
        raise UsageError(
            f"no metric {name!r} that is a model", where="--with", hint="known: comet, comet:MODEL"
        )
    path = sys.executable if python is None else interpreter(python, "--with-python ")
    done = _start(path, "probe")
    version = json.loads(done.stdout) if done.returncode == 0 else None
    if version is None:
        raise MissingDependencyError(
            f"unbabel-comet is not installed for {path}",
            where="--with comet",
            hint=f"in an environment of its own: python3 -m venv comet && comet/bin/pip install {PACKAGE}, "
            "then --with comet --with-python comet",
        )
    return Comet(model or MODEL, path, version)


def comet_scores(view: RunView, comet: Comet) -> Scores:
    """Score the translations of a run and write ``comet_scores.json`` into it.

    Args:
        view: the run, scored.
        comet: the model.

    Raises:
        UsageError: the run has no task of speech translation.
        InputFileError: a document lacks source or reference.
        SetupError: COMET ended with an error, or gave no score for an item.
    """
    form = formats()["comet"]
    tasks = {name: _Task() for name in view.tasks if name in form.tasks}
    if not tasks:
        raise UsageError(
            f"comet scores tasks such as {form.tasks[0]}; this run has {', '.join(view.tasks)}",
            where="--with",
        )
    for sample in view.samples():
        if sample["task"] in tasks:
            _add(tasks[sample["task"]], sample, view.path)
    every = [item for task in tasks.values() for item in task.items]
    found = _ask(comet, every)
    scores = iter(found["scores"])
    rows, items = [], []
    for name, task in tasks.items():
        own = [next(scores) for _ in task.items]
        items += [
            (name, id_, repeat, one) for (id_, repeat), one in zip(task.keys, own, strict=True)
        ]
        parts = {
            **view.tasks[name]["signature_parts"],
            MEASURE.name: comet.model,
            "checkpoint": found["checkpoint"],
            "unbabel-comet": found["version"],
        }
        rows.append(_row(name, task, own, signature(name, parts, "strict")))
    content = json.dumps(every, ensure_ascii=True, sort_keys=True).encode("ascii")
    result = Scores(tuple(rows), tuple(items), hashlib.sha256(content).hexdigest()[:12])
    text = json.dumps(result.as_json(), indent=2).encode("ascii")
    write_atomically(view.path / FILE, [text + b"\n"], private=True)
    return result


def _add(task: _Task, sample: SampleRecord, path: Path) -> None:
    error = sample["error"]
    if error is not None and error["kind"] not in STORED_ERRORS:
        task.failed += 1
        return
    reply = sample.get("response")
    text = reply if isinstance(reply, str) else ""
    task.unparsed += not isinstance(reply, str)
    try:
        (item,) = formats()["comet"].build([(document_of(sample), text)])
    except KeyError as missing:
        raise InputFileError(
            f"comet needs {missing.args[0]!r} of item {sample['id']!r}", where=str(path)
        ) from missing
    task.items.append(item)
    task.keys.append((str(sample["id"]), sample["repeat"]))
    task.clusters.append(str(sample.get("cluster") or sample["id"]))


def _row(name: str, task: _Task, scores: Sequence[float], signed: str) -> Row:
    counts = (len(scores), task.unparsed, task.failed)
    if not scores:
        return Row(name, None, None, *counts, signed)
    units = [id_ for id_, _ in task.keys]
    found = estimate(
        MEASURE,
        [{"score": one, "n": 1} for one in scores],
        task.clusters if task.clusters != units else None,
        units=units if len(set(units)) < len(units) else None,
    )
    return Row(name, found.value, found.ci95, *counts, signed)


def _ask(comet: Comet, items: Sequence[dict[str, str]]) -> dict[str, Any]:
    if not items:
        return {"scores": [], "checkpoint": "none", "version": comet.version}
    with tempfile.TemporaryDirectory(prefix="harness-comet-") as folder:
        given, written = Path(folder, "in.json"), Path(folder, "out.json")
        given.write_text(json.dumps({"model": comet.model, "items": items}), encoding="utf-8")
        done = _start(comet.python, "score", str(given), str(written))
        if done.returncode or not written.is_file():
            said = " ".join(done.stderr.split())[-_TAIL:] or f"exit {done.returncode}"
            raise SetupError(f"{comet.model} gave no scores: {said}", where="--with comet")
        found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    scores = found["scores"]
    if len(scores) != len(items) or not all(map(math.isfinite, scores)):
        raise SetupError(
            f"{comet.model} gave {sum(map(math.isfinite, scores))} scores for {len(items)} items",
            where="--with comet",
        )
    return found


def _start(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (the user names the interpreter)
        [python, "-c", START, comet_worker.__file__, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
