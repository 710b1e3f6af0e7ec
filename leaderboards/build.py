"""From runs to tables: native, normalised and overall.

Runs share a table only where the signatures of every task they share agree in all parts but
the reading, and the same metrics are the headlines; otherwise the benchmark has several tables,
labelled A, B, …, and the notes say in what they differ. Native tables show the official reading in
the published unit; normalised and overall tables the strict reading on a scale of 0 to 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.errors import UsageError
from leaderboards.benchmark_tables import (
    common_table,
    further_table,
    native_table,
    normalized_table,
)
from leaderboards.boards import averaged_tasks
from leaderboards.labels import model_label
from leaderboards.listening.table import gain_table
from leaderboards.native import native
from leaderboards.normalize import normalize
from leaderboards.overall import keyed_results, overall_tables
from leaderboards.parts import Part, effort
from leaderboards.published.placing import fits, quoted_table
from leaderboards.published.rows import QuotedTable
from leaderboards.results import RunLike, task_results
from leaderboards.signatures import signature_sets
from leaderboards.suites import Suite
from leaderboards.tables import Leaderboard, SignatureSet, Table, unique_names


class NamedRun(RunLike, Protocol):
    """A run with the name that tables show."""

    @property
    def name(self) -> str:
        """The run's name."""
        ...

    def sample_index(self) -> Mapping[str, list[dict[str, Any]]]:
        """Return the compact sample lines of each task."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Content of a leaderboard apart from the tables of its runs.

    Attributes:
        published: quoted tables.
        suite: the benchmarks of the overall page; without one, those of the runs.
        common_subset: add means over the data sets that all runs of a table have.
        by_gain: rank by what audio is worth: its table comes first, and has ranks.
    """

    published: Sequence[QuotedTable] = ()
    suite: Suite | None = None
    common_subset: bool = False
    by_gain: bool = False


def leaderboard(
    runs: Sequence[NamedRun],
    *,
    expected: Mapping[str, Iterable[str]] | None = None,
    scorers: Mapping[str, str] | None = None,
    page: Page | None = None,
) -> Leaderboard:
    """Build every table of a leaderboard.

    Args:
        runs: opened run directories.
        expected: benchmark -> tasks that its mean is made of; default: the built-in lists, and for
            other benchmarks every task that any run has.
        scorers: task -> present scorer version; results of another version are ``stale``.
        page: what it shows apart from the runs. Ranks and unbeaten values need the sample lines of several runs, which are read
            then.

    Raises:
        UsageError: ranks by gain are asked for, and no run has a partner without audio.
    """
    page = page or Page()
    names = unique_names(run.name for run in runs)
    models = [model_label(run.manifest.get("model") or {}) for run in runs]
    prints = {
        name: str((run.manifest.get("model") or {}).get("fingerprint"))
        for name, run in zip(names, runs, strict=True)
    }
    tasks = [task_results(run.manifest, run.results.get("tasks", {})) for run in runs]
    lines = [run.sample_index() if len(runs) > 1 else {} for run in runs]
    seen: dict[str, list[str]] = {}
    for results in tasks:
        for result in results.values():
            seen.setdefault(result.benchmark, []).append(result.task)
    parts: dict[str, dict[int, Part]] = {}
    for benchmark, known in seen.items():
        nodes = tuple((expected or {}).get(benchmark) or averaged_tasks(benchmark, known))
        for index, run in enumerate(runs):
            mine = {t: r for t, r in tasks[index].items() if r.benchmark == benchmark}
            if not mine:
                continue
            stored = (run.results.get("benchmarks") or {}).get(benchmark) or {}
            samples = {task: lines[index][task] for task in mine if task in lines[index]}
            parts.setdefault(benchmark, {})[index] = Part(
                names[index],
                models[index],
                mine,
                stored.get("native") or native(benchmark, mine),
                normalize(benchmark, mine, expected=nodes, scorers=scorers),
                stored.get("normalized") or {},
                samples,
                effort(samples),
            )
    tables: list[Table] = []
    sets: list[SignatureSet] = []
    homes: dict[tuple[str, int], str] = {}
    for benchmark in _shown(parts, page):
        members_of = parts.get(benchmark, {})
        quoted = [table for table in page.published if table.benchmark == benchmark]
        beside: list[QuotedTable] = []
        for label, indices, signatures in signature_sets(benchmark, keyed_results(members_of)):
            group = [members_of[index] for index in indices]
            sets.append(signatures)
            homes |= {(benchmark, index): label for index in indices}
            fitting = [
                table
                for table in quoted
                if table not in beside
                and not group[0].is_bridged  # published numbers are the official judge's
                and fits(table, group[0].native)
            ]
            beside += fitting
            everyone = members_of.values()
            heard = gain_table(benchmark, label, group, prints, everyone, rank=page.by_gain)
            tables += heard if page.by_gain else []
            tables.append(native_table(benchmark, label, group, fitting))
            tables.append(normalized_table(benchmark, label, group))
            tables += further_table(benchmark, label, group)
            tables += [] if page.by_gain else heard
        if page.common_subset and members_of:
            labels = "+".join(dict.fromkeys(homes[benchmark, index] for index in members_of))
            tables += common_table(benchmark, labels, list(members_of.values()))
        apart = [table for table in quoted if table not in beside]
        tables += [quoted_table(t) for t in apart if any(row.results for row in t.rows)]
    over = {name: parts.get(name, {}) for name in page.suite.benchmarks} if page.suite else parts
    overall = overall_tables(over, homes, len(runs)) if len(over) > 1 else []
    if page.by_gain and not any(table.kind == "gain" for table in tables):
        raise UsageError(
            "no run has a partner: one of the same model and tasks without audio",
            where="--rank-by gain",
            hint="harness evaluate MODEL -t TASKS --control no-audio -o RUN_DIR, then name both runs",
        )
    return Leaderboard((*overall, *tables), tuple(sets))


def _shown(parts: Mapping[str, Mapping[int, Part]], page: Page) -> list[str]:
    """Return the benchmarks of a page: those of its suite, of its runs, and without runs all that are published."""
    suite = list(page.suite.benchmarks) if page.suite else []
    published = [table.benchmark for table in page.published]
    everything = published if not parts and not suite else []
    return list(dict.fromkeys([*suite, *parts, *everything]))
