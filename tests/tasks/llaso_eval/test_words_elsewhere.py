"""The declared words of other languages name their label, and are no label where the reply denies them."""

from __future__ import annotations

import pytest

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from metrics.commitment.grammar import committed


def read(task: str, reply: str) -> str | None:
    entry = load_index().tasks[task]
    spec = load_task(entry.path, entry.task)
    labels = [*spec.aliases]
    option = committed(reply, labels, [spec.aliases[label] for label in labels], letters=False)
    return None if option is None else labels[option].lower().rstrip(".")


@pytest.mark.parametrize(
    ("task", "reply", "label"),
    [
        ("llaso_common_voice_age_classification", "Sie ist in den Fünfzigern.", "fifties"),
        ("llaso_common_voice_age_classification", "Er ist wohl Mitte dreißig.", "thirties"),
        ("llaso_common_voice_age_classification", "Elle a la quarantaine.", "fourties"),
        ("llaso_common_voice_age_classification", "Es una mujer sesentona.", "sixties"),
        ("llaso_vocalsound_vocal_classification", "Jemand hustet.", "cough"),
        ("llaso_vocalsound_vocal_classification", "Quelqu'un éternue.", "sneeze"),
        ("llaso_vocalsound_vocal_classification", "Jemand lacht nicht.", None),
        ("llaso_cremad_er_classification", "話者は怒っている。", "anger"),
        ("llaso_cremad_er_classification", "話者は嬉しそうです。", "happiness"),
        ("llaso_cremad_er_classification", "Sie klingt ängstlich.", "fear"),
        ("llaso_cremad_er_classification", "話者は怒っていない。", None),
    ],
)
def test_words_of_other_languages(task: str, reply: str, label: str | None) -> None:
    assert read(task, reply) == label
