"""Why a reply commits to an option, or to none, in words for people.

``read_commitment`` says which rule decided; this module says what the rule means and shows the sentence as it was read,
every mention of an option by the option's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from metrics.commitment.choices import Choices
from metrics.commitment.grammar import Commitment
from metrics.commitment.mentions import CLASH, MENTION, option_of

REASONS: Final[Mapping[str, str]] = {
    "whole": "the whole reply is this option",
    "part": "what is left without its frame is this option",
    "words": "all words of this option stand close together",
    "final": "it is called the final answer",
    "answer": "it is called the answer, or stands alone",
    "so": "it follows a conclusion such as “so”",
    "said": "it is the one option that the reply asserts",
    "aside": "it is named in a reason or concession only, and nothing else is asserted",
    "several": "several options are asserted with equal force",
    "denied": "every option that is named is denied, left open or only listed",
    "left": "all other options are excluded by name",
    "silent": "no option is named",
}
"""Rule of ``Commitment.rule`` -> its meaning."""
_LONGEST: Final = 300


def quote(found: Commitment, options: Sequence[str], choices: Choices) -> str:
    """Return the sentence that decided, with the text of an option for each mention; empty if no sentence did.

    >>> from metrics.commitment.choices import compile_choices
    >>> from metrics.commitment.grammar import read_commitment
    >>> animals = compile_choices(("Dog", "Cat"))
    >>> quote(read_commitment("Hm. The answer is B.", animals), ("Dog", "Cat"), animals)
    'the answer is [Cat].'
    """

    def name(mark: re.Match[str]) -> str:
        if mark[0] == CLASH:
            return "[letter and text differ]"
        return "/".join(f"[{options[index]}]" for index in sorted(option_of(mark[0], choices)))

    text = re.sub(MENTION, name, found.sentence).strip()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
