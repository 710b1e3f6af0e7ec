"""The quick-start suite has no board of its own, only the list of tasks that its mean is made of."""

from __future__ import annotations

from typing import Final

AVERAGED: Final = tuple(
    f"quickstart_{name}" for name in ("transcription", "choice", "keyword", "number", "instruction")
)
