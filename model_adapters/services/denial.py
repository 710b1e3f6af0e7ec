"""What a 401, 403 or 451 means: a key that is refused, one prompt that is, or a gateway that hesitates.

A key that was accepted before is not wrong because of one prompt: some gateways moderate prompts with 403, and one of
several replicas may not know a key yet. So such a status ends the run only if nothing was ever answered, or several
come in a row; and what is said about a prompt is that prompt's refusal.
"""

from __future__ import annotations

import re
from typing import Final

from harness.types import ErrorInfo

STATUSES: Final = frozenset({401, 403, 451})
IN_A_ROW: Final = 5
"""Denials without an answer between them that mean the key."""
FIRST_FORBIDDEN: Final = 3
"""Prompts that are forbidden before anything is answered, until it means the key."""
_MODERATED: Final = re.compile(
    r"moderat|flagged|content.?(?:policy|filter)|safety|inappropriate|violates?\b", re.IGNORECASE
)
_ABOUT_KEY: Final = re.compile(
    r"\b(?:api[ _-]?)?keys?\b|credential|token|permission", re.IGNORECASE
)


class Denials:
    """Denials of one service, as they come.

    >>> denials = Denials()
    >>> denials.read(401, "no such key").kind
    'authentication'
    >>> denials.answered()
    >>> denials.read(403, "your input was flagged") is None
    True
    """

    def __init__(self) -> None:
        self._accepted = False
        self._in_a_row = 0

    def answered(self) -> None:
        """Note that a request was answered: the key is right."""
        self._accepted = True
        self._in_a_row = 0

    def read(self, status: int, said: str, *, shown: int | None = None) -> ErrorInfo | None:
        """Read a denial.

        Args:
            status: 401, 403 or 451.
            said: what the service says.
            shown: the status that came, where it is another one (Gemini refuses a key with 400).

        Returns:
            ``None`` if the prompt is refused: an outcome. Else an error: ``authentication`` ends the run,
            ``forbidden`` is this request's failure.
        """
        shown = status if shown is None else shown
        if status == 451 or (status == 403 and _MODERATED.search(said)):
            return None
        self._in_a_row += 1
        at_once = status == 401 or _ABOUT_KEY.search(said) is not None
        bound = IN_A_ROW if self._accepted else 1 if at_once else FIRST_FORBIDDEN
        kind = "authentication" if self._in_a_row >= bound else "forbidden"
        retryable = kind == "forbidden" and status == 401
        return ErrorInfo(kind, f"HTTP {shown}: {said}", retryable=retryable)
