"""The instruction rules in the strict reading: what a careful reader accepts, whatever sign was typed for it.

All rules read the canonical form of the reply (``metrics.text.canonical``), and keywords, phrases and splitters are
brought to it too, so an apostrophe, an invisible character, a width or a Unicode form decides nothing. Beyond that:

* a phrase of several words counts across line breaks and emphasis; first words, end phrases and the prompt to repeat
  count inside bold, quotes, brackets and behind list marks;
* marks of layout are read by ``metrics.instructions.layout``: bullets, dividers, highlights, sections, titles, placeholders,
  JSON. Bullets of the outermost level alone may make the number. Speech-IFEval's numbered lines need a mark behind the number;
* words are what spaces and dashes separate: "don't" is one word, "well-known" one or two; a full stop of any script ends a
  sentence, an abbreviation that goes on ("e.g. this") and the number of a list do not;
* "My answer is yes." counts in any case and without its full stop, but not next to another of the three answers;
* capitals, small letters and the language of a reply are judged on its letters first: by their script, and by the common
  words of seven languages. The language guess decides on twelve words and more, never against a short reply;
* a full-width, Arabic or Chinese comma is a comma.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from metrics.instructions import layout
from metrics.instructions.common_words import WORD, spoken_for
from metrics.instructions.language import detect
from metrics.instructions.layout import same
from metrics.instructions.rules import BASE, SPEECH_IFEVAL, Rule
from metrics.instructions.sentences import sentences
from metrics.text import late as re
from metrics.text.canonical import canonical

Arguments = Mapping[str, Any]

_CLOSING: Final = "\"'*_ \t\n"
_BRACKETS: Final = "`)"
_OPENING: Final = "`([{>#"
_BOLD: Final = re.compile(r"([*_]{1,3})(.+)\1", re.DOTALL)
_EMPHASIS: Final = re.compile(r"[*_`]+")
_COMMAS: Final = re.compile("[,،、︐﹐﹑]")
_STOPS: Final = str.maketrans({"。": ". ", "！": "! ", "？": "? ", "｡": ". ", "؟": "? ", "।": ". "})
_PARTED: Final = re.compile(r"[—―/]|\.{2,}|--+")
_LIST_MARKS: Final = re.compile(r"^[^\S\n]*\d{1,3}\.(?=[^\S\n])", re.MULTILINE)
_ABBREVIATED: Final = re.compile(
    r"(?<![\w.])(?:(?P<leads>(?i:e\. ?g|i\. ?e|vs|cf|viz|approx|incl|esp))|(?P<numbered>[Ff]igs?|[Ee]qs?|[Vv]ol|[Cc]h|pp?|ca)"
    r"|(?i:etc|[ap]\.m|et al|inc|ltd|jr|dept|est|min|max))\.\Z"
)
"""Abbreviations at the end of a piece: what they introduce follows, a number does, or a small letter tells."""
_FEW: Final = 12
_SCRIPTS: Final = {
    "CYRILLIC": ("ru", "uk", "bg", "mk"), "ARABIC": ("ar", "fa", "ur"), "DEVANAGARI": ("hi", "mr", "ne"),
    "HEBREW": ("he",), "THAI": ("th",), "TAMIL": ("ta",), "TELUGU": ("te",), "BENGALI": ("bn",),
    "GUJARATI": ("gu",), "GURMUKHI": ("pa",), "KANNADA": ("kn",), "MALAYALAM": ("ml",), "HANGUL": ("ko",),
    "HIRAGANA": ("ja",), "KATAKANA": ("ja",), "CJK": ("ja", "zh", "zh-cn", "zh-tw"), "GREEK": ("el",),
}  # fmt: skip


def _spaced(text: str) -> str:
    return " ".join(canonical(text).split())


def _is_quoted(text: str) -> bool:
    text = same(text).strip()
    bold = _BOLD.fullmatch(text)
    text = text if bold is None else bold[2].strip()
    pair = text[:1] + text[-1:]
    return len(text) > 2 and pair in ("「」", "『』", '""') and re.search(r"\w", text) is not None


def _ends(ending: str, arguments: Arguments) -> bool:
    phrase = _spaced(arguments["end_phrase"]).rstrip(_CLOSING)
    closing = _CLOSING + _BRACKETS.replace(phrase[-1:] or " ", "")
    ending = ending.rstrip(closing)
    if phrase[-1:].isalnum():
        ending = ending.rstrip(".!?…" + closing)
    return ending.endswith(phrase)


def _repeats(opening: str, arguments: Arguments) -> bool:
    return opening.startswith(_spaced(arguments["prompt_to_repeat"]).strip(_CLOSING))


# --- keywords --------------------------------------------------------------------------------


def _forms(text: str) -> tuple[str, ...]:
    """Return the text and the text without marks of emphasis."""
    text = same(text)
    return tuple(dict.fromkeys((text, _EMPHASIS.sub("", text))))


def _pattern(keyword: str) -> str:
    """Return a keyword, which is a regular expression, in canonical form; a space is any white space."""
    return re.sub(r"(?<!\\) +", r"\\s+", same(keyword))


def _found(keyword: str, text: str) -> int:
    count = len(re.findall(keyword, text, re.IGNORECASE))
    if not count and keyword.isalpha():
        return canonical(text).count(canonical(keyword))  # "STRASSE" and "Straße"
    return count


def _has_keywords(forms: tuple[str, ...], arguments: Arguments) -> bool:
    return all(
        any(_found(_pattern(word), text) for text in forms) for word in arguments["keywords"]
    )


def _keyword_frequency(forms: tuple[str, ...], arguments: Arguments) -> bool:
    count = max(_found(_pattern(arguments["keyword"]), text) for text in forms)
    few: bool = count < arguments["frequency"]
    return few if arguments["relation"] == "less than" else not few


def _lacks_words(forms: tuple[str, ...], arguments: Arguments) -> bool:
    return not any(
        re.search(rf"\b{_pattern(word)}\b", text, re.IGNORECASE)
        for word in arguments["forbidden_words"]
        for text in forms
    )


# --- lengths ---------------------------------------------------------------------------------


def _words(text: str) -> tuple[int, int]:
    """Return the fewest and the most words that a reader counts: with and without hyphens inside words."""
    tokens = _PARTED.sub(" ", same(text)).split()
    spoken = [token for token in tokens if re.search(r"\w", token)]
    parts = [part for token in spoken for part in token.split("-") if re.search(r"\w", part)]
    return len(spoken), len(parts)


def _enough_words(counts: tuple[int, int], arguments: Arguments) -> bool:
    wanted: int = arguments["num_words"]
    fewest, most = counts
    return fewest < wanted if arguments["relation"] == "less than" else most >= wanted


def _sentences(text: str) -> int:
    r"""Count sentences; neither an abbreviation that goes on nor the mark of a list ends one."""
    text = same(text.translate(_STOPS)).strip()
    marks = {one[0].strip() for one in _LIST_MARKS.finditer(text)}
    found = sentences(text)
    cased = text != text.lower()
    joined = sum(
        one in marks or _goes_on(one, following, cased=cased)
        for one, following in itertools.pairwise(found)
    )
    return len(found) - joined


def _goes_on(piece: str, following: str, *, cased: bool) -> bool:
    """Return whether a piece ends in an abbreviation and what follows continues its sentence."""
    end = _ABBREVIATED.search(piece[-12:])
    if end is None:
        return False
    if end["leads"]:
        return True
    return following[0].isdigit() if end["numbered"] else cased and following[0].islower()


def _nth_paragraph(paragraphs: list[str], arguments: Arguments) -> bool:
    nth = arguments["nth_paragraph"]
    if len(paragraphs) != arguments["num_paragraphs"] or not 1 <= nth <= len(paragraphs):
        return False
    return canonical(arguments["first_word"]) in layout.first_words(paragraphs[nth - 1])


# --- language --------------------------------------------------------------------------------


def _script(text: str) -> str:
    """Return the script of most letters, ``LATIN`` if there are none."""
    sample = [letter for letter in text[:4000] if letter.isalpha()]
    names = Counter(unicodedata.name(letter, "LATIN").split()[0] for letter in sample)
    if names["HIRAGANA"] + names["KATAKANA"] > len(sample) // 10:
        return "HIRAGANA"
    return names.most_common(1)[0][0] if names else "LATIN"


def _spoken(text: str) -> tuple[list[str], dict[str, int]]:
    plain = canonical(text)
    words = WORD.findall(plain)
    return words, spoken_for(plain, words)


def is_english(text: str) -> bool:
    """Return whether nothing speaks against a text being English.

    >>> is_english("YES, TWO CATS."), is_english("DAS IST EINE KATZE"), is_english("да")
    (True, False, False)
    """
    if _script(text) != "LATIN":
        return False
    words, found = _spoken(text)
    english = found.pop("en")
    foreign = max(found.values())
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
    words, found = _spoken(text)
    length = len(words) if script != "CJK" else sum(map(str.isalpha, text))
    if length >= _FEW:
        return detect(text.lower()) in (None, wanted)
    if homes is not None:
        return True
    own = found.pop(wanted, 0)
    other = max(found.values())
    return other <= own or (other < 2 and other < len(words))


def _counts(counts: frozenset[int], arguments: Arguments) -> bool:
    return arguments["num_bullets"] in counts


def _on_canonical(rule: Rule, form: Callable[[str], str] = same) -> Rule:
    return Rule(lambda text: rule.measure(form(text)), rule.accept)


def _holds(test: Callable[[str], bool]) -> Rule:
    return Rule(test, lambda holds, _arguments: bool(holds))


_BULLETS: Final = "detectable_format:number_bullet_lists"
_PARAGRAPHS: Final = "length_constraints:number_paragraphs"
_SENTENCES: Final = "length_constraints:number_sentences"
_CAREFUL: Final[Mapping[str, Rule]] = {
    **{
        name: _on_canonical(BASE[name])
        for name in (
            "keywords:letter_frequency",
            "change_case:capital_word_frequency",
            "detectable_content:postscript",
        )
    },
    "keywords:existence": Rule(_forms, _has_keywords),
    "keywords:frequency": Rule(_forms, _keyword_frequency),
    "keywords:forbidden_words": Rule(_forms, _lacks_words),
    "language:response_language": Rule(lambda text: text, _is_language),
    _SENTENCES: Rule(_sentences, BASE[_SENTENCES].accept),
    _PARAGRAPHS: _on_canonical(BASE[_PARAGRAPHS], layout.divided),
    "length_constraints:number_words": Rule(_words, _enough_words),
    "length_constraints:nth_paragraph_first_word": Rule(layout.paragraphs, _nth_paragraph),
    "detectable_content:number_placeholders": Rule(
        layout.placeholders, BASE["detectable_content:number_placeholders"].accept
    ),
    _BULLETS: Rule(layout.bullets, _counts),
    "detectable_format:constrained_response": _holds(layout.constrained),
    "detectable_format:number_highlighted_sections": Rule(
        layout.highlights, BASE["detectable_format:number_highlighted_sections"].accept
    ),
    "detectable_format:multiple_sections": Rule(
        lambda text: text,
        lambda text, arguments: (
            layout.sections(text, arguments["section_spliter"]) >= int(arguments["num_sections"])
        ),
    ),
    "detectable_format:json_format": _holds(layout.is_json),
    "detectable_format:title": _holds(layout.has_title),
    "combination:two_responses": _holds(layout.two_answers),
    "combination:repeat_prompt": Rule(
        lambda text: _spaced(text).lstrip(_CLOSING + _OPENING), _repeats
    ),
    "startend:end_checker": Rule(_spaced, _ends),
    "startend:quotation": _holds(_is_quoted),
    "change_case:english_capital": _holds(
        lambda text: same(text).isupper() and is_english(same(text))
    ),
    "change_case:english_lowercase": _holds(
        lambda text: same(text).islower() and is_english(same(text))
    ),
    "punctuation:no_comma": _holds(lambda text: _COMMAS.search(same(text)) is None),
}

CAREFUL: Final[Mapping[str, Mapping[str, Rule]]] = {
    "base": {**BASE, **_CAREFUL},
    "speech_ifeval": {
        **SPEECH_IFEVAL,
        **_CAREFUL,
        _PARAGRAPHS: _on_canonical(SPEECH_IFEVAL[_PARAGRAPHS], layout.divided),
        _BULLETS: Rule(layout.bullets_or_numbers, _counts),
        "change_case:english_capital": _on_canonical(SPEECH_IFEVAL["change_case:english_capital"]),
        "change_case:english_lowercase": _on_canonical(
            SPEECH_IFEVAL["change_case:english_lowercase"]
        ),
    },
}
"""Variant -> instruction -> rule of the strict reading."""
