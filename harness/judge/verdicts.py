"""From judge replies to verdicts: which replies count, when an item is judged, what is asked again.

Pure functions over lines of ``judgements.jsonl``. Replies of a live judge count only under its own id;
votes are numbered from 0, the identical repeats of unreadable votes follow them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from harness.core.scoring import Document
from harness.task_loading.task import YamlTask

if TYPE_CHECKING:
    from harness.run.files import JudgementRecord

Grade = Callable[[str], str | None]
"""The strict verdict of one reply, ``None`` if it cannot be read."""


def repeat_wanted(replies: Sequence[str], samples: int, repeats: int, grade: Grade) -> bool:
    """Return whether one more identical request may repair an unreadable vote.

    >>> read = lambda text: text if text.isdigit() else None
    >>> repeat_wanted(["?"], 1, 1, read), repeat_wanted(["?", "?"], 1, 1, read), repeat_wanted(["4"], 1, 1, read)
    (True, False, False)
    >>> repeat_wanted(["4", "?", "?"], 3, 1, read), repeat_wanted(["4", "?", "?", "5", "?"], 3, 1, read)
    (True, False)
    """
    if not repeats:
        return False
    unread = sum(grade(reply) is None for reply in replies[:samples])
    more = replies[samples:]
    mended = sum(grade(reply) is not None for reply in more)
    return mended < unread and len(more) < unread * repeats


def replies_of(
    lines: Iterable[Mapping[str, Any]], part: str, samples: int = 1
) -> list[Mapping[str, Any]]:
    """Return the lines of the judge that a signature names, in the order of their votes.

    A line without a judge is a stored reply. Of a live judge, votes count up to the first gap.
    """
    own = [line for line in lines if line.get("judge", "replay") == part]
    if part == "replay":
        return own
    by_vote = {int(line["vote"]): line for line in own}
    votes = [by_vote[vote] for vote in range(samples) if vote in by_vote]
    later = samples
    while len(votes) == later and later in by_vote:
        votes.append(by_vote[later])
        later += 1
    return votes


def counting_replies(
    lines: Sequence[JudgementRecord], judges: Iterable[str], samples: int
) -> list[JudgementRecord]:
    """Return the lines that count, of one judge or of all judges of a panel, one after the other."""
    found = (replies_of(lines, judge, samples) for judge in judges)
    return [cast("JudgementRecord", line) for own in found for line in own]


def verdicts_of(
    task: YamlTask,
    entry: Mapping[str, Any],
    doc: Document,
    response: Any,
    lines: Sequence[Mapping[str, Any]],
) -> list[str | None] | None:
    """Return the verdict texts of one item for its scorer.

    Args:
        task: the task.
        entry: its manifest entry.
        doc: the document.
        response: the reply that was judged.
        lines: what ``replies_of`` gave.

    Returns:
        Replies; ``[]`` if the item belongs to a judged run and needed no call; ``None`` if it was not
        judged (no judge, a stored record without judge replies, votes that are still to be asked).
    """
    judge = entry.get("judge")
    texts = [line["reply"] for line in lines]
    if judge is None:
        blank = not (isinstance(response, str) and response.strip())
        judged = entry["signature_parts"]["judge"] != "none"
        return texts or ([] if judged and blank else None)
    if not texts and task.judge_slots(doc, response) is None:
        return []
    samples, repeats = int(judge["samples"]), int(judge["repeats"])
    if len(texts) < samples or repeat_wanted(
        texts, samples, repeats, lambda reply: task.judge_grade(doc, reply)
    ):
        return None
    return list(texts)
