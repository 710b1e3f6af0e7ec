"""``python -m tests.bench.statistics_bench [PART…] [--sets N] [--write]``: the simulations behind ``docs/statistics.md``.

Every part is a table: seeds are fixed, and the generators are named and described in ``tests/support/simulation``. ``--write`` puts the
tables into the page between the marks ``generated: simulations`` and ``end of simulations``, with the command that made them.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.support.simulation import cells
from tests.support.simulation import coverage as simulated
from tests.support.simulation.agreement import differences
from tests.support.simulation.samples import F1_EIGHT, F1_FOUR, SOURCES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
MARKS = (
    "<!-- generated: simulations; python -m tests.bench.statistics_bench --write -->",
    "<!-- end of simulations -->",
)
Row = tuple[str, ...]
FULL = 500
"""Data sets from which a table is a full one: rows near their bar have more."""

SIZES = (
    simulated.paired_accuracy(100, 0.1),
    simulated.paired_accuracy(1000, 0.1),
    simulated.paired_clusters(30),
    simulated.paired_judge(50),
    simulated.paired_mae(100),
    simulated.paired_wer(100),
    simulated.paired_f1((0.25,) * 4, 24),
    simulated.paired_f1(F1_FOUR, 100),
    simulated.paired_f1(F1_EIGHT, 100),
)


def intervals(sets: int) -> Iterator[Row]:
    """Yield the coverage of single intervals."""
    yield "values", "covers, %", "sets", "bar"
    for source in SOURCES:
        count = sets // 2 if source.costly else 2 * sets
        if sets >= FULL:
            count = max(count, source.least)
        found = simulated.coverage(source, count)
        yield source.name, found.text(), str(count), "93-97" if source.barred else "-"


def native_cells(sets: int) -> Iterator[Row]:
    """Yield the coverage of native cells of items that were asked four times."""
    yield "cell, 4 replies to every item", "covers, %", "sets", "bar"
    for items in (50, 200):
        for name, simulate in (
            ("MMSU, share of a category", cells.mmsu_cell),
            ("SAKURA, multi-hop where single-hop is right", cells.sakura_conditional),
        ):
            found = simulate(items, 4, sets)
            yield f"{name}, {items} items", found.text(), str(sets), "93-97"


def means(sets: int) -> Iterator[Row]:
    """Yield the coverage and bias of means."""
    yield "tasks x items", "normalised covers, %", "native covers, %", "bias, points", "sets", "bar"
    for suite in simulated.suites():
        count = sets // 2
        normal, native, bias = simulated.mean_coverage(suite, count)
        yield suite.name, normal.text(), native.text(), f"{bias:+.2f}", str(count), "92-97"


def sizes(sets: int) -> Iterator[Row]:
    """Yield how often equal systems fail."""
    yield "equal systems", "fail at 5 %", "fail at 1 %", "sets", "bar"
    for pairs in SIZES:
        found = simulated.p_values(pairs, sets, 0.0)
        at_5, at_1 = (simulated.share([p < level for p in found]) for level in (0.05, 0.01))
        yield pairs.name, at_5.text(), at_1.text(), str(sets), "5 and 1"


def power(sets: int) -> Iterator[Row]:
    """Yield how often a drop of the printed size is found."""
    yield "systems that differ by the detectable drop", "drop", "found, %", "sets", "bar"
    for pairs in SIZES:
        drop, found = simulated.printed_power(pairs, sets // 2)
        yield pairs.name, f"{drop:.3f}", found.text(), str(sets // 2), "76-84"


def agreement(sets: int) -> Iterator[Row]:
    """Yield how far values lie from those of scipy, statsmodels and scikit-learn."""
    del sets
    yield "formula", "against", "largest difference", "bar"
    for formula, package, largest in differences():
        yield formula, package, f"{largest:.0e}", "1e-9"


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "intervals": intervals,
    "cells": native_cells,
    "means": means,
    "sizes": sizes,
    "power": power,
    "agreement": agreement,
}


def table(rows: Iterator[Row]) -> list[str]:
    """Print a table as it grows, and return its lines."""
    head = next(rows)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    print(*lines, sep="\n", flush=True)
    for row in rows:
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    return lines


def bench_statistics(_: Path) -> None:
    """Print every table in a reduced form."""
    for part in PARTS.values():
        table(part(200))


def run_parts(
    module: str,
    about: str | None,
    parts: Mapping[str, Callable[[int], Iterator[Row]]],
    *,
    sets: int,
    what: str,
) -> None:
    """Run the parts that the command line names, or all, and write their tables if it says so.

    Args:
        module: name of the command, as the page shows it.
        about: its description.
        parts: name -> rows for a number of sets.
        sets: default of ``--sets``.
        what: meaning of a set.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("parts", nargs="*", choices=[*parts, []])
    parser.add_argument(
        "--sets", type=int, default=sets, help=f"{what} of a row; some take more or fewer"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/statistics.md"
    )
    options = parser.parse_args()
    started = time.process_time()
    blocks = {}
    for name in options.parts or parts:
        lines = table(parts[name](options.sets))
        command = f"`python -m tests.bench.{module} {name} --sets {options.sets}`:"
        blocks[name] = "\n".join(
            [f"<!-- part {name} -->", command, "", *lines, "<!-- end of part -->"]
        )
    print(f"{time.process_time() - started:.0f} CPU seconds")
    if options.write:
        write(blocks)


def main() -> None:
    """Run the parts that are named, or all."""
    run_parts("statistics_bench", __doc__, PARTS, sets=2000, what="data sets")


def write(blocks: dict[str, str]) -> None:
    """Put tables into the page, in place of those of the same parts."""
    text = PAGE.read_text(encoding="utf-8")
    begin, end = MARKS
    if begin not in text or end not in text:
        raise SystemExit(f"{PAGE} lacks the lines {begin} and {end}")
    for name, block in blocks.items():
        old = re.compile(rf"<!-- part {name} -->.*?<!-- end of part -->", re.DOTALL)
        if old.search(text):
            text = old.sub(lambda _, block=block: block, text)
        else:
            text = text.replace(end, f"{block}\n\n{end}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
