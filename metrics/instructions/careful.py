"""The instruction rules in the strict reading: what a careful reader accepts, whatever sign was typed for it.

Eleven rules differ from the official ones; the others are the same:

* keywords, forbidden words, the prompt to repeat, first words and end phrases are looked for in the canonical form of
  the reply (``metrics.text.canonical``), so a typographic apostrophe, an invisible character or a bold end phrase
  decides nothing;
* a quotation may stand between quotation marks of any kind;
* bullets are ``*``, ``-``, ``+`` and the typographic ones; a rule of dashes is not a bullet, and neither is a negative
  number. Bullets of the outermost level alone may make the number. Speech-IFEval's numbered lines need a mark behind
  the number;
* a bare number, string or constant is not a JSON text, and ``NaN`` is not a JSON value;
* capitals, small letters and the language of a reply are judged on its letters first: by their script, and for
  English by its common words. The language guess decides on twelve words and more, never against a short reply;
* a full-width, Arabic or Chinese comma is a comma.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from metrics.instructions.language import detect
from metrics.instructions.rules import BASE, SPEECH_IFEVAL, Rule
from metrics.text.canonical import canonical

Arguments = Mapping[str, Any]

_BULLET: Final = re.compile(
    r"^[^\S\n]*(?:[*+-](?![*+-])(?=[^\S\n]*[^\W\d]|[^\S\n]+\S)|[•‣◦▪●○■□·∙⁃–—✓✔➤►][^\S\n]*(?=\S))",
    re.MULTILINE,
)
_NUMBERED: Final = re.compile(r"^[^\S\n]*\(?\d{1,3}[.):][^\S\n]*(?=\S)", re.MULTILINE)
_RULE: Final = re.compile(r"^[^\S\n]*(?:[*_–—-][^\S\n]*){3,}$", re.MULTILINE)
_CLOSING: Final = "\"'*_ \t\n"
_BOLD: Final = re.compile(r"([*_]{1,3})(.+)\1", re.DOTALL)
_COMMAS: Final = re.compile("[,،、︐﹐﹑]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FEW: Final = 12

_ENGLISH: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "it",
        "this",
        "that",
        "you",
        "your",
        "i",
        "he",
        "she",
        "they",
        "we",
        "with",
        "for",
        "on",
        "at",
        "by",
        "from",
        "as",
        "not",
        "no",
        "yes",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "can",
        "will",
        "would",
        "my",
        "our",
        "their",
        "his",
        "her",
        "its",
        "there",
        "what",
        "which",
        "who",
        "how",
        "when",
        "if",
        "but",
        "so",
        "because",
        "than",
        "then",
        "also",
        "very",
        "all",
        "one",
        "two",
        "more",
        "about",
        "into",
        "out",
        "up",
    ]
)
_FOREIGN: Final = (
    frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "ist",
            "nicht",
            "ein",
            "eine",
            "ich",
            "sie",
            "wir",
            "mit",
            "auf",
            "für",
            "von",
            "zu",
            "den",
            "dem",
            "el",
            "la",
            "los",
            "las",
            "un",
            "una",
            "y",
            "es",
            "no",
            "que",
            "de",
            "en",
            "por",
            "para",
            "con",
            "le",
            "les",
            "des",
            "est",
            "et",
            "je",
            "nous",
            "vous",
            "dans",
            "pour",
            "sur",
            "il",
            "lo",
            "gli",
            "uno",
            "che",
            "di",
            "non",
            "per",
            "sono",
            "o",
            "os",
            "as",
            "um",
            "uma",
            "e",
            "é",
            "não",
            "com",
            "het",
            "een",
            "niet",
            "van",
            "ik",
        ]
    )
    - _ENGLISH
)
_SCRIPTS: Final = {
    "CYRILLIC": ("ru", "uk", "bg", "mk"), "ARABIC": ("ar", "fa", "ur"), "DEVANAGARI": ("hi", "mr", "ne"),
    "HEBREW": ("he",), "THAI": ("th",), "TAMIL": ("ta",), "TELUGU": ("te",), "BENGALI": ("bn",),
    "GUJARATI": ("gu",), "GURMUKHI": ("pa",), "KANNADA": ("kn",), "MALAYALAM": ("ml",), "HANGUL": ("ko",),
    "HIRAGANA": ("ja",), "KATAKANA": ("ja",), "CJK": ("ja", "zh", "zh-cn", "zh-tw"), "GREEK": ("el",),
}  # fmt: skip


def _same(text: str) -> str:
    return canonical(text, casefold=False)


def _spaced(text: str) -> str:
    return " ".join(canonical(text).split())


def _bullets(text: str) -> frozenset[int]:
    return _levels(_BULLET.finditer(_RULE.sub("", text)))


def _bullets_or_numbers(text: str) -> frozenset[int]:
    text = _RULE.sub("", text.replace("\\n", "\n"))
    return _levels(itertools.chain(_BULLET.finditer(text), _NUMBERED.finditer(text)))


def _levels(found: Iterable[re.Match[str]]) -> frozenset[int]:
    """Return the counts that a reader may mean: all bullets, and those of the outermost level."""
    indents = [len(match[0]) - len(match[0].lstrip()) for match in found]
    return frozenset({len(indents), indents.count(min(indents, default=0))})


def _is_quoted(text: str) -> bool:
    text = _same(text).strip()
    bold = _BOLD.fullmatch(text)
    text = text if bold is None else bold[2].strip()
    if text[:1] + text[-1:] in ("「」", "『』"):
        return len(text) > 2
    return len(text) > 2 and text[0] == text[-1] == '"'


def _ends(ending: str, arguments: Arguments) -> bool:
    phrase = _spaced(arguments["end_phrase"]).rstrip(_CLOSING)
    if phrase[-1:].isalnum():
        ending = ending.rstrip(".!?…" + _CLOSING)
    return ending.endswith(phrase)


def _repeats(opening: str, arguments: Arguments) -> bool:
    return opening.startswith(_spaced(arguments["prompt_to_repeat"]).strip(_CLOSING))


def _is_json(text: str) -> bool:
    text = text.replace("\ufeff", "").strip()
    fence = re.fullmatch(r"```\w*\s*(.*?)\s*```", text, re.DOTALL)
    try:
        value = json.loads(text if fence is None else fence[1], parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _script(text: str) -> str:
    """Return the script of most letters, ``LATIN`` if there are none."""
    sample = [letter for letter in text[:4000] if letter.isalpha()]
    names = Counter(unicodedata.name(letter, "LATIN").split()[0] for letter in sample)
    if names["HIRAGANA"] + names["KATAKANA"] > len(sample) // 10:
        return "HIRAGANA"
    return names.most_common(1)[0][0] if names else "LATIN"


def is_english(text: str) -> bool:
    """Return whether nothing speaks against a text being English.

    >>> is_english("YES, TWO CATS."), is_english("DAS IST EINE KATZE"), is_english("да")
    (True, False, False)
    """
    if _script(text) != "LATIN":
        return False
    words = _WORD.findall(canonical(text))
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN for word in words)
    if len(words) < _FEW:
        return foreign <= english
    return (english > 2 * foreign and english * 12 > len(words)) or detect(text.lower()) in (
        "en",
        None,
    )


def _is_language(text: str, arguments: Arguments) -> bool:
    wanted = arguments["language"]
    script = _script(text)
    if wanted == "en":
        return is_english(text)
    homes = _SCRIPTS.get(script)
    if homes is not None and wanted not in homes:
        return False
    if homes == (wanted,):
        return True
    if homes is None and any(wanted in others for others in _SCRIPTS.values()):
        return False
    guess = detect(text.lower())
    return guess in (None, wanted) or len(_WORD.findall(text)) < 4


def _counts(counts: frozenset[int], arguments: Arguments) -> bool:
    return arguments["num_bullets"] in counts


def _on_canonical(name: str) -> Rule:
    rule = BASE[name]
    return Rule(lambda text: rule.measure(_same(text)), rule.accept)


def _holds(test: Callable[[str], bool]) -> Rule:
    return Rule(test, lambda holds, _arguments: bool(holds))


_CAREFUL: Final[Mapping[str, Rule]] = {
    **{
        name: _on_canonical(name)
        for name in (
            "keywords:existence",
            "keywords:frequency",
            "keywords:forbidden_words",
            "length_constraints:nth_paragraph_first_word",
            "detectable_content:postscript",
        )
    },
    "language:response_language": Rule(lambda text: text, _is_language),
    "detectable_format:number_bullet_lists": Rule(_bullets, _counts),
    "detectable_format:json_format": _holds(_is_json),
    "combination:repeat_prompt": Rule(lambda text: _spaced(text).lstrip(_CLOSING), _repeats),
    "startend:end_checker": Rule(lambda text: _spaced(text).rstrip(_CLOSING), _ends),
    "startend:quotation": _holds(_is_quoted),
    "change_case:english_capital": _holds(lambda text: text.isupper() and is_english(text)),
    "change_case:english_lowercase": _holds(lambda text: text.islower() and is_english(text)),
    "punctuation:no_comma": _holds(lambda text: _COMMAS.search(_same(text)) is None),
}

CAREFUL: Final[Mapping[str, Mapping[str, Rule]]] = {
    "base": {**BASE, **_CAREFUL},
    "speech_ifeval": {
        **SPEECH_IFEVAL,
        **_CAREFUL,
        "detectable_format:number_bullet_lists": Rule(_bullets_or_numbers, _counts),
        "change_case:english_capital": SPEECH_IFEVAL["change_case:english_capital"],
        "change_case:english_lowercase": SPEECH_IFEVAL["change_case:english_lowercase"],
    },
}
"""Variant -> instruction -> rule of the strict reading."""
