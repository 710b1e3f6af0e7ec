"""How answers are decoded: one frozen record, built once in planning and read by the signature and by every adapter.

Generation arguments come from several levels, of which a later one wins: the task's ``generation_kwargs``, those of
the chosen template, then the user's (``--gen-kwargs``, and generation arguments among ``-M``). They may be spelled in
the words of lm-eval, transformers or OpenAI. ``build_generation`` reads them all; nothing else does.

* **Limit.** ``max_new_tokens``, ``max_gen_toks``, ``max_tokens`` and ``max_completion_tokens`` are one thing. Without
  any, it is ``DEFAULT_LIMIT``.
* **Greedy or drawn.** ``do_sample`` and ``temperature`` are one decision. ``do_sample=true`` or a temperature above 0
  draws; the default is greedy. A later level that gives either decides anew, so ``temperature=0.7`` from the user
  draws although the task says ``do_sample: false``. Of a greedy answer, values of drawing (``top_p``, ``top_k`` …) mean
  nothing, and the record does not hold them.
* **Stop strings.** ``until``, ``stop`` and ``stop_strings`` are one thing: a text, or a list of texts.
* ``null`` takes back what an earlier level said.

Two spellings of one thing with different values at one level are refused, and so are ``do_sample=false`` with a
temperature above 0 and ``do_sample=true`` with temperature 0: whichever were taken, one of the two would be ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from harness.core.generation_arguments import DRAWING_NAMES, OWN_NAMES, Source, read_level

DEFAULT_LIMIT: Final = 512
"""Most new tokens of an answer where no level gives a limit."""


@dataclass(frozen=True, slots=True)
class Generation:
    """Decoding of an answer. Equal records decode equally, however they were spelled.

    Attributes:
        limit: most new tokens.
        sampled: tokens are drawn; greedy otherwise.
        temperature: of drawn tokens, above 0; ``None`` leaves it to the model.
        top_p: share of probability that is drawn from; ``None`` leaves it to the model.
        stop: texts that end the answer; the first of them and what follows is cut.
        seed: of drawn tokens; planning sets the run's. Services are also given one that a user sets for a greedy answer.
        extra: all other arguments (``num_beams``, ``repetition_penalty`` …), immutable. An adapter refuses those
            that it does not have.

    Raises:
        ValueError: a value that no such record holds.
    """

    limit: int = DEFAULT_LIMIT
    sampled: bool = False
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if isinstance(self.limit, bool) or not isinstance(self.limit, int) or self.limit < 1:
            raise ValueError(f"limit is {self.limit!r}, expected an integer of at least 1")
        if not self.sampled and (self.temperature, self.top_p) != (None, None):
            raise ValueError("a greedy answer has neither temperature nor top_p")
        if self.temperature is not None and not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature!r}, expected more than 0")
        if not isinstance(self.stop, tuple):
            raise ValueError(f"stop is {self.stop!r}, expected a tuple of texts")
        fields = sorted(name for name in self.extra if name in OWN_NAMES)
        if fields:
            raise ValueError(f"{', '.join(fields)} in extra, but the record has a field for it")
        extra = {name: _frozen(self.extra[name]) for name in sorted(self.extra)}
        object.__setattr__(self, "extra", MappingProxyType(extra))

    @classmethod
    def from_arguments(
        cls, arguments: Mapping[str, Any], where: str = "generation arguments"
    ) -> Generation:
        """Build the record of one level of arguments, for callers without a task.

        Raises:
            UsageError: names the argument.

        >>> Generation.from_arguments({"max_gen_toks": 8, "until": "END"})
        Generation(limit=8, sampled=False, temperature=None, top_p=None, stop=('END',), seed=None, extra=mappingproxy({}))
        """
        return build_generation(Level(arguments, lambda name: f"{where}: {name}"))

    def as_mapping(self, *, repeat: int = 0) -> dict[str, Any]:
        """Return the record as plain arguments in the names of transformers and lm-eval, each thing once.

        ``max_new_tokens``, ``do_sample`` and ``until`` are always there, ``temperature``, ``top_p`` and ``seed`` where they
        have a value. ``from_arguments`` makes the same record of it.

        Args:
            repeat: moves the seed, so that repeats differ.

        >>> Generation(8, sampled=True, temperature=0.5, seed=3, extra={"top_k": 5}).as_mapping(repeat=1)
        {'max_new_tokens': 8, 'do_sample': True, 'temperature': 0.5, 'until': [], 'seed': 4, 'top_k': 5}
        """
        values = {"temperature": self.temperature, "top_p": self.top_p}
        return {
            "max_new_tokens": self.limit,
            "do_sample": self.sampled,
            **{name: value for name, value in values.items() if value is not None},
            "until": list(self.stop),
            **({} if self.seed is None else {"seed": self.seed + repeat}),
            **{name: _plain(value) for name, value in self.extra.items()},
        }

    def content(self) -> dict[str, Any]:
        """Return what keys and signatures are hashed from: equal for equal decoding.

        >>> Generation(extra={"top_k": 5.0}).content() == Generation(extra={"top_k": 5}).content()
        True
        """
        found = {**self.as_mapping(), "until": sorted(set(self.stop))}
        return {name: _number_once(value) for name, value in found.items()}


class Level(NamedTuple):
    """Arguments that were given at one place.

    Attributes:
        arguments: as given.
        source: where an argument of them was given.
    """

    arguments: Mapping[str, Any]
    source: Source


def build_generation(*levels: Level, seed: int | None = None) -> Generation:
    """Build the record from levels of arguments, of which a later one wins.

    Args:
        levels: the task's, the template's, the user's.
        seed: of drawn answers, if no level gives one.

    Raises:
        UsageError: names the argument and where it was given.

    >>> task, user = Level({"do_sample": False, "max_gen_toks": 64}, str), Level({"max_tokens": 7}, str)
    >>> build_generation(task, user).limit
    7
    """
    values: dict[str, Any] = {}
    for level in levels:
        given = read_level(level.arguments, level.source)
        sample, temperature = given.get("do_sample"), given.get("temperature")
        if temperature is not None and sample is None:
            given["do_sample"] = None  # the temperature decides anew
        elif sample and not values.get("temperature"):
            given.setdefault("temperature", None)  # not the 0 of an earlier level
        values |= given
    found = {name: value for name, value in values.items() if value is not None}
    temperature = found.pop("temperature", None)
    sampled = found.pop("do_sample", bool(temperature))
    limit, stop = found.pop("limit", DEFAULT_LIMIT), found.pop("stop", ())
    top_p, chosen = found.pop("top_p", None), found.pop("seed", seed if sampled else None)
    if not sampled:
        temperature = top_p = None
        found = {name: value for name, value in found.items() if name not in DRAWING_NAMES}
    return Generation(limit, sampled, temperature, top_p, stop, chosen, found)


def was_sampled(recorded: Mapping[str, Any]) -> bool:
    """Return whether answers were drawn, from the ``generation`` of a manifest of any version.

    >>> was_sampled({"do_sample": False, "temperature": 0.7}), was_sampled({"temperature": 0.7}), was_sampled({})
    (False, True, False)
    """
    sample, temperature = recorded.get("do_sample"), recorded.get("temperature")
    return bool(temperature) if sample is None else bool(sample) and temperature != 0


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return list(map(_plain, value)) if isinstance(value, (list, tuple)) else value


def _number_once(value: Any) -> Any:
    """Return the value in a form in which 1 and 1.0 are the same."""
    if isinstance(value, Mapping):
        return {key: _number_once(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(_number_once, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value
