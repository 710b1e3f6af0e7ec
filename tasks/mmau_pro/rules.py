"""Instruction rules of MMAU-Pro, one per item, as the official script applies them (README.md). They raise on no reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from metrics.instructions.sentences import sentences

Kwargs = Mapping[str, Any]
Rule = Callable[[str, Kwargs, str], bool]


def _text(kwargs: Kwargs, name: str) -> str:
    value = kwargs.get(name)
    return "" if value is None else str(value)


def _number(kwargs: Kwargs, name: str) -> int:
    value = kwargs.get(name)
    try:
        return 0 if value is None else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def _parts(kwargs: Kwargs, name: str) -> list[str]:
    return _text(kwargs, name).lower().split(", ")


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _letters_and_spaces(text: str) -> str:
    return re.sub(r"[^a-zA-Z ]", "", text).lower()


def _words(reply: str) -> int:
    return len(reply.split())


def _sentences(reply: str) -> int:
    return len(sentences(reply))


def _capitals(reply: str) -> int:
    return sum(word.isupper() for word in reply.split())


def _filled(reply: str, splitter: str) -> int:
    return sum(bool(part.strip()) for part in (reply.split(splitter) if splitter else [reply]))


def _placeholders(reply: str) -> int:
    r"""Count what ``\[[^\]]+\]`` finds, in time linear in the length."""
    return sum("[" in part[:-1] for part in reply.split("]")[:-1])


def _has_title(reply: str) -> bool:
    """Return whether ``<<[^>]+>>`` finds anything, in time linear in the length."""
    parts = reply.split(">")
    return any(not after and "<<" in part[:-1] for part, after in pairwise(parts[:-1]))


def _frequency(reply: str, kwargs: Kwargs, question: str) -> bool:
    del question
    found = re.findall(rf"\b{re.escape(_text(kwargs, 'keyword').lower())}\b", reply.lower())
    return len(found) == _number(kwargs, "N")


def _two(reply: str, kwargs: Kwargs, question: str) -> bool:
    del kwargs, question
    parts = reply.split("******")
    return len(parts) == 2 and parts[0].strip().lower() != parts[1].strip().lower()


def _quoted(reply: str, kwargs: Kwargs, question: str) -> bool:
    del kwargs, question
    text = reply.strip()
    return text.startswith('"') and text.endswith('"')


def _counted(name: str, count: Callable[[str], int]) -> dict[str, Rule]:
    return {
        f"{name} (at least)": lambda reply, kwargs, _: count(reply) >= _number(kwargs, "N"),
        f"{name} (at most)": lambda reply, kwargs, _: count(reply) <= _number(kwargs, "N"),
        f"{name} (range)": lambda reply, kwargs, _: (
            _number(kwargs, "N1") <= count(reply) <= _number(kwargs, "N2")
        ),
    }


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "Include Keywords": lambda reply, kwargs, _: all(
            part in reply.lower() for part in _parts(kwargs, "keywords")
        ),
        "Forbidden Words": lambda reply, kwargs, _: (
            not any(part in reply.lower() for part in _parts(kwargs, "forbidden_words"))
        ),
        "Keyword Frequency": _frequency,
        "Number Paragraphs": lambda reply, kwargs, _: _filled(reply, "***") == _number(kwargs, "N"),
        **_counted("Number Words", _words),
        **_counted("Number Sentences", _sentences),
        "Postscript": lambda reply, kwargs, _: (
            _letters(_text(kwargs, "postscript_marker")) in _letters(reply)
        ),
        "Number Placeholder": lambda reply, kwargs, _: _placeholders(reply) >= _number(kwargs, "N"),
        "Number Bullets": lambda reply, kwargs, _: (
            len(re.findall(r"^\*\s", reply, re.MULTILINE)) == _number(kwargs, "N")
        ),
        "Title": lambda reply, _, __: _has_title(reply),
        "Minimum Number Highlighted Section": lambda reply, kwargs, _: (
            len(re.findall(r"\*[^*]+\*", reply)) >= _number(kwargs, "N")
        ),
        "Multiple Sections": lambda reply, kwargs, _: (
            _filled(reply, _text(kwargs, "section_splitter")) == _number(kwargs, "N")
        ),
        "Repeat Prompt": lambda reply, _, question: (
            reply.strip().lower().startswith(question.strip().lower())
        ),
        "Two Responses": _two,
        "All Uppercase": lambda reply, _, __: reply.isupper(),
        "All Lowercase": lambda reply, _, __: reply.islower(),
        **_counted("All-capital Words", _capitals),
        "Start Checker": lambda reply, kwargs, _: _letters_and_spaces(reply).startswith(
            _letters_and_spaces(_text(kwargs, "start_phrase"))
        ),
        "End Checker": lambda reply, kwargs, _: _letters_and_spaces(reply).endswith(
            _letters_and_spaces(_text(kwargs, "end_phrase"))
        ),
        "Quotation": _quoted,
        "No Commas": lambda reply, _, __: "," not in reply,
    }
)
"""Identifier -> rule of (reply, arguments, question)."""


def follows(identifier: Any, kwargs: Any, question: Any, reply: str) -> bool:
    """Return whether a reply follows the instruction of an item; an unknown identifier is never followed.

    >>> follows("Title", {}, "", "<<Storm>> The wind howls."), follows("Sonnet", {}, "", "x")
    (True, False)
    """
    rule = RULES.get(identifier) if isinstance(identifier, str) else None
    given = kwargs if isinstance(kwargs, Mapping) else {}
    return rule is not None and rule(reply, given, question if isinstance(question, str) else "")
