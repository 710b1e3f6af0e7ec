"""Tasks whose strict reading is commitment say so in their scorer version; others do not."""

from __future__ import annotations

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index

CLOSED_BENCHMARKS = ("mmau", "mmsu", "sakura")
CLOSED_TASKS = {
    "quickstart_choice",
    "quickstart_keyword",
    "voicebench_bbh",
    "voicebench_mmsu",
    "voicebench_openbookqa",
}
ASKED_BY_LETTER = {"mmsu", "voicebench_bbh", "voicebench_mmsu", "voicebench_openbookqa"}
"""Tasks whose reading changed once more: letters that are options, conclusions in words. So did numbers of decided sets."""


def test_the_strict_scorer_version_of_every_closed_task_is_6_or_7() -> None:
    seen = 0
    for entry in load_index().tasks.values():
        spec = load_task(entry.path, entry.task)
        params = spec.raw.get("dataset_kwargs") or {}
        closed = (
            spec.benchmark in CLOSED_BENCHMARKS
            or spec.task in CLOSED_TASKS
            or (spec.benchmark == "llaso_eval" and "accuracy" in spec.metrics)
            or (spec.benchmark == "dynamic_superb" and params.get("rule") in ("exact", "decided"))
        )
        if closed:
            later = spec.task in ASKED_BY_LETTER or params.get("rule") == "decided"
            version = "strict.7" if later else "strict.6"
            assert version in spec.scorer, spec.task
            seen += 1
        if spec.aliases:
            assert closed, spec.task
    assert seen > 80
