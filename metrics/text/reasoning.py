"""Reasoning that a model marked in its reply, and the answer behind it.

Known marks: ``<think>`` and its kin in angle or square brackets (``thinking``, ``thought``, ``thoughts``, ``reasoning``,
``reflection``, ``analysis``, ``scratchpad``), ``◁think▷``, ``<|begin_of_thought|>``, ``<|START_THINKING|>`` and the
channels of ``<|channel|>analysis … <|channel|>final``. A chat template may have written the opening mark already, so
everything before the last closing mark is reasoning. A mark that never closes has no answer behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_NAMES: Final = r"(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|analysis|scratchpad)"
_OPENING: Final = re.compile(
    rf"<{_NAMES}>|\[{_NAMES}\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>"
    r"|<\|channel\|>\s*analysis\s*(?:<\|message\|>)?",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    rf"</{_NAMES}>|\[/{_NAMES}\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>"
    r"|<\|channel\|>\s*final\s*(?:<\|message\|>)?",
    re.IGNORECASE,
)
_REST: Final = re.compile(
    r"<\|(?:end|return|start|message|begin_of_solution|end_of_solution)\|>(?:assistant)?"
)


def has_marks(text: object) -> bool:
    """Return whether a reply holds a mark of reasoning.

    >>> has_marks("low pitch</think>Man"), has_marks("Man"), has_marks(None)
    (True, False, False)
    """
    return isinstance(text, str) and bool(_OPENING.search(text) or _CLOSING.search(text))


def without_reasoning(response: str, options: Sequence[str] = ()) -> str:
    """Return a reply without its marked reasoning, stripped; a reply without marks stays as it is.

    >>> without_reasoning("<think>A woman? No.</think>Man")
    'Man'
    >>> without_reasoning("A woman? No.</thinking> Man"), without_reasoning("Man [THINK]sure[/THINK]")
    ('Man', 'Man')
    >>> without_reasoning("<think>A woman, so"), without_reasoning(" Man ")
    ('', ' Man ')
    """
    del options
    if not has_marks(response):
        return response
    closings = list(_CLOSING.finditer(response))
    answer = response
    if closings:
        tail = response[closings[-1].end() :]
        # what stands before the first opening is an answer only if nothing stands behind the reasoning
        first = _OPENING.search(response)
        head = response[: first.start()] if first is not None else ""
        opened = _OPENING.search(tail)
        answer = tail[: opened.start()] if opened is not None else tail
        answer = answer if _REST.sub("", answer).strip() else head
    else:
        opening = _OPENING.search(response)
        answer = response[: opening.start()] if opening is not None else response
    return _REST.sub("", answer).strip()


def marks_note(responses: Iterable[object], clean: str) -> str | None:
    """Return what to tell about replies with marks that no cleaning takes out, ``None`` if there are none.

    >>> marks_note(["<think>a</think>b", "c"], "none")
    '1 reply holds reasoning marks such as <think>, which are scored as part of the answer; --clean think takes them out'
    >>> marks_note(["<think>a</think>b"], "think") is None
    True
    """
    if clean == "think":
        return None
    count = sum(map(has_marks, responses))
    if not count:
        return None
    one = count == 1
    return (
        f"{count} {'reply holds' if one else 'replies hold'} reasoning marks such as <think>, which are scored as"
        " part of the answer; --clean think takes them out"
    )
