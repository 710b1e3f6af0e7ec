"""Generation arguments as people write them: their names, what they may be, and what contradicts what.

``harness.core.generation`` makes one record of them and says what they mean.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.core.redaction import is_secret
from harness.core.untrusted.bounded_json import load_json
from harness.errors import HarnessError, UsageError

LIMIT_NAMES: Final = ("max_new_tokens", "max_gen_toks", "max_tokens", "max_completion_tokens")
STOP_NAMES: Final = ("until", "stop", "stop_strings")
OWN_NAMES: Final = (*LIMIT_NAMES, *STOP_NAMES, "do_sample", "temperature", "top_p", "seed")
"""Arguments that are fields of the record; all others are ``Generation.extra``."""
DRAWING_NAMES: Final = ("top_k", "min_p", "typical_p", "top_h", "epsilon_cutoff", "eta_cutoff")
"""Further arguments that say how tokens are drawn, and mean nothing for a greedy answer."""
_MAX_LENGTH_HINT: Final = "give the most new tokens: max_new_tokens=…"


Source = Callable[[str], str]
"""Name of an argument -> where it was given, for messages."""


def read_level(
    arguments: Mapping[str, Any], source: Source, error: type[HarnessError] = UsageError
) -> dict[str, Any]:
    """Check the arguments of one level; return them with one name for each thing.

    ``None`` stands for an argument that takes back what an earlier level said.

    Raises:
        HarnessError: of the type ``error``: a value of the wrong kind, or two that contradict each other.

    >>> read_level({"max_gen_toks": 8.0, "until": ["END", ""]}, str)
    {'limit': 8, 'stop': ('END',)}
    """
    read = _Reader(arguments, source, error)
    values: dict[str, Any] = {}
    for field_name, names, reader in (
        ("limit", LIMIT_NAMES, read.limit),
        ("stop", STOP_NAMES, read.stop),
    ):
        if any(name in arguments for name in names):
            values[field_name] = read.one_of(names, reader)
    for name in arguments:
        if not isinstance(name, str):
            raise error(f"expected a name, found {name!r}", where=source(str(name)))
        if name in LIMIT_NAMES or name in STOP_NAMES:
            continue
        if is_secret(name):  # and its value is never shown
            raise error(
                f"{name!r} is not a generation argument",
                where=source(name),
                hint="keys are read from the environment, for instance OPENAI_API_KEY",
            )
        if name == "max_length":
            raise error(
                "max_length counts the prompt too, so it means another limit for every item",
                where=source(name),
                hint=_MAX_LENGTH_HINT,
            )
        if (meant := _misspelt(name)) is not None:
            raise error(
                f"unknown generation argument {name!r}",
                where=source(name),
                hint=f"did you mean {meant!r}?",
            )
        values[name] = read.value(name)
    read.check_decision()
    return values


class _Reader:
    """Reads the arguments of one level; every error names the argument, what was found and what to do."""

    def __init__(
        self, arguments: Mapping[str, Any], source: Source, error: type[HarnessError]
    ) -> None:
        self._arguments = arguments
        self._source = source
        self._error = error

    def one_of(self, names: tuple[str, ...], reader: Callable[[str], Any]) -> Any:
        """Return the value of a thing with several names."""
        found = {name: reader(name) for name in names if name in self._arguments}
        given = {name: value for name, value in found.items() if value is not None}
        if len(set(given.values())) > 1:
            spelled = " and ".join(f"{name}={self._arguments[name]!r}" for name in given)
            raise self._error(
                f"{spelled} are names of one thing with different values",
                where=self._source(next(iter(given))),
                hint=f"keep one of {', '.join(given)}",
            )
        return next(iter(given.values()), None)

    def limit(self, name: str) -> int | None:
        """Return a number of tokens."""
        found: int | None = self._checked(name, *_POSITIVE)
        return found

    def stop(self, name: str) -> tuple[str, ...] | None:
        """Return stop strings, without empty ones."""
        found = self._arguments[name]
        if found is None:
            return None
        texts = [found] if isinstance(found, str) else found
        if not isinstance(texts, (list, tuple)) or not all(isinstance(one, str) for one in texts):
            raise self._wrong(name, "a text or a list of texts", f'such as {name}=["A","5"]')
        return tuple(text for text in texts if text)

    def value(self, name: str) -> Any:
        """Return any other argument."""
        if name in _FLAGS:
            found = self._arguments[name]
            if found is not None and not isinstance(found, bool):
                raise self._wrong(name, "true or false", "without quotes")
            return found
        if name in _NUMBERS:
            expected, test, kind = _NUMBERS[name]
            return self._checked(name, expected, test, kind)
        try:
            json.dumps(self._arguments[name])
        except (TypeError, ValueError):
            raise self._wrong(name, "a number, a text, a list or a mapping", None) from None
        return self._arguments[name]

    def check_decision(self) -> None:
        """Refuse a level that asks both for greedy and for drawn answers."""
        sample, temperature = (self._arguments.get(n) for n in ("do_sample", "temperature"))
        if sample is None or temperature is None or sample == (temperature > 0):
            return
        cure = (
            "drop temperature for greedy answers, or do_sample=false for drawn ones"
            if temperature > 0
            else "drop do_sample=true for greedy answers, or give a temperature above 0"
        )
        raise self._error(
            f"do_sample={str(sample).lower()} and temperature={temperature:g} contradict each other",
            where=self._source("do_sample"),
            hint=cure,
        )

    def _checked(
        self,
        name: str,
        expected: str,
        test: Callable[[float], bool],
        kind: type[int] | type[float],
    ) -> Any:
        found = self._arguments[name]
        if found is None:
            return None
        if not _is_number(found) or not test(found):
            raise self._wrong(name, expected, _number_hint(found, test))
        return kind(found)

    def _wrong(self, name: str, expected: str, hint: str | None) -> HarnessError:
        found = self._arguments[name]
        return self._error(
            f"expected {expected}, found {found!r}", where=self._source(name), hint=hint
        )


_Rule = tuple[str, Callable[[float], bool], type[int] | type[float]]
_WHOLE: Final[_Rule] = ("an integer", lambda v: v == int(v), int)
_POSITIVE: Final[_Rule] = ("an integer of at least 1", lambda v: v >= 1 and v == int(v), int)
_ANY: Final[_Rule] = ("a number", lambda _: True, float)
_SHARE: Final[_Rule] = ("a number from 0 to 1", lambda v: 0 <= v <= 1, float)
_NUMBERS: Final[Mapping[str, _Rule]] = {
    "temperature": ("a number of at least 0", lambda v: v >= 0, float),
    "top_p": _SHARE,
    "min_p": _SHARE,
    "typical_p": _SHARE,
    "seed": _WHOLE,
    "top_k": _WHOLE,
    "num_beams": _POSITIVE,
    "no_repeat_ngram_size": ("an integer of at least 0", lambda v: v >= 0 and v == int(v), int),
    "repetition_penalty": ("a number above 0", lambda v: v > 0, float),
    "length_penalty": _ANY,
    "presence_penalty": _ANY,
    "frequency_penalty": _ANY,
}
_FLAGS: Final = ("do_sample",)


def _misspelt(name: str) -> str | None:
    """Return the argument that a name all but is; other names are a model's own and are handed on.

    >>> _misspelt("temprature"), _misspelt("min_new_tokens"), _misspelt("top_a")
    ('temperature', None, None)
    """
    known = {*OWN_NAMES, *DRAWING_NAMES, *_NUMBERS}
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
    return near[0] if near and name not in known else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _number_hint(found: Any, test: Callable[[float], bool]) -> str | None:
    """Return what to write instead of a number that YAML reads as text."""
    try:
        number = float(found) if isinstance(found, str) else math.nan
    except ValueError:
        return None
    if not math.isfinite(number) or not test(number):
        return None
    plain = int(number) if number == int(number) else number
    return f"this is text: write {plain}, without quotes and without an exponent"


def read_text(name: str, value: Any, where: str) -> Any:
    """Read an argument from the command line: a list or an object is written as JSON.

    Raises:
        UsageError: it begins as a list or an object and is not JSON.

    >>> read_text("until", '["a", "b"]', "--gen-kwargs"), read_text("until", "END", "--gen-kwargs")
    (['a', 'b'], 'END')
    """
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return load_json(value)
    except ValueError as error:
        example = (
            f'{name}=["END", "[/INST]"]; one stop string that begins with a bracket is a list too'
            if name in STOP_NAMES
            else f'{name}=[1, 2] or {name}={{"key": 1}}'
        )
        raise UsageError(
            f"{value!r} is not JSON: {error}", where=f"{where} {name}", hint=f"such as {example}"
        ) from error
