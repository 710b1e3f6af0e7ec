"""Tasks without Python: what the ``!function`` references of a declared task name.

A YAML with ``metadata.lalm.rule`` and ``metadata.lalm.data`` needs no code of its own (``docs/task_yaml.md``). The harness fills in
the references to this package; a file that writes them out also runs under plain lm-eval.
"""

from metrics import vanilla
from tasks.declared.loading import audio, load
from tasks.declared.scoring import (
    facts,
    judge_grade,
    judge_slots,
    lacking,
    options,
    positions,
    reference,
    reorder,
    score,
    signature,
)

process_results = vanilla.hook(score)
aggregate = vanilla.aggregate

__all__ = [
    "aggregate",
    "audio",
    "facts",
    "judge_grade",
    "judge_slots",
    "lacking",
    "load",
    "options",
    "positions",
    "process_results",
    "reference",
    "reorder",
    "score",
    "signature",
]
