r"""Slots of a reference or a reply in the strict reading: ``type: value`` in the forms that models write.

A type stands at the beginning of the text, of a line, or after a comma or semicolon, and is followed by ``:``, ``=``
or ``->``. So a value may hold commas ("artist: Salt, Pepper & Co"), colons ("time: 10: 30") and whatever else,
up to the next type or the end of its line. List marks, bold, code fences and a JSON object are form, not content. Types
are compared without case, spaces and underscores ("party_size" is "Party size"), values as ``canonical`` words
without script spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from metrics.text.canonical import canonical
from metrics.text.normalizers import canonical_words, without_script_spaces

Slots = dict[str, list[str]]

_MARKUP: Final = re.compile(r"```\w*|[*`]+|^[ \t]*(?:[-•·–]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_KEY: Final = re.compile(
    r"(?:^|[,;\n|])[ \t]*[\"'\[{(]?((?![\d_ ])\w+(?:[ \t/_.-]\w+){0,4})[\"']?[ \t]*(?::|=|->|→)(?!//)[ \t]*"
)
_LEADS: Final = frozenset(
    [
        "answer",
        "slots",
        "output",
        "result",
        "results",
        "response",
        "entities",
        "finalanswer",
        "slotfilling",
        "intent",
    ]
)
_NOTHING: Final = re.compile(
    r"(?:there (?:are|is) )?(?:no(?:ne| slots?(?: found| detected| present)?)?|nothing|n/a|null|\{\}|\[\])\.?"
)
_BRACKETS: Final = "[]{}()\"' \t"


def read(text: str) -> Slots | None:
    r"""Return types and values of a text; ``None`` if it holds no slot and does not say that there is none.

    >>> read("artist: Salt, Pepper & Co, playlist: gym")
    {'artist': ['salt pepper co'], 'playlist': ['gym']}
    >>> read("Sure! Here they are:\n- **City**: Rome\n- Party size = 4; city: Oslo")
    {'city': ['rome', 'oslo'], 'partysize': ['4']}
    >>> read("I cannot tell.") is None, read("None.")
    (True, {})
    """
    plain = canonical(text, casefold=False)
    found: Slots = {}
    for kind, value in _json(plain) or _pairs(_MARKUP.sub("", plain)):
        found.setdefault(_type(kind), []).append(without_script_spaces(canonical_words(value)))
    if found:
        return found
    return {} if _NOTHING.fullmatch(plain.strip().casefold()) else None


def _type(name: str) -> str:
    return canonical_words(name).replace(" ", "")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    keys = list(_KEY.finditer(text))
    for number, key in enumerate(keys):
        end = keys[number + 1].start() if number + 1 < len(keys) else len(text)
        value = text[key.end() : end].partition("\n")[0].strip(_BRACKETS + ",;|")
        name = key[1]
        if not number and (_type(name) in _LEADS or " " in name):
            inner = _KEY.match(value)
            if inner is not None:  # "Answer: city: Rome"
                name, value = inner[1], value[inner.end() :].strip(_BRACKETS)
            elif not value:  # "Here are the slots:"
                continue
        yield name, value


def _json(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a text that is one JSON object, fenced or not; values may be lists."""
    body = re.sub(r"^```\w*|```$", "", text.strip()).strip()
    if not body.startswith(("{", "[")):
        return []
    try:
        content = load_json(body)
    except ValueError:
        return []
    entries: list[Any] = content if isinstance(content, list) else [content]
    pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
    return [
        (str(kind), str(one))
        for kind, value in pairs
        for one in (value if isinstance(value, list) else [value])
    ]
