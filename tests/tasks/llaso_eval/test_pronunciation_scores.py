"""Accuracy, prosody and fluency: taken back, of others, shared, settled on at last, in two orders, in numerals of Chinese and Japanese."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest

from tasks.llaso_eval.pronunciation_scores import NAMES, pronunciation_scores

LINES: Final = [
    line.split(" | ", 2)
    for line in (Path(__file__).resolve().parents[2] / "fixtures" / "pronunciation_scores.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("kind", sorted({kind for kind, *_ in LINES}))
def test_replies_of_our_own_are_read_as_they_are_meant(kind: str) -> None:
    misread = []
    for its, meant, reply in LINES:
        if its == kind:
            read = pronunciation_scores(reply)
            said = "u" if read is None else ",".join(f"{value:g}" for value in read.values())
            if said != meant:
                misread.append((reply, meant, said))
    assert misread == []


def test_there_are_many_such_replies() -> None:
    assert len(LINES) > 230


@pytest.mark.parametrize(
    "back",
    [
        "I withdraw the {} score.", "I take back the {} score.", "The {} score is withdrawn.", "Please ignore the {} score.", "I can't rate {} after all.",
        "On reflection I give no {} score.", "I no longer stand by my {} rating.", "All these scores are made up.", "Just kidding.", "Forget these scores.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["accuracy", "prosody", "fluency"])
def test_a_score_that_is_taken_back_is_none_until_it_is_given_anew(back: str, name: str) -> None:
    given = "Accuracy: 9. Prosody: 8. Fluency: 7."
    assert pronunciation_scores(given) is not None
    assert pronunciation_scores(f"{given} {back.format(name)}") is None
    assert pronunciation_scores(f"{given} {back.format(name)} Accuracy: 3, prosody: 4, fluency: 5.") == dict(zip(NAMES, (3, 4, 5), strict=True))  # fmt: skip


@pytest.mark.parametrize("other", ["A native speaker would get", "Most learners get", "The reference speaker has", "A professional usually scores"])  # fmt: skip
def test_a_score_of_somebody_else_is_not_that_of_the_reader(other: str) -> None:
    assert pronunciation_scores(f"{other} accuracy 9, prosody 9 and fluency 9.") is None
    mine = pronunciation_scores(
        f"{other} accuracy 9. This reader has accuracy 4, prosody 5, fluency 3."
    )
    assert mine == {"accuracy": 4, "prosodic": 5, "fluency": 3}


@pytest.mark.parametrize(
    "piece", ["accuracy 9. I withdraw it. ", "a native speaker would get ", "accuracy and prosody both ", "准确度九", "I take all of the "]
)  # fmt: skip
def test_a_long_reply_takes_no_time(piece: str) -> None:
    start = time.process_time()
    pronunciation_scores((piece * 20_000)[:19_999])
    assert time.process_time() - start < 2
