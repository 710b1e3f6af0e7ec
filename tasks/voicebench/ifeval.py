"""The instruction-following subset of VoiceBench: four rates and their mean (README.md).

The checkers are ``metrics.instructions`` in their VoiceBench wrapper. Official: where an argument would
be drawn at random a verdict is the exact expectation, and a prompt's is the product of its instructions'.
Strict: such an instruction fails, and the rules accept what a careful reader accepts
(``metrics.instructions.careful``). A document without ``instruction_id_list`` is left out of both readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.types import Document, ItemScore, Reading, Scored, Stats
from metrics.instructions import InstructionError, InstructionVerdicts, evaluate
from metrics.instructions.words import NltkVersion, using

METRICS: Final = (
    "if_rate",
    "if_prompt_strict",
    "if_prompt_loose",
    "if_inst_strict",
    "if_inst_loose",
)
CAPITALS: Final = "change_case:capital_word_frequency"
"""The rule that counts words as NLTK does; the versions differ."""


def score(doc: Document, response: Any, _verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply; see ``tasks.voicebench.scoring.score``.

    >>> item = {"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}
    >>> score(item, "One, two.", None).metrics["if_rate"]["official"].stats["inst_strict"]
    0.0
    """
    ids = doc.get("instruction_id_list")
    if ids is None:
        return _result(None, None)
    number = len(ids) if isinstance(ids, list) else 0
    if not isinstance(response, str):
        return _result(None, _failed(number), parsed=False, aborted=True)
    parsed = bool(response.strip())
    version = (doc.get("_params") or {}).get("nltk", "3.9")
    try:
        with using(version):
            verdicts = _evaluate(doc, response, strict_reading=False)
    except InstructionError as error:
        strict = _strict(doc, response, number)
        details = {"instruction_error": str(error)}
        return _result(None, strict, parsed=parsed, details=details, aborted=True)
    official, strict = _stats(verdicts), _strict(doc, response, number)
    facts: dict[str, Any] = {"strict": list(verdicts.strict), "loose": list(verdicts.loose or ())}
    if CAPITALS in ids:
        other: NltkVersion = "3.8" if version == "3.9" else "3.9"
        with using(other):
            differing = _evaluate(doc, response, strict_reading=False)
        if differing != verdicts:
            facts[f"nltk_{other}"] = {
                "strict": list(differing.strict),
                "loose": list(differing.loose or ()),
            }
    if any(verdicts.random):
        facts["random"] = list(verdicts.random)
    return _result(official, strict, parsed=parsed, details=facts)


def _evaluate(doc: Document, response: str, *, strict_reading: bool) -> InstructionVerdicts:
    return evaluate(
        doc["instruction_id_list"],
        doc.get("kwargs") or [],
        response,
        "voicebench",
        strict_reading=strict_reading,
    )


def _strict(doc: Document, response: str, number: int) -> Stats:
    """Return the statistics of the strict reading; an instruction that cannot be checked fails the whole item."""
    try:
        return _stats(_evaluate(doc, response, strict_reading=True))
    except InstructionError:
        return _failed(number)


def _stats(verdicts: InstructionVerdicts) -> Stats:
    return {
        "prompt_strict": verdicts.strict_all,
        "prompt_loose": verdicts.loose_all,
        "n_prompts": 1.0,
        "inst_strict": float(sum(verdicts.strict)),
        "inst_loose": float(sum(verdicts.loose or ())),
        "n_instructions": float(len(verdicts.strict)),
    }


def _failed(number: int) -> Stats:
    rates = dict.fromkeys(("prompt_strict", "prompt_loose", "inst_strict", "inst_loose"), 0.0)
    return {**rates, "n_prompts": 1.0, "n_instructions": float(number)}


def _result(
    official: Stats | None,
    strict: Stats | None,
    *,
    parsed: bool = True,
    details: Mapping[str, Any] | None = None,
    aborted: bool = False,
) -> ItemScore:
    readings: dict[str, dict[Reading, Scored]] = {
        metric: {
            "official": Scored(_of(metric, official), parsed),
            "strict": Scored(_of(metric, strict), parsed),
        }
        for metric in METRICS
    }
    return ItemScore(
        readings,
        details=details or {},
        aborted=frozenset(METRICS) if aborted else frozenset(),
    )


def _of(metric: str, stats: Stats | None) -> Stats | None:
    """Return the statistics of one of the five metrics."""
    if stats is None or metric == "if_rate":
        return stats
    rate = metric.removeprefix("if_")
    n = "n_prompts" if rate.startswith("prompt") else "n_instructions"
    return {"correct": stats[rate], "n": stats[n]}
