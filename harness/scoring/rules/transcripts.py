"""``elm-v1``, ``elm-v2``, ``elm-v3``: the states of the Open Universal Arabic ASR leaderboard's form.

Source: Natural-Language-Processing-Elm/open_universal_arabic_asr_leaderboard; the form was mended twice on 2026-07-27.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.core.scoring import Document
from harness.scoring.rules.rule import Read, Ruling
from metrics.text.edits import word_edits
from metrics.transcripts.arabic import raw_char_edits


def edits_of(form: Callable[[str], str]) -> Read:
    """Return a rule that compares words and characters in a form."""

    def read(doc: Document, reply: str) -> dict[str, Ruling]:
        said, heard = form(str(doc["text"])), form(reply)
        words = word_edits(" ".join(said.split()), " ".join(heard.split()))
        return {"wer": Ruling(words, heard), "cer": Ruling(raw_char_edits(said, heard), heard)}

    return read
