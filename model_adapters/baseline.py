"""``baseline:random`` and ``baseline:first``: the chance rows of a leaderboard.

They hear and read nothing: an answer depends on the form of answer that the task asks for
(``Request.hints``), and for ``random`` also on the seed, the item and the repeat. It never depends on
the order of calls, so a resumed or sharded run gives the same row.

What is answered, by ``hints.answer``:

* ``option``: one of the options, each with equal chance; ``first`` takes the first. A task that asks
  for an option and lists none gives an ``error`` (kind ``no_options``): a chance row that silently
  scores zero would be a lie.
* ``number``: an option if the task lists some, else a whole number from ``low`` to ``high``, each with
  equal chance; ``first`` says ``low``. The default range 0 to 127 is the smallest that covers every
  number task we ship (ages, counts, MIDI pitches), so that every right answer can be drawn.
* ``transcript``, ``text``: no draw can be called chance there, yet the row must be an answer that
  is scored and not an absence. ``random`` says ``words`` words drawn from the commonest of English;
  ``first`` repeats the commonest. Word error rates lie near 1, which normalises to about 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.errors import UnknownNameError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Request, Response
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter, draw

BEHAVIOURS: Final = ("random", "first")
COMMON_WORDS: Final[tuple[str, ...]] = (
    *("the", "be", "to", "of", "and", "a", "in", "that", "have", "I", "it", "for", "not", "on"),
    *("with", "he", "as", "you", "do", "at", "this", "but", "his", "by", "from", "they", "we"),
    *("say", "her", "she", "or", "an", "will", "my", "one", "all", "would", "there", "their"),
    *("what", "so", "up", "out", "if", "about", "who", "get", "which", "go"),
)


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of the baselines."""

    seed: int = 1234
    low: int = 0
    high: int = 127
    words: int = 8


class BaselineAdapter(BatchAdapter):
    """The chance baselines.

    Raises:
        UnknownNameError: ``target`` is neither ``random`` nor ``first``.
    """

    answers_by_item = True
    """What is drawn belongs to an item."""

    takes_run_seed = True

    def __init__(self, target: str, **model_args: object) -> None:
        if target not in BEHAVIOURS:
            raise UnknownNameError(
                "baseline", target, BEHAVIOURS, hint=f"known baselines: {', '.join(BEHAVIOURS)}"
            )
        self._target = target
        self._arguments = arguments = read_arguments(Arguments, model_args, adapter="baseline")
        if arguments.low > arguments.high:
            raise UsageError(
                f"low={arguments.low} is above high={arguments.high}", where="-M low, -M high"
            )
        if arguments.words < 1:
            raise UsageError(f"expected at least 1, found {arguments.words}", where="-M words")

    def open(self) -> AdapterInfo:
        """Do nothing: there is no model to load."""
        a = self._arguments
        drawn = f":seed={a.seed}" if self._target == "random" else ""
        return AdapterInfo(
            fingerprint=f"baseline:{self._target}{drawn}:{a.low}-{a.high}:{a.words}",
            style="batch",
            description={"baseline": self._target},
        )

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        hints, arguments = request.hints, self._arguments
        if hints.options and hints.answer in ("option", "number"):
            return Response(hints.options[self._index(request, len(hints.options))])
        if hints.answer == "option":
            return Response(
                None,
                error=ErrorInfo(
                    "no_options", "the task asks for an option but lists none for this item"
                ),
            )
        if hints.answer == "number":
            span = arguments.high - arguments.low + 1
            return Response(str(arguments.low + self._index(request, span)))
        return Response(
            " ".join(
                COMMON_WORDS[self._index(request, len(COMMON_WORDS), position)]
                for position in range(arguments.words)
            )
        )

    def _index(self, request: Request, n: int, position: int = 0) -> int:
        if self._target == "first":
            return 0
        item = request.item_key or request.request_key
        return int(draw("baseline", self._arguments.seed, item, request.repeat, position) * n)
