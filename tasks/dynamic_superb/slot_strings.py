r"""Slots of a reference or a reply in the strict reading: ``type: value`` in the forms that models write.

A type stands at the beginning of the text, of a line, or after a comma, semicolon or bar, and is followed by ``:``, ``=``
or an arrow. So a value may hold commas ("artist: Salt, Pepper & Co"), colons ("time: 10: 30") and whatever else,
up to the next type or the end of its line. A type that the reference has is one behind any border ("city: Rome and day:
May 1"). List marks, bold, code fences, tables, tags and JSON are form, not content; so is a lead-in. A value that says
that there is none ("day: not mentioned") fills no slot. Types are compared without case, spaces and underscores
("party_size" is "Party size"), values as ``canonical`` words without script spaces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from metrics.text.canonical import canonical
from metrics.text.normalizers import canonical_words, without_script_spaces
from metrics.text.reasoning import without_reasoning

Slots = dict[str, list[str]]
Pair = tuple[str, str]

_MARKUP: Final = re.compile(r"```\w*|[*`]+|^[ \t]*(?:[-•·–>]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_NAME: Final = r"(?![\d_ ])\w+(?:[ \t/_.-]\w+){0,4}"
_LINK: Final = r"[\"']?[ \t]*(?::(?!//)|=>|=|->|→|⇒)[ \t]*"
_BORDER: Final = r"(?:^|[,;\n|、。])[ \t]*[\"'\[{(]*"
_KEY: Final = re.compile(rf"{_BORDER}({_NAME}){_LINK}")
_GLUED: Final = re.compile(r"[ \t]((?![\d_ ])\w+)=(?=\S)")
_DATE: Final = re.compile(r"[ \t]\d+\Z")
_LEADS: Final = frozenset({
    "answer", "slots", "slot", "output", "result", "results", "response", "entities", "finalanswer", "slotfilling", "slotvalues",
    "data", "arguments", "parameters", "json", "annotations", "labels",
})  # fmt: skip
_ASIDES: Final = frozenset({
    "note", "notes", "explanation", "comment", "reasoning", "transcript", "transcription", "utterance", "text", "sentence",
    "query", "confidence", "intent",
})  # fmt: skip
_TYPES: Final = frozenset(
    {
        "slot",
        "type",
        "slottype",
        "name",
        "slotname",
        "key",
        "entity",
        "entitytype",
        "field",
        "label",
        "category",
    }
)
_VALUES: Final = frozenset(
    {"value", "slotvalue", "values", "text", "entityvalue", "filler", "word"}
)
_NOTHING: Final = re.compile(
    r"(?:(?:there (?:is|are|was|were)|i (?:found|find|see|detected|detect)|(?:it|the \w+) (?:has|have|contains|contain)) )?"
    r"(?:(?:no|zero|0)(?: \w+){0,3}? (?:slots?|entit(?:y|ies)|types?|values?|pairs?)\b(?: [\w' ]{0,60})?|none|no|nothing|empty|n/a|null|nil|\{\}|\[\])"
    r"(?: (?:of the slots|found|detected|present|mentioned|to fill)[\w ]{0,40})?[.!]?"
)
_NO_VALUE: Final = re.compile(
    r"(?:none|null|nil|n/?a|empty|unknown|unspecified|-+|not (?:mentioned|specified|given|provided|stated|applicable|available|present|found|in the audio))\.?"
)
_BRACKETS: Final = "[]{}()\"' \t"
_DASHED: Final = re.compile(rf"[ \t]*({_NAME})[ \t]+[-–—][ \t]+(\S.*)")
_ROUND: Final = re.compile(rf"[ \t]*({_NAME})[ \t]*\(([^()]+)\)[ \t]*\.?")
_TAGGED: Final = re.compile(r"<(\w+)>([^<>]*)</\1>")
_STRUCK: Final = re.compile(r"~~[^~\n]{1,80}~~|<(s|del|strike)>[^<>\n]{0,80}</\1>")
_TAKEN_BACK: Final = re.compile(
    r".*(?:[\s,.;:(…—-](?:no,? wait|wait,? no|scratch that|i mean|sorry|or rather|correction|actually)\b[\s,:;.—-]*|\s(?:[→⇒➜➔]|[-=]>)\s)(?=\S)"
    r"|\s*\((?:not|instead of|rather than|formerly) [^()]*(?:\)|\Z)",
    re.IGNORECASE,
)
"""What a value takes back ("Oslo, no wait, Rome"), up to the words in its place; what it denies."""
_LONGEST_VALUE: Final = 200
"""Characters of a value that may hold a correction."""
_MOST_LITERAL: Final = 20_000


def read(text: str, types: Collection[str] | None = None) -> Slots | None:
    r"""Return types and values of a text; ``None`` if it holds no slot and does not say that there is none.

    Args:
        text: a reference or a reply.
        types: the types of the reference, as ``read`` names them; ``None`` for the reference itself, whose values stay as they are.

    >>> read("artist: Salt, Pepper & Co, playlist: gym")
    {'artist': ['salt pepper co'], 'playlist': ['gym']}
    >>> read("Sure! Here they are:\n- **City**: Rome\n- Party size = 4; city: Oslo")
    {'city': ['rome', 'oslo'], 'partysize': ['4']}
    >>> read("| slot | value |\n|---|---|\n| city | Rome |"), read('{"slots": [{"type": "city", "value": "Rome"}]}')
    ({'city': ['rome']}, {'city': ['rome']})
    >>> read("I cannot tell.") is None, read("None.")
    (True, {})
    """
    plain = canonical(
        text if types is None else _STRUCK.sub(" ", without_reasoning(text)), casefold=False
    )
    written = _written(plain)
    if written is None and types:
        written = _columns(plain, types)
    pairs = written if written is not None else list(_pairs(_MARKUP.sub("", plain), types or ()))
    merged = _merged(pairs) or list(_other_forms(_MARKUP.sub("", plain)))
    found: Slots = {}
    emptied = written == []
    for kind, value in merged:
        name = _type(kind)
        if types is not None and len(value) <= _LONGEST_VALUE:
            value = _TAKEN_BACK.sub("", value)
        if name in _ASIDES and types is not None and name not in types and len(merged) > 1:
            continue
        if not value.strip(_BRACKETS) or _NO_VALUE.fullmatch(value.strip(_BRACKETS).casefold()):
            emptied = emptied or bool(value.strip())
            if types is not None or name in _LEADS:
                continue
        found.setdefault(name, []).append(without_script_spaces(canonical_words(value)))
    if found:
        return found
    said = plain.strip().casefold()
    return {} if emptied or _NOTHING.fullmatch(said) else None


def _type(name: str) -> str:
    return canonical_words(name).replace(" ", "")


def _pairs(text: str, types: Collection[str]) -> Iterator[Pair]:
    keys = [key for key in _KEY.finditer(text) if not _DATE.search(key[1])]
    spans = [(key.start(), key.end(), key[1]) for key in keys]
    spans += [(key.start(), key.end(), key[1]) for key in _GLUED.finditer(text)]
    spans += _known(text, types)
    taken: list[tuple[int, int, str]] = []
    for span in sorted(spans):
        if not taken or span[0] >= taken[-1][1]:
            taken.append(span)
    for number, (_, start, name) in enumerate(taken):
        end = taken[number + 1][0] if number + 1 < len(taken) else len(text)
        value = text[start:end].partition("\n")[0]
        if number + 1 < len(taken):
            value = value.rstrip()
            for joint in (" and", " &", " /"):
                value = value.removesuffix(joint)
        value = value.strip(_BRACKETS + ",;|.。、")
        if number == 0 and (_type(name) in _LEADS or " " in name):
            inner = _KEY.match(value)
            if inner is not None:  # "Answer: city: Rome"
                name, value = inner[1], value[inner.end() :].strip(_BRACKETS)
            elif not value:  # "Here are the slots:"
                continue
            name = re.sub(r"\A.*\b(?:are|is|slots)[ ]+(?=\w)", "", name)
        yield name, value


def _known(text: str, types: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Find types of the reference behind any border, in any spelling: "day: May 1" after "and", "." or a space."""
    for name in types:
        spelled = r"[ \t_.-]?".join(map(re.escape, name))
        for key in re.finditer(rf"(?<!\w)[\"'\[{{(]?({spelled}){_LINK}", text, re.IGNORECASE):
            yield key.start(), key.end(), key[1]


def _merged(pairs: list[Pair]) -> list[Pair]:
    """Join "slot: city" and "value: Rome" to one pair."""
    merged: list[Pair] = []
    waiting: str | None = None
    for kind, value in pairs:
        if _type(kind) in _TYPES:
            waiting = value
        elif waiting is not None and _type(kind) in _VALUES:
            merged.append((waiting, value))
            waiting = None
        else:
            merged.append((kind, value))
    joined = len(merged) < len(pairs) and waiting is None
    return merged if joined else pairs


def _other_forms(text: str) -> Iterator[Pair]:
    """Read pairs without a sign of their own: rows of a table, tags, "city - Rome", "city (Rome)"."""
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    rows = [row for row in rows if any(re.search(r"\w", cell) for cell in row)]
    if rows and all(len(row) == 2 for row in rows):
        for kind, value in rows:
            if not (_type(kind) in _TYPES | _LEADS and _type(value) in _VALUES):
                yield kind, value
        return
    if tagged := _TAGGED.findall(text):
        yield from tagged
        return
    pieces = [piece for piece in re.split(r"[,;\n]", text) if piece.strip()]
    for form in (_DASHED, _ROUND):
        found = [form.fullmatch(piece) for piece in pieces]
        if pieces and all(found):
            yield from ((one[1], one[2]) for one in found if one is not None)
            return


def _written(text: str) -> list[Pair] | None:
    """Return the pairs of JSON, or of a Python literal, that is the text or a part of it; ``None`` if nothing is."""
    fenced = re.search(r"```\w*[ ]*\n?(.*?)```", text, re.DOTALL)
    start = min((place for sign in "[{" if (place := text.find(sign)) >= 0), default=0)
    end = max(text.rfind("]"), text.rfind("}")) + 1
    for body in (text, fenced[1] if fenced else "", text[start:end]):
        content = _literal(body.strip())
        if content is not None:
            return list(_entries(content))
    return None


def _columns(text: str, types: Collection[str]) -> list[Pair] | None:
    """Return the pairs of a table whose head names types, and whose one row holds the values."""
    rows = [line.strip().strip("|").split("|") for line in text.split("\n") if "|" in line]
    if len(rows) != 3 or len(rows[0]) != len(rows[2]) or "".join(rows[1]).strip(" :-"):
        return None
    pairs = list(zip(rows[0], rows[2], strict=True))
    return pairs if len(pairs) > 1 and all(_type(name) in types for name, _ in pairs) else None


def _literal(body: str) -> Any:
    """Return the object or list that a text is, ``None`` if it is neither or holds no pairs."""
    if not body.startswith(("{", "[")) or len(body) > _MOST_LITERAL:
        return None
    try:
        content = load_json(body)
    except ValueError:
        try:
            content = ast.literal_eval(body)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    if isinstance(content, list) and not all(
        isinstance(one, dict | list | tuple) for one in content
    ):
        return None
    return content if isinstance(content, dict | list) else None


def _entries(content: Any) -> Iterator[Pair]:
    if isinstance(content, list):
        for entry in content:
            if (
                isinstance(entry, list | tuple)
                and len(entry) == 2
                and not isinstance(entry[0], dict | list | tuple)
            ):
                yield str(entry[0]), _said(entry[1])
            else:
                yield from _entries(entry)
    if not isinstance(content, Mapping):
        return
    names = {_type(str(name)): value for name, value in content.items()}
    kinds, values = (
        [names[one] for one in names if one in _TYPES],
        [names[one] for one in names if one in _VALUES],
    )
    if len(kinds) == 1 and len(values) == 1 and isinstance(kinds[0], str):
        yield kinds[0], _said(values[0])
        return
    for kind, value in content.items():
        if isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
        ):
            yield from _entries(value)
            continue
        if _type(str(kind)) in _LEADS and value in ("", [], None):
            continue
        for one in value if isinstance(value, list) else [value]:
            yield str(kind), _said(one)


def _said(value: Any) -> str:
    return "null" if value is None else str(value)
