"""Why a reply counts as it does: the stored reply is scored once more, and the readers of replies tell what they found.

Everything comes from the run directory and the task's code; nothing is asked and no data set is opened. Where the code
is not here, is not trusted or raises, an item says that in place of a reason; its stored scores stand either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.core.scoring import MISSING, Document, ItemScore, Reading
from harness.judge.panel.verdict import panel_verdict
from harness.judge.verdicts import counting_replies, verdicts_of
from harness.run.files import JudgementRecord, SampleRecord
from harness.run.judgements import counting_judges
from harness.run.reader import RunView
from harness.run.records import STORED_ERRORS, document_of
from harness.task_loading.specs import load_scoring_task
from harness.task_loading.task import YamlTask
from metrics.commitment.reasons import REASONS, quote
from metrics.registry import find
from metrics.text.edits import alignment
from metrics.witness import Told, watching

_ALIGNED: Final = 6_000
"""Characters of reference and hypothesis together beyond which no alignment is shown."""


@dataclass(frozen=True, slots=True)
class Why:
    """Reason for one value of one item.

    Attributes:
        text: what was read, in a sentence.
        quote: the sentence of the reply that decided, as it was read.
        steps: alignment with the reference (``metrics.text.edits.alignment``).
    """

    text: str
    quote: str = ""
    steps: list[list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """One item, read again.

    Attributes:
        options: the options of its question.
        picked: index of the option that the reply commits to.
        why: metric -> reading -> reason.
        grades: grade of each judge reply that counts, ``None`` where it cannot be read.
        note: why there are no reasons, or why they are not those of the stored scores.
    """

    options: tuple[str, ...] = ()
    picked: int | None = None
    why: Mapping[str, Mapping[Reading, Why]] = field(default_factory=dict)
    grades: tuple[str | None, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """Result of a task's code about one item; no score where there was no answer."""

    options: tuple[str, ...]
    score: ItemScore | None = None
    told: Sequence[Told] = ()
    grades: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskCode:
    """Folders with tasks of the user, and whether code of tasks outside the harness may run."""

    include_path: Sequence[Path] = ()
    trusted: bool = False


class Rereader:
    """The items of one task of a run, read again.

    Args:
        view: the run.
        name: the task.
        samples: all items of the task, in file order.
        code: where the task's code may come from.
    """

    def __init__(
        self, view: RunView, name: str, samples: Sequence[SampleRecord], code: TaskCode
    ) -> None:
        self.entry = view.tasks[name]
        self._docs: list[Document] = [document_of(sample) for sample in samples]
        self._task: YamlTask | None = None
        self.fault: str | None = None
        try:
            self._task = load_scoring_task(
                name, self.entry, include_path=code.include_path, trusted=code.trusted
            )
            self._task.check()
            if self.entry["origin"] == "file":
                self._task.annotate(self._docs, "file")
        except Exception as error:  # noqa: BLE001  (code of a task; the page says what it raised)
            self._task, self.fault = None, _line(error)

    def read(self, position: int, sample: SampleRecord, lines: Sequence[JudgementRecord]) -> Reread:
        """Read one item again.

        Args:
            position: its place among the samples.
            sample: its line.
            lines: its lines of ``judgements.jsonl``.
        """
        if self._task is None:
            return Reread(note=f"no reasons: {self.fault}")
        judge = self.entry["judge"]
        votes = int(judge["samples"]) if judge else 1  # live, or stored with the file
        asked = self.entry[
            "judged_metrics"
        ]  # a file may hold judge replies of which the task knows nothing
        replies = counting_replies(lines, counting_judges(self.entry), votes) if asked else []
        try:
            made = self._score(self._task, self._docs[position], sample, replies)
        except Exception as error:  # noqa: BLE001  (code of a task; the other items have reasons)
            return Reread(note=f"no reasons: {_line(error)}")
        if made.score is None:
            return Reread(made.options)
        judged = self.entry["judged_metrics"] if replies else []
        choice = next((one for one in reversed(made.told) if one.kind == "choice"), None)
        return Reread(
            made.options if choice is None else tuple(choice.against[0]),
            None if choice is None else choice.found.option,
            {
                metric: {
                    reading: _why(metric, reading, made.score, made.told, judged=metric in judged)
                    for reading in readings
                }
                for metric, readings in made.score.metrics.items()
            },
            made.grades,
            _outdated(made.score, sample),
        )

    def _score(
        self,
        task: YamlTask,
        doc: Document,
        sample: SampleRecord,
        replies: Sequence[Mapping[str, Any]],
    ) -> _Made:
        """Call the code of the task about one item."""
        if self.entry["origin"] != "file":
            task.annotate([doc], "data", self.entry.get("facts"))
        options = task.hints(doc).options
        error = sample["error"]
        if error is not None and error["kind"] not in STORED_ERRORS:
            return _Made(options)
        response, judge = sample.get("response", MISSING), self.entry["judge"]
        with watching() as told:
            if judge is not None and "panel" in judge:
                score = panel_verdict(task, self.entry, doc, response, replies).score
            else:
                verdicts = verdicts_of(task, self.entry, doc, response, replies)
                score = task.score(doc, response, verdicts)
        texts = [line["reply"] for line in replies]
        grades = [None if text is None else task.judge_grade(doc, text) for text in texts]
        return _Made(options, score, told, tuple(grades))


def _outdated(score: ItemScore, sample: SampleRecord) -> str | None:
    """Say so if the stored score is not that of the code that is here."""
    for metric, readings in score.metrics.items():
        for reading, scored in readings.items():
            stored = sample["stats"].get(metric, {}).get(reading)
            if (None if scored.stats is None else dict(scored.stats)) != stored:
                return (
                    "the stored score is of another version of the scorer; harness score RUN_DIR "
                    "writes it again"
                )
    return None


def _why(
    metric: str, reading: Reading, score: ItemScore, told: Sequence[Told], *, judged: bool
) -> Why:
    scored = score.metrics[metric][reading]
    if scored.stats is None:
        if reading == "official" and metric in score.aborted:
            return Why("the official scorer stops at this item")
        if reading == "official" and (rule := _rule(metric, told)) is not None:
            return rule
        applies = any(one.stats is not None for one in score.metrics[metric].values())
        return Why(
            "not in this reading's denominator" if applies else "does not apply, or not judged"
        )
    edits = next(
        (
            one
            for one in reversed(told)
            if one.kind in ("words", "characters") and one.found == scored.stats
        ),
        None,
    )
    if edits is not None and find(metric).family == "ratio":
        return _edited(edits)
    checked = [
        one.found
        for one in told
        if one.kind == "instructions" and one.against == (reading == "strict")
    ]
    if checked and metric.startswith("if_"):
        return Why("; ".join(f"{name}: {_kept(value)}" for name, value in checked[-1].items()))
    if reading == "official":
        return _official(metric, score, told, parsed=scored.parsed, judged=judged)
    return _strict(metric, told, parsed=scored.parsed, judged=judged)


def _kept(chance: float) -> str:
    return {0.0: "not kept", 1.0: "kept"}.get(chance, f"kept with chance {chance:.2g}")


def _official(
    metric: str, score: ItemScore, told: Sequence[Told], *, parsed: bool, judged: bool
) -> Why:
    """Return what the official rule saw: what the scorer tells, else what it put into the details as ``official_…``."""
    rule = _rule(metric, told)
    if rule is not None:
        return rule
    if judged:
        return Why(
            "as the benchmark's own rule reads the judge's reply"
            if parsed
            else "the benchmark's own rule cannot read the judge's reply"
        )
    text = "by the benchmark's own rule" if parsed else "the benchmark's own rule reads no answer"
    for name, value in score.details.items():
        if name.startswith("official_"):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            text += f"; its {name.removeprefix('official_')}: {shown or 'none'}"
    return Why(text)


def _rule(metric: str, told: Sequence[Told]) -> Why | None:
    """Return what the official rule of a metric told, if it did."""
    found = next(
        (one for one in reversed(told) if one.kind == "rule" and one.against == metric), None
    )
    return None if found is None else Why(str(found.found))


def _edited(told: Told) -> Why:
    unit = told.kind.removesuffix("s")
    edits, length = (int(told.found[key]) for key in ("edits", "length"))
    text = f"{_counted(edits, 'edit')}; the reference has {_counted(length, unit)}"
    if len(told.text) + len(told.against) > _ALIGNED:
        return Why(text)
    characters = told.kind == "characters"
    steps = alignment(told.against, told.text, characters=characters)
    # merged compounds and empty words are counted otherwise than aligned: no steps that contradict the count
    return Why(text, steps=steps if _edits(steps, characters=characters) == edits else None)


def _edits(steps: Sequence[Sequence[str]], *, characters: bool) -> int:
    """Return the edits that an alignment shows."""
    units = len if characters else (lambda text: len(text.split()))
    return sum(max(map(units, texts)) for kind, *texts in steps if kind != "=")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _strict(metric: str, told: Sequence[Told], *, parsed: bool, judged: bool) -> Why:
    kinds = {one.kind: one for one in told}
    family = find(metric).family
    if (verdict := kinds.get("verdict")) is not None and family == "proportion":
        if verdict.found is None:
            return Why("the judge's reply cannot be read, so it counts as wrong")
        return Why(f"the judge's reply says {'yes' if verdict.found else 'no'}")
    if (choice := kinds.get("choice")) is not None and family in ("proportion", "f1", "mean"):
        options, choices = choice.against
        found = choice.found
        if found.option is None:
            return Why(f"no option: {REASONS[found.rule]}", quote(found, options, choices))
        return Why(
            f"reads as “{options[found.option]}”: {REASONS[found.rule]}",
            quote(found, options, choices),
        )
    if (number := kinds.get("number")) is not None and family == "error":
        if number.found is None or not parsed:
            return Why("no single number can be read; the task's largest error counts")
        return Why(f"reads as {number.found:g}")
    if judged:
        return Why("as the judge's reply says" if parsed else "the judge's reply cannot be read")
    if not parsed:
        return Why("no answer can be read")
    return Why("by the task's own rule")


def _line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:299]}…"
