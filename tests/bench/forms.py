"""``python -m tests.bench.forms [SEED] [--misread]``: how often the strict readings agree with what replies commit to.

Replies are made from templates and questions of our own (``tests/support/forms``). One row for each benchmark and set of
forms: replies, how many are read as meant, how many are called right that are not. ``--misread`` lists what is not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from tests.support.forms.further import FURTHER
from tests.support.forms.generate import BENCHES, Outcome, outcomes, prose_outcomes
from tests.support.forms.held_out import HELD_OUT
from tests.support.forms.last import LAST
from tests.support.forms.templates import SHOWN, Template

SETS = {
    "forms shown": SHOWN,
    "held out": HELD_OUT,
    "held out, second set": FURTHER,
    "held out, third set": LAST,
}
COUNT = 2000
LABEL_COUNT = 300


def measure(forms: Sequence[Template], seed: int) -> dict[str, list[Outcome]]:
    """Outcomes by benchmark; the label sets of LLaSO-Eval are one row."""
    found: dict[str, list[Outcome]] = {}
    for bench in BENCHES:
        of_labels = bench.task.startswith("llaso_")
        name = "LLaSO-Eval labels" if of_labels else bench.name
        count = LABEL_COUNT if of_labels else COUNT
        found.setdefault(name, []).extend(outcomes(bench, forms, seed, count))
    return found


def rows(seed: int) -> Iterator[tuple[str, str, list[Outcome]]]:
    """Yield set of forms, benchmark and outcomes of every row."""
    for name, forms in SETS.items():
        for bench, found in measure(forms, seed).items():
            yield name, bench, found
    yield "words of the sub-tasks", "voicebench_bbh", list(prose_outcomes(seed, COUNT))


def main(arguments: list[str]) -> None:
    """Print the table."""
    listed = "--misread" in arguments
    seed = int(next((word for word in arguments if word.isdigit()), "1"))
    print(
        "| replies | forms | items | as meant | called right, is wrong |\n|---|---|---:|---:|---:|"
    )
    for name, bench, found in rows(seed):
        if found:
            agree = sum(one.agrees for one in found)
            false = sum(one.right and not one.agrees for one in found)
            print(
                f"| {bench} | {name} | {len(found):,} | {100 * agree / len(found):.2f} % | {false} |"
            )
            for one in found if listed else ():
                if not one.agrees:
                    print(f"    {one.case}")


if __name__ == "__main__":
    main(sys.argv[1:])
