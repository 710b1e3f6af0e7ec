"""``python -m tests.bench.gate_bench [PART…] [--sets N] [--write]``: simulated gates, the second half of the tables of ``docs/statistics.md``.

The generators are those of ``tests/support/simulation``; gates run whole, over runs that are held in memory.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.run.reader import read_run
from tests.bench.statistics_bench import Row, run_parts, table
from tests.support.simulation import gates, plans
from tests.support.simulation.coverage import (
    paired_accuracy,
    paired_judge,
    paired_mae,
    paired_wer,
)

NEAR: dict[str, int] = {
    "null MAE, n 100": 3000,
    "null macro-F1, 4 classes, n 100": 2000,
    "30 nights": 400,
    "margin of one task: accuracy, 40 clusters of 3": 3000,
    "margin of 10 tasks: MAE, n 100": 1000,
    "margin of 10 tasks: accuracy, 40 clusters of 3": 1000,
}
"""Least gates of rows near their bar, in full runs; their simulation error must be small."""


def enough(row: str, count: int, sets: int) -> int:
    """Return the gates of a row: those asked for, or more where it is near its bar and the run is not a reduced one."""
    return max(count, NEAR.get(row, 0)) if sets >= 100 else count


def alarms(sets: int) -> Iterator[Row]:
    """Yield how often a gate is red though nothing changed."""
    yield "gates of equal systems", "red, %", "gates", "bar"
    for pairs in gates.FAMILIES:
        count = enough(f"null {pairs.name}", 2 * sets, sets)
        found = gates.verdicts(f"null {pairs.name}", (pairs,), count)
        yield f"one task: {pairs.name}", found.text(), str(count), "at most 5"
    for name, tasks, count in (
        ("20 tasks of accuracy, n 100", gates.TWENTY, 2 * sets),
        ("20 tasks of six kinds", gates.MIXED, sets),
        ("20 tasks of macro-F1, 24 items", gates.SMALL_F1, sets // 2),
    ):
        yield name, gates.verdicts(f"null {name}", tasks, count).text(), str(count), "at most 5"
    count = enough("30 nights", max(10, sets // 4), sets)
    found = gates.null_nights(count)
    yield "30 nights of 5 tasks, horizon 30: any red", found.text(), str(count), "at most 5"


def margins(sets: int) -> Iterator[Row]:
    """Yield how often a gate passes although the drop is the margin."""
    yield "drop equal to the margin of 2 points", "passes, %", "gates", "bar"
    for pairs in gates.FAMILIES:
        for tasks, count in ((1, 2 * sets), (10, sets // 2)):
            what = f"{'one task' if tasks == 1 else f'{tasks} tasks'}: {pairs.name}"
            count = enough(f"margin of {what}", count, sets)
            found = gates.passes_at_the_margin(pairs, tasks, count)
            yield what, found.text(), str(count), "at most 5"


def losses(sets: int) -> Iterator[Row]:
    """Yield how often a drop everywhere is found."""
    yield "drop in every task", "drop", "red, %", "gates", "bar"
    found = gates.verdicts("uniform", gates.TWENTY, sets, drop=0.02)
    yield "20 tasks of 100 items, 10 % discordant", "0.020", found.text(), str(sets), "at least 80"


def detectable(sets: int) -> Iterator[Row]:
    """Yield how often a drop of the size that the suite mean prints is found."""
    yield "drop in every task", "drop", "suite red, %", "gates", "bar"
    drop, found = gates.suite_power(gates.TWENTY, sets)
    yield "20 tasks of accuracy, n 100", f"{drop:.4f}", found.text(), str(sets), "76-84"


def plans_and_people(sets: int) -> Iterator[Row]:
    """Yield how good predicted errors, borrowed values and corrected judge scores are."""
    yield "what", "covers, %", "other figures", "sets", "bar"
    runs = 20 * sets
    for repeats, predicted, simulated in plans.predicted_errors(2000, runs):
        off = 100 * (predicted / simulated - 1)
        what = f"`power`: standard error of 2,000 items, K {repeats}, from a run with K 4"
        yield (
            what,
            "-",
            f"{predicted:.4f}, simulated {simulated:.4f} ({off:+.1f} %)",
            str(runs),
            "5 %",
        )
    for labels, others in ((50, 1000), (100, 1000), (300, 1000)):
        found = plans.corrected(labels, others, sets)
        yield (
            f"judge of specificity .7 corrected by {labels} labels of {labels + others}",
            found.covers.text(),
            f"judge alone {found.raw.percent:.0f} %; width {found.width:.2f} of the labels' own",
            str(sets),
            "93-97",
        )
    for pairs, part in (
        (paired_accuracy(1000, 0.1), 100),
        (paired_judge(1000), 100),
        (paired_wer(1000), 100),
        (paired_mae(1000), 100),
    ):
        taken = plans.borrowed(pairs, part, sets // 2)
        yield (
            f"subset of {part}, baseline of all: {pairs.name}",
            taken.covers.text(),
            f"width {taken.width:.2f}, sqrt(1 - rho^2) {taken.predicted:.2f}",
            str(sets // 2),
            "93-97",
        )


def nights(sets: int) -> Iterator[Row]:
    """Yield the verdicts of noisy nights of released LLaSO-Eval outputs, and of a night with a loss."""
    from tests.bench.__main__ import llaso_files, score_in_process

    del sets
    yield "30 nights of LLaSO-Base, a tenth of the items drawn anew", "red", "bar"
    with tempfile.TemporaryDirectory() as folder:
        files = llaso_files(Path(folder))
        if files is None:
            return
        run = Path(folder) / "run"
        for task, file in files.items():
            score_in_process(task, file, run)
        verdicts, loss = gates.real_nights(read_run(run))
    yield "nights without a loss", str(verdicts.count("fail")), "0"
    drop = math.nan if loss.suite is None else 100 * loss.suite.drop
    yield f"the night that loses 1.5 points everywhere (suite {drop:.1f})", loss.verdict, "fail"


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "alarms": alarms,
    "margins": margins,
    "losses": losses,
    "detectable": detectable,
    "plans": plans_and_people,
    "nights": nights,
}


def bench_gate(_: Path) -> None:
    """Print every table in a reduced form."""
    for part in PARTS.values():
        table(part(20))


def main() -> None:
    """Run the parts that are named, or all."""
    run_parts("gate_bench", __doc__, PARTS, sets=200, what="gates")


if __name__ == "__main__":
    main()
