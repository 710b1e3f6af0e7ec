"""Arguments of the instruction checkers: validation, and what upstream would draw at random.

Upstream draws an argument that is missing (``None``; a negative count; a letter outside a-z). Here
nothing is drawn: ``resolve`` returns the distribution over complete arguments, so that a caller
can take the exact expectation. Four draws come from a word list that is internal to upstream
(``keywords``, ``keyword``, ``forbidden_words``, ``first_word``): their expectation is unknown, the
distribution is ``None``. ``prompt_to_repeat`` has no default; upstream stops without it.

=======================================  ================================  =====================
instruction                              argument                          drawn from
=======================================  ================================  =====================
keywords:existence                       keywords                          two words of the list
keywords:frequency                       keyword; frequency; relation      one word; 1-3; both
keywords:forbidden_words                 forbidden_words                   two words of the list
keywords:letter_frequency                letter; let_frequency             a-z; 1-10
language:response_language               language                          30 codes
length_constraints:number_sentences      num_sentences                     1-20
length_constraints:number_paragraphs     num_paragraphs                    1-5
length_constraints:number_words          num_words                         100-500
length_constraints:nth_paragraph_...     num_paragraphs; nth; first_word   1-5; 1-(n+1); one word
detectable_content:number_placeholders   num_placeholders                  1-4
detectable_content:postscript            postscript_marker                 P.S., P.P.S
detectable_format:number_bullet_lists    num_bullets                       1-5
detectable_format:number_highlighted...  num_highlights                    1-4
detectable_format:multiple_sections      section_spliter; num_sections     Section, SECTION; 1-5
startend:end_checker                     end_phrase                        two phrases
change_case:capital_word_frequency       capital_frequency                 1-20
every relation                           (let_, capital_) relation         both
=======================================  ================================  =====================
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

from harness.errors import UnknownNameError, UsageError

Kwargs = Mapping[str, Any]


class InstructionError(UsageError):
    """An instruction cannot be checked: unknown id, malformed argument, broken pattern."""


class UnknownInstructionError(UnknownNameError, InstructionError):
    """An instruction id that is not one of the 25."""


class UndeterminedArgumentError(InstructionError):
    """A missing argument that upstream draws from a word list of its own: no expectation."""


class Resolution(NamedTuple):
    """Complete arguments of one instruction.

    Attributes:
        outcomes: pairs of probability and complete arguments; ``None`` if a missing argument
            comes from upstream's word list.
        random: upstream would draw at least one argument.
    """

    outcomes: tuple[tuple[Fraction, Kwargs], ...] | None
    random: bool


def _count(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def _stripped(value: Any) -> str:
    return _text(value).strip()


def _lowered(value: Any) -> str:
    return _text(value).lower()


def _phrase(value: Any) -> str:
    if not _text(value):
        raise TypeError("a non-empty string")
    return _text(value)


def _words(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise TypeError("a list of strings")
    return list(value)


def _relation(value: Any) -> str:
    if value not in _RELATIONS:
        raise TypeError("'less than' or 'at least'")
    return str(value)


def _is_none(value: Any) -> bool:
    return value is None


def _is_blank(value: Any) -> bool:
    return not value


def _is_negative(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and value < 0)


def _is_no_letter(value: Any) -> bool:
    return not value or (isinstance(value, str) and value.lower() not in _LETTERS)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: how it is read, when it counts as missing, what it is drawn from then.

    ``draws`` empty means that it has no default (upstream stops), ``None`` upstream's word list.
    """

    name: str
    read: Callable[[Any], Any]
    missing: Callable[[Any], bool]
    draws: tuple[Any, ...] | None = ()


_RELATIONS: Final = ("less than", "at least")
_LETTERS: Final = frozenset(string.ascii_lowercase)
# fmt: off
_LANGUAGES: Final = (
    "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn", "uk", "th", "ur", "ta",
    "te", "bg", "ko", "pl", "he", "fa", "vi", "ne", "sw", "kn", "mr", "gu", "pa", "ml", "fi",
)
# fmt: on
_ENDINGS: Final = ("Any other questions?", "Is there anything else I can help with?")


def _counted(name: str, low: int, high: int) -> Parameter:
    return Parameter(name, _count, _is_negative, tuple(range(low, high + 1)))


def _related(name: str = "relation") -> Parameter:
    return Parameter(name, _relation, _is_none, _RELATIONS)


PARAMETERS: Final[Mapping[str, tuple[Parameter, ...]]] = {
    "keywords:existence": (Parameter("keywords", _words, _is_blank, None),),
    "keywords:frequency": (
        Parameter("keyword", _stripped, _is_blank, None),
        _counted("frequency", 1, 3),
        _related(),
    ),
    "keywords:forbidden_words": (Parameter("forbidden_words", _words, _is_blank, None),),
    "keywords:letter_frequency": (
        Parameter("letter", _lowered, _is_no_letter, tuple(sorted(_LETTERS))),
        _counted("let_frequency", 1, 10),
        _related("let_relation"),
    ),
    "language:response_language": (
        Parameter("language", lambda value: _language(value), _is_none, _LANGUAGES),
    ),
    "length_constraints:number_sentences": (_counted("num_sentences", 1, 20), _related()),
    "length_constraints:number_paragraphs": (_counted("num_paragraphs", 1, 5),),
    "length_constraints:number_words": (_counted("num_words", 100, 500), _related()),
    "length_constraints:nth_paragraph_first_word": (
        _counted("num_paragraphs", 1, 5),
        Parameter("nth_paragraph", _count, _is_none, (0,)),  # 0 = to be drawn, see _place
        Parameter("first_word", _text, _is_none, None),
    ),
    "detectable_content:number_placeholders": (_counted("num_placeholders", 1, 4),),
    "detectable_content:postscript": (
        Parameter("postscript_marker", _stripped, _is_none, ("P.S.", "P.P.S")),
    ),
    "detectable_format:number_bullet_lists": (_counted("num_bullets", 1, 5),),
    "detectable_format:constrained_response": (),
    "detectable_format:number_highlighted_sections": (_counted("num_highlights", 1, 4),),
    "detectable_format:multiple_sections": (
        Parameter("section_spliter", _stripped, _is_none, ("Section", "SECTION")),
        _counted("num_sections", 1, 5),
    ),
    "detectable_format:json_format": (),
    "detectable_format:title": (),
    "combination:two_responses": (),
    "combination:repeat_prompt": (Parameter("prompt_to_repeat", _phrase, lambda _: False),),
    "startend:end_checker": (Parameter("end_phrase", _text, _is_none, _ENDINGS),),
    "startend:quotation": (),
    "change_case:capital_word_frequency": (
        Parameter("capital_frequency", _count, _is_none, tuple(range(1, 21))),
        _related("capital_relation"),
    ),
    "change_case:english_capital": (),
    "change_case:english_lowercase": (),
    "punctuation:no_comma": (),
}

INSTRUCTION_IDS: Final = tuple(PARAMETERS)


def resolve(instruction_id: str, kwargs: Kwargs) -> Resolution:
    """Validate the arguments of one instruction and complete them.

    Arguments that are ``None`` and do not belong to the instruction are ignored (data sets with
    one column per argument have them); any other foreign argument is an error.

    Raises:
        InstructionError: unknown id, or an argument that upstream would stop at.

    >>> resolve("detectable_format:number_bullet_lists", {"num_bullets": 3})
    Resolution(outcomes=((Fraction(1, 1), {'num_bullets': 3}),), random=False)
    >>> len(resolve("keywords:letter_frequency", {"letter": "#", "let_frequency": 4,
    ...     "let_relation": "at least"}).outcomes)
    26
    """
    if not isinstance(instruction_id, str) or instruction_id not in PARAMETERS:
        raise UnknownInstructionError("instruction", str(instruction_id), INSTRUCTION_IDS)
    if not isinstance(kwargs, Mapping):
        raise InstructionError(
            f"arguments must be an object, found {kwargs!r:.80}", where=instruction_id
        )
    parameters = PARAMETERS[instruction_id]
    names = [parameter.name for parameter in parameters]
    foreign = [name for name in kwargs if name not in names and kwargs[name] is not None]
    if foreign:
        raise InstructionError(
            f"unknown argument {foreign[0]!r}; expected: {', '.join(names) or 'none'}",
            where=instruction_id,
        )
    outcomes: list[tuple[Fraction, dict[str, Any]]] = [(Fraction(1), {})]
    known, random = True, False
    for parameter in parameters:
        given = kwargs.get(parameter.name)
        if not parameter.missing(given):
            values: tuple[Any, ...] = (_read(parameter, given, instruction_id),)
        elif parameter.draws is None:
            known, random, values = False, True, ("",)
        else:
            random, values = random or len(parameter.draws) > 1, parameter.draws
        weight = Fraction(1, len(values))
        outcomes = [
            (chance * weight, {**arguments, parameter.name: value})
            for chance, arguments in outcomes
            for value in values
        ]
    placed = tuple(_place(outcomes))
    return Resolution(placed if known else None, random or len(placed) > len(outcomes))


def check_own(instruction_id: str, kwargs: Kwargs) -> None:
    """Refuse an argument of another rule, also a null one, as a checker's own signature does.

    Raises:
        InstructionError: upstream would stop with a ``TypeError``.
    """
    if not isinstance(kwargs, Mapping) or instruction_id not in PARAMETERS:
        return  # ``resolve`` names these
    names = [parameter.name for parameter in PARAMETERS[instruction_id]]
    foreign = [name for name in kwargs if name not in names]
    if foreign:
        raise InstructionError(
            f"unknown argument {foreign[0]!r}; expected: {', '.join(names) or 'none'}",
            where=instruction_id,
        )


def _language(value: Any) -> str:
    if value not in _LANGUAGES:
        raise TypeError(f"one of {', '.join(_LANGUAGES)}")
    return str(value)


def _read(parameter: Parameter, given: Any, where: str) -> Any:
    try:
        return parameter.read(given)
    except TypeError as error:
        raise InstructionError(
            f"argument {parameter.name!r} must be {error}, found {given!r:.80}", where=where
        ) from error


def _place(
    outcomes: list[tuple[Fraction, dict[str, Any]]],
) -> Iterator[tuple[Fraction, dict[str, Any]]]:
    """Draw a paragraph number that is missing or beyond the paragraphs: 1 to their number plus 1."""
    for chance, arguments in outcomes:
        nth = arguments.get("nth_paragraph")
        if nth is None or 0 < nth <= arguments["num_paragraphs"]:
            yield chance, arguments
            continue
        places = arguments["num_paragraphs"] + 1
        for place in range(1, places + 1):
            yield chance / places, {**arguments, "nth_paragraph": place}
