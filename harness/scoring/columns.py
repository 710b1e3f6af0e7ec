"""Aggregation: columns of per-item statistics to values with intervals.

One ``MetricColumns`` collects the statistics of one task; its entries are those of
``results.json``. A metric has an entry for a reading when some item has a statistic in it, or when the
reading's denominator came out empty although the metric applies. Replies to one item (``--repeats``) are rows of their
own and one cluster, so values are means over all replies and intervals know that items were drawn, not replies.

Memory is a few machine words per row: statistics, groups and clusters that occur again are one object.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from harness.core.scoring import READINGS, ItemScore, Reading, Stats
from harness.core.task import TaskSpec
from metrics.registry import METRICS

Cell = tuple[str, Reading]
"""(metric id, reading)."""
_POOLED: Final = 4096
"""Distinct values that a pool holds; beyond, values usually differ and each is kept by itself."""
T = TypeVar("T")


@dataclass(slots=True)
class _Column:
    stats: list[Stats] = field(default_factory=list)
    rows: array[int] = field(default_factory=lambda: array("L"))
    unparsed: set[int] = field(default_factory=set)
    incomplete: set[int] = field(default_factory=set)


class MetricColumns:
    """Per-item statistics of one task, by metric and reading.

    Args:
        spec: the task; fixes which metrics and readings there are.
        repeats: replies that were asked for every item.
    """

    def __init__(self, spec: TaskSpec, repeats: int = 1) -> None:
        self.spec = spec
        self.repeats = repeats
        self._columns: dict[Cell, _Column] = {}
        for name in spec.metrics:
            for reading in READINGS:
                if reading == "strict" or name in spec.official_metrics:
                    self._columns[name, reading] = _Column()
        self._groups: list[Mapping[str, str]] = []
        self._clusters: list[str | None] = []
        self._items = array("L")
        self._repeats = array("L")
        self._pool: dict[Hashable, Any] = {}

    def add(
        self,
        score: ItemScore,
        groups: Mapping[str, str],
        cluster: str | None,
        *,
        failed: bool,
        unjudged: frozenset[str] = frozenset(),
        item: int = 0,
        repeat: int = 0,
    ) -> None:
        """Add one reply.

        Args:
            score: its score.
            groups: sub-scores that it belongs to.
            cluster: items that are resampled together.
            failed: it has no answer because the infrastructure failed.
            unjudged: metrics that still wait for a judge.
            item: number of its item; only looked at with repeats.
            repeat: 0-based number of the repeat.
        """
        row = len(self._groups)
        self._groups.append(self._shared(tuple(groups.items()), groups))
        self._clusters.append(self._shared(cluster, cluster))
        if self.repeats > 1:
            self._items.append(item)
            self._repeats.append(repeat)
        for (name, reading), column in self._columns.items():
            scored = score.metrics[name].get(reading)
            aborted = reading == "official" and name in score.aborted
            if failed or aborted or name in unjudged:
                column.incomplete.add(row)
            if scored is None:
                continue
            if not scored.parsed:
                column.unparsed.add(row)
            if scored.stats is not None:
                column.stats.append(self._shared(tuple(scored.stats.items()), scored.stats))
                column.rows.append(row)

    def _shared(self, key: Hashable, value: T) -> T:
        """Return ``value``, or the equal one that came before."""
        if len(self._pool) < _POOLED:
            found: T = self._pool.setdefault((type(value), key), value)
            return found
        return self._pool.get((type(value), key), value)  # type: ignore[no-any-return]

    def sample_fields(
        self, score: ItemScore
    ) -> tuple[
        dict[str, dict[Reading, float | None]],
        dict[str, dict[Reading, dict[str, float] | None]],
        dict[str, dict[Reading, Literal["ok", "unparsed"]]],
    ]:
        """Return (scores, stats, parse) of one item in the form of ``samples.jsonl``."""
        scores: dict[str, dict[Reading, float | None]] = {}
        stats: dict[str, dict[Reading, dict[str, float] | None]] = {}
        parse: dict[str, dict[Reading, Literal["ok", "unparsed"]]] = {}
        for name in self.spec.metrics:
            readings = score.metrics[name]
            scores[name] = {
                reading: item_value(name, readings[reading].stats) if reading in readings else None
                for reading in READINGS
            }
            stats[name] = {
                reading: dict(found.stats)
                if (found := readings.get(reading)) is not None and found.stats is not None
                else None
                for reading in READINGS
            }
            parse[name] = {
                reading: "ok" if found.parsed else "unparsed" for reading, found in readings.items()
            }
        return scores, stats, parse

    # --- aggregation -------------------------------------------------------------------------

    def entries(self, *, missing: int = 0, rows: frozenset[int] | None = None) -> dict[str, Any]:
        """Return metric -> reading -> value with interval, over all items or over some rows."""
        result: dict[str, Any] = {}
        for (name, reading), column in self._columns.items():
            picked = (
                range(len(column.rows))
                if rows is None
                else [position for position, row in enumerate(column.rows) if row in rows]
            )
            unparsed = column.unparsed if rows is None else column.unparsed & rows
            incomplete = column.incomplete if rows is None else column.incomplete & rows
            if not picked and not self._applies(name, rows):
                continue
            result.setdefault(name, {})[reading] = {
                **self._entry(name, column, picked),
                "unparsed": len(unparsed),
                "complete": not (missing or incomplete),
            }
        return result

    def _applies(self, name: str, rows: frozenset[int] | None) -> bool:
        """Return whether any item has this metric in any reading (else the metric is absent)."""
        return any(
            row in rows if rows is not None else True
            for cell, column in self._columns.items()
            if cell[0] == name
            for row in (*column.rows, *column.incomplete)
        )

    def _entry(self, name: str, column: _Column, picked: Sequence[int]) -> dict[str, Any]:
        from metrics.statistics.intervals import estimate

        stats = [column.stats[position] for position in picked]
        if not stats:
            return {"value": None, "ci95": None, "stderr": None, "method": None, "n": 0}
        rows = array("L", (column.rows[position] for position in picked))
        found = estimate(METRICS[name], stats, self._clusters_of(rows), units=self._units_of(rows))
        return {
            "value": _finite(found.value),
            "ci95": [_finite(bound) for bound in found.ci95] if found.ci95 else None,
            "stderr": _finite(found.stderr),
            "method": found.method,
            "n": len(stats),
            **({"note": found.note} if found.note is not None else {}),
            **({"repeats": self._repeat_entry(name, stats, rows)} if self.repeats > 1 else {}),
        }

    def _clusters_of(self, rows: Sequence[int]) -> list[str] | None:
        """Declared cluster of every row, the item where it has none; ``None`` if no row has one."""
        clusters = [self._clusters[row] for row in rows]
        if self.spec.cluster_field is None or all(one is None for one in clusters):
            return None
        return [
            f"item {self._items[row] if self.repeats > 1 else row}"
            if one is None
            else f"cluster {one}"
            for row, one in zip(rows, clusters, strict=True)
        ]

    def _units_of(self, rows: Sequence[int]) -> list[int] | None:
        """Item of every row, ``None`` if every row is an item."""
        return [self._items[row] for row in rows] if self.repeats > 1 else None

    def _repeat_entry(self, name: str, stats: list[Stats], rows: Sequence[int]) -> dict[str, Any]:
        from metrics.statistics.repeats import repeat_figures

        items, numbers = ([column[row] for row in rows] for column in (self._items, self._repeats))
        found = repeat_figures(
            METRICS[name], stats, items, numbers, self.repeats, clusters=self._clusters_of(rows)
        )
        return {
            "by_repeat": [_finite(value) for value in found.by_repeat],
            "within_item_variance": _finite(found.within_item_variance),
            "pass_at": {
                str(k): {
                    "value": _finite(one.value),
                    "ci95": list(one.ci95) if one.ci95 else None,
                    "n": one.n,
                }
                for k, one in found.pass_at.items()
            },
        }

    def group_entries(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return field -> value -> metric -> reading -> value, for the declared sub-scores."""
        members: dict[str, dict[str, set[int]]] = {}
        for row, groups in enumerate(self._groups):
            for name, value in groups.items():
                members.setdefault(name, {}).setdefault(value, set()).add(row)
        return {
            name: {
                value: self.entries(rows=frozenset(rows)) for value, rows in sorted(values.items())
            }
            for name, values in members.items()
        }


def group_values(fields: Sequence[str], doc: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of the declared sub-score fields; a list of one element counts as that element."""
    groups: dict[str, str] = {}
    for name in fields:
        value = doc.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is not None and not isinstance(value, (list, dict)):
            groups[name] = str(value)
    return groups


def item_value(name: str, stats: Stats | None) -> float | None:
    """Return one item's score; ``None`` where it has no statistics or the value is not finite."""
    return None if stats is None else _finite(METRICS[name].value(stats))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
