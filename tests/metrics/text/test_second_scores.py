"""Scores that a reply corrects, gives under keys of data, or gives reasons for; a second score without a word is unread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.support.data.llaso_items import score

LINES: Final = [
    line.split(" | ", 2)
    for line in (Path(__file__).resolve().parents[2] / "fixtures" / "three_scores.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if not line.startswith("#")
]
NAMES: Final = ("accuracy", "prosodic", "fluency")


def scores(reply: str) -> dict[str, float] | None:
    gold = "Hello. For the sentence: accuracy is 7, prosodic is 8, fluency is 9 total score is 8."
    found: dict[str, float] | None = score(
        "pronunciation_scoring_sentence_level_test", gold, reply, []
    ).details["strict_scores"]
    return found


@pytest.mark.parametrize("part", range(8))
def test_replies_of_our_own_are_read_as_they_are_meant(part: int) -> None:
    assert len(LINES) > 200
    misread = []
    for meant, gold, reply in LINES[part::8]:
        found = scores(reply.replace("\\n", "\n"))
        if meant != ("u" if found is None else "r" if found["accuracy"] == float(gold) else "w"):
            misread.append((reply, meant, found))
    assert misread == []


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(
    "again",
    [
        " - sorry, I meant ", "… no, ", ", or rather ", ", make that ", " (correction: ", ", oops, ", ". I mean ", ", that should be ", ", on second thought ", " – pardon, ",
        ", corrected to ", ", wait, that's too high: ", " -> ", ", not quite, ",
    ],
)  # fmt: skip
def test_a_corrected_score_is_the_later_one(number: int, again: str) -> None:
    said = ["6", "7", "8"]
    said[number] = f"2{again}4{')' if '(' in again else ''}"
    reply = f"Accuracy: {said[0]}. Prosody: {said[1]}. Fluency: {said[2]}."
    expected: list[float] = [6, 7, 8]
    expected[number] = 4
    assert scores(reply) == dict(zip(NAMES, expected, strict=True))


@pytest.mark.parametrize(
    "beside",
    [", ", "? ", " or ", ", maybe ", " - ", "/", ", perhaps ", " (or ", " up to ", ", could be "],
)
def test_a_second_score_that_corrects_nothing_leaves_it_open(beside: str) -> None:
    closed = ")" if "(" in beside else ""
    assert scores(f"Accuracy: 6{beside}8{closed}. Prosody: 5. Fluency: 4.") is None


@pytest.mark.parametrize(
    "bound", ["at least 6", "at most 6", "below 6", "6+", "6 or more", "over 6", "≥6"]
)
def test_a_bound_is_no_score(bound: str) -> None:
    assert scores(f"Accuracy: {bound}. Prosody: 5. Fluency: 4.") is None


@pytest.mark.parametrize(
    "reason", ["2 vowels are off", "one word is unclear", "3 short pauses", "2 of 9 words slurred"]
)
@pytest.mark.parametrize("sign", [" – ", " (", ", ", ": ", ". "])
def test_a_reason_with_a_number_is_no_second_score(reason: str, sign: str) -> None:
    closed = ")" if "(" in sign else ""
    reply = f"Accuracy: 6/10{sign}{reason}{closed}\nProsody: 5/10\nFluency: 4/10"
    assert scores(reply) == {"accuracy": 6, "prosodic": 5, "fluency": 4}


@pytest.mark.parametrize(
    "key", ["{}_score", "{}Score", "{} Score", "{}-score", "{} (0-10)", "{} [0-10]", "{}_rating", "pronunciation_{}", "{} (10 = best)"]
)  # fmt: skip
def test_keys_of_data_are_names(key: str) -> None:
    keys = [key.format(name) for name in ("accuracy", "prosody", "fluency")]
    for form in ('{{"{}": 6, "{}": 5, "{}": 4}}', "{}: 6\n{}: 5\n{}: 4", "| {} | {} | {} |\n|---|---|---|\n| 6 | 5 | 4 |"):  # fmt: skip
        assert scores(form.format(*keys)) == {"accuracy": 6, "prosodic": 5, "fluency": 4}, form
    assert scores(f"{keys[0]}: 6\n{keys[1]}: 5") is None
