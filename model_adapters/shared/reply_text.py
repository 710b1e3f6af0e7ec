"""From what a model said to what is scored: stop strings, and reasoning apart from the answer. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks that a model sets around its reasoning.

    Attributes:
        opening: what begins it; a chat template may already have written it.
        closing: what ends it.
        label: a word after the opening mark that does not belong to the reasoning.
    """

    opening: str = "<think>"
    closing: str = "</think>"
    label: str = ""


THINK: Final = Marks()


def cut_at(text: str, until: Sequence[str]) -> tuple[str, bool]:
    r"""Return the text before the first stop string, and whether one occurred.

    >>> cut_at("B\n\nbecause", ["\n\n"])
    ('B', True)
    >>> cut_at("B", ["\n\n"])
    ('B', False)
    """
    positions = [position for stop in until if (position := text.find(stop)) >= 0]
    return (text[: min(positions)], True) if positions else (text, False)


def split_reasoning(
    text: str, marks: Marks = THINK, *, opened: bool = False
) -> tuple[str | None, str]:
    r"""Separate what the model marked as reasoning from its answer.

    A template may already have written the opening mark, so the closing one decides, the last one where there are
    several. Reasoning that never closes is not an answer: the answer is empty, or what stands between two stretches.

    Args:
        text: the reply.
        marks: how the model marks its reasoning.
        opened: the prompt ends with the opening mark.

    >>> split_reasoning("<think>It barks.</think>\n\ndog")
    ('It barks.', 'dog')
    >>> split_reasoning("dog")
    (None, 'dog')
    >>> split_reasoning("<think>It barks, so")
    ('It barks, so', '')
    >>> split_reasoning("<think>one</think> <think>two</think>dog <think>or")
    ('one\ntwo\nor', 'dog')
    >>> split_reasoning("It barks, so", opened=True)
    ('It barks, so', '')
    """
    if marks.closing in text:
        reasoning, _, answer = text.rpartition(marks.closing)
        answer, again, more = answer.partition(marks.opening)
        reasoning = f"{reasoning}{marks.closing}{more}" if again else reasoning
        return _without_opening(reasoning, marks), answer.strip() if again else answer.lstrip()
    if opened or text.lstrip().startswith(marks.opening):
        return _without_opening(text, marks), ""
    return None, text


def _without_opening(text: str, marks: Marks) -> str:
    stretches = text.split(marks.closing)
    bare = (one.replace(marks.opening, "", 1).strip() for one in stretches)
    return "\n".join(one.removeprefix(marks.label).strip() for one in bare)
