"""Compare records with the types of ``harness.run.files``, fast enough for every line of a log.

``checker(TYPE)`` walks a type once and returns a function. The function returns ``None`` for a value of that type,
else the first ``Mismatch``: which field, what was expected there, what was found. Values are what ``json.loads``
gives, so types are compared exactly: ``true`` is not a number. A number that is not finite is never right.
"""

from __future__ import annotations

import functools
import json
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, NotRequired, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from harness.errors import InputFileError
from harness.run.constraints import HasKeys, Length, Maximum, Minimum, Ordered, OrEmpty

_SHOWN: Final = 60
_WORDS: Final[Mapping[type, str]] = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Mismatch(NamedTuple):
    """Place of a value that is not of its type.

    Attributes:
        path: keys and positions down to the value.
        expected: what should be there, in words.
        found: the value; ``MISSING`` if the key is not there.
    """

    path: tuple[str | int, ...]
    expected: str
    found: Any

    def text(self) -> str:
        """Describe it in one line.

        >>> Mismatch(("tasks", "mmau", "selection", 0), "a list", 0.5).text()
        'tasks.mmau.selection[0]: expected a list, found 0.5'
        >>> Mismatch(("id",), "text or an integer", MISSING).text()
        'id: expected text or an integer, found no such key'
        """
        return f"{place_of(self.path)}: expected {self.expected}, found {shown(self.found)}"


def place_of(path: Iterable[str | int]) -> str:
    """Name a place inside a record.

    >>> place_of(("tasks", "mmau", "selection", 0)), place_of(())
    ('tasks.mmau.selection[0]', 'the record')
    """
    place = "".join(f"[{one}]" if isinstance(one, int) else f".{_name(one)}" for one in path)
    return place.removeprefix(".") or "the record"


def _name(key: str) -> str:
    """Return a key as it is, or quoted where it holds anything that a terminal would obey."""
    return key if key.isprintable() else json.dumps(key)


class _Missing:
    pass


MISSING: Final = _Missing()
Check = Callable[[Any], Mismatch | None]


def shown(value: Any) -> str:
    """Return a value as an error message shows it: short, on one line."""
    if value is MISSING:
        return "no such key"
    if isinstance(value, (dict, list)):
        kind, part = ("an object", "key") if isinstance(value, dict) else ("a list", "element")
        return f"{kind} with {len(value)} {part}{'' if len(value) == 1 else 's'}"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def check_record(kind: Any, record: Any, where: str, hint: str) -> None:
    """Refuse a record that is not of its type.

    Args:
        kind: one of the types in ``harness.run.files``.
        record: what was read.
        where: file and line.
        hint: what mends it.

    Raises:
        InputFileError: names the field, what was expected and what was found.
    """
    mismatch = checker(kind)(record)
    if mismatch is not None:
        raise InputFileError(mismatch.text(), where=where, hint=hint)


@functools.cache
def checker(kind: Any) -> Check:
    """Return the check of a type: a ``TypedDict``, or what its fields are made of."""
    form = _form(kind)

    def check(value: Any) -> Mismatch | None:
        if form.kinds is not None and type(value) not in form.kinds:
            return Mismatch((), form.words, value)
        return form.deep(value) if form.deep is not None else None

    return check


class _Form(NamedTuple):
    """A type: the Python types of its values (``None``: any), a check of what is inside, and words for it."""

    kinds: frozenset[type] | None
    deep: Check | None
    words: str


@functools.cache
def _form(kind: Any) -> _Form:
    if kind is Any:
        return _Form(None, None, "any value")
    if is_typeddict(kind):
        return _Form(frozenset({dict}), _typed_dict(kind), "an object")
    origin, arguments = get_origin(kind), get_args(kind)
    if hasattr(kind, "__metadata__"):
        form = _form(arguments[0])
        for bound in kind.__metadata__:
            form = _bounded(form, bound)
        return form
    if origin is NotRequired:
        return _form(arguments[0])
    if origin is Literal:
        return _literal(arguments)
    if origin in (Union, types.UnionType):
        if all(map(is_typeddict, arguments)):
            return _tagged(arguments)
        return _union([_form(one) for one in arguments])
    if origin is list:
        return _Form(frozenset({list}), _list(_form(arguments[0])), "a list")
    if origin is dict:
        return _Form(
            frozenset({dict}), _dict(_form(arguments[0]), _form(arguments[1])), "an object"
        )
    if kind is float:
        return _Form(frozenset({float, int}), _finite, "a number")
    return _Form(frozenset({kind}), None, _WORDS[kind])


def _finite(value: Any) -> Mismatch | None:
    if -1e300 < value < 1e300:
        return None
    return Mismatch((), "a finite number", value)


def _literal(values: tuple[Any, ...]) -> _Form:
    known = frozenset(values)
    words = " or ".join(json.dumps(value) for value in values)

    def check(value: Any) -> Mismatch | None:
        return None if value in known else Mismatch((), words, value)

    return _Form(frozenset(map(type, values)), check, words)


def _union(forms: list[_Form]) -> _Form:
    """Tell the alternatives apart by the Python type of the value."""
    deep = {kind: form.deep for form in forms for kind in form.kinds or () if form.deep is not None}
    kinds = frozenset(kind for form in forms for kind in form.kinds or ())
    words = " or ".join(form.words for form in forms)
    if not deep:
        return _Form(kinds, None, words)

    def check(value: Any) -> Mismatch | None:
        inner = deep.get(type(value))
        return inner(value) if inner is not None else None

    return _Form(kinds, check, words)


def _tagged(kinds: tuple[Any, ...]) -> _Form:
    """Tell records apart by the one literal value of their first key."""
    tag = next(iter(get_type_hints(kinds[0])))
    inside = {get_args(get_type_hints(kind)[tag])[0]: _typed_dict(kind) for kind in kinds}
    words = " or ".join(json.dumps(value) for value in inside)

    def check(value: Any) -> Mismatch | None:
        found = value.get(tag, MISSING)
        if not isinstance(found, str) or found not in inside:
            return Mismatch((tag,), words, found)
        return inside[found](value)

    return _Form(frozenset({dict}), check, "an object")


def _bounded(form: _Form, bound: object) -> _Form:
    inner = form.deep
    if isinstance(bound, Minimum):
        least, words = bound.value, f"{form.words}, at least {bound.value}"

        def check(value: Any) -> Mismatch | None:
            return (inner and inner(value)) if value >= least else Mismatch((), words, value)

    elif isinstance(bound, Maximum):
        most, words = bound.value, f"{form.words}, at most {bound.value}"

        def check(value: Any) -> Mismatch | None:
            return (inner and inner(value)) if value <= most else Mismatch((), words, value)

    elif isinstance(bound, Length):
        length, words = bound.value, f"{form.words} of {bound.value} elements"

        def check(value: Any) -> Mismatch | None:
            return Mismatch((), words, value) if len(value) != length else inner and inner(value)

    elif isinstance(bound, Ordered):
        words = form.words

        def check(value: Any) -> Mismatch | None:
            if (found := inner and inner(value)) is not None:
                return found
            low, high = value
            if low is None or high is None or low <= high:
                return None
            return Mismatch((0,), f"a number, at most {shown(high)} (the lower end)", low)

    elif isinstance(bound, HasKeys):
        names, words = bound.names, form.words

        def check(value: Any) -> Mismatch | None:
            for name in names:
                if name not in value:
                    return Mismatch((name,), "text", MISSING)
            return inner and inner(value)

    elif isinstance(bound, OrEmpty):
        words = form.words

        def check(value: Any) -> Mismatch | None:
            return inner(value) if inner and value else None

    else:
        raise TypeError(f"no check for {bound!r}")
    return _Form(form.kinds, check, words)


def _list(element: _Form) -> Check | None:
    kinds, deep = element.kinds, element.deep
    if kinds is None:
        return None

    def check(value: Any) -> Mismatch | None:
        for place, one in enumerate(value):
            if type(one) not in kinds:
                return Mismatch((place,), element.words, one)
            if deep is not None and (found := deep(one)) is not None:
                return Mismatch((place, *found.path), found.expected, found.found)
        return None

    return check


def _dict(key: _Form, element: _Form) -> Check | None:
    kinds, deep, known = element.kinds, element.deep, key.deep
    if kinds is None:
        return None

    def check(value: Any) -> Mismatch | None:
        for name, one in value.items():
            if known is not None and known(name) is not None:
                return Mismatch((), f"keys {key.words}", name)
            if type(one) not in kinds:
                return Mismatch((name,), element.words, one)
            if deep is not None and (found := deep(one)) is not None:
                return Mismatch((name, *found.path), found.expected, found.found)
        return None

    return check


@functools.cache
def fields_checker(kind: Any, names: tuple[str, ...]) -> Check:
    """Return a check of some keys of a ``TypedDict``; the others may be anything."""
    return _typed_dict(kind, names)


def _typed_dict(kind: Any, only: tuple[str, ...] = ()) -> Check:
    hints = get_type_hints(kind, include_extras=True)
    fields = []
    for name in only or hints:
        hint = hints[name]
        form = _form(hint)
        if form.kinds is not None or name in kind.__required_keys__:
            fields.append((name, name in kind.__required_keys__, form.kinds, form.deep, form.words))

    def check(value: Any) -> Mismatch | None:
        for name, required, kinds, deep, words in fields:
            found = value.get(name, MISSING)
            if found is MISSING:
                if required:
                    return Mismatch((name,), words, MISSING)
                continue
            if kinds is not None:
                if type(found) not in kinds:
                    return Mismatch((name,), words, found)
                if deep is not None and (inner := deep(found)) is not None:
                    return Mismatch((name, *inner.path), inner.expected, inner.found)
        return None

    return check
