"""Tasks whose strict reading of text, numbers, refusals or instructions changed say so in their scorer version."""

from __future__ import annotations

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index

METRICS = {"wer", "cer", "per", "mae", "exact_accuracy", "slot_f1", "corpus_bleu", "refusal_rate"}
FIRST = {"dynamic_superb", "llaso_eval", "quickstart", "speech_ifeval", "voicebench"}
"""Benchmarks whose first strict reading was another one."""
BY_RULE = {
    *("quickstart_instruction", "voicebench_ifeval"),
    *("speech_ifeval_closed", "speech_ifeval_closed_woprompt", "speech_ifeval_creative"),
}


def test_the_strict_scorer_version_of_every_text_task_is_3_or_later() -> None:
    seen = set()
    for entry in load_index().tasks.values():
        spec = load_task(entry.path, entry.task)
        if spec.benchmark in FIRST and (spec.task in BY_RULE or METRICS & set(spec.metrics)):
            assert int(spec.scorer.rpartition("strict.")[2]) >= 3, spec.task
            seen.add(spec.task)
    assert seen >= BY_RULE
    assert len(seen) > 40
