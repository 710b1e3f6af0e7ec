r"""The 25 registered IFEval rules and the five edited ones of Speech-IFEval, on complete arguments.

A rule is two steps: ``measure(text)`` reads the reply once (a count, a language, the text itself),
``accept(measure, arguments)`` decides for one set of arguments. So an expectation over random
arguments costs one reading of the reply. Patterns that take quadratic time upstream (a run of
blank lines before ``\s*\*``, an unclosed ``[`` or ``<<``) are written as linear equivalents.
Keywords, forbidden words, section splitters and postscript markers are unescaped regular
expressions, as upstream; ``re.error`` of a broken one is the caller's to translate.
Source: Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from metrics.instructions.arguments import InstructionError
from metrics.instructions.language import detect
from metrics.instructions.sentences import sentences
from metrics.instructions.words import count_capital_words

Arguments = Mapping[str, Any]


class Rule(NamedTuple):
    """One checker: read the reply once, then decide per set of arguments."""

    measure: Callable[[str], Any]
    accept: Callable[[Any, Arguments], bool]


def _itself(text: str) -> str:
    return text


def _verdict(holds: Any, _arguments: Arguments) -> bool:
    return bool(holds)


def _compare(count: int, relation: str, threshold: int) -> bool:
    """Compare two numbers: ``less than`` is strict, ``at least`` inclusive."""
    return count < threshold if relation == "less than" else count >= threshold


def _compared(threshold: str, relation: str = "relation") -> Callable[[int, Arguments], bool]:
    return lambda count, arguments: _compare(count, arguments[relation], arguments[threshold])


def _equal(threshold: str) -> Callable[[int | None, Arguments], bool]:
    return lambda count, arguments: count == arguments[threshold]


def _at_least(threshold: str) -> Callable[[int, Arguments], bool]:
    return lambda count, arguments: bool(count >= arguments[threshold])


# --- keywords --------------------------------------------------------------------------------


def _has_keywords(text: str, arguments: Arguments) -> bool:
    return all(re.search(word, text, re.IGNORECASE) for word in arguments["keywords"])


def _keyword_frequency(text: str, arguments: Arguments) -> bool:
    count = len(re.findall(arguments["keyword"], text, re.IGNORECASE))
    return _compare(count, arguments["relation"], arguments["frequency"])


def _lacks_words(text: str, arguments: Arguments) -> bool:
    return not any(
        re.search(rf"\b{word}\b", text, re.IGNORECASE) for word in arguments["forbidden_words"]
    )


def _letters(text: str) -> Counter[str]:
    return Counter(text.lower())


def _letter_frequency(letters: Counter[str], arguments: Arguments) -> bool:
    count = letters[arguments["letter"]]
    return _compare(count, arguments["let_relation"], arguments["let_frequency"])


# --- lengths ---------------------------------------------------------------------------------

_DIVIDER: Final = re.compile(r"\s?\*\*\*\s?")
_DIVIDER_OR_SPACE: Final = re.compile(r"\s++(?:\*\*\*\s*+)?|\*\*\*\s*+")


def _count_pieces(pieces: list[str]) -> int | None:
    """Count paragraphs; a blank first or last piece does not count, a blank middle piece is a failure."""
    count, last = len(pieces), len(pieces) - 1
    for index, piece in enumerate(pieces):
        if not piece.strip():
            if index not in (0, last):
                return None
            count -= 1
    return count


def _paragraphs(text: str) -> int | None:
    return _count_pieces(_DIVIDER.split(text))


def paragraphs_or_lines(text: str) -> int | None:
    r"""Split like upstream by ``\s*\*\*\*\s*|\n{1,}``, in linear time."""
    text = text.strip()
    pieces, begin = [], 0
    for match in _DIVIDER_OR_SPACE.finditer(text):
        if "***" in match.group():
            pieces.append(text[begin : match.start()])
            begin = match.end()
            continue
        for newlines in re.finditer(r"\n+", match.group()):
            pieces.append(text[begin : match.start() + newlines.start()])
            begin = match.start() + newlines.end()
    pieces.append(text[begin:])
    return _count_pieces(pieces)


def _nth_paragraph(text: str, arguments: Arguments) -> bool:
    pieces = text.split("\n\n")
    count = sum(1 for piece in pieces if piece.strip())
    nth = arguments["nth_paragraph"]
    if nth > count:
        return False
    tokens = pieces[nth - 1].split(maxsplit=1)
    if not tokens:
        return False
    word = re.split(r"[.,?!'\"]", tokens[0].lstrip("'").lstrip('"'), maxsplit=1)[0]
    lowered = "".join(letter.lower() for letter in word)
    return bool(count == arguments["num_paragraphs"] and lowered == arguments["first_word"].lower())


# --- content and format ----------------------------------------------------------------------


def _placeholders(text: str) -> int:
    count = 0
    for line in text.split("\n"):
        end = 0
        while (start := line.find("[", end)) >= 0 and (end := line.find("]", start) + 1) > 0:
            count += 1
    return count


def _has_postscript(lowered: str, arguments: Arguments) -> bool:
    marker = arguments["postscript_marker"]
    if marker == "P.P.S":
        pattern = r"p\.\s?p\.\s?s"
    elif marker == "P.S.":
        pattern = r"p\.\s?s\."
    else:
        # leading white space decides nothing unless the marker goes on quantifying it
        pattern = ("" if marker[:1].isalnum() else r"\s*") + marker.lower() + r".*$"
    return re.search(pattern, lowered, re.MULTILINE) is not None


_STAR: Final = re.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_DASH: Final = re.compile(r"^[^\S\n]*-", re.MULTILINE)
_DOT_OR_DIGIT: Final = re.compile(r"^[^\S\n]*[•\d]", re.MULTILINE)


def _bullets(text: str) -> int:
    return len(_STAR.findall(text)) + len(_DASH.findall(text))


def _bullets_or_numbers(text: str) -> int:
    text = text.replace("\\n", "\n")
    return _bullets(text) + len(_DOT_OR_DIGIT.findall(text))


_OPTIONS: Final = ("My answer is yes.", "My answer is no.", "My answer is maybe.")


def _is_constrained(text: str) -> bool:
    return any(option in text for option in _OPTIONS)


def _highlights(text: str) -> int:
    single = re.findall(r"\*[^\n*]*\*", text)
    double = re.findall(r"\*\*[^\n*]*\*\*", text)
    return sum(1 for span in single if span.strip("*").strip()) + sum(
        1 for span in double if span[2:-2].strip()
    )


def _sections(text: str, arguments: Arguments) -> bool:
    pieces = re.split(r"\s?" + arguments["section_spliter"] + r"\s?\d+\s?", text)
    return len(pieces) - 1 >= int(arguments["num_sections"])


def _is_json(text: str) -> bool:
    text = text.strip()
    for prefix in ("```json", "```Json", "```JSON", "```"):
        text = text.removeprefix(prefix)
    text = text.removesuffix("```").strip()
    try:
        read, valid = len(text), True
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            read, valid = error.pos, False
        if _depth(text[:read]) > DEEPEST:  # later Pythons than upstream's go on
            raise RecursionError
    except ValueError:
        return False
    except RecursionError as error:
        raise InstructionError(
            "the reply is nested too deep to be read as JSON; upstream stops",
            where="detectable_format:json_format",
        ) from error
    return valid


_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"')
DEEPEST: Final = 980
"""Levels of JSON that Python 3.11 does not read within its limit of recursion of 1,000; 3.12 and later read more."""


def _depth(text: str) -> int:
    """Return how deep a JSON text is nested.

    Only of texts with so many brackets that it matters; 0 for any other.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _has_title(text: str) -> bool:
    r"""Find any ``<<[^\n]+>>`` with something inside; at most one match per line, as the pattern is greedy."""
    for line in text.split("\n"):
        start, end = line.find("<<"), line.rfind(">>")
        if 0 <= start <= end - 3 and line[start : end + 2].lstrip("<").rstrip(">").strip():
            return True
    return False


# --- combination, start and end --------------------------------------------------------------


def _has_two_responses(text: str) -> bool:
    pieces = text.split("******")
    if any(not piece.strip() for piece in pieces[1:-1]):
        return False
    answers = [piece.strip() for piece in pieces if piece.strip()]
    return len(answers) == 2 and answers[0] != answers[1]


def _lowered(text: str) -> str:
    return text.strip().lower()


def _lowered_unquoted(text: str) -> str:
    return _lowered(text).strip("\"'")


def _repeats(lowered: str, arguments: Arguments) -> bool:
    return lowered.startswith(arguments["prompt_to_repeat"].strip().lower())


def _ending(text: str) -> str:
    return text.strip().strip('"').lower()


def _ends(lowered: str, arguments: Arguments) -> bool:
    return lowered.endswith(arguments["end_phrase"].strip().lower())


def _is_quoted(text: str) -> bool:
    text = text.strip()
    return len(text) > 1 and text[0] == text[-1] == '"'


# --- case, punctuation, language -------------------------------------------------------------


def _is_english_capital(text: str) -> bool:
    return text.isupper() and detect(text) in ("en", None)


def _is_english_lowercase(text: str) -> bool:
    return text.islower() and detect(text) in ("en", None)


def _in_language(language: str | None, arguments: Arguments) -> bool:
    return language is None or language == arguments["language"]


BASE: Final[Mapping[str, Rule]] = {
    "keywords:existence": Rule(_itself, _has_keywords),
    "keywords:frequency": Rule(_itself, _keyword_frequency),
    "keywords:forbidden_words": Rule(_itself, _lacks_words),
    "keywords:letter_frequency": Rule(_letters, _letter_frequency),
    "language:response_language": Rule(detect, _in_language),
    "length_constraints:number_sentences": Rule(
        lambda text: len(sentences(text)), _compared("num_sentences")
    ),
    "length_constraints:number_paragraphs": Rule(_paragraphs, _equal("num_paragraphs")),
    "length_constraints:number_words": Rule(
        lambda text: len(re.findall(r"\w+", text)), _compared("num_words")
    ),
    "length_constraints:nth_paragraph_first_word": Rule(_itself, _nth_paragraph),
    "detectable_content:number_placeholders": Rule(_placeholders, _at_least("num_placeholders")),
    "detectable_content:postscript": Rule(str.lower, _has_postscript),
    "detectable_format:number_bullet_lists": Rule(_bullets, _equal("num_bullets")),
    "detectable_format:constrained_response": Rule(_is_constrained, _verdict),
    "detectable_format:number_highlighted_sections": Rule(_highlights, _at_least("num_highlights")),
    "detectable_format:multiple_sections": Rule(_itself, _sections),
    "detectable_format:json_format": Rule(_is_json, _verdict),
    "detectable_format:title": Rule(_has_title, _verdict),
    "combination:two_responses": Rule(_has_two_responses, _verdict),
    "combination:repeat_prompt": Rule(_lowered, _repeats),
    "startend:end_checker": Rule(_ending, _ends),
    "startend:quotation": Rule(_is_quoted, _verdict),
    "change_case:capital_word_frequency": Rule(
        count_capital_words, _compared("capital_frequency", "capital_relation")
    ),
    "change_case:english_capital": Rule(_is_english_capital, _verdict),
    "change_case:english_lowercase": Rule(_is_english_lowercase, _verdict),
    "punctuation:no_comma": Rule(lambda text: "," not in text, _verdict),
}

SPEECH_IFEVAL: Final[Mapping[str, Rule]] = {
    **BASE,
    "length_constraints:number_paragraphs": Rule(paragraphs_or_lines, _equal("num_paragraphs")),
    "detectable_format:number_bullet_lists": Rule(_bullets_or_numbers, _equal("num_bullets")),
    "combination:repeat_prompt": Rule(_lowered_unquoted, _repeats),
    "change_case:english_capital": Rule(str.isupper, _verdict),
    "change_case:english_lowercase": Rule(str.islower, _verdict),
}
