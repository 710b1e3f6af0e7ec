"""Verdicts of the instruction checkers: one instruction, one reply, and the wrappers around them.

``check`` answers for one text. ``evaluate`` does what an official wrapper does with a reply:
clean it, drop arguments, check every instruction strictly and, if the wrapper has it, loosely (an
instruction passes if any of eight variants of the reply passes). A blank reply or variant fails
before its checker is called. Where upstream draws an argument at random, a verdict is the exact
probability of passing: one draw is shared by the eight loose variants, strict and loose are drawn
apart, and the value of a prompt is the product of its instructions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple

from metrics.instructions.arguments import (
    InstructionError,
    Kwargs,
    Resolution,
    UndeterminedArgumentError,
    check_own,
    resolve,
)
from metrics.instructions.careful import CAREFUL
from metrics.instructions.rules import BASE, SPEECH_IFEVAL, Rule
from metrics.text.canonical import canonical
from metrics.witness import tell

Variant = Literal["base", "speech_ifeval"]
WrapperName = Literal["google", "voicebench", "speech_ifeval"]

_RULES: Final[Mapping[str, Mapping[str, Rule]]] = {"base": BASE, "speech_ifeval": SPEECH_IFEVAL}


class _Wrapper(NamedTuple):
    variant: Variant
    loose: bool
    drops_false_arguments: bool
    cleans: bool
    takes_foreign_nulls: bool = True


WRAPPERS: Final[Mapping[str, _Wrapper]] = {
    "google": _Wrapper("base", loose=True, drops_false_arguments=False, cleans=False),
    "voicebench": _Wrapper("base", loose=True, drops_false_arguments=True, cleans=True),
    "speech_ifeval": _Wrapper(
        "speech_ifeval",
        loose=False,
        drops_false_arguments=False,
        cleans=False,
        takes_foreign_nulls=False,
    ),
}


@dataclass(frozen=True, slots=True)
class InstructionVerdicts:
    """Verdicts of one reply, one entry per instruction.

    Attributes:
        strict: probability of passing on the reply itself; 0 or 1 unless an argument is random.
        loose: the same over the eight variants; ``None`` if the wrapper has no loose mode.
        random: whether upstream draws an argument of the instruction.
    """

    strict: tuple[float, ...]
    loose: tuple[float, ...] | None
    random: tuple[bool, ...]

    @property
    def strict_all(self) -> float:
        """Probability that every instruction passes strictly."""
        return math.prod(self.strict, start=1.0)

    @property
    def loose_all(self) -> float:
        """Probability that every instruction passes loosely; ``nan`` without a loose mode."""
        return math.nan if self.loose is None else math.prod(self.loose, start=1.0)


def clean_reply(reply: str) -> str:
    """Clean a reply as VoiceBench does: drop a leading ``<1>``, ``<2>`` or ``<3>`` and a trailing ``<|user|>``.

    >>> clean_reply("<2> Yes. <|user|>")
    'Yes.'
    """
    if reply.startswith(("<1>", "<2>", "<3>")):
        reply = reply[3:].strip()
    if reply.endswith("<|user|>"):
        reply = reply.removesuffix("<|user|>").strip()
    return reply


def loose_variants(reply: str) -> tuple[str, ...]:
    r"""Return the eight texts of which one must pass loosely.

    >>> loose_variants("Sure!\n*yes*")
    ('Sure!\n*yes*', 'Sure!\nyes', '*yes*', 'Sure!', '', 'yes', 'Sure!', '')
    """
    lines = reply.split("\n")
    cut = ["\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1])]
    return (reply, reply.replace("*", ""), *cut, *(text.replace("*", "") for text in cut))


def check(instruction_id: str, kwargs: Kwargs, reply: str, variant: Variant = "base") -> float:
    r"""Return the probability that one text follows one instruction: 0 or 1 unless an argument is random.

    Args:
        instruction_id: one of ``INSTRUCTION_IDS``.
        kwargs: its arguments, as the benchmark file holds them.
        reply: the text; a blank one fails.
        variant: ``base`` (Google, VoiceBench, lm-eval) or ``speech_ifeval`` (five edited rules).

    Raises:
        InstructionError: unknown id, malformed argument or broken pattern; upstream stops there.
        UndeterminedArgumentError: a missing argument comes from upstream's word list.

    >>> check("detectable_format:title", {}, "<<Dawn>>\nThe sun rose.")
    1.0
    >>> check("length_constraints:number_words", {"num_words": 5, "relation": "less than"}, "a b c")
    1.0
    >>> check("keywords:letter_frequency",
    ...       {"letter": "!", "let_frequency": 1, "let_relation": "at least"}, "abc") == 3 / 26
    True
    """
    resolution = resolve(instruction_id, kwargs)
    return _expect(_RULES[variant][instruction_id], instruction_id, resolution, (reply,))


def evaluate(
    instruction_ids: Sequence[str],
    kwargs_list: Sequence[Kwargs],
    reply: str,
    wrapper: WrapperName = "google",
    *,
    strict_reading: bool = False,
) -> InstructionVerdicts:
    r"""Return the verdicts of one reply as an official wrapper gives them.

    Args:
        instruction_ids: the instructions of the prompt.
        kwargs_list: their arguments, in the same order.
        reply: the model's reply as stored.
        wrapper: ``google``, ``voicebench`` (drops arguments with a false value, cleans the reply)
            or ``speech_ifeval`` (edited rules, no loose mode).
        strict_reading: an instruction whose argument would be random fails, and the rules are those of
            ``metrics.instructions.careful``.

    Raises:
        InstructionError: unknown id, malformed arguments or broken pattern; upstream stops there.
        UndeterminedArgumentError: as for ``check``; never under ``strict_reading``.

    >>> verdicts = evaluate(["punctuation:no_comma", "detectable_format:json_format"], [{}, {}],
    ...                     "Sure:\n[1]")
    >>> verdicts.strict, verdicts.loose, verdicts.strict_all, verdicts.loose_all
    ((1.0, 0.0), (1.0, 1.0), 0.0, 1.0)
    """
    rules = WRAPPERS[wrapper]
    if not _is_list(instruction_ids) or not _is_list(kwargs_list):
        raise InstructionError("instruction ids and arguments must be lists")
    if len(instruction_ids) != len(kwargs_list):
        raise InstructionError(
            f"{len(instruction_ids)} instruction ids but {len(kwargs_list)} sets of arguments"
        )
    if rules.cleans:
        reply = clean_reply(reply)
    if not (rules.takes_foreign_nulls or strict_reading):
        for name, kwargs in zip(instruction_ids, kwargs_list, strict=True):
            check_own(name, kwargs)
    if rules.drops_false_arguments:
        kwargs_list = [_without_false(kwargs) for kwargs in kwargs_list]
    resolutions = [
        resolve(name, kwargs) for name, kwargs in zip(instruction_ids, kwargs_list, strict=True)
    ]

    table = (CAREFUL if strict_reading else _RULES)[rules.variant]

    def verdicts(texts: Iterable[str]) -> tuple[float, ...]:
        distinct = tuple(dict.fromkeys(texts))
        if strict_reading:  # invisible characters are no reply
            distinct = tuple(text for text in distinct if canonical(text, casefold=False).strip())
        return tuple(
            0.0
            if strict_reading and resolution.random
            else _expect(table[name], name, resolution, distinct)
            for name, resolution in zip(instruction_ids, resolutions, strict=True)
        )

    kept = verdicts([reply])
    tell("instructions", reply, dict(zip(instruction_ids, kept, strict=True)), strict_reading)
    return InstructionVerdicts(
        strict=kept,
        loose=verdicts(loose_variants(reply)) if rules.loose else None,
        random=tuple(resolution.random for resolution in resolutions),
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _without_false(kwargs: Any) -> Any:
    if not isinstance(kwargs, Mapping):
        return kwargs  # named by the argument check
    return {name: value for name, value in kwargs.items() if value}


def _expect(rule: Rule, instruction_id: str, resolution: Resolution, texts: Sequence[str]) -> float:
    """Return the probability over the arguments that at least one non-blank text passes."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return 0.0
    if resolution.outcomes is None:
        raise UndeterminedArgumentError(
            "a missing argument would be drawn from the official checker's word list",
            where=instruction_id,
        )
    open_outcomes = list(resolution.outcomes)
    passed = Fraction(0)
    try:
        for text in texts:  # the first text that passes settles an outcome
            measure = rule.measure(text)
            accepted = [rule.accept(measure, arguments) for _, arguments in open_outcomes]
            passed += sum(
                (chance for (chance, _), ok in zip(open_outcomes, accepted, strict=True) if ok),
                Fraction(0),
            )
            open_outcomes = [
                outcome for outcome, ok in zip(open_outcomes, accepted, strict=True) if not ok
            ]
            if not open_outcomes:
                break
    except (re.error, OverflowError, RecursionError) as error:  # what ``re`` raises on patterns
        raise InstructionError(
            f"an argument is not a valid regular expression: {error}", where=instruction_id
        ) from error
    return float(passed)
