"""A bound on reasoning: after so many tokens the mark that ends it is written for the model, and the answer begins.

``Thinking`` watches every row of a batch while it is generated. It is handed to ``generate`` twice: as a logits
processor, which writes the closing mark when the budget is spent, and as a stopping criterion, which ends a row when
its answer has as many tokens as the task allows. A row that never begins to reason has the task's bound from its first
token, so that budgets do not make answers longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Row:
    inside: bool
    tokens: list[int] = field(default_factory=list)
    answer_start: int | None = None
    stopped: int | None = None
    ended: bool = False


class Thinking:
    """The reasoning of a batch.

    Args:
        opening: tokens of the mark that begins reasoning.
        closing: tokens of the mark that ends it.
        budget: largest number of tokens before the closing mark.
        answer: largest number of tokens of the answer.
        ends: tokens that end a row.
        inside: rows whose prompt ends with the opening mark.
        prompt: tokens of the prompt, the same for all rows of a padded batch.
    """

    def __init__(
        self,
        opening: Sequence[int],
        closing: Sequence[int],
        *,
        budget: int,
        answer: int,
        ends: frozenset[int],
        inside: Sequence[bool],
        prompt: int,
    ) -> None:
        self._opening, self._closing = list(opening), list(closing)
        self._budget, self._answer = budget, answer
        self._ends = ends
        self._prompt = prompt
        self._rows = [_Row(one) for one in inside]

    @property
    def maximum(self) -> int:
        """Most tokens that a row can take."""
        return self._budget + len(self._closing) + self._answer

    def stopped(self, row: int) -> int | None:
        """Return the length at which a row was ended because of its answer's length, ``None`` if it was not."""
        return self._rows[row].stopped

    def force(self, input_ids: Any, scores: Any) -> Any:
        """Return the scores of the next token; all but the next of the closing mark are excluded where it is due."""
        self._read(input_ids)
        for number, row in enumerate(self._rows):
            token = self._due(row)
            if token is not None:
                scores[number, :] = -float("inf")
                scores[number, token] = 0.0
        return scores

    def done(self, input_ids: Any, scores: Any) -> Any:
        """Return which rows have said enough."""
        del scores
        import torch

        self._read(input_ids)
        for row in self._rows:
            start = 0 if row.answer_start is None else row.answer_start
            thinking = row.inside and row.answer_start is None
            said = len(row.tokens) - start
            if not (thinking or row.ended) and row.stopped is None and said >= self._answer:
                row.stopped = len(row.tokens)
        found = [row.stopped is not None for row in self._rows]
        return torch.tensor(found, dtype=torch.bool, device=input_ids.device)

    def _due(self, row: _Row) -> int | None:
        """Return the token that must come next, if the closing mark is due or has been begun."""
        if row.ended or not row.inside or row.answer_start is not None:
            return None
        spent = len(row.tokens) - self._budget
        return self._closing[spent] if spent >= 0 else None

    def _read(self, input_ids: Any) -> None:
        """Take in what has been generated since the last look."""
        known = len(self._rows[0].tokens)
        for number, tokens in enumerate(input_ids[:, self._prompt + known :].tolist()):
            row = self._rows[number]
            for token in tokens:
                row.tokens.append(token)
                row.ended = row.ended or token in self._ends
                if row.answer_start is not None or row.ended:
                    continue
                if not row.inside:
                    row.inside = row.tokens[-len(self._opening) :] == self._opening
                elif row.tokens[-len(self._closing) :] == self._closing:
                    row.answer_start = len(row.tokens)
