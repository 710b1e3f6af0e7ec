"""What a comparison of two runs found, as data; ``forms`` and ``page`` write it down.

``A`` is the first run, ``B`` the other; a difference is B minus A in the metric's own unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Change = Literal["gained", "lost"]
Result = Literal["better", "worse", "undecided", "not tested"]


@dataclass(frozen=True, slots=True)
class Side:
    """Reply and score of an item in one run.

    Attributes:
        response: the reply, ``None`` if there is none.
        outcome: how the request ended.
        score: the item's score, strict reading.
        clips: sha256 of the clips as they were received.
    """

    response: str | None
    outcome: str
    score: float | None
    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemPair:
    """One item in both runs.

    Attributes:
        task: task id.
        id: the item's id in A.
        repeat: number of the reply.
        item_key: what pairs the two.
        prompt: text of the prompt as A sent it.
        reference: reference answer, as text.
        a: side of A.
        b: side of B.
        change: ``gained`` or ``lost``, ``None`` if the scores are equal.
    """

    task: str
    id: str | int
    repeat: int
    item_key: str
    prompt: str
    reference: str
    a: Side
    b: Side
    change: Change | None


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """One metric of one task on the pairs.

    Attributes:
        task: task id.
        metric: metric id, strict reading.
        n: pairs that have it.
        a: value of A on them.
        b: value of B on them.
        difference: B minus A.
        ci95: interval of the difference.
        p_value: two-sided p of the paired test.
        p_adjusted: after Holm's adjustment over all tested rows; ``None`` for abstention, which is shown and not tested.
        detectable: difference that the test finds with probability 0.8 at its share of alpha, ``None`` if unknown.
        method: the test.
        percent: the unit is a fraction that people read as a percentage.
        higher_is_better: direction.
        result: ``better`` (B), ``worse``, ``undecided`` or ``not tested``.
    """

    task: str
    metric: str
    n: int
    a: float
    b: float
    difference: float
    ci95: tuple[float, float] | None
    p_value: float
    p_adjusted: float | None
    detectable: float | None
    method: str
    percent: bool
    higher_is_better: bool
    result: Result


@dataclass(frozen=True, slots=True)
class TaskComparison:
    """One task of both runs.

    Attributes:
        task: task id.
        metric: metric by which items are gained and lost, ``None`` if the task has no score of an item.
        pairs: items with an answer in both runs.
        only_a: items that only A has.
        only_b: items that only B has.
        errors: pairs with an infrastructure error on either side.
        changed_documents: ids whose documents differ: other data.
        differs: part of the signatures -> (A, B), data and n included.
        both_right: pairs with the best score in both runs.
        both_wrong: pairs with equal scores below that.
        gained: items on which B is better, the largest gain first.
        lost: items on which B is worse, the largest loss first.
    """

    task: str
    metric: str | None
    pairs: int
    only_a: int
    only_b: int
    errors: int
    changed_documents: tuple[str | int, ...]
    differs: Mapping[str, tuple[str, str]]
    both_right: int
    both_wrong: int
    gained: tuple[ItemPair, ...]
    lost: tuple[ItemPair, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """Evidence on whether the two runs are one engine: reply by reply, and clip by clip as received.

    Attributes:
        differs: what the manifests say of the two models where they differ, by field.
        pairs: pairs of replies.
        same_replies: how many of them are equal, character by character.
        same_prompts: how many were sent with the same text.
        clips: pairs in which both runs recorded digests of clips.
        same_clips: how many of them have the same clips.
        first: first pair, in A's order, whose replies differ.
        first_clip: first pair whose clips differ.
    """

    differs: Mapping[str, tuple[str, str]]
    pairs: int
    same_replies: int
    same_prompts: int
    clips: int
    same_clips: int
    first: ItemPair | None = None
    first_clip: ItemPair | None = None

    @property
    def verdict(self) -> str:
        """One sentence: the same, or where the runs part.

        >>> Engine({}, 3, 3, 3, 3, 3).verdict
        'the same: all 3 replies are equal'
        >>> Engine({}, 3, 3, 3, 3, 2).verdict
        'all 3 replies are equal, but the clips of 1 of 3 pairs differ'
        """
        if not self.pairs:
            return "not known: no reply is in both runs"
        clips = self.clips - self.same_clips
        if self.same_replies == self.pairs:
            every = f"all {self.pairs} replies are equal"
            if clips:
                return f"{every}, but the clips of {clips} of {self.clips} pairs differ"
            return f"the same: {every}"
        text = f"not the same: {self.pairs - self.same_replies} of {self.pairs} replies differ"
        if clips:
            text += f", and so do the clips of {clips} of {self.clips} pairs"
        elif self.clips:
            text += ", with the same clips"
        if self.first is not None:
            text += f"; the first is {self.first.id} of {self.first.task}"
        return text


@dataclass(frozen=True, slots=True)
class Findings:
    """Outcome of a comparison, as data.

    Attributes:
        a: name of the first run.
        b: name of the other one.
        alpha: level of the tests.
        metrics: differences, with tests.
        tasks: items by task.
        engine: whether the engine is the same.
        only_a: tasks that only A has.
        only_b: tasks that only B has.
        notes: what else to know.
    """

    a: str
    b: str
    alpha: float
    metrics: tuple[MetricDifference, ...]
    tasks: tuple[TaskComparison, ...]
    engine: Engine
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values; numbers that are not finite are null."""
        content = {**asdict(self), "reading": "strict"}
        content["engine"]["verdict"] = self.engine.verdict
        plain: dict[str, Any] = json.loads(
            json.dumps(content), parse_constant=lambda _constant: None
        )
        return plain
