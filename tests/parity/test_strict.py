"""The strict reading of closed answers against a careful reader's verdicts.

At least 99 % of the lines of every set agree, no class of four or more is read against the reader for the
most part, and at most one line in 200 is called right that is wrong.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from harness.task_loading.task import YamlTask
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared

CLOSED = (
    "dynamic_superb_emotionrecognition_multimodalemotionlinesdataset",
    "llaso_common_voice_age_classification",
    "llaso_cremad_er_classification",
    "llaso_nsynth_instrument_classification",
    "llaso_synthetic_audio_classification",
    "llaso_vctk_accent_classification",
    "llaso_vctk_gender_classification",
    "llaso_velocity_classification",
    "llaso_vocalsound_vocal_classification",
    "mmau_test_mini",
    "mmsu",
    "sakura_language_single_letter_or_text",
    "voicebench_bbh",
    "voicebench_openbookqa",
)


def lines(name: str) -> list[dict[str, Any]]:
    text = (SHARED / "golden" / f"strict_{name}" / "cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def verdicts(name: str) -> list[tuple[dict[str, Any], bool]]:
    """The lines of a set, each with the strict verdict of its task."""
    cases = lines(name)
    entry = load_index().tasks[cases[0]["task"]]
    task = YamlTask(load_task(entry.path, entry.task))
    docs = [{**case["doc"], "_id": case["id"]} for case in cases]
    task.annotate(docs, "file")
    found = []
    for case, doc in zip(cases, docs, strict=True):
        scored = task.score(doc, case["response"], None).metrics[case["metric"]]["strict"]
        assert scored.stats is not None, case["id"]
        found.append((case, bool(scored.stats["correct"])))
    return found


@pytest.mark.parametrize("name", CLOSED)
def test_the_strict_reading_agrees_with_a_careful_reader(name: str) -> None:
    found = verdicts(name)
    missed = [
        (case["class"], case["human"], case["response"])
        for case, right in found
        if right != bool(case["human"])
    ]
    assert len(missed) <= len(found) // 100, missed
    assert sum(not human for _, human, _ in missed) <= len(found) // 200, missed
    classes: dict[str, list[bool]] = defaultdict(list)
    for case, right in found:
        classes[case["class"]].append(right == bool(case["human"]))
    misread = [
        kind for kind, agree in classes.items() if len(agree) > 3 and 2 * sum(agree) < len(agree)
    ]
    assert not misread
