"""Model arguments (``-M key=value``): an adapter declares them as a dataclass, this module reads them.

The command line has already turned values into int, float, bool or str. Reading checks names and
types and converts nothing silently, except what cannot mislead: an int where a float is asked, and a
number where a string is asked (``-M revision=2``). The declared defaults are the documentation of an
adapter, so an unknown argument is answered with the known ones.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from harness.errors import UnknownNameError, UsageError

T = TypeVar("T")


def read_arguments(
    declared: type[T], arguments: Mapping[str, object], *, adapter: str, flag: str = "-M"
) -> T:
    """Read the arguments of an adapter into an instance of its dataclass.

    Args:
        declared: a dataclass whose fields are ``int``, ``float``, ``bool``, ``str`` or ``Literal``,
            each perhaps ``| None``.
        arguments: what the user gave.
        adapter: what messages call the adapter, such as ``replay``.
        flag: how the user gives them.

    Raises:
        UnknownNameError: an argument that the adapter does not have.
        UsageError: a value of the wrong type.

    >>> @dataclasses.dataclass
    ... class Arguments:
    ...     seed: int = 1234
    ...     rate: float = 0.0
    >>> read_arguments(Arguments, {"rate": 1}, adapter="demo")
    Arguments(seed=1234, rate=1.0)
    >>> read_arguments(Arguments, {"sede": 1}, adapter="demo")
    Traceback (most recent call last):
        ...
    harness.errors.UnknownNameError: unknown argument of demo: 'sede'
      did you mean: seed?
      demo takes: seed, rate
    """
    hints = typing.get_type_hints(declared)
    known = [field.name for field in dataclasses.fields(declared)]  # type: ignore[arg-type]
    for name in arguments:
        if name not in hints:
            takes = f"{adapter} takes: {', '.join(known)}" if known else f"{adapter} takes none"
            raise UnknownNameError(f"argument of {adapter}:", name, known, hint=takes)
    values = {
        name: _checked(value, hints[name], where=f"{flag} {name}={value}")
        for name, value in arguments.items()
    }
    return declared(**values)


def _checked(value: object, annotation: Any, *, where: str) -> object:
    options = (
        typing.get_args(annotation)
        if typing.get_origin(annotation) in (typing.Union, types.UnionType)
        else (annotation,)
    )
    for option in options:
        if typing.get_origin(option) is Literal:
            if value in typing.get_args(option):
                return value
        elif option is types.NoneType:
            if value is None:
                return None
        elif type(value) is option:
            return value
        elif option is float and type(value) is int:
            return float(value)
        elif option is str and type(value) in (int, float):
            return str(value)
    raise UsageError(f"expected {_describe(options)}, found {value!r}", where=where)


def _describe(options: tuple[Any, ...]) -> str:
    names = {int: "an integer", float: "a number", bool: "true or false", str: "text"}
    parts = [
        "one of " + ", ".join(typing.get_args(option))
        if typing.get_origin(option) is Literal
        else names[option]
        for option in options
        if option is not types.NoneType
    ]
    return " or ".join(parts)


def check_rate(value: float, name: str) -> None:
    """Refuse a share outside [0, 1].

    >>> check_rate(0.5, "error_rate")
    """
    if not 0.0 <= value <= 1.0:
        raise UsageError(f"expected a share between 0 and 1, found {value}", where=f"-M {name}")
