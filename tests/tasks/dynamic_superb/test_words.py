"""Words for genders and for the presence of speech, where the labels and the instruction ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.commitment.closed import choose
from tasks.dynamic_superb.words import aliases_of

LABELS = ["no", "yes"]
SPEECH = {"instruction": "Is it speech? Answer yes or no.", "_split": {"labels": LABELS}}


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("No doubt about it, this is speech.", "yes"),
        ("The recording contains speech.", "yes"),
        ("The recording contains no speech.", "no"),
        ("It's music, not speech.", "no"),
        ("Someone is speaking in the background.", "yes"),
        ("The clip may or may not contain speech.", None),
        ("It is hard to say whether this is speech.", None),
    ],
)
def test_speech_is_named_where_it_is_asked_for(reply: str, label: str | None) -> None:
    option = choose(reply, LABELS, None, aliases_of(SPEECH), letters=False).option
    assert (None if option is None else LABELS[option]) == label


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"instruction": "Is the clip noisy? Answer yes or no."}, set()),
        ({"_split": {"labels": ["speech", "music"]}}, set()),
        ({"_split": {"labels": ["Female", "Male"]}}, {"male", "female"}),
        ({"_aliases": {"yes": ["sure thing"]}}, {"yes", "no"}),
    ],
)
def test_words_depend_on_labels_and_instruction(fields: dict[str, Any], words: set[str]) -> None:
    found = aliases_of(SPEECH | fields)
    assert set(found) == words
    assert found.get("yes") == fields.get("_aliases", {}).get("yes", found.get("yes"))
