"""English transcripts in the form that the Open ASR leaderboard compares, version ``oasr-2026-08``, and in that of Whisper.

Whisper's form is the one that the leaderboard began with and that most other harnesses use. Written from the published description (README of
``tasks/asr``). Linear in the text; raises on no string.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from harness.errors import SetupError
from metrics.text.normalizers import without_angular, without_round
from metrics.transcripts.numbers import numbers_as_digits

PACKAGE: Final = "whisper-normalizer"
_TABLES: Final = Path(__file__).with_name("english_tables.yaml")
_KEPT: Final = frozenset(".%$¢€£")
_LETTERS: Final = {
    **{"œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS"},
    **{"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L"},
}


@dataclass(frozen=True, slots=True)
class _Tables:
    fillers: re.Pattern[str]
    contractions: tuple[tuple[re.Pattern[str], str], ...]
    compounds: tuple[tuple[re.Pattern[str], str], ...]
    spelling: Mapping[str, str]
    names: Mapping[str, str]
    acronyms: bool = True


@cache
def _read() -> dict[str, Any]:
    import yaml

    content: dict[str, Any] = yaml.safe_load(_TABLES.read_text(encoding="utf-8"))
    return content


@cache
def _whisper() -> _Tables:
    """Return Whisper's own tables: six fillers, every ``'s`` at a word's end is ``is``; no compounds, names or acronyms."""
    pairs = (
        (r"'s\b", " is") if pattern.endswith(")'s\\b") else (pattern, form)
        for pattern, form in _read()["contractions"]
    )
    return _Tables(
        re.compile(rf"\b({'|'.join(_read()['whisper_fillers'])})\b"),
        tuple((re.compile(pattern), form) for pattern, form in pairs),
        (),
        packaged_spelling(),
        {},
        acronyms=False,
    )


@cache
def _tables() -> _Tables:
    read = _read()
    spelling = packaged_spelling()
    for word, form in read["spelling"].items():
        spelling.pop(word, None)
        if form is not None:
            spelling[word] = form
    return _Tables(
        re.compile(rf"\b({'|'.join(read['fillers'])})\b"),
        tuple((re.compile(pattern), form) for pattern, form in read["contractions"]),
        tuple((re.compile(pattern), form) for pattern, form in read["compounds"]),
        spelling,
        {form: name for name, forms in read["names"].items() for form in forms},
    )


def packaged_spelling() -> dict[str, str]:
    """Return the spelling table of the installed package; only its data file is read."""
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise SetupError(
            f"the package {PACKAGE} is not installed: its spelling table is part of English word error rates",
            hint=f"pip install {PACKAGE}",
        ) from None
    path = Path(str(package.locate_file("whisper_normalizer/normalizers/english.json")))
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return table


def open_asr_english(text: str) -> str:
    """Return the form that is compared; it may begin or end with a space.

    >>> open_asr_english("Mr. Stephen's programme cost $0.99, um, e-mail me at 5 p.m.").strip()
    'mister steven s program cost ¢99 email me at 5 pm'
    """
    return _normalised(text, _tables())


def whisper_english(text: str) -> str:
    """Return Whisper's form of an English text; it may begin or end with a space.

    >>> whisper_english("Mr. Stephen's programme cost $0.99, um, e-mail me at 5 p.m.").strip()
    'mister stephen is program cost ¢99 e mail me at 5 p m'
    """
    return _normalised(text, _whisper())


def _normalised(text: str, tables: _Tables) -> str:
    text = without_round(without_angular(text.lower()))
    text = tables.fillers.sub("", text)
    text = re.sub(r"(?<!\s)\s+'", "'", text)
    for pattern, form in tables.contractions:
        text = pattern.sub(form, text)
    text = re.sub(r"(\d),(\d)", r"\1\2", text)
    text = re.sub(r"\.([^0-9]|$)", r" \1", text)
    text = _plain(text)
    for pattern, form in tables.compounds:
        text = pattern.sub(form, text)
    text = numbers_as_digits(text)
    words = [tables.spelling.get(word, word) for word in text.split()]
    words = [tables.names.get(word, word) for word in words]
    text = " ".join(_acronyms(words) if tables.acronyms else words)
    text = re.sub(r"[.$¢€£]([^0-9])", r" \1", text)
    text = re.sub(r"([^0-9])%", r"\1 ", text)
    return re.sub(r"\s+", " ", text)


def _plain(text: str) -> str:
    return "".join(map(_plain_character, unicodedata.normalize("NFKD", text)))


@cache
def _plain_character(character: str) -> str:
    if character in _KEPT:
        return character
    if character in _LETTERS:
        return _LETTERS[character]
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    return " " if category[0] in "MSP" else character


def _acronyms(words: list[str]) -> list[str]:
    """Join runs of words of one character: two and more, or three where an a or i is among them."""
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, "  "]:
        if len(word) == 1 and word.isalnum():
            run.append(word)
            continue
        wanted = 3 if "a" in run or "i" in run else 2
        joined += ["".join(run)] if len(run) >= wanted else run
        run = []
        joined.append(word)
    return joined[:-1]
