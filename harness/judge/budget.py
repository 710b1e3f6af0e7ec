"""What judging costs, and where it must stop: ``--judge-budget N``, ``$X`` or ``Ntok``.

A call is admitted only if the budget bears its estimate on top of what is spent and what is in flight, so
a run of many calls at once does not overshoot. The estimate follows what earlier calls really used. The
budget is that of one command; what is left undone is asked by the next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from harness.errors import UsageError

Unit = Literal["calls", "dollars", "tokens"]

PRICES: Final[Mapping[str, tuple[float, float]]] = {
    "gpt-4o": (2.5, 10.0),
    "gpt-4o-mini": (0.15, 0.6),
    "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4),
}
"""List prices in dollars per million prompt and completion tokens; ``-J price_in=…`` overrides them."""

_CHARS_PER_TOKEN: Final = 3
_MOST_CHARS: Final = 40
"""Most characters that a token of a text stands for, whatever the tokenizer."""
_TOKENS_PER_CHAR: Final = 4
_MOST_TOKENS: Final = 200_000
"""Tokens that may come on top of a text: hidden reasoning, a service's own prompt."""
_FIRST_COMPLETION: Final = 100
"""Completion tokens that are assumed before the first reply is there."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A parsed budget."""

    amount: float
    unit: Unit


def parse_budget(text: str | None) -> Limit | None:
    """Parse ``500`` calls, ``$2.50``, or ``200000tok``.

    >>> parse_budget("500"), parse_budget("$2.5"), parse_budget("2e5tok")
    (Limit(amount=500.0, unit='calls'), Limit(amount=2.5, unit='dollars'), Limit(amount=200000.0, unit='tokens'))

    Raises:
        UsageError: none of these.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\$?)\s*(\d+(?:\.\d+)?(?:e\d{1,2})?)\s*(tok(?:ens)?)?", text.strip())
    if found is None or (found[1] and found[3]) or not float(found[2]) > 0:
        raise UsageError(
            f"{text!r} is not a budget",
            where="--judge-budget",
            hint="500 (calls), $2.50, or 200000tok",
        )
    unit: Unit = "dollars" if found[1] else "tokens" if found[3] else "calls"
    return Limit(float(found[2]), unit)


def price_of(model: str, given: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the prices of a model: as given, else of its family; ``None`` if nobody knows.

    >>> price_of("gpt-4o-mini-2024-07-18", None), price_of("my-model", None)
    ((0.15, 0.6), None)
    """
    if given is not None:
        return given
    family = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", model)
    return PRICES.get(family)


class Account:
    """Tokens and dollars that were spent, and whether the next call may be made.

    Args:
        limit: the budget, ``None`` for no bound.
        given: prices for every model, as the user says.
        models: the judges of the run.
        halved: list prices are those of single requests, and batches cost half.
        own: prices of single models, where several judges have prices of their own.

    Raises:
        UsageError: a budget in dollars, and the price of a model is unknown.
    """

    def __init__(
        self,
        limit: Limit | None,
        given: tuple[float, float] | None,
        models: frozenset[str],
        *,
        halved: bool = False,
        own: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        self._limit = limit
        self._factor = 0.5 if halved and given is None else 1.0
        self._given = given
        self._own = own or {}
        unknown = sorted(model for model in models if self._price(model) is None)
        if limit is not None and limit.unit == "dollars" and unknown:
            raise UsageError(
                f"the price of {unknown[0]} is not known",
                where="--judge-budget",
                hint="-J price_in=DOLLARS -J price_out=DOLLARS, per million tokens",
            )
        self.priced = not unknown
        self.calls = 0
        self.tokens = 0
        self.dollars = 0.0
        self.exhausted = False
        self._reserved = 0.0
        self._replies = 0
        self._completion = 0
        self._prompt = 0
        self._characters = 0

    def reserve(self, model: str, characters: int) -> float | None:
        """Admit a call: what to give back to ``settle``; ``None`` if the budget does not bear it.

        Args:
            model: the judge.
            characters: of the request.
        """
        estimate = self._estimate(model, characters)
        if self._limit is not None and (
            self.exhausted or self._spent() + self._reserved + estimate > self._limit.amount + 1e-9
        ):
            self.exhausted = True
            return None
        self._reserved += estimate
        return estimate

    def settle(
        self,
        reserved: float,
        model: str,
        characters: int,
        usage: Mapping[str, Any] | None,
        delivered: int | None = None,
    ) -> None:
        """Book a call that ended.

        Counts that are missing, or that no tokenizer can give for texts of this length, are estimated: a budget that
        believed them would never end, or end at once.

        Args:
            reserved: what ``reserve`` gave.
            model: the judge.
            characters: of the request.
            usage: token counts as the service reports them.
            delivered: characters of the reply, reasoning included; ``None`` if there was none. Then, without
                ``usage``, no token is charged.
        """
        self._reserved -= reserved
        self.calls += 1
        if usage is None and delivered is None:
            return
        prompt = _tokens(usage or {}, "prompt_tokens", characters)
        completion = _tokens(usage or {}, "completion_tokens", delivered or 0)
        self._replies += 1
        self._completion += completion
        self._prompt += prompt
        self._characters += characters
        self.tokens += prompt + completion
        price = self._price(model)
        if price is not None:
            self.dollars += self._factor * (prompt * price[0] + completion * price[1]) / 1e6

    def _price(self, model: str) -> tuple[float, float] | None:
        return self._own.get(model) or price_of(model, self._given)

    def _spent(self) -> float:
        assert self._limit is not None
        return float(
            {"calls": self.calls, "tokens": self.tokens, "dollars": self.dollars}[self._limit.unit]
        )

    def _estimate(self, model: str, characters: int) -> float:
        if self._limit is None or self._limit.unit == "calls":
            return 1.0
        rate = self._prompt / self._characters if self._characters else 0.0
        prompt = characters * (rate or 1 / _CHARS_PER_TOKEN)
        completion = self._completion / self._replies if self._replies else _FIRST_COMPLETION
        if self._limit.unit == "tokens":
            return prompt + completion
        price = self._price(model) or (0.0, 0.0)
        return self._factor * (prompt * price[0] + completion * price[1]) / 1e6


def _tokens(usage: Mapping[str, Any], name: str, characters: int) -> int:
    """Return a token count as reported if a text of that length can have it, else an estimate.

    >>> _tokens({"n": 30}, "n", 100), _tokens({}, "n", 100), _tokens({"n": 10**12}, "n", 100)
    (30, 33, 33)
    """
    value = usage.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        most = _MOST_TOKENS + _TOKENS_PER_CHAR * characters
        if characters // _MOST_CHARS <= value <= most:
            return value
    return characters // _CHARS_PER_TOKEN
