"""What orders of options and wordings of a prompt say: accuracy by position, bias, robustness, spread (``--permute``, ``--paraphrase``).

Positions are those of the strict reading: where the right option stood, and which one the reply committed to. A reply that the
infrastructure owes is in no count. Replies to one item, and items of one cluster, are one unit of every interval.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.core.scoring import Document, Stats
from harness.run.files import ManifestEntry, ResponseRecord
from harness.run.result_records import (
    OrderResults,
    PositionResult,
    ShareResult,
    SpreadResult,
    VariationResults,
)
from harness.scoring.columns import MetricColumns
from harness.scoring.option_orders import positions
from harness.task_loading.task import YamlTask

if TYPE_CHECKING:
    from metrics.statistics.intervals import Estimate


@dataclass(frozen=True, slots=True)
class _Reply:
    item: int
    cluster: str | None
    count: int
    gold: int | None
    chosen: int | None
    option: int | None
    """Number of the chosen option in the order of the data."""

    @property
    def is_right(self) -> bool:
        return self.chosen is not None and self.chosen == self.gold


@dataclass(slots=True)
class Variations:
    """Replies of a task whose options or prompts vary.

    Args:
        entry: the task's entry in the manifest.
    """

    entry: ManifestEntry
    _replies: list[_Reply] = field(default_factory=list)
    _rows: dict[str, set[int]] = field(default_factory=dict)
    _seen: int = 0

    def add(
        self,
        task: YamlTask,
        doc: Document,
        record: ResponseRecord,
        *,
        cluster: str | None,
        failed: bool,
    ) -> None:
        """Add the reply of a row of ``MetricColumns``; every row is added, in the same order."""
        row, self._seen = self._seen, self._seen + 1
        if (name := record.get("paraphrase")) is not None:
            self._rows.setdefault(name, set()).add(row)
        order = record.get("order")
        if order is None or failed:
            return
        found = positions(task, doc, record.get("response"))
        option = None if found.chosen is None else order[found.chosen]
        self._replies.append(
            _Reply(record["index"], cluster, found.options, found.gold, found.chosen, option)
        )

    def results(self, columns: MetricColumns) -> VariationResults:
        """Return the figures of what varies."""
        found: VariationResults = {}
        if "permute" in self.entry:
            found["orders"] = self._orders(self.entry["permute"]["orders"])
        if "paraphrases" in self.entry:
            rows = {name: self._rows.get(name, set()) for name in self.entry["paraphrases"]}
            found["paraphrases"] = {
                name: _without_repeats(columns.entries(rows=columns.mask(kept)))
                for name, kept in rows.items()
                if kept
            }
            found["spread"] = _spreads(columns, rows)
        return found

    # --- orders ------------------------------------------------------------------------------

    def _orders(self, orders: int) -> OrderResults:
        replies = self._replies
        items: dict[int, list[_Reply]] = {}
        for one in replies:
            items.setdefault(one.item, []).append(one)
        times = orders * max(1, len(self.entry.get("paraphrases", ())))
        whole = [found for found in items.values() if len(found) == times]
        firsts = [found[0] for found in whole]
        right = [all(one.is_right for one in found) for found in whole]
        same = [
            found[0].option is not None and len({one.option for one in found}) == 1
            for found in whole
        ]
        places = range(max((one.count for one in replies), default=0))
        return {
            "all_right": _share(right, firsts),
            "all_same": _share(same, firsts),
            "positions": [self._position(place) for place in places],
        }

    def _position(self, place: int) -> PositionResult:
        there = [one for one in self._replies if one.count > place]
        gold = [one for one in there if one.gold == place]
        chosen = [one for one in there if one.chosen == place]
        right = [one.gold == place for one in there]
        said = [one.chosen == place for one in there]
        return {
            "position": place + 1,
            "gold": _share([one.is_right for one in gold], gold),
            "chosen": _share([one.is_right for one in chosen], chosen),
            "share": _share(said, there),
            "bias": _difference(right, said, there),
        }


def _share(hits: Sequence[bool], replies: Sequence[_Reply]) -> ShareResult:
    """Return a share of replies with its interval; items, or clusters, are the units."""
    from metrics.registry import METRICS
    from metrics.statistics.intervals import estimate

    if not hits:
        return {"value": None, "ci95": None, "n": 0}
    clusters = None if all(one.cluster is None for one in replies) else _units(replies)
    items = [one.item for one in replies]
    found = estimate(METRICS["accuracy"], _counts(hits), clusters, units=items)
    return _result(found)


def _difference(
    first: Sequence[bool], second: Sequence[bool], replies: Sequence[_Reply]
) -> ShareResult:
    """Return the second share minus the first one, with its paired interval."""
    from metrics.registry import METRICS
    from metrics.statistics.paired_difference import paired_difference

    sides = _counts(first), _counts(second)
    return _result(paired_difference(METRICS["accuracy"], *sides, _units(replies)))


def _units(replies: Sequence[_Reply]) -> list[str]:
    return [
        f"item {one.item}" if one.cluster is None else f"cluster {one.cluster}" for one in replies
    ]


def _counts(hits: Sequence[bool]) -> list[Stats]:
    return [{"correct": int(hit), "n": 1} for hit in hits]


def _result(found: Estimate) -> ShareResult:
    value = found.value if math.isfinite(found.value) else None
    return {"value": value, "ci95": list(found.ci95) if found.ci95 else None, "n": found.n}


# --- wordings --------------------------------------------------------------------------------


def _without_repeats(found: dict[str, Any]) -> dict[str, Any]:
    return {
        metric: {
            reading: {key: value for key, value in one.items() if key != "repeats"}
            for reading, one in readings.items()
        }
        for metric, readings in found.items()
    }


def _spreads(
    columns: MetricColumns, rows: Mapping[str, set[int]]
) -> dict[str, dict[Any, SpreadResult]]:
    """Return for every metric and reading the best and the worst wording, and how far they are apart.

    The items that every wording has a value of are compared. The range of the best and the worst of several is larger than
    that of two wordings chosen before.
    """
    from metrics.registry import METRICS
    from metrics.statistics.paired_difference import paired_difference

    found: dict[str, dict[Any, SpreadResult]] = {}
    for (metric, reading), cells in columns.by_row().items():
        parts = [
            {columns.item_of(row): row for row in kept if row in cells} for kept in rows.values()
        ]
        items = sorted(set.intersection(*map(set, parts)))
        sides = [[cells[part[item]] for item in items] for part in parts]
        values = [METRICS[metric].aggregate(side) for side in sides] if items else []
        if len(values) < 2 or not all(map(math.isfinite, values)):
            continue
        sign = 1 if METRICS[metric].higher_is_better else -1
        ranked = sorted(range(len(values)), key=lambda number: sign * values[number])
        worst, best = ranked[0], ranked[-1]
        units = [columns.unit_of(parts[0][item]) for item in items]
        names = list(rows)
        found.setdefault(metric, {})[reading] = {
            "worst": names[worst],
            "best": names[best],
            "range": _result(paired_difference(METRICS[metric], sides[worst], sides[best], units)),
            "deviation": statistics.stdev(values),
        }
    return found
