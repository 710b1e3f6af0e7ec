"""Summaries of Arabic speech: ROUGE-L over words in the form ``ar-norm-1``, and a judge's grade. The harness's own definition."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from harness.types import Document, ItemScore, Scored
from metrics import vanilla
from metrics.judge.score_reader import FIVE_POINTS
from metrics.measures.rouge_l import rouge_l
from metrics.transcripts.arabic import ar_norm_1


def reference(doc: Document) -> list[str]:
    """Return the reference summaries."""
    found = doc["reference"]
    return list(found) if isinstance(found, list) else [found]


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the form of words, as a part of the signature."""
    del docs
    return {"norm": "ar-norm-1"}


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the slots of the judge prompt; ``None`` for a blank reply, which is graded 1 without a call."""
    if not isinstance(response, str) or not response.strip():
        return None
    return {"reference": "\n\n".join(reference(doc)), "response": response}


def judge_grade(doc: Document, reply: str) -> str | None:
    """Return the grade of one judge reply as text, ``None`` if it cannot be read."""
    del doc
    number = FIVE_POINTS.read(reply)
    return None if number is None else f"{number:g}"


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one summary: the best of its references, and the mean of the grades.

    >>> item = {"reference": ["وصل القطار متأخرا", "تأخر القطار"]}
    >>> score(item, "تأخّر القطار.", None).metrics["rouge_l"]["strict"].stats
    {'score': 1.0, 'n': 1}
    """
    reply = response.strip() if isinstance(response, str) else ""
    said = ar_norm_1(reply)
    best = max(rouge_l(ar_norm_1(one), said) for one in reference(doc))
    scores = {
        "rouge_l": Scored({"score": best, "n": 1}, parsed=bool(said)),
        "judge_score": _graded(reply, verdicts),
    }
    return ItemScore({name: {"strict": one} for name, one in scores.items()}, reply or None)


def _graded(reply: str, verdicts: Sequence[Any] | None) -> Scored:
    if verdicts is None:
        return Scored(None)
    worst = Scored({"score": 1.0, "n": 1}, parsed=False)
    if not reply:
        return worst
    if not verdicts:
        return Scored(None, parsed=False)
    numbers = [
        number
        for one in verdicts
        if isinstance(one, str) and (number := FIVE_POINTS.read(one)) is not None
    ]
    return Scored({"score": statistics.fmean(numbers), "n": 1}) if numbers else worst


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
