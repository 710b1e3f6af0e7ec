"""Scores of tokens that are not numbers: such a reply is an error, never an empty or a random answer.

A checkpoint whose activations overflow (float16 where bfloat16 is meant), or whose weights are damaged, computes NaN.
``generate`` does not mind: the largest of NaN is the first token, so every reply is empty. ``InvalidScores`` watches
every row while it is generated and ends a row whose scores are invalid, so that its neighbours go on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from harness.types import ErrorInfo

KIND: Final = "nan"
_CURE: Final = (
    "it overflows or its weights are damaged; -M dtype=bfloat16 or dtype=float32 may help"
)


class InvalidScores:
    """The rows of a batch whose scores were invalid at some token.

    It is handed to ``generate`` as a logits processor, ahead of all that are not the library's own.

    Args:
        prompt: tokens of the prompt, the same for all rows of a padded batch.
        ends: tokens that end a row.
    """

    def __init__(self, prompt: int, ends: Collection[int]) -> None:
        self._prompt = prompt
        self._ends = sorted(ends)
        self._end_ids: Any = None
        self._rows: Any = None
        self._places: Any = None

    def watch(self, input_ids: Any, scores: Any) -> Any:
        """Return the scores; a row with NaN or plus infinity, or with nothing else than minus infinity, ends here.

        What a row computes after its end counts for nothing.
        """
        import torch

        said = input_ids[:, self._prompt :]
        if self._end_ids is None:  # once: a copy to a GPU for every token would hold it up
            self._end_ids = torch.tensor(self._ends, device=said.device)
        ended = torch.isin(said, self._end_ids).any(dim=-1)
        wrong = ~scores.amax(dim=-1).isfinite() & ~ended  # the maximum of a row with NaN is NaN
        if self._rows is None:
            self._rows = torch.zeros_like(wrong)
            self._places = torch.zeros_like(wrong, dtype=torch.long)
        self._places = torch.where(wrong & ~self._rows, said.shape[1] + 1, self._places)
        self._rows |= wrong
        last = torch.full_like(scores[:1], float("-inf"))
        last[:, self._ends[0] if self._ends else 0] = 0.0
        return torch.where(wrong[:, None], last, scores)

    def errors(self, count: int) -> dict[int, ErrorInfo]:
        """Return the error of every row that had invalid scores, by its place in a batch of ``count``; a row may have several beams."""
        if self._rows is None:
            return {}
        beams = len(self._rows) // count
        found: dict[int, ErrorInfo] = {}
        for place in self._rows.nonzero().flatten().tolist():
            message = f"the model computes NaN instead of scores, at token {int(self._places[place])} of its reply; {_CURE}"
            found.setdefault(place // beams, ErrorInfo(KIND, message))
        return found
