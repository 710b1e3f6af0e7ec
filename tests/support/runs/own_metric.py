"""A task of forty spoken ages, with a metric that its own module may register."""

from __future__ import annotations

from pathlib import Path

_YAML = """\
task: ages
custom_dataset: !function ages_data.load
test_split: test
output_type: generate_until
doc_to_text: "How old is speaker {{number}}?"
description: ""
fewshot_config: {samples: []}
generation_kwargs: {until: [], do_sample: false, max_gen_toks: 8}
process_results: !function ages_scoring.process_results
metric_list:
  - {metric: METRIC, aggregation: !function ages_scoring.aggregate, higher_is_better: HIGHER}
metadata:
  lalm:
    benchmark: ages
    title: Age in years
    items: 40
    answer: number
    null_response: empty
    scorer: strict.1
    doc_fields: [number, age]
    required_fields: [age]
    licence: our own
    reference: https://example.org/ages
    anchors: ANCHORS
    protocol: The reply is a number.
"""
_DATA = """\
from harness.types import DataInfo, Documents


def load(*, folder=None, revision=None, **metadata):
    docs = [{"_id": str(n), "number": n, "age": 30} for n in range(40)]
    return {"test": Documents(docs, DataInfo("written here", version="1", total=40))}
"""
_SCORING = """\
from harness.types import ItemScore, Scored
from metrics.registry import Anchor, Quotient, register, share
from metrics.vanilla import aggregate, hook

ENTRY


def reference(doc):
    return doc["age"]


def score(doc, response, verdicts):
    return ItemScore({"METRIC": {"strict": Scored(STATS)}})


process_results = hook(score)
MORE
"""


def write_task(
    folder: Path,
    *,
    metric: str,
    higher_is_better: str = "true",
    anchors: str = "{}",
    entry: str = "",
    stats: str = '{"correct": int(response == str(doc["age"])), "n": 1}',
    more: str = "",
) -> Path:
    """Write YAML, loader and scoring module; return the folder.

    Args:
        folder: where to.
        metric: the task's one metric, on line 11 of ``ages.yaml``.
        higher_is_better: as YAML.
        anchors: as YAML, on line 24.
        entry: Python that registers the metric.
        stats: Python of one item's statistics.
        more: further Python of the scoring module.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = {"METRIC": metric, "HIGHER": higher_is_better, "ANCHORS": anchors}
    words |= {"ENTRY": entry, "STATS": stats, "MORE": more}
    for name, text in (
        ("ages.yaml", _YAML),
        ("ages_data.py", _DATA),
        ("ages_scoring.py", _SCORING),
    ):
        for word, value in words.items():
            text = text.replace(word, value)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
