"""Scoring of SAKURA: judged accuracy in two readings, and the judge-free control ``letter_or_text``.

``accuracy`` is what a judge model said of the reply. Official: the first judge reply, an unreadable one
stays in the denominator as wrong; a reply that is missing, null or no text, or a null judge reply, is
an item error (upstream stops there). Strict: every item counts; a missing, null or blank reply is
wrong and unparsed. ``verdicts`` of ``None`` means that nothing was judged: both readings are absent.
An empty list means that the item was part of a judged run but needed no call (a blank reply).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Positions, Scored
from metrics import vanilla
from metrics.commitment.closed import choose
from metrics.commitment.listed import relisted
from metrics.witness import explain
from tasks.sakura import judge_reply as judge
from tasks.sakura.questions import gold_index, inline_spans, parse_inline_options

GOLD_PLACEHOLDER = "[GROUND_TRUTH_ANSWER]"
"""The slot of the official judge prompt that upstream fills last: in a reply, it becomes the gold."""


def _field(doc: Document, name: str) -> str:
    """Return the field of the document's hop.

    Raises:
        InputFileError: the document has no such text.
    """
    key = f"{doc['_params']['hop']}_{name}"
    value = doc.get(key)
    if not isinstance(value, str):
        raise InputFileError(
            f"field {key!r} is {value!r}, expected text",
            where=str(doc.get("_id") or doc.get("file")),
        )
    return value


def instruction(doc: Document) -> str:
    """Return the question of the document's hop, options inline."""
    return _field(doc, "instruction")


def reference(doc: Document) -> str:
    """Return the gold answer of the document's hop, such as ``(d) German``."""
    return _field(doc, "answer").strip()


def options(doc: Document) -> tuple[str, ...]:
    """Return the option texts in prompt order."""
    return tuple(text for _, text in parse_inline_options(instruction(doc)))


def positions(doc: Document, response: Any) -> Positions:
    """Return where the options stand, the right one and the one that a reply commits to by letter or text."""
    choices = parse_inline_options(instruction(doc))
    gold = gold_index(reference(doc), choices)
    picked = choose(response, [text for _, text in choices], gold).option
    return Positions(len(choices), gold, picked)


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with the options of its question in another order; the letter of the answer follows.

    >>> item = {"single_instruction": "Which? (a) cat (b) dog", "single_answer": "(b) dog", "_params": {"hop": "single"}}
    >>> found = reorder(item, (1, 0))
    >>> found["single_instruction"], found["single_answer"]
    ('Which? (a) dog (b) cat', '(a) dog')
    """
    hop, text = doc["_params"]["hop"], instruction(doc)
    spans = inline_spans(text)
    answer = _field(doc, "answer")
    gold = gold_index(answer, parse_inline_options(text))
    if gold is not None:
        before, after = (f"({spans[place][0]})" for place in (gold, list(order).index(gold)))
        if answer.lstrip().startswith(before):
            answer = answer.replace(before, after, 1)
    changed = relisted(text, [(start, end) for _, start, end in spans], order)
    return {**doc, f"{hop}_instruction": changed, f"{hop}_answer": answer}


_WRONG: Final = {"correct": 0, "n": 1}


def _is_blank(response: Any) -> bool:
    return not isinstance(response, str) or not response.strip()


def _one(correct: bool) -> dict[str, int]:
    return {"correct": int(correct), "n": 1}


def _official(response: Any, verdicts: Sequence[Any]) -> tuple[Scored, bool]:
    """Return the official reading of a judged item, and whether upstream would have stopped."""
    if not isinstance(response, str):
        return Scored(None, parsed=False), True
    if not verdicts:
        if not _is_blank(response):
            return Scored(None, parsed=False), False
        # incorrect by the judge's own first rule
        explain("accuracy", lambda: "a blank reply picks no option: incorrect without a call")
        return Scored(_WRONG, parsed=False), False
    if not isinstance(verdicts[0], str):
        return Scored(None, parsed=False), True
    judgement = judge.official(verdicts)
    return Scored(_one(judgement.verdict == "correct"), parsed=judgement.valid), False


def _reason(judgement: judge.Judgement) -> str:
    """Return what the official pattern found in the first judge reply, in a sentence."""
    if judgement.raw is None:
        return "the first judge reply lacks the two lines Explanation and Judgement: not correct"
    if not judgement.valid:
        return f"the judge's Judgement line reads “{judgement.raw.strip()}”, neither correct nor incorrect: not correct"
    return f"the judge's Judgement line reads “{judgement.raw.strip()}”"


def _strict(response: Any, verdicts: Sequence[Any]) -> Scored:
    if _is_blank(response):
        return Scored(_WRONG, parsed=False)
    readable = [verdict for verdict in verdicts if isinstance(verdict, str)]
    if not verdicts:
        return Scored(None, parsed=False)
    if not readable:
        return Scored(_WRONG, parsed=False)
    judgement = judge.strict(readable)
    return Scored(_one(judgement.verdict == "correct"), parsed=judgement.valid)


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    r"""Score one reply.

    Args:
        doc: a SAKURA document; ``doc["_params"]["hop"]`` says which question was asked.
        response: the reply; anything but text is an item error of the official reading.
        verdicts: judge replies (the second one is the identical repeat), ``None`` if nothing was judged.

    >>> item = {"single_instruction": "Which? (a) cat (b) dog", "single_answer": "(b) dog",
    ...         "_params": {"track": "Animal", "hop": "single"}}
    >>> result = score(item, "It is a dog.", ["Explanation: fits\nJudgement: correct"])
    >>> result.metrics["accuracy"]["official"].stats
    {'correct': 1, 'n': 1}
    >>> result.metrics["letter_or_text"]["strict"].stats
    {'correct': 1, 'n': 1}
    """
    choices = parse_inline_options(instruction(doc))
    gold = gold_index(reference(doc), choices)
    verdict = choose(response, [text for _, text in choices], gold)
    picked = verdict.option
    control = Scored(_one(verdict.correct), parsed=picked is not None)

    details: dict[str, Any] = {}
    if isinstance(response, str) and GOLD_PLACEHOLDER in response:
        details["placeholder_leak"] = True
    aborted = not isinstance(response, str)
    if verdicts is None:
        official = strict = Scored(None)
    else:
        official, aborted = _official(response, verdicts)
        strict = _strict(response, verdicts)
        if verdicts and isinstance(verdicts[0], str):
            judgement = judge.official(verdicts)
            explain("accuracy", lambda: _reason(judgement))
            details["judgement"] = judgement.verdict
            details["explanation"] = judgement.explanation
            details["invalid_judgement"] = not judgement.valid
    return ItemScore(
        metrics={
            "accuracy": {"official": official, "strict": strict},
            "letter_or_text": {"strict": control},
        },
        extracted=None if picked is None else choices[picked][0],
        details=details,
        aborted=frozenset({"accuracy"}) if aborted else frozenset(),
    )


# --- judge --------------------------------------------------------------------------------------


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the values of the judge prompt's slots; ``None`` where no call is needed.

    A missing or null reply is never judged; a blank one picks no option, which is incorrect.
    """
    if _is_blank(response):
        return None
    return {"question": instruction(doc), "ground_truth": reference(doc), "response": response}


def judge_grade(_doc: Document, reply: str) -> str | None:
    """Return the verdict of one judge reply in the strict reading, ``None`` if it cannot be read."""
    return judge.strict([reply]).verdict


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
