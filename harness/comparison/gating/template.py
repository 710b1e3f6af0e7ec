"""``harness gate init``: a commented policy for the tasks of some runs."""

from __future__ import annotations

from collections.abc import Sequence

from harness.run.reader import RunView
from metrics.registry import find

_HEAD = """\
# Policy of harness gate; every key may be left out. docs/gate.md explains each.
version: 1

# Level of the whole gate: half for the mean over tasks, half for single tasks and guards (Holm).
alpha: 0.05

# The margin, as a share of a metric's scale: the gate passes if the drop is surely smaller.
max_drop: 0.02

# Smaller drops never fail, however significant.
min_effect: 0.0

# Exit 5 where neither a drop nor its absence is shown.
fail_inconclusive: false

# What the candidate did not answer: refuse (exit 3) or lost (counts as wrong).
missing: refuse

# Spend alpha over this many candidates against one baseline (a ledger lies next to it).
# horizon: 30

# Rules apply in order, later ones over earlier ones. Tasks are names, benchmarks or patterns.
rules:
"""
_GUARDS = """
# What must not rise. A share fails by a significant rise of `rise` (0.02 = 2 points), a mean by that share of
# the baseline's; `ceiling` is an absolute limit; `skip: true` leaves a guard out.
guards:
  unparsed: {rise: 0.02}
  refused: {rise: 0.02}
  error: {ceiling: 0.01}
  # truncated: {rise: 0.02}
  # runaway: {ceiling: 0.02}           # transcripts with more errors than the reference has words
  # seconds: {rise: 0.2}               # per item; only where machines are the same
  # real_time_factor: {ceiling: 0.5}
  # tokens: {rise: 0.5}
"""


def policy_text(runs: Sequence[RunView]) -> str:
    """Return a policy with a commented rule for every benchmark of the runs, with the values seen."""
    lines = [_HEAD]
    seen: dict[str, list[str]] = {}
    for run in runs:
        for task, entry in run.tasks.items():
            seen.setdefault(str(entry["benchmark"]), [])
            for metric, readings in (
                run.results["tasks"].get(task, {"metrics": {}})["metrics"].items()
            ):
                found = readings.get("strict")
                if found is not None and found["value"] is not None:
                    seen[str(entry["benchmark"])].append(f"{task} {metric} {found['value']:.4g}")
    ratios = False
    for benchmark, values in seen.items():
        lines.append(f"  # {benchmark}: {'; '.join(values[:4])}{' …' if len(values) > 4 else ''}\n")
        lines.append(f"  - {{tasks: [{benchmark}], max_drop: 0.02}}\n")
        ratios = ratios or any(find(value.split(" ")[1]).family == "ratio" for value in values)
    if ratios:
        lines.append(
            "  # A few runaway transcripts move a mean WER: count an item at most as wholly wrong.\n"
        )
        lines.append("  - {tasks: ['*'], metrics: [wer, cer], robust: cap}\n")
    lines.append("  # - {tasks: ['*_safety'], metrics: [refusal_rate], floor: 0.95}\n")
    return "".join([*lines, _GUARDS])
