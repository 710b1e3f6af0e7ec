"""Statistical regression gate: is the candidate worse than the baseline, beyond chance?

Order of judgement, on the strict reading: (1) signatures that differ in anything but ``data`` and
``n`` are not comparable; (2) an id whose document differs is another data version, not comparable;
(3) too many items without a pair are incomplete, unless the guard of failed items fails first; (4) tests.

Half of alpha belongs to the suite mean (``gating.suite``), half to the tasks and guards together, adjusted by Holm: the whole gate raises a
false alarm with probability alpha at most. FAIL needs p below that and a drop of at least ``min_effect``, or an absolute
limit of the policy that is broken. PASS needs that the upper end of the suite's drop lies below the margin, or that every reply
is the same. Everything else is INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.comparison.gating import comparable, guards
from harness.comparison.gating.full_run import full_rows
from harness.comparison.gating.lost import lost_items
from harness.comparison.gating.metric_tests import (
    MetricTest,
    as_lost,
    collect_tests,
    headline_of,
    make_row,
    measured,
    metric_problems,
)
from harness.comparison.gating.options import GateOptions as GateOptions
from harness.comparison.gating.report import GateReport, GateRow, GuardRow, SuiteRow, Verdict
from harness.comparison.gating.several import p_of_further_run, with_between
from harness.comparison.gating.sides import RunSide, Side, short
from harness.comparison.gating.suite import SuiteMean, suite_mean
from harness.comparison.pairing import Line, Pairing, pair_lines
from harness.run.reader import RunView
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.statistics.intervals import Estimate
    from metrics.statistics.paired_tests import RegressionTest


def gate(
    candidate: RunView, baseline: RunView | Side, options: GateOptions | None = None
) -> GateReport:
    """Decide whether a candidate run is worse than a baseline run.

    Args:
        candidate: the new run.
        baseline: the run that it must not fall behind, or another side (a saved baseline, several runs).
        options: what to test, and how strictly.

    Returns:
        The report; its ``exit_code`` is 0, 1, 2, 3 or 5.

    Raises:
        UnknownNameError: a task or metric was asked for that the baseline does not have, or a metric of the runs is
            not registered (``harness.task_loading.specs.register_metrics``).
        InputFileError: a samples file is missing or malformed.
    """
    options = options or GateOptions()
    other: Side = RunSide(baseline) if isinstance(baseline, RunView) else baseline
    return _Gate(candidate, other, options).report()


class _Gate:
    """One comparison at work."""

    def __init__(self, candidate: RunView, baseline: Side, options: GateOptions) -> None:
        self.candidate, self.baseline, self.options = candidate, baseline, options
        self.names = comparable.tasks_to_compare(baseline.tasks, options)
        self.notes = [
            f"{task}: only in the candidate, not tested"
            for task in candidate.tasks
            if task not in baseline.tasks
        ]
        stale = (baseline.stale(), candidate.stale())
        self.notes += [text for text in stale if text is not None]

    def report(self) -> GateReport:
        shared = [task for task in self.names if task in self.candidate.tasks]
        if not shared:
            return self._report("not comparable", problems=(self._nothing_shared(),))
        problems = comparable.signature_problems(shared, self.candidate.tasks, self.baseline.tasks)
        if problems:
            return self._report("not comparable", problems=tuple(problems))
        self.notes += comparable.data_notes(shared, self.candidate.tasks, self.baseline.tasks)
        self.notes += self._unused_rules()
        pairings = self._pairings()
        problems = comparable.data_problems(pairings)
        if problems:
            return self._report("not comparable", problems=tuple(problems))
        return self._decided(pairings)

    def _nothing_shared(self) -> str:
        """Say which tasks each side has: the same items under two names are two tasks."""
        sides = (self.baseline.tasks, self.candidate.tasks)
        named = [", ".join(list(tasks)[:3]) + ", …" * (len(tasks) > 3) for tasks in sides]
        return f"the runs have no task in common: the baseline has {named[0]}; the candidate has {named[1]}"

    def _report(self, verdict: Verdict, **found: Any) -> GateReport:
        options = self.options
        return GateReport(
            verdict,
            self.candidate.name,
            self.baseline.name,
            options.alpha,
            options.max_drop,
            options.fail_inconclusive,
            **{"notes": tuple(self.notes), **found},
        )

    def _unused_rules(self) -> list[str]:
        if self.options.policy is None:
            return []
        benchmarks = {
            task: str(self.baseline.tasks[task].get("benchmark", task)) for task in self.names
        }
        unused = self.options.policy.unused(benchmarks)
        return [
            f"{self.options.policy.source}: {one!r} fits no task of this gate" for one in unused
        ]

    def _pairings(self) -> dict[str, Pairing]:
        ours, theirs = self.baseline.lines(), self.candidate.sample_index()
        if self.baseline.short_keys:
            theirs = short(theirs)
        pairings = {
            task: pair_lines(*comparable.common_repeats(ours.get(task, []), theirs.get(task, [])))
            for task in self.names
        }
        for task, pairing in pairings.items():
            if comparable.is_subset(self.candidate.tasks.get(task, {})):
                pairing.only_baseline.clear()  # it was not asked for them
        return pairings

    def _decided(self, pairings: Mapping[str, Pairing]) -> GateReport:
        coverage = tuple(comparable.coverage(task, pairing) for task, pairing in pairings.items())
        tests = {
            task: collect_tests(task, self.baseline.tasks[task], pairings[task], self.options)
            for task in self.names
        }
        missing = comparable.missing_problems(coverage)
        if missing and self.options.missing == "lost":
            tests, missing = self._with_lost(tests, pairings)
        problems = [*missing, *metric_problems(tests)]
        if not problems and not any(tests.values()):
            problems = ["no metric has values in both runs: nothing to test"]
        rows, watched, suite = self._tested(tests, pairings)
        failing = [row for row in watched if row.failed and row.guard == "error"]
        if problems and not failing:
            return self._report("incomplete", coverage=coverage, problems=tuple(problems))
        self.notes += problems
        failed = (
            any(row.failed for row in rows)
            or any(row.failed for row in watched)
            or (suite is not None and suite.failed)
        )
        unsure = suite is None or suite.inconclusive
        verdict: Verdict = "fail" if failed else "inconclusive" if unsure else "pass"
        lost = lost_items(
            self.candidate, self.baseline, pairings, [row.task for row in rows if row.failed]
        )
        full = full_rows(tests, self.candidate.tasks, self.baseline, self.options)
        return self._report(
            verdict, coverage=coverage, rows=rows, guards=watched, suite=suite, full=full, lost=lost
        )

    def _with_lost(
        self, tests: Mapping[str, list[MetricTest]], pairings: Mapping[str, Pairing]
    ) -> tuple[dict[str, list[MetricTest]], list[str]]:
        """Count what the candidate lacks as wrong; return the tests, and what cannot be counted so."""
        by_id = {
            task: {line["id"]: line for line in lines}
            for task, lines in self.baseline.lines().items()
        }
        found: dict[str, list[MetricTest]] = {}
        problems: list[str] = []
        for task, members in tests.items():
            pairing = pairings[task]
            lost: list[Line] = [by_id[task][name] for name in pairing.only_baseline]
            lost += [
                one
                for one, other in pairing.errors
                if one["outcome"] != "error" and other["outcome"] == "error"
            ]
            found[task] = []
            for test in members:
                try:
                    found[task].append(as_lost(test, lost))
                except ValueError:
                    problems.append(
                        f"{task}: nobody knows how wrong a missing answer is for {test.metric}"
                    )
            if lost:
                self.notes.append(
                    f"{task}: {len(lost)} items that the candidate lacks count as lost"
                )
        return found, problems

    def _tested(
        self, tests: Mapping[str, Sequence[MetricTest]], pairings: Mapping[str, Pairing]
    ) -> tuple[tuple[GateRow, ...], tuple[GuardRow, ...], SuiteRow | None]:
        from metrics.statistics.paired_tests import holm

        options = self.options
        chosen = [test for members in tests.values() for test in members if test.baseline]
        heads = {task: head for task, members in tests.items() if (head := headline_of(members))}
        several = len(heads) > 1
        alpha = options.alpha / 2 if several else options.alpha
        watched = guards.watch(pairings, options.policy)
        family = max(1, len(chosen) + len(watched))
        found = [self._measured(test, alpha / family) for test in chosen]
        adjusted = holm(
            [outcome.p_value for outcome, _ in found] + [one.p_value for one in watched]
        )
        rows = tuple(
            make_row(test, outcome, spread, p_adjusted=p_value, alpha=alpha)
            for test, (outcome, spread), p_value in zip(chosen, found, adjusted, strict=False)
        )
        guard_rows = tuple(
            one.row(p_value, alpha)
            for one, p_value in zip(watched, adjusted[len(chosen) :], strict=True)
        )
        parts = [
            head.part(
                str(self.baseline.tasks[task].get("benchmark", task)), self.baseline.tasks[task]
            )
            for task, head in heads.items()
        ]
        mean = suite_mean(parts, level=alpha)
        if mean is not None:
            mean = replace(mean, p_value=max(mean.p_value, self._suite_between(heads, mean)))
        suite = None if mean is None else self._suite_row(mean, alpha if several else None)
        return rows, guard_rows, suite

    def _suite_between(self, heads: Mapping[str, MetricTest], mean: SuiteMean) -> float:
        """Return the p of the suite mean against runs of one checkpoint; 0 for a single run."""
        shifts: list[list[float]] = []
        for task, head in heads.items():
            values = self.baseline.between(task, head.metric)
            if len(values) < 2:
                return 0.0
            sign = 1.0 if find(head.metric).higher_is_better else -1.0
            middle = sum(values) / len(values)
            shifts.append([sign * (value - middle) / head.scale for value in values])
        runs = [sum(column) / len(shifts) for column in zip(*shifts, strict=True)]
        return p_of_further_run(runs, -mean.drop, higher=True) or 0.0

    def _measured(self, test: MetricTest, level: float) -> tuple[RegressionTest, Estimate]:
        metric = find(test.metric)
        outcome, spread = measured(test, level)
        values = self.baseline.between(test.task, test.metric)
        now = metric.aggregate(test.candidate)
        return with_between(outcome, values, now, higher=metric.higher_is_better), spread

    def _suite_row(self, mean: SuiteMean, level: float | None) -> SuiteRow:
        options = self.options
        significant = level is not None and mean.p_value < level and mean.drop > 0
        failed = significant and mean.drop >= options.min_effect - 1e-12
        unsure = mean.upper >= options.max_drop
        identical = unsure and mean.drop == 0 and mean.stderr == 0 and self._identical()
        return SuiteRow(
            mean.tasks,
            mean.pairs,
            mean.drop,
            mean.ci95,
            mean.upper,
            mean.p_value,
            level,
            mean.detectable,
            mean.method,
            failed=failed,
            inconclusive=unsure and not identical and not failed,
            identical=identical,
            note="below --min-effect" if significant and not failed else None,
        )

    def _identical(self) -> bool:
        """Return whether every reply that both sides have is the same."""
        ours, theirs = self.baseline.replies(), RunSide(self.candidate).replies()
        if self.baseline.short_keys:
            theirs = {
                task: {(key[:32], repeat): reply for (key, repeat), reply in found.items()}
                for task, found in theirs.items()
            }
        return all(
            ours.get(task, {}).get(key) == reply
            for task in self.names
            for key, reply in theirs.get(task, {}).items()
        )
