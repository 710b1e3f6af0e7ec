"""Statistical regression gate: is the candidate worse than the baseline, beyond chance?

Order of judgement, on the strict reading: (1) signatures that differ in anything but ``data`` and
``n`` are not comparable; (2) an id whose document differs is another data version, not comparable;
(3) items on one side only, and infrastructure errors on either side, above 1 % are incomplete;
(4) paired one-sided tests (``metrics.statistics.paired_tests``), Holm-adjusted over all tasks and metrics. FAIL
needs an adjusted p below ``alpha`` and a drop of at least ``min_effect``. Guards watch the shares of
unparsed, refused, abstaining and failed items and fail only on a significant rise of at least two
points: a broken parser looks like a worse model. The minimal detectable drop is shown with every
test; where it exceeds ``max_drop`` a pass is INCONCLUSIVE.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from harness.comparison.options import GateOptions as GateOptions
from harness.comparison.pairing import Line, Pairing, clusters, pair_lines
from harness.comparison.report import GateReport, GateRow, GuardRow, TaskCoverage, Verdict
from harness.errors import UnknownNameError
from harness.run.reader import RunView
from harness.run.signature import difference, signed_by_spelling
from metrics.registry import find, share

if TYPE_CHECKING:
    from metrics.measures.measure import Measure

MISSING_SHARE: Final = 0.01
GUARD_RISE: Final = 0.02
_NAMED_IDS: Final = 5


def gate(candidate: RunView, baseline: RunView, options: GateOptions | None = None) -> GateReport:
    """Decide whether a candidate run is worse than a baseline run.

    Args:
        candidate: the new run.
        baseline: the run that it must not fall behind.
        options: what to test, and how strictly.

    Returns:
        The report; its ``exit_code`` is 0, 1, 2, 3 or 5.

    Raises:
        UnknownNameError: a task or metric was asked for that the baseline does not have, or a metric of the runs is
            not registered (``harness.task_loading.specs.register_metrics``).
        InputFileError: a samples file is missing or malformed.
    """
    options = options or GateOptions()
    names = _tasks(baseline, options)
    notes = [
        f"{task}: only in the candidate, not tested"
        for task in candidate.tasks
        if task not in baseline.tasks
    ]
    notes += [text for run in (baseline, candidate) if (text := run.stale()) is not None]
    shared = [task for task in names if task in candidate.tasks]

    def report(verdict: Verdict, **found: Any) -> GateReport:
        given = {"notes": tuple(notes), **found}
        return GateReport(
            verdict,
            candidate.name,
            baseline.name,
            options.alpha,
            options.max_drop,
            options.fail_inconclusive,
            **given,
        )

    if not shared:
        return report("not comparable", problems=("the runs have no task in common",))
    problems = _signature_problems(shared, candidate, baseline)
    if problems:
        return report("not comparable", problems=tuple(problems))
    notes += _data_notes(shared, candidate, baseline)
    ours, theirs = baseline.sample_index(), candidate.sample_index()
    pairings = {
        task: pair_lines(*_common_repeats(ours.get(task, []), theirs.get(task, [])))
        for task in names
    }
    problems = _data_problems(pairings)
    if problems:
        return report("not comparable", problems=tuple(problems))
    coverage = tuple(_coverage(task, pairing) for task, pairing in pairings.items())
    problems = [row.text() for row in coverage if row.share > MISSING_SHARE]
    tests = {task: _metrics(baseline.tasks[task], pairings[task], options) for task in names}
    problems += _metric_problems(tests)
    if not problems and not any(tests.values()):
        problems = ["no metric has values in both runs: nothing to test"]
    if problems:
        return report("incomplete", coverage=coverage, problems=tuple(problems))
    rows = _decide(tests, options)
    guards = _guards(pairings, options)
    failed = any(row.failed for row in rows) or any(row.failed for row in guards)
    unsure = any(row.inconclusive for row in rows)
    verdict: Verdict = "fail" if failed else "inconclusive" if unsure else "pass"
    return report(verdict, coverage=coverage, rows=rows, guards=guards)


def _tasks(baseline: RunView, options: GateOptions) -> list[str]:
    names = _matching(baseline, options.tasks) if options.tasks is not None else [*baseline.tasks]
    known = {metric for name in names for metric in baseline.tasks[name].get("metrics", ())}
    for metric in options.metrics or ():
        if metric not in known:
            raise UnknownNameError("metric", metric, known, hint="the baseline does not have it")
    return names


def _matching(baseline: RunView, wanted: Sequence[str]) -> list[str]:
    """Return the tasks of the baseline by name, benchmark or pattern."""
    found: dict[str, None] = {}
    for name in wanted:
        matches = [
            task
            for task, entry in baseline.tasks.items()
            if entry.get("benchmark") == name or fnmatch.fnmatchcase(task, name)
        ]
        if not matches:
            raise UnknownNameError(
                "task", name, baseline.tasks, hint="the baseline does not have it"
            )
        found.update(dict.fromkeys(matches))
    return list(found)


# --- may they be compared? ---------------------------------------------------------------------


def _signature_problems(tasks: Sequence[str], candidate: RunView, baseline: RunView) -> list[str]:
    problems = []
    for task in tasks:
        entries = [run.tasks[task] for run in (baseline, candidate)]
        one, other = (entry.get("signature_parts", {}) for entry in entries)
        for name, (left, right) in difference(one, other).items():
            older = name == "gen" and any(map(signed_by_spelling, entries))
            note = " (an earlier version signed arguments by their spelling)" if older else ""
            problems.append(f"{task}: {name} differs: baseline {left}, candidate {right}{note}")
    return problems


def _data_notes(tasks: Sequence[str], candidate: RunView, baseline: RunView) -> list[str]:
    notes = []
    for task in tasks:
        one, other = (run.tasks[task].get("signature_parts", {}) for run in (baseline, candidate))
        for name in ("data", "n"):
            if one.get(name) != other.get(name):
                notes.append(
                    f"{task}: {name} is {one.get(name)} in the baseline and {other.get(name)} in the"
                    " candidate; only shared items are tested"
                )
    return notes


def _common_repeats(*runs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the lines of a task in each run, limited to the repeats that all of them have."""
    numbers = [[int(line.get("repeat") or 0) for line in lines] for lines in runs]
    common = min((max(found) for found in numbers if found), default=0)
    return [
        [line for line, number in zip(lines, found, strict=True) if number <= common]
        for lines, found in zip(runs, numbers, strict=True)
    ]


def _data_problems(pairings: Mapping[str, Pairing]) -> list[str]:
    problems = []
    for task, pairing in pairings.items():
        if pairing.changed:
            named = ", ".join(str(item) for item in pairing.changed[:_NAMED_IDS])
            more = len(pairing.changed) - _NAMED_IDS
            tail = f" and {more} more" if more > 0 else ""
            problems.append(f"{task}: another data version, documents differ: {named}{tail}")
    return problems


def _coverage(task: str, pairing: Pairing) -> TaskCoverage:
    return TaskCoverage(
        task,
        len(pairing.pairs),
        len(pairing.only_baseline),
        len(pairing.only_candidate),
        len(pairing.errors),
        pairing.missing_share,
    )


# --- the tests ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Test:
    """Statistics of one metric on the pairs that have it."""

    metric: str
    baseline: list[Mapping[str, float]]
    candidate: list[Mapping[str, float]]
    clusters: list[str]
    one_sided: int
    """Pairs in which only one side has a value."""


def _metrics(declared: Mapping[str, Any], pairing: Pairing, options: GateOptions) -> list[_Test]:
    tests = {}
    for metric in declared.get("metrics", ()):
        if find(metric).role == "abstention" or (
            options.metrics is not None and metric not in options.metrics
        ):
            continue
        test = _collect(metric, pairing)
        if test.baseline or test.one_sided:
            tests[metric] = test
    if options.metrics is None:
        return [test for name, test in tests.items() if find(name).stands_for not in tests]
    return list(tests.values())


def _collect(metric: str, pairing: Pairing) -> _Test:
    kept, one_sided = [], 0
    for pair in pairing.pairs:
        values = [_strict(line, metric) for line in pair]
        if None not in values:
            kept.append((pair, values))
        elif values != [None, None]:
            one_sided += 1
    return _Test(
        metric,
        [values[0] or {} for _, values in kept],
        [values[1] or {} for _, values in kept],
        clusters(pair for pair, _ in kept),
        one_sided,
    )


def _strict(line: Line, metric: str) -> Mapping[str, float] | None:
    stats: Mapping[str, float] | None = line.get("stats", {}).get(metric, {}).get("strict")
    return stats


def _metric_problems(tests: Mapping[str, Sequence[_Test]]) -> list[str]:
    return [
        f"{task}: {test.metric} has a value on one side only in {test.one_sided} pairs"
        for task, members in tests.items()
        for test in members
        if test.one_sided > MISSING_SHARE * (len(test.baseline) + test.one_sided)
    ]


def _decide(tests: Mapping[str, Sequence[_Test]], options: GateOptions) -> tuple[GateRow, ...]:
    from metrics.statistics.paired_difference import paired_difference
    from metrics.statistics.paired_tests import holm, regression_test

    chosen = [(task, test) for task, members in tests.items() for test in members]
    found = []
    level = options.alpha / max(1, len(chosen))
    for _, test in chosen:
        metric = find(test.metric)
        data = (metric, test.baseline, test.candidate, test.clusters)
        found.append((regression_test(*data, level=level), paired_difference(*data)))
    adjusted = holm([outcome.p_value for outcome, _ in found])
    rows = []
    for (task, test), (outcome, spread), p_value in zip(chosen, found, adjusted, strict=True):
        metric = find(test.metric)
        base = metric.aggregate(test.baseline)
        scale = _scale(metric, base)
        detectable = outcome.detectable
        enough = outcome.drop > 0 and outcome.drop >= options.min_effect * scale - 1e-12
        failed = p_value < options.alpha and enough
        unsure = detectable is None or detectable > options.max_drop * scale
        rows.append(
            GateRow(
                task=task,
                metric=test.metric,
                n=outcome.n,
                baseline=base,
                candidate=metric.aggregate(test.candidate),
                drop=outcome.drop,
                drop_ci95=_drop_interval(spread.ci95, higher=metric.higher_is_better),
                p_value=outcome.p_value,
                p_adjusted=p_value,
                detectable=detectable,
                method=outcome.method,
                percent=metric.is_percent,
                failed=failed,
                inconclusive=unsure and not failed,
            )
        )
    return tuple(rows)


def _drop_interval(
    change: tuple[float, float] | None, *, higher: bool
) -> tuple[float, float] | None:
    if change is None:
        return None
    return (-change[1], -change[0]) if higher else change


def _scale(metric: Measure, baseline: float) -> float:
    """Return the length of a metric's scale: its bounds, 1 for corpus rates, the baseline for errors."""
    low, high = metric.bounds
    if low is not None and high is not None:
        return high - low
    return baseline if metric.family == "error" else 1.0


# --- guards ------------------------------------------------------------------------------------

Indicator = Callable[[Line], bool]


def _unparsed(line: Line) -> bool:
    return any(by.get("strict") == "unparsed" for by in line.get("parse", {}).values())


def _abstained(line: Line) -> bool:
    metrics = [find(name) for name in line.get("stats", {})]
    shares = [
        (metric, _strict(line, metric.name)) for metric in metrics if metric.role == "abstention"
    ]
    return any(stats and metric.value(stats) > 0 for metric, stats in shares)


_GUARDS: Final[dict[str, Indicator]] = {
    "unparsed": _unparsed,
    "refused": lambda line: line["outcome"] == "refused",
    "error": lambda line: line["outcome"] == "error",
    "abstention": _abstained,
}


def _guards(pairings: Mapping[str, Pairing], options: GateOptions) -> tuple[GuardRow, ...]:
    from metrics.statistics.paired_tests import holm, regression_test

    watched = share("guard", higher_is_better=False)  # a share that should not rise
    level = options.alpha / max(1, len(pairings) * len(_GUARDS))
    found = []
    for task, pairing in pairings.items():
        pairs = [*pairing.pairs, *pairing.errors]
        for name, indicator in _GUARDS.items():
            sides = [
                [{"correct": int(indicator(line)), "n": 1} for line in side]
                for side in zip(*pairs, strict=True)
            ]
            if not any(stats["correct"] for side in sides for stats in side):
                continue
            shares = [sum(stats["correct"] for stats in side) / len(side) for side in sides]
            outcome = regression_test(watched, sides[0], sides[1], clusters(pairs), level=level)
            found.append((task, name, shares, outcome.p_value))
    adjusted = holm([p_value for *_, p_value in found])
    return tuple(
        GuardRow(
            task,
            name,
            shares[0],
            shares[1],
            p_adjusted,
            failed=p_adjusted < options.alpha and shares[1] - shares[0] >= GUARD_RISE - 1e-12,
        )
        for (task, name, shares, _), p_adjusted in zip(found, adjusted, strict=True)
    )
