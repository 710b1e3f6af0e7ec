"""The options of a question in the form in which a reply is searched for them.

``compile_choices`` turns option texts (with aliases, with or without letters) into one pattern for their
strong forms, a table of whole replies that need no reading, and the weak forms (``A``, ``no``, ``one``,
``both``) that count only where an answer is expected. Equal texts are one option. A form that would name two
different options names none of them, unless it is the very text of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

from metrics.commitment.forms.contents import content_words
from metrics.commitment.forms.families import further_forms
from metrics.commitment.forms.inflections import ongoing, other_number
from metrics.commitment.forms.number_ends import GOES_ON, HUNDREDS, PART_OF
from metrics.commitment.forms.spoken import spoken_forms
from metrics.commitment.frames import impersonal, lower, plain, prepare
from metrics.text.numbers import spoken_number


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LATIN: Final = "0-9A-Za-z\u00c0-\u024f"
WORD: Final = (
    r"[^\s\x00-/:-@\[-`{-\x7f\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2010-\u2027\u2030-\u205e"
    r"\u3001-\u3003\u3008-\u3020\u30fb\ufffd\ue000-\uf8ff؟،؛।♯♭]"
)
"""Letters, marks and digits of any script; no placeholder of a mention."""
_UNSPACED_CLASS: Final = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_UNSPACED: Final = re.compile(_UNSPACED_CLASS)
# a class that goes beyond Latin-1 takes ten times as long to compile as its two parts
_BEFORE: Final = "(?<![0-9A-Za-z])(?<![\u00c0-\u024f])"
_AFTER: Final = "(?![0-9A-Za-z])(?![\u00c0-\u024f])"
_GAP: Final = r"(?:[\s\-'\"_,;:.!?()\[\]]|—(?=))"
_CORE: Final = re.compile(
    rf"(?:(?<=\A)|(?<=\s)|(?<=[(\"':=<>]))-\d+(?:[.,]\d+)*(?![.,]?\d|\s?-\s?\d)|\d+(?:[.,]\d+)*|(?:(?!\d){WORD})+|[#/+%&=<>°$€£♯♭@^|~\\]"
)
_ARTICLE: Final = re.compile(r"(?:an?|the)\s+(?=\S)")
_PREFIX: Final = re.compile(r"[(\[]([A-Za-z])[)\]]\s*(?=\S)|([A-Za-z])(?:[).:]|\s+-)\s+(?=\S)")
_EDGES: Final = " \n.,;:!?\"'()[]-"
_EXACT_EDGES: Final = " \n.,;:!?\"'()[]{}*`_<>✔。、．！？：；「」『』【】《》"
_UNIT: Final = re.compile(r"([-+]?\d+(?:[.,]\d+)*)\s*([^\d\s].*)")
_UNITS: Final = "(?:k?hz|bpm|db|ms|secs?|seconds?|min|yrs?|years?|yo|times?|semitones?|cents?)"
_NUMBER_WORDS: Final = re.compile(
    r"(?:(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|and)[\s,-]*)+"
)
_ONES: Final = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_COUNTS: Final = re.compile(
    rf"\d|\b(?:first|second|third|fourth|fifth|last)\b|^(?:\w+ )?(?:{'|'.join(_ONES)})(?: \w+)?$"
)
_TENS: Final = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_WEAK_WORDS: Final = _words(
    "a an the i it is in on at by to for of or and so but as no not none null nil nothing one both all neither either other"
    " others another some any many most same different this that these those here there now then maybe perhaps unknown"
    " unclear unsure uncertain said say first second third last right go ai human us true false correct incorrect nope"
)
_WEAK_PHRASES: Final = (
    "not sure", "i don't know", "don't know", "it depends", "can't tell", "cannot tell", "n/a", "not applicable",
)  # fmt: skip


_NO_BOUND: Final = r"(?<!\bover )(?<!\bunder )(?<!\babove )(?<!\bbelow )(?<!er than )"
_INITIALS: Final = ({"male", "female"}, {"man", "woman"})
"""Options that are also named by their initials."""
_EMPHATIC: Final = {
    "yes": (
        "definitely",
        "absolutely",
        "certainly",
        "indeed",
        "sure",
        "of course",
        "y",
        "without a doubt",
    ),
    "no": (
        "definitely not",
        "absolutely not",
        "certainly not",
        "of course not",
        "not at all",
        "no way",
        "by no means",
        "n",
    ),
}
"""Whole replies that are a clear yes or no, where these are the options."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Compiled options; built by ``compile_choices``.

    Attributes:
        size: how many options there are.
        same: for each option, the first one of equal text.
        distinct: the options that are their own first.
        labels: upper-case letter -> option.
        exact: folded whole reply -> option.
        pattern: the strong forms, longest first; ``None`` if there are none.
        forms: key of a form -> option.
        weak: key of a weak form -> option.
        weak_pattern: the weak forms of more than one letter; ``None`` if there are none.
        words: for each distinct option of several words, its content words; for the others, an empty set.
        counted: whether a number or an ordinal is part of an option, so that "the second one" may mean it.
        polite: whether an option has the words of a courtesy ("I'm so happy I could burst").
        ages: whether the options are ages by decade, "twenties", and nothing asks for a letter.
    """

    size: int
    same: tuple[int, ...]
    distinct: frozenset[int]
    labels: Mapping[str, int]
    exact: Mapping[str, int]
    pattern: re.Pattern[str] | None
    forms: Mapping[str, int]
    weak: Mapping[str, int]
    weak_pattern: re.Pattern[str] | None
    words: tuple[frozenset[str], ...]
    counted: bool
    polite: bool
    ages: bool


@lru_cache(maxsize=4096)
def compile_choices(
    options: tuple[str, ...],
    aliases: tuple[tuple[str, ...], ...] = (),
    *,
    letters: bool = True,
    asked: bool = False,
) -> Choices:
    """Compile the options of a question.

    Args:
        options: option texts in order; if all are empty, the options are letters only, else an empty one is not
            an option. A common prefix such as ``(A) `` or ``A. `` of all texts is their letter, not their text.
        aliases: further forms of each option; empty or one tuple for each option.
        letters: whether the options have letters, A for the first.
        asked: whether the prompt asks for a letter. An option that is itself the letter of another one ("D" as the text
            of B) is then named by its own letter only; else a letter alone is the text.

    >>> compile_choices(("(A) Man", "(B) A woman")).exact["woman"]
    1
    """
    texts, names = _split_letters([lower(plain(prepare(text))) for text in options])
    keys = [form_key(text) for text in texts]
    first: dict[str, int] = {}
    same = tuple(first.setdefault(key, i) if key else i for i, key in enumerate(keys))
    found: dict[str, set[int]] = {}
    spelled: dict[str, list[str]] = {}
    own = set(filter(None, keys))

    def add(form: str, option: int, *, is_own: bool = False) -> None:
        key = form_key(form)
        if key and (is_own or key not in own or keys[option] == key):
            found.setdefault(key, set()).add(same[option])
            spelled.setdefault(key, []).append(form)

    families = further_forms(keys) if letters else ()
    for i, text in enumerate(texts):
        add(text, i, is_own=True)
        for alias in aliases[i] if aliases else ():
            add(lower(plain(prepare(alias))), i)
        for form in families[i] if families else ():
            add(lower(prepare(form)), i)
        for variant in _variants(text, texts):
            add(variant, i)
        for variant in other_number(text, weak_keys() | {*_ONES}) if letters else ():
            add(variant, i)
        for variant in (*ongoing(text), *spoken_forms(text, texts, _in_words)) if letters else ():
            add(variant, i)
    if letters and asked:
        for i, name in enumerate(names):
            if name.lower() in own and keys[i] != name.lower():
                for option in found.pop(name.lower(), ()):
                    for mark in (". {}", ") {}", ": {}", " {}", ", {}"):
                        add(names[option].lower() + mark.format(name.lower()), option)
    forms = {key: options_.pop() for key, options_ in found.items() if len(options_) == 1}
    weak = {
        key: option
        for key, option in forms.items()
        if key in weak_keys() or (len(key) == 1 and key.isascii() and key.isalpha())
    }
    labels: dict[str, int] = {}
    if letters:
        for i, name in enumerate(names):
            if name and (keys[i] or not any(texts)):
                labels.setdefault(name, same[i])
    exact = {
        form.strip(_EXACT_EDGES): option
        for key, option in forms.items()
        for form in (*spelled[key], key)
    }
    for name, option in labels.items():
        exact.setdefault(name.lower(), option)
    if set(keys) == {"yes", "no"}:
        exact |= {form: same[i] for i, key in enumerate(keys) for form in _EMPHATIC[key]}
    slash = any("/" in text for text in texts)
    loose = [key for key in weak if len(key) > 1]
    contents = content_words(keys, weak_keys())
    return Choices(
        size=len(options),
        same=same,
        distinct=frozenset(
            first for first, key in zip(same, keys, strict=True) if key or not any(keys)
        ),
        labels=labels,
        exact={form: option for form, option in exact.items() if form},
        pattern=_any_of([f for key in forms if key not in weak for f in spelled[key]], slash=slash),
        forms=forms,
        weak=weak,
        weak_pattern=_any_of([form for key in loose for form in spelled[key]], slash=slash),
        words=tuple(words if same[i] == i else frozenset() for i, words in enumerate(contents)),
        counted=any(_COUNTS.search(key) for key in keys),
        polite=any(text != impersonal(text) for text in texts),
        ages=not letters and "twenties" in keys,
    )


def exact_choice(reply: str, choices: Choices) -> int | None:
    """Return the option that a whole reply is, without reading it; ``None`` if it is not one.

    >>> exact_choice(" Woman. ", compile_choices(("Man", "Woman")))
    1
    """
    if len(reply) > 200 or any(mark in reply for mark in "?？؟;") or "[ ]" in reply:
        return None
    word = lower(reply).strip(_EXACT_EDGES)
    found = choices.exact.get(word)
    if found is not None and len(word) == 1 and choices.labels.get(word.upper(), found) != found:
        return None  # a text that is also the letter of another option
    return found


def form_key(text: str) -> str:
    """Return the words, numbers and signs of a folded text, by which its forms are compared.

    >>> form_key("twenty-one,  58.0 bpm!"), form_key("c# minor")
    ('twenty one 58 bpm', 'c # minor')
    """
    return " ".join(
        _number(token) if token[0].isdigit() else token for token in _CORE.findall(text)
    )


@cache
def weak_keys() -> frozenset[str]:
    """Return the forms that are also ordinary words: they name an option only where an answer is expected."""
    return frozenset(map(form_key, (*_WEAK_WORDS, *_WEAK_PHRASES)))


def _number(token: str) -> str:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", token):
        token = token.replace(",", "")
    whole, _, rest = token.partition(".")
    if rest and "." not in rest and "," not in token:
        rest = rest.rstrip("0")
        return f"{whole.lstrip('0') or '0'}.{rest}" if rest else whole.lstrip("0") or "0"
    return token if "," in token or "." in token else token.lstrip("0") or "0"


def _split_letters(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split off the common kind of letter prefix; return the texts and the letter of each option."""
    matches = [_PREFIX.match(text) for text in texts]
    given = [(m[1] or m[2]).upper() if m else "" for m in matches]
    if len(texts) > 1 and sorted(given) == [chr(65 + i) for i in range(len(texts))]:
        return [text[m.end() :] for text, m in zip(texts, matches, strict=True) if m], given
    return list(texts), [chr(65 + i) if i < 26 else "" for i in range(len(texts))]


def _in_words(number: int) -> str:
    """Return a number below a hundred in words."""
    tens, ones = divmod(number, 10)
    return _ONES[number] if number < 20 else _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def _variants(text: str, texts: Sequence[str]) -> list[str]:
    """Return other ways to write the same option: articles, numbers as words or digits, order around "and"."""
    found = []
    if article := _ARTICLE.match(text):
        found.append(text[article.end() :])
    bare = text.strip(_EDGES)
    if _NUMBER_WORDS.fullmatch(bare):
        value = spoken_number(bare)
        if value is not None and value == int(value):
            found.append(str(int(value)))
    elif bare.isdecimal() and int(bare) < 100:
        found.append(_in_words(int(bare)))
    units = [_UNIT.fullmatch(other.strip(_EDGES)) for other in texts]
    if len(texts) > 1 and all(units) and len({unit[2] for unit in units if unit}) == 1:
        own = _UNIT.fullmatch(bare)
        found.extend([own[1]] if own else [])
        if own and own[2].strip() == "%":
            found.append(f"{own[1]} percent")
    if unit := _UNIT.fullmatch(bare):
        found.append(f"{unit[1]}{unit[2]}")
        if unit[1].isdecimal() and int(unit[1]) < 100 and unit[2][0].isalpha():
            found.append(f"{_in_words(int(unit[1]))} {unit[2]}")
    if bare.startswith("none of "):
        found.extend(("none", "none of them", "none of these", "none of those"))
    if {other.strip(_EDGES) for other in texts} in _INITIALS:
        found.append(bare[0])
    halves = bare.split(" and ")
    if len(halves) == 2 and not re.match(r"(?:both|between|neither)\b", bare):
        found.append(f"{halves[1]} and {halves[0]}")
    return found


def _any_of(forms: Sequence[str], *, slash: bool) -> re.Pattern[str] | None:
    """Join several forms into one pattern, the longest first."""
    lengths = {_pattern(form, slash=slash): len(form) for form in forms}
    ordered = sorted(lengths, key=lambda pattern: (-lengths[pattern], "".join(pattern)))
    if not ordered:
        return None
    starts = {_CORE.search(form)[0][0] for form in forms}  # type: ignore[index]
    # borders once for neighbours that share them: they are most of what there is to compile
    body = "|".join(
        f"{left}(?:{'|'.join(inside for _, inside, _ in group)}){right}"
        for (left, right), group in groupby(ordered, key=lambda pattern: pattern[::2])
    )
    if all(re.match(f"[{LATIN}]", start) for start in starts):  # a cheap test before the many
        body = f"{_BEFORE}(?=[{''.join(sorted(starts))}])(?:{body})"
    return re.compile(body)


def _pattern(form: str, *, slash: bool) -> tuple[str, str, str]:
    """Return a regular expression for one form between its borders; gaps between its words may be any punctuation."""
    parts: list[str] = []
    end = 0
    tokens = list(_CORE.finditer(form))
    for match in tokens:
        gap = form[end : match.start()]
        if parts and gap == "-" and form[end - 1].isdigit() and match[0].isdigit():
            parts.append(r"\s?-\s?")
        elif parts and gap:
            parts.append(f"{_GAP}{{0,4}}" if gap in "-'" else f"{_GAP}{{1,4}}")
        token = match[0]
        parts.append(_number_pattern(token) if token[0].isdigit() else re.escape(token))
        end = match.end()
    left, right = _border(tokens[0][0], before=True), _border(tokens[-1][0], before=False)
    if slash:
        left, right = rf"(?<!{WORD}/)" + left, right + rf"(?!/{WORD})"
    return left, "".join(parts), right


def _number_pattern(token: str) -> str:
    number = _number(token)
    if "," in number:
        return re.escape(number)
    whole, _, rest = number.partition(".")
    if rest:
        return rf"0*{re.escape(whole)}\.{re.escape(rest)}0*"
    if len(whole) > 3 and len(whole) < 13:
        grouped = f"{int(whole):,}".replace(",", ",?")
        return rf"{grouped}(?:\.0+)?"
    return rf"0*{whole}(?:\.0+)?"


def _border(token: str, *, before: bool) -> str:
    edge = token[0] if before else token[-1]
    if before and edge == "-" and len(token) > 1:
        return _BEFORE
    if edge.isdigit():
        if before:
            return rf"{_BEFORE}(?<!\d[.,])(?<!\d-)(?<!\d - )(?<!\s-)(?<!\A-)(?<![$€£]-){PART_OF}{_NO_BOUND}"
        after = rf"(?:{_AFTER}|(?={_UNITS}\b)){GOES_ON}"
        return after + (r"(?![.,]\d)(?!\s?-\s?\d)(?!\+)" if token.isdigit() else r"(?![.,]\d)")
    if _UNSPACED.match(edge) or not re.match(WORD, edge):
        return ""
    if not re.match(f"[{LATIN}]", edge):
        look = "?<" if before else "?"
        return f"(?:({look}!{WORD})|({look}={_UNSPACED_CLASS}))"
    if before:
        tens = "".join(f"(?<!{ten}[ -])" for ten in _TENS) if token in _ONES[1:10] else ""
        tens += PART_OF + _NO_BOUND if token in _TENS or token in _ONES[1:] else ""
        tens += HUNDREDS if token.startswith("hundred") else ""
        return f"{_BEFORE}(?<![A-Za-z]{{2}}-){tens}"
    scale = GOES_ON if token in _ONES or token in _TENS else ""
    if token.endswith("hundred"):
        scale = rf"{GOES_ON}(?!\s+(?:and\s+)?(?:{'|'.join((*_ONES, *_TENS))})\b)"
    return f"{_AFTER}(?![#♯♭])(?!-(?!years?\\b)[A-Za-z]){scale}"
