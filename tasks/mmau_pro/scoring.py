"""Scoring of MMAU-Pro: rules of instructions, and the judge's numbers for open questions (README.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.types import MISSING, Document, ItemScore, Scored, Stats
from metrics import vanilla
from metrics.witness import explain
from tasks.mmau_pro.judge_reply import official_overall, strict_overall
from tasks.mmau_pro.rules import follows


def reference(doc: Document) -> Any:
    """Return the answer of an open question; of an instruction its identifier and arguments."""
    if is_open(doc):
        return doc.get("answer")
    return {"id": doc.get("task_identifier"), "kwargs": doc.get("kwargs")}


def is_open(doc: Document) -> bool:
    """Return whether the document belongs to the open questions."""
    return bool(doc["_params"]["category"] == "open")


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the slots of the judge prompt; ``None`` for a blank reply, which is worth 1 without a call."""
    if not isinstance(response, str) or not response.strip():
        return None
    return {
        "question": str(doc["question"]),
        "reference": str(doc["answer"]),
        "response": response,
    }


def judge_grade(doc: Document, reply: str) -> str | None:
    """Return the overall number of one judge reply as text, ``None`` if it cannot be read."""
    del doc
    found = strict_overall(reply)
    return None if found is None else f"{found:g}"


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: an item; ``_params["category"]`` says of which task.
        response: the reply; ``MISSING`` if the record has none.
        verdicts: judge replies of an open question.

    >>> item = {"task_identifier": "No Commas", "kwargs": {}, "_params": {"category": "instruction following"}}
    >>> score(item, "Fine.", None).metrics["if_rate"]["official"].stats
    {'correct': 1, 'n': 1}
    """
    if is_open(doc):
        return _open(response, verdicts)
    rule = doc.get("task_identifier"), doc.get("kwargs"), doc.get("question")
    text = response if isinstance(response, str) else ""
    kept = follows(*rule, text)
    stops = response is MISSING
    official: Stats | None = None
    if not stops:
        seen = kept if isinstance(response, str) else follows(*rule, str(response))
        official = {"correct": int(seen), "n": 1}
        explain(
            "if_rate",
            lambda: f"the script's rule “{rule[0]}” says {'followed' if seen else 'not followed'}",
        )
    strict = {"correct": int(kept and bool(text.strip())), "n": 1}
    readings: dict[Any, Scored] = {
        "official": Scored(official),
        "strict": Scored(strict, parsed=bool(text.strip())),
    }
    return ItemScore(
        {"if_rate": readings}, aborted=frozenset({"if_rate"}) if stops else frozenset()
    )


def _open(response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    texts = [one for one in verdicts or () if isinstance(one, str)]
    blank = not isinstance(response, str) or not response.strip()
    if verdicts is None or not (texts or blank):
        nothing = {"official": Scored(None), "strict": Scored(None)}
        return ItemScore({"judge_score": nothing})  # type: ignore[dict-item]
    official = {"score": official_overall(texts[0]), "n": 1} if texts else None
    if texts:
        explain(
            "judge_score",
            lambda: (
                f"OVERALL of the first judge reply, else the mean of its four numbers, of which a missing one is 3: {official_overall(texts[0]):g}"
            ),
        )
    read = [value for text in texts if (value := strict_overall(text)) is not None]
    value = 1.0 if blank or not read else read[0]
    readings: dict[Any, Scored] = {
        "official": Scored(official),
        "strict": Scored({"score": value, "n": 1}, parsed=bool(read) and not blank),
    }
    return ItemScore({"judge_score": readings}, extracted=value)


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
