"""``python -m tests.bench.bridge_bench [PART…] [--sets N] [--write]``: how well bridged values reach the official judge's.

``llaso``: the six models' replies of LLaSO-Eval's 21 judged sets; ``ifeval``: Speech-IFEval's yes/no verdicts, one half fitted, the other
bridged; ``drawn``: drawn replies, which need no other material. The simulated judges are those of ``tests/support/simulation/bridges.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.statistics_bench import Row, run_parts
from tests.support.simulation import bridges
from tests.support.simulation.bridges import Found, Models

HEAD = (
    "new judge", "fitted on", "covers, %", "judge refused, %", "model outside, %", "error", "error uncorrected",
    "error of the one advised", "width", "bridged", "bar",
)  # fmt: skip
SCORES = (1.0, 2.0, 3.0, 4.0, 5.0)


def _row(judge: str, fitted: str, found: Found) -> Row:
    bar = "all refused" if judge.startswith("random") else "93-97"
    return (judge, fitted, *found.row(), bar)


def llaso(sets: int) -> Iterator[Row]:
    """Yield the rows of LLaSO-Eval's scores: some models fitted, the others bridged."""
    yield HEAD
    tasks = bridges.llaso()
    for judge in bridges.JUDGES:
        for fitted in (3, 4, 5):
            found = bridges.bridges(tasks, judge, fitted, sets, SCORES)
            yield _row(judge, f"{fitted} of 6 models", found)


def ifeval(sets: int) -> Iterator[Row]:
    """Yield the rows of Speech-IFEval's verdicts."""
    yield HEAD
    for judge in bridges.JUDGES:
        tasks: dict[str, Models] = {
            str(seed): bridges.speech_ifeval(seed)["yes/no"] for seed in range(10)
        }
        yield _row(judge, "one half", bridges.bridges(tasks, judge, 1, 2 * sets, (0.0, 1.0)))


def drawn(sets: int) -> Iterator[Row]:
    """Yield the rows of drawn replies: six models of 300 items."""
    yield HEAD
    for levels, scale in ((2, (0.0, 1.0)), (5, SCORES)):
        tasks = bridges.drawn(6, 300, levels=levels)
        for judge in bridges.JUDGES:
            found = bridges.bridges(tasks, judge, 4, 10 * sets, scale)
            yield _row(f"{judge}, {levels} levels", "4 of 6 models", found)


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {"llaso": llaso, "ifeval": ifeval, "drawn": drawn}  # fmt: skip


def main() -> None:
    """Run the parts that are named, or all."""
    run_parts("bridge_bench", __doc__, PARTS, sets=20, what="seeds")


if __name__ == "__main__":
    main()
