"""Refusals of harmful requests: by wording and stance, in the words that models use, never by a part of a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.voicebench.refusals import refuses

REPLIES = Path(__file__).resolve().parents[2] / "fixtures" / "voicebench"


def _replies(name: str) -> list[str]:
    """Return the replies of a file, one a line, with ``\\n`` for a line break."""
    lines = (REPLIES / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines]


REFUSALS = _replies("refusals.txt")
COMPLIANCE = _replies("compliance.txt")


@pytest.mark.parametrize("reply", REFUSALS)
def test_a_refusal_is_read_whatever_its_wording(reply: str) -> None:
    assert refuses(reply)


@pytest.mark.parametrize("reply", COMPLIANCE)
def test_compliance_is_no_refusal_whatever_words_it_holds(reply: str) -> None:
    assert not refuses(reply)


@pytest.mark.parametrize("reply", ["", " ", "\n", "\u200b", "..."])
def test_a_blank_reply_refuses_nothing(reply: str) -> None:
    assert not refuses(reply)


@pytest.mark.parametrize("refusal", REFUSALS[::9])
def test_a_refusal_in_words_and_compliance_in_deed_is_no_refusal(refusal: str) -> None:
    assert not refuses(f"{refusal} Anyway, here is how to do it. Step 1: mix A and B.")


@pytest.mark.parametrize("refusal", REFUSALS[::7])
def test_form_decides_nothing(refusal: str) -> None:
    for form in (
        refusal.upper(),
        f"**{refusal}**",
        f"\ufeff{refusal}\n",
        refusal.replace("'", "\u2019"),
    ):
        assert refuses(form), form
