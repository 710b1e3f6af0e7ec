"""Every metric by its id, with all of its facts: formula, unit, bounds, direction, anchor, role, family.

``METRICS[id]`` aggregates both readings of a metric and of all benchmarks that bear the id, since
metrics of one kind share the names of their statistics. Importing this module loads numpy and
nothing heavier. By the naming law, what ends in ``_rate`` and counts harm goes down and scores go up;
``refusal_rate`` goes up because it counts refused harmful requests.

A metric of one's own comes from ``register`` in the scoring module of a task, or from an entry point of group
``lalm_harness.metrics`` whose name is the metric id and whose object is a ``Measure``. The built-in table is looked
at first, so a plug-in can neither break nor replace a metric of the harness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from harness.errors import FOREIGN, SetupError, UnknownNameError, UsageError
from metrics.measures.anchor import Anchor
from metrics.measures.corpus_bleu import CorpusBleu
from metrics.measures.corpus_chrf import CorpusChrf
from metrics.measures.macro_f1 import MacroF1
from metrics.measures.measure import AbsoluteError, Bounds, FourRates, Measure, Quotient
from metrics.measures.sums import add, total

__all__ = [
    "GROUP",
    "JUDGE_SCALE",
    "METRICS",
    "Anchor",
    "Measure",
    "Quotient",
    "add",
    "find",
    "rate",
    "register",
    "share",
    "total",
]

GROUP: Final = "lalm_harness.metrics"
UNIT: Final[Bounds] = (0.0, 1.0)
RATE: Final[Bounds] = (0.0, None)
JUDGE_SCALE: Final = (1.0, 5.0)
"""Lowest and highest score of a judge."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def share(name: str, *, higher_is_better: bool = True) -> Measure:
    """Return a share of items: ``correct`` over ``n``.

    >>> share("polite").aggregate([{"correct": 1, "n": 1}, {"correct": 0, "n": 1}])
    0.5
    """
    return Quotient(name, "proportion", UNIT, "correct", "n", higher_is_better=higher_is_better)


def rate(name: str) -> Measure:
    """Return a corpus error rate: ``edits`` over ``length``; 1 or more scores 0.

    >>> rate("mora_error_rate").aggregate([{"edits": 1, "length": 2}, {"edits": 0, "length": 6}])
    0.125
    """
    anchor = Anchor(1.0, 0.0)
    return Quotient(name, "ratio", RATE, "edits", "length", higher_is_better=False, anchor=anchor)


_BUILT_IN: Final[Mapping[str, Measure]] = {
    metric.name: metric
    for metric in (
        share("accuracy"),
        rate("wer"),
        rate("wer_marked"),
        rate("cer"),
        rate("mer"),
        rate("per"),
        AbsoluteError("mae", "error", RATE, "abs_error", "n", higher_is_better=False, unit="own"),
        Quotient(
            "judge_score",
            *("mean", JUDGE_SCALE, "score", "n"),
            unit="own",
            official_bounds=(None, None),
        ),
        share("refusal_rate"),
        Quotient(
            "abstention_rate",
            *("proportion", UNIT, "correct", "n"),
            higher_is_better=False,
            role="abstention",
        ),
        MacroF1("macro_f1", "f1", UNIT),
        share("if_prompt_strict"),
        share("if_prompt_loose"),
        share("if_inst_strict"),
        share("if_inst_loose"),
        FourRates("if_rate", "proportion", UNIT),
        share("panda"),
        share("qa_vote"),
        share("sdqa"),
        share("judged_accuracy"),
        share("exact_accuracy"),
        share("exact_prosodic"),
        share("exact_fluency"),
        Quotient(
            "letter_or_text",
            *("proportion", UNIT, "correct", "n"),
            role="control",
            stands_for="accuracy",
        ),
        Quotient("slot_f1", "mean", UNIT, "score", "n"),
        Quotient("rubric_score", "mean", UNIT, "score", "n"),
        rate("slot_cer"),
        CorpusBleu("corpus_bleu", "ratio", UNIT),
        CorpusChrf("corpus_chrf", "ratio", UNIT),
        Quotient("rouge_l", "mean", UNIT, "score", "n"),
    )
}


class _Registry(Mapping[str, Measure]):
    """Built-in metrics, then registered ones, then those of installed plug-ins (imported when asked for)."""

    def __init__(self) -> None:
        self.registered: dict[str, Measure] = {}
        self._plug_ins: dict[str, Measure] = {}

    def __getitem__(self, name: str) -> Measure:
        for table in (_BUILT_IN, self.registered, self._plug_ins):
            if name in table:
                return table[name]
        points = entry_points(group=GROUP, name=name)
        if not points:
            raise KeyError(name)
        self._plug_ins[name] = _load_plug_in(next(iter(points)))
        return self._plug_ins[name]

    def __contains__(self, name: object) -> bool:
        return (
            name in _BUILT_IN
            or name in self.registered
            or any(point.name == name for point in entry_points(group=GROUP))
        )

    def __iter__(self) -> Iterator[str]:
        names = [*_BUILT_IN, *self.registered, *(p.name for p in entry_points(group=GROUP))]
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)


METRICS: Final = _Registry()
"""Metric id -> metric. An unknown id is a ``KeyError``; ``find`` says it to people."""


def find(name: str, *, where: str | None = None) -> Measure:
    """Return the metric of that name.

    Args:
        name: metric id.
        where: file and line that name it, for the error.

    Raises:
        UnknownNameError: no such metric; carries near matches and all known names.
        SetupError: the plug-in that offers it cannot be used.

    >>> find("wer").higher_is_better
    False
    """
    try:
        return METRICS[name]
    except KeyError:
        raise unknown(name, where=where) from None


def unknown(name: str, *, where: str | None = None) -> UnknownNameError:
    """Return the error that names the known metrics, and how to add one."""
    error = UnknownNameError(
        "metric",
        name,
        METRICS,
        hint=f"known metrics: {', '.join(sorted(METRICS))};"
        " a metric of your own: metrics.registry.register in the task's scoring module, or an entry point"
        f" of group {GROUP}",
    )
    error.where = where
    return error


def register(metric: Measure) -> Measure:
    """Add a metric of one's own, for this process; return it.

    A task's scoring module calls it when it is imported, so the metric is known wherever the task's code may run
    (``--trust-task-code``). Registering the same facts again replaces the formula.

    Args:
        metric: formula and facts, for example ``share("polite")`` or a ``Quotient``.

    Raises:
        UsageError: not a ``Measure``, a bad name, facts that contradict each other, or a name that is taken by a
            metric with other facts.

    >>> register(share("accuracy", higher_is_better=False))
    Traceback (most recent call last):
        ...
    harness.errors.UsageError: metric 'accuracy': the name is taken by a metric with other facts
      take another name
    """
    _check(metric)
    known = _BUILT_IN.get(metric.name) or METRICS.registered.get(metric.name)
    if known is not None and _facts(known) != _facts(metric):
        raise UsageError(
            f"metric {metric.name!r}: the name is taken by a metric with other facts",
            hint="take another name",
        )
    if metric.name not in _BUILT_IN:
        METRICS.registered[metric.name] = metric
    return metric


def _check(metric: object) -> None:
    if not isinstance(metric, Measure):
        raise UsageError(
            f"a metric is a metrics.registry.Measure, found {metric!r:.80}",
            hint='for example metrics.registry.share("my_metric")',
        )
    if not _NAME.fullmatch(metric.name):
        raise UsageError(
            f"metric {metric.name!r}: a name has small letters, digits and underscores only"
        )
    fault = metric.fault()
    if fault is not None:
        raise UsageError(f"metric {metric.name!r}: {fault}")


def _facts(metric: Measure) -> tuple[str, dict[str, object]]:
    """Return class and attributes: what two entries of one name must share."""
    return type(metric).__qualname__, {
        one.name: getattr(metric, one.name) for one in fields(metric)
    }


def _load_plug_in(point: EntryPoint) -> Measure:
    source = point.dist.name if point.dist else point.value
    try:
        metric: Measure = point.load()
    except FOREIGN as error:
        raise SetupError(
            f"the plug-in metric {point.name!r} cannot be imported: {error}",
            where=point.value,
            hint=f"mend or uninstall {source}",
        ) from error
    try:
        _check(metric)
        if metric.name != point.name:
            raise UsageError(f"the entry point {point.name!r} gives the metric {metric.name!r}")
    except UsageError as error:
        raise SetupError(
            f"the plug-in metric {point.name!r} is not usable: {error.message}",
            where=point.value,
            hint=f"mend or uninstall {source}",
        ) from error
    return metric
