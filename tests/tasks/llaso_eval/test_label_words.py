"""Labels of LLaSO-Eval in learned words and other languages: the aliases of the task YAML name one label each."""

from __future__ import annotations

import pytest

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from metrics.commitment.closed import choose


@pytest.mark.parametrize(
    ("task", "reply", "label"),
    [
        ("common_voice_age", "An octogenarian.", "eighties"),
        ("common_voice_age", "二十多岁。", "twenties"),
        ("common_voice_age", "40代です", "fourties"),
        ("common_voice_age", "A sexagenarian or an octogenarian.", None),
        ("common_voice_age", "Not a sexagenarian.", None),
        ("vocalsound_vocal", "咳嗽声", "cough"),
        ("vocalsound_vocal", "咳払い", "throat clearing"),
        ("vocalsound_vocal", "Ein Seufzer.", "sigh"),
        ("vocalsound_vocal", "재채기", "sneeze"),
        ("vocalsound_vocal", "Se escucha una risa.", "laughter"),
        ("vocalsound_vocal", "笑声或咳嗽声", None),
    ],
)
def test_labels_in_learned_words_and_other_languages(
    task: str, reply: str, label: str | None
) -> None:
    entry = load_index().tasks[f"llaso_{task}_classification"]
    aliases = load_task(entry.path, entry.task).aliases
    labels = list(aliases)
    found = choose(reply, labels, None, aliases, letters=False).option
    assert (None if found is None else labels[found].strip(".").casefold()) == label
