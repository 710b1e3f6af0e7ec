"""``harness judge compare RUN…``: how judges of the same replies agree with each other, from the logs of runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from harness.errors import UsageError
from harness.judge.bridge.fit import read_graded
from harness.judge.calibration import agreement_lines
from metrics.statistics.agreement import Agreement, agreement


@dataclass(frozen=True, slots=True)
class Pair:
    """Two judges on one task.

    Attributes:
        task: task id.
        metric: judged metric, strict reading.
        judges: ids of both.
        found: their agreement.
        difference: mean of the second minus mean of the first.
    """

    task: str
    metric: str
    judges: tuple[str, str]
    found: Agreement
    difference: float


def compare(runs: Sequence[Path]) -> list[Pair]:
    """Return every pair of judges that graded the same replies of a task.

    Raises:
        UsageError: no reply is graded by two judges.
    """
    pairs = []
    for name, task in read_graded(runs).items():
        grades: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
        for reply in task.replies.values():
            judges = sorted(reply.by_judge)
            for position, one in enumerate(judges):
                for other in judges[position + 1 :]:
                    first, second = reply.by_judge[one], reply.by_judge[other]
                    for metric, reading in first.keys() & second.keys():
                        if reading == "strict":
                            cell = (metric, reading)
                            grades[metric, one, other].append((first[cell], second[cell]))
        for (metric, one, other), both in sorted(grades.items()):
            left, right = ([f"{grade[side]:g}" for grade in both] for side in (0, 1))
            difference = fmean(after - before for before, after in both)
            pairs.append(Pair(name, metric, (one, other), agreement(left, right), difference))
    if not pairs:
        raise UsageError(
            "no reply is graded by two judges",
            where=str(runs[0]),
            hint="harness score RUN_DIR --rejudge --judge OTHER, or two runs of one --name",
        )
    return pairs


def comparison_lines(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the lines of the report for people."""
    for pair in pairs:
        one, other = pair.judges
        yield f"{pair.task} {pair.metric}: {one} (rows) against {other} (columns), difference {pair.difference:+.3f}"
        yield from agreement_lines(pair.found)


def comparison_json(pairs: Sequence[Pair]) -> Mapping[str, Any]:
    """Return the plain form for ``--json``."""
    return {
        "pairs": [
            {
                "task": pair.task,
                "metric": pair.metric,
                "judges": list(pair.judges),
                "difference": pair.difference,
                **pair.found.as_json(),
            }
            for pair in pairs
        ]
    }
