"""What is different between two runs: numbers, signatures, items, and whether the engine is the same.

Nothing is refused: where signatures differ, the report says so and compares the items that both runs have, by
``item_key``. Tests are two-sided and paired, on the strict reading, with Holm's adjustment over all tasks and metrics. An item is
gained or lost by the first metric of its task that has a score of an item.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.comparison.gating.options import ALPHA
from harness.comparison.pairing import Line, Pairing, clusters, pair_lines
from harness.comparison.two_runs.found import (
    Change,
    Engine,
    ItemPair,
    MetricDifference,
    Result,
    Side,
    TaskComparison,
)
from harness.comparison.two_runs.reading import ItemKey, ReadRun, details_of, read
from harness.comparison.two_runs.result import Comparison
from harness.errors import UnknownNameError, UsageError
from harness.run.reader import RunView
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.measures.measure import Measure

_MODEL_FIELDS: Final = ("spec", "adapter", "target", "fingerprint")


def compare(
    a: RunView, b: RunView, *, tasks: Sequence[str] | None = None, alpha: float = ALPHA
) -> Comparison:
    """Compare two runs.

    Args:
        a: the first run.
        b: the other one.
        tasks: names, benchmarks or patterns; default: all tasks that both have.
        alpha: level of the tests.

    Raises:
        UsageError: the runs have no task in common.
        UnknownNameError: nothing of both runs matches one of ``tasks``.
        InputFileError: a samples file is missing or damaged.
    """
    shared = [task for task in a.tasks if task in b.tasks]
    if not shared:
        raise UsageError(
            f"{a.name} and {b.name} have no task in common",
            hint=f"tasks of {a.name}: {', '.join(a.tasks)}",
        )
    names = shared if tasks is None else _matching(a, shared, tasks)
    runs = [read(view, names) for view in (a, b)]
    paired = [
        _paired(a, task, runs[0].lines.get(task, []), runs[1].lines.get(task, [])) for task in names
    ]
    first, first_clip, counts = _engine(paired, runs)
    wanted = {key for task in paired for key in _changed_keys(task)}
    wanted |= {key for key in (first, first_clip) if key is not None}
    texts = _Texts(runs, details_of(a, wanted))
    return Comparison(
        a.name,
        b.name,
        alpha,
        _differences(paired, a, alpha),
        tuple(_task(task, a, b, texts) for task in paired),
        Engine(
            _model_difference(a, b),
            *counts,
            _pair_of(first, paired, texts),
            _pair_of(first_clip, paired, texts),
        ),
        tuple(task for task in a.tasks if task not in b.tasks),
        tuple(task for task in b.tasks if task not in a.tasks),
        tuple(text for view in (a, b) if (text := view.stale()) is not None),
    )


class _Paired(NamedTuple):
    """One task of both runs, and the metric by which its items are gained or lost."""

    name: str
    pairing: Pairing
    metric: str | None


class _Texts(NamedTuple):
    """The texts of both runs, and prompt and reference of the items that are shown."""

    runs: Sequence[ReadRun]
    details: Mapping[ItemKey, tuple[str, str]]


def _paired(view: RunView, task: str, ours: Sequence[Line], theirs: Sequence[Line]) -> _Paired:
    pairing = pair_lines(ours, theirs)
    return _Paired(task, pairing, _measure(view, task, pairing))


def _key(task: str, line: Line) -> ItemKey:
    return task, str(line["item_key"]), int(line["repeat"])


def _matching(a: RunView, shared: Sequence[str], wanted: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in wanted:
        matches = [
            task
            for task in shared
            if a.tasks[task]["benchmark"] == name or fnmatch.fnmatchcase(task, name)
        ]
        if not matches:
            raise UnknownNameError("task", name, shared, hint="it is not in both runs")
        found.update(dict.fromkeys(matches))
    return list(found)


# --- numbers -------------------------------------------------------------------------------------


def _differences(
    paired: Sequence[_Paired], a: RunView, alpha: float
) -> tuple[MetricDifference, ...]:
    from metrics.statistics.paired_difference import paired_difference
    from metrics.statistics.paired_tests import holm, regression_test

    known = [
        (task.name, find(metric), values)
        for task in paired
        for metric in a.tasks[task.name]["metrics"]
        if (values := _values(metric, task.pairing))
    ]
    tested = [place for place, row in enumerate(known) if row[1].role != "abstention"]
    level = alpha / (2 * max(1, len(tested)))
    found = []
    for name, measure, values in known:
        blocks = clusters(pair for pair, _ in values)
        ours, theirs = ([stats[side] for _, stats in values] for side in (0, 1))
        down = regression_test(measure, ours, theirs, blocks, level=level)
        up = regression_test(measure, theirs, ours, blocks, level=level)
        spread = paired_difference(measure, ours, theirs, blocks)
        p_value = min(1.0, 2 * min(down.p_value, up.p_value))
        found.append((name, measure, ours, theirs, down, spread, p_value))
    adjusted = dict(zip(tested, holm([found[place][-1] for place in tested]), strict=True))
    rows = []
    for place, (name, measure, ours, theirs, test, spread, p_value) in enumerate(found):
        both = measure.aggregate(ours), measure.aggregate(theirs)
        p_adjusted = adjusted.get(place)
        rows.append(
            MetricDifference(
                name,
                measure.name,
                test.n,
                *both,
                both[1] - both[0],
                spread.ci95,
                p_value,
                p_adjusted,
                test.detectable,
                test.method,
                measure.is_percent,
                measure.higher_is_better,
                _result(p_adjusted, alpha, better=_better(measure, *both)),
            )
        )
    return tuple(rows)


def _better(measure: Measure, a: float, b: float) -> bool:
    return (b > a) == measure.higher_is_better


def _result(p_adjusted: float | None, alpha: float, *, better: bool) -> Result:
    if p_adjusted is None:
        return "not tested"
    if p_adjusted >= alpha:
        return "undecided"
    return "better" if better else "worse"


def _values(
    metric: str, pairing: Pairing
) -> list[tuple[tuple[Line, Line], tuple[Mapping[str, float], Mapping[str, float]]]]:
    found = []
    for pair in pairing.pairs:
        values = [line["stats"].get(metric, {}).get("strict") for line in pair]
        if None not in values:
            found.append((pair, (values[0], values[1])))
    return found


# --- items ---------------------------------------------------------------------------------------


def _measure(view: RunView, task: str, pairing: Pairing) -> str | None:
    """Return the metric by which items are gained or lost: the first headline or control with scores of items."""
    metrics = view.tasks[task]["metrics"]
    ordered = [m for m in metrics if find(m).role == "headline"]
    ordered += [m for m in metrics if m not in ordered]
    for metric in ordered:
        if any(_score(line, metric) is not None for line, _ in pairing.pairs):
            return metric
    return None


def _score(line: Line, metric: str | None) -> float | None:
    score: float | None = line["scores"].get(metric, {}).get("strict")
    return score


def _change(pair: tuple[Line, Line], metric: str | None) -> tuple[Change | None, float]:
    """Return whether B is better or worse on an item, and by how much."""
    ours, theirs = (_score(line, metric) for line in pair)
    if metric is None or ours is None or theirs is None or ours == theirs:
        return None, 0.0
    better = (theirs > ours) == find(metric).higher_is_better
    return ("gained" if better else "lost"), abs(theirs - ours)


def _changed_keys(task: _Paired) -> Iterator[ItemKey]:
    for pair in task.pairing.pairs:
        if _change(pair, task.metric)[0] is not None:
            yield _key(task.name, pair[0])


def _task(task: _Paired, a: RunView, b: RunView, texts: _Texts) -> TaskComparison:
    parts = [view.tasks[task.name]["signature_parts"] for view in (a, b)]
    changed: dict[Change, list[tuple[float, ItemPair]]] = {"gained": [], "lost": []}
    right = wrong = 0
    for pair in task.pairing.pairs:
        change, size = _change(pair, task.metric)
        score = _score(pair[0], task.metric)
        if change is not None:
            changed[change].append((size, _item(task, pair, texts)))
        elif task.metric is not None and score is not None:
            best = 1.0 if find(task.metric).higher_is_better else 0.0
            right, wrong = right + (score == best), wrong + (score != best)
    ordered = {
        kind: tuple(item for _, item in sorted(found, key=lambda one: -one[0]))
        for kind, found in changed.items()
    }
    return TaskComparison(
        task=task.name,
        metric=task.metric,
        pairs=len(task.pairing.pairs),
        only_a=len(task.pairing.only_baseline),
        only_b=len(task.pairing.only_candidate),
        errors=len(task.pairing.errors),
        changed_documents=tuple(task.pairing.changed),
        differs={
            name: (parts[0].get(name, "-"), parts[1].get(name, "-"))
            for name in {**parts[0], **parts[1]}
            if parts[0].get(name) != parts[1].get(name)
        },
        both_right=right,
        both_wrong=wrong,
        gained=ordered["gained"],
        lost=ordered["lost"],
    )


def _item(task: _Paired, pair: tuple[Line, Line], texts: _Texts) -> ItemPair:
    key = _key(task.name, pair[0])
    prompt, reference = texts.details.get(key, ("", ""))
    a, b = (
        Side(
            (known := run.texts[_key(task.name, line)]).response,
            str(line["outcome"]),
            _score(line, task.metric),
            known.clips,
        )
        for line, run in zip(pair, texts.runs, strict=True)
    )
    change = _change(pair, task.metric)[0]
    return ItemPair(task.name, pair[0]["id"], key[2], key[1], prompt, reference, a, b, change)


# --- engine --------------------------------------------------------------------------------------


def _engine(
    paired: Sequence[_Paired], runs: Sequence[ReadRun]
) -> tuple[ItemKey | None, ItemKey | None, tuple[int, int, int, int, int]]:
    """Return the first pair whose replies differ, the first whose clips differ, and the counts of ``Engine``."""
    pairs = same = prompts = clips = same_clips = 0
    first = first_clip = None
    for task in paired:
        for ours, theirs in task.pairing.pairs:
            key = _key(task.name, ours)
            one, other = runs[0].texts[key], runs[1].texts[_key(task.name, theirs)]
            pairs += 1
            prompts += one.prompt == other.prompt
            if one.response == other.response:
                same += 1
            elif first is None:
                first = key
            if one.clips and other.clips:
                clips += 1
                if one.clips == other.clips:
                    same_clips += 1
                elif first_clip is None:
                    first_clip = key
    return first, first_clip, (pairs, same, prompts, clips, same_clips)


def _pair_of(key: ItemKey | None, paired: Sequence[_Paired], texts: _Texts) -> ItemPair | None:
    for task in paired:
        for pair in task.pairing.pairs:
            if _key(task.name, pair[0]) == key:
                return _item(task, pair, texts)
    return None


def _model_difference(a: RunView, b: RunView) -> dict[str, tuple[str, str]]:
    models: list[Mapping[str, Any]] = [dict(view.manifest["model"]) for view in (a, b)]
    found = {
        name: (str(models[0][name]), str(models[1][name]))
        for name in _MODEL_FIELDS
        if models[0][name] != models[1][name]
    }
    for kind in ("args", "description"):
        ours, theirs = (model[kind] for model in models)
        for name in {**ours, **theirs}:
            if ours.get(name) != theirs.get(name):
                found[f"{kind}.{name}"] = (str(ours.get(name, "-")), str(theirs.get(name, "-")))
    return found
