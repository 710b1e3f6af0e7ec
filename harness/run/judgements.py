"""Lines of ``judgements.jsonl`` and of a judge cache: what is known about one judge reply. Made here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from typing_extensions import TypedDict

from harness.core.keys import digest
from harness.run.attempts import AttemptKey
from harness.run.files import JudgementRecord, JudgeSample, ManifestEntry


class AnswerLike(Protocol):
    """A judge's reply and how it came (``harness.judge.answer.Answer``)."""

    @property
    def reply(self) -> str:
        """Text of the reply."""
        ...

    @property
    def model(self) -> str | None:
        """Name that came back."""
        ...

    @property
    def finish(self) -> str:
        """Reason why it ended."""
        ...

    @property
    def usage(self) -> Mapping[str, Any] | None:
        """Token counts."""
        ...

    @property
    def seconds(self) -> float:
        """Wall time."""
        ...

    @property
    def attempts(self) -> int:
        """Number of attempts."""
        ...

    @property
    def source(self) -> Literal["asked", "run", "cache"]:
        """Origin of the reply."""
        ...


class CachedReply(TypedDict):
    """A line of a judge cache."""

    key: str
    model: str | None
    reply: str
    finish: str
    usage: dict[str, Any] | None
    seconds: float


def cached_reply(key: str, answer: AnswerLike) -> CachedReply:
    """Return a judge's answer as a line of the cache, keyed by the content of its request and vote."""
    return {
        "key": key,
        "model": answer.model,
        "reply": answer.reply,
        "finish": answer.finish,
        "usage": None if answer.usage is None else dict(answer.usage),
        "seconds": round(answer.seconds, 4),
    }


def judgement_record(
    item: AttemptKey, vote: int, *, key: str, judge: str, request: str, answer: AnswerLike
) -> JudgementRecord:
    """Return a live judge's answer as a line of ``judgements.jsonl``.

    Args:
        item: task, id and repeat of the reply that was judged.
        vote: position among the item's votes.
        key: content key of the request and the vote.
        judge: the judge's part of the signature.
        request: content key of the request.
        answer: what came back.
    """
    task, identifier, repeat = item
    return {
        "key": key,
        "task": task,
        "id": identifier,
        "repeat": repeat,
        "vote": vote,
        "judge": judge,
        "model": answer.model,
        "reply": answer.reply,
        "finish": answer.finish,
        "usage": None if answer.usage is None else dict(answer.usage),
        "seconds": round(answer.seconds, 4),
        "attempts": answer.attempts,
        "request": request,
        "source": answer.source,
    }


def counting_judge(entry: ManifestEntry) -> str:
    """Return under which id the replies that count for a task lie in the log: its live judge's, else what the signature names."""
    judge = entry["judge"]
    return judge["id"] if judge is not None else entry["signature_parts"]["judge"]


def counting_judges(entry: ManifestEntry) -> tuple[str, ...]:
    """Return under which ids the replies that count lie in the log: of a panel those of all its judges."""
    judge = entry["judge"]
    if judge is None or "panel" not in judge:
        return (counting_judge(entry),)
    return tuple(member["id"] for member in judge["panel"]["judges"])


def judge_sample(item_keys: Iterable[str], count: int, seed: int) -> JudgeSample | None:
    """Return a seeded sample of items for a judge, ``None`` if it is all of them; a smaller one lies inside a larger one.

    >>> found = judge_sample(["a", "b", "c"], 2, 7)
    >>> found["n"], found["of"], sum(in_sample(found, key) for key in "abc")
    (2, 3, 2)
    """
    ranks = sorted(_rank(seed, key) for key in set(item_keys))
    if len(ranks) <= count:
        return None
    return {"n": count, "of": len(ranks), "seed": seed, "last": ranks[count - 1]}


def in_sample(sample: JudgeSample | None, item_key: str) -> bool:
    """Return whether a judge is asked about an item."""
    return sample is None or _rank(sample["seed"], item_key) <= sample["last"]


def sample_part(sample: JudgeSample) -> str:
    """Return the part of a signature that names a sample: size and seed."""
    return f"{sample['n']}@{sample['seed']}"


def _rank(seed: int, item_key: str) -> str:
    return digest(["judge sample", seed, item_key])


def replayed_lines(
    task: str, identifier: str | int, item_key: str, replies: Sequence[str | None]
) -> list[JudgementRecord]:
    """Return the stored judge replies of an item as lines of ``judgements.jsonl``, keyed by content."""
    return [
        {
            "key": digest(["replay", task, item_key, vote, reply]),
            "task": task,
            "id": identifier,
            "repeat": 0,
            "vote": vote,
            "judge": "replay",
            "reply": reply,
        }
        for vote, reply in enumerate(replies)
    ]
