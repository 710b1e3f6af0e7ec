"""``elm-v1``, ``elm-v2``, ``elm-v3``: the states of the Open Universal Arabic ASR leaderboard's form.

Source: Natural-Language-Processing-Elm/open_universal_arabic_asr_leaderboard; the form was mended twice on 2026-07-27.
"""

from __future__ import annotations

from harness.core.scoring import Document
from harness.scoring.rules.rule import Read, Ruling
from metrics.transcripts.arabic import FORMS, board_edits


def edits_of(version: str) -> Read:
    """Return the rule of a state of the board."""

    def read(doc: Document, reply: str) -> dict[str, Ruling]:
        words, characters = board_edits(version, str(doc["text"]), reply)
        heard = FORMS[version](reply)
        return {"wer": Ruling(words, heard), "cer": Ruling(characters, heard)}

    return read
