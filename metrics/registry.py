"""Every metric of the harness by its id.

``METRICS[id]`` aggregates both readings of a metric and of all benchmarks that bear the id, since
metrics of one kind share the names of their statistics. Importing this module loads numpy and
nothing heavier. By the naming law, what ends in ``_rate`` and counts harm goes down and scores go up;
``refusal_rate`` goes up because it counts refused harmful requests.
"""

from __future__ import annotations

from typing import Final

from metrics.measures.corpus_bleu import CorpusBleu
from metrics.measures.macro_f1 import MacroF1
from metrics.measures.measure import AbsoluteError, Bounds, FourRates, Measure, Quotient
from metrics.measures.sums import add, total

__all__ = ["METRICS", "Measure", "add", "total"]

UNIT: Final[Bounds] = (0.0, 1.0)
RATE: Final[Bounds] = (0.0, None)


def _share(name: str, *, higher_is_better: bool = True) -> Measure:
    return Quotient(name, "proportion", UNIT, "correct", "n", higher_is_better=higher_is_better)


def _rate(name: str) -> Measure:
    return Quotient(name, "ratio", RATE, "edits", "length", higher_is_better=False)


METRICS: Final[dict[str, Measure]] = {
    metric.name: metric
    for metric in (
        _share("accuracy"),
        _rate("wer"),
        _rate("cer"),
        _rate("per"),
        AbsoluteError("mae", "error", RATE, "abs_error", "n", higher_is_better=False),
        Quotient("judge_score", "mean", (1.0, 5.0), "score", "n"),
        _share("refusal_rate"),
        _share("abstention_rate", higher_is_better=False),
        MacroF1("macro_f1", "f1", UNIT),
        _share("if_prompt_strict"),
        _share("if_prompt_loose"),
        _share("if_inst_strict"),
        _share("if_inst_loose"),
        FourRates("if_rate", "proportion", UNIT),
        _share("panda"),
        _share("qa_vote"),
        _share("sdqa"),
        _share("judged_accuracy"),
        _share("exact_accuracy"),
        _share("exact_prosodic"),
        _share("exact_fluency"),
        _share("letter_or_text"),
        Quotient("slot_f1", "mean", UNIT, "score", "n"),
        _rate("slot_cer"),
        CorpusBleu("corpus_bleu", "ratio", UNIT),
    )
}
"""Metric id -> metric."""
