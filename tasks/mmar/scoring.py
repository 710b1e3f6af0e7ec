"""Scoring of MMAR-Rubrics: the answer gate, then the judge's five criteria (README.md).

An item whose answer is wrong by the word-set rule scores 0 and needs no call. MMAR itself is declared in its YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.types import Document, ItemScore, Positions, Scored, Stats
from metrics import vanilla
from metrics.commitment.closed import choose, index_of
from metrics.text.word_set import is_correct, reason
from metrics.witness import explain
from tasks.mmar.judge_reply import CRITERIA, middle, vote

VOTES: Final = 5
MARK: Final = "The final answer:"


def parts(response: str) -> tuple[str, str]:
    """Return the reasoning of a reply and its answer: what stands before and after the last mark.

    >>> parts("The tempo rises. The final answer: Smash")
    ('The tempo rises.', 'Smash')
    >>> parts("The final answer: Smash")
    ('', 'The final answer: Smash')
    """
    before, _, after = response.rpartition(MARK)
    return (before.strip(), after.strip()) if before.strip() else ("", response)


def reference(doc: Document) -> Any:
    """Return the right choice's text, ``None`` for an item that holds a rubric alone."""
    return doc.get("answer")


def options(doc: Document) -> tuple[str, ...]:
    """Return the option texts in data order."""
    choices = doc.get("choices")
    return tuple(map(str, choices)) if isinstance(choices, list) else ()


def positions(doc: Document, response: Any) -> Positions:
    """Return where the choices stand, the right one and the one that the answer of a reply commits to."""
    texts = options(doc)
    gold = index_of(doc.get("answer"), texts)
    said = parts(response)[1] if isinstance(response, str) else response
    return Positions(len(texts), gold, choose(said, texts, gold).option)


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its choices in another order."""
    return {**doc, "choices": [doc["choices"][place] for place in order]}


def passes(doc: Document, response: Any) -> bool:
    """Return whether a reply passes the answer gate; an item without an answer has none."""
    if not isinstance(doc.get("answer"), str):
        return True
    return isinstance(response, str) and is_correct(doc["answer"], options(doc), parts(response)[1])


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the slots of the judge prompt; ``None`` where the answer is wrong, which needs no call."""
    if not isinstance(response, str) or not response.strip() or not passes(doc, response):
        return None
    criteria = [one for one in doc["rubric"] if isinstance(one, dict)][:CRITERIA]
    reasoning, answer = parts(response)
    thought = doc.get("thinking_prediction") or reasoning
    slots = {
        "question": str(doc.get("question")),
        "answer": str(doc.get("answer")),
        "reasoning": str(doc.get("thinking")),
        "criteria": "\n".join(
            f"### Criterion: {one.get('name')}\n"
            f"- Scoring Rule: {one.get('scoring_point')}\n"
            f"- Score Options: {one.get('choices')}\n"
            "- Evaluate: Carefully read the model's reasoning and determine if it meets this criterion."
            for one in criteria
        ),
        "form": ",\n".join(
            f'{{\n"name": "{one.get("name")}",\n'
            f'"score": [Assign a score from {one.get("choices")}],\n'
            '"justification": "Your justification for this score, citing evidence from the model\'s reasoning. '
            '(less than 50 words)"\n}'
            for one in criteria
        ),
        "response": f"{thought} The answer is {answer}.",
    }
    return {name: _flush(text) for name, text in slots.items()}


def _flush(text: str) -> str:
    return "\n".join(line.lstrip() for line in text.split("\n"))


def judge_grade(doc: Document, reply: str) -> str | None:
    """Return the share of criteria that a judge reply grants, as text; ``None`` if it cannot be read."""
    del doc
    found = vote(reply)
    return None if found is None else f"{found:g}"


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: an item with its rubric; without an ``answer`` there is no gate.
        response: the reply.
        verdicts: judge replies, five votes and their repeats.

    >>> item = {"answer": "Man", "choices": ["Man", "Woman"], "rubric": []}
    >>> score(item, "Woman", []).metrics["rubric_score"]["official"].stats
    {'score': 0.0, 'n': 1}
    """
    passed = passes(doc, response)
    stops = isinstance(doc.get("answer"), str) and not isinstance(response, str)
    judged, votes = _rubric(passed, verdicts)
    if isinstance(doc.get("answer"), str) and isinstance(response, str):
        explain("accuracy", lambda: reason(doc["answer"], options(doc), parts(response)[1]))
    explain("rubric_score", lambda: _reason(passed, votes))
    official = None if stops else judged["official"].stats
    metrics = {
        "rubric_score": {**judged, "official": Scored(official, judged["official"].parsed)},
        "accuracy": _accuracy(
            doc, response, passed, failed=verdicts is not None and not judged["official"].stats
        ),
    }
    aborted = frozenset({"rubric_score", "accuracy"}) if stops else frozenset[str]()
    return ItemScore(metrics, extracted=votes, details={"gate": passed}, aborted=aborted)


def _reason(passed: bool, votes: Sequence[float | None]) -> str:
    """Return how the official rubric score came about, in a sentence."""
    if not passed:
        return "the answer is wrong by its words: 0 without asking the judge"
    shown = ", ".join("unread" if one is None else f"{one:g}" for one in votes)
    return f"shares of criteria in the judge's votes: {shown or 'none'}; the mean without the lowest and the highest of five"


def _rubric(
    passed: bool, verdicts: Sequence[Any] | None
) -> tuple[dict[Any, Scored], list[float | None]]:
    if verdicts is None:
        return {"official": Scored(None), "strict": Scored(None)}, []
    if not passed:
        nothing: Stats = {"score": 0.0, "n": 1}
        return {"official": Scored(nothing), "strict": Scored(nothing)}, []
    votes = [vote(one) if isinstance(one, str) else None for one in verdicts]
    read = [one for one in votes if one is not None][:VOTES]
    wanted = min(VOTES, len(votes))
    whole = bool(votes) and len(read) == wanted
    filled = [*read, *[0.0] * (wanted - len(read))]
    strict = middle(filled) if filled else 0.0
    return {
        "official": Scored({"score": middle(read), "n": 1} if whole else None, parsed=whole),
        "strict": Scored({"score": strict, "n": 1}, parsed=whole),
    }, votes


def _accuracy(doc: Document, response: Any, passed: bool, *, failed: bool) -> dict[Any, Scored]:
    """Return the answer gate as a metric; the official one leaves out items whose judge failed."""
    answer = doc.get("answer")
    if not isinstance(answer, str):
        return {"official": Scored(None), "strict": Scored(None)}
    texts = options(doc)
    offered = texts if index_of(answer, texts) is not None else (*texts, answer)
    said = parts(response)[1] if isinstance(response, str) else response
    verdict = choose(said, offered, index_of(answer, offered))
    out = failed or not isinstance(response, str)
    return {
        "official": Scored(None if out else {"correct": int(passed), "n": 1}),
        "strict": Scored(
            {"correct": int(verdict.correct), "n": 1}, parsed=verdict.option is not None
        ),
    }


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
