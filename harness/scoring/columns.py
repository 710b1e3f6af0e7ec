"""Aggregation: columns of per-item statistics to values with intervals.

One ``MetricColumns`` collects the statistics of one task; its entries are those of
``results.json``. A metric has an entry for a reading when some item has a statistic in it, or when the
reading's denominator came out empty although the metric applies. Replies to one item (``--repeats``) are rows of their
own and one cluster, so values are means over all replies and intervals know that items were drawn, not replies.

Memory is five bytes per row and column (``harness.scoring.pools``) and four for clusters and for groups each, where the
task declares them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from harness.core.scoring import READINGS, ItemScore, Reading, Stats
from harness.core.task import TaskSpec
from harness.scoring.pools import Picked, Pooled
from metrics.registry import METRICS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Cell = tuple[str, Reading]
"""(metric id, reading)."""
_UNPARSED: Final = 1
_INCOMPLETE: Final = 2
_COUNTED: Final = 4
"""Flags of a row in a column: ``_COUNTED`` where it has statistics."""


@dataclass(slots=True)
class _Column:
    stats: Pooled[Stats | None] = field(default_factory=Pooled)
    flags: bytearray = field(default_factory=bytearray)

    def flagged(self, flag: int) -> npt.NDArray[np.bool_]:
        """Return the rows that have a flag, as a mask."""
        import numpy as np

        found: npt.NDArray[np.bool_] = np.frombuffer(self.flags, dtype=np.uint8) & flag > 0
        return found


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
        self._groups: Pooled[Mapping[str, str]] = Pooled()
        self._clusters: Pooled[str | None] = Pooled()
        self._items = array("L")
        self._repeats = array("L")

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
        if self.spec.group_fields:
            self._groups.add(tuple(groups.items()), groups)
        if self.spec.cluster_field is not None:
            self._clusters.add(cluster, cluster)
        if self.repeats > 1:
            self._items.append(item)
            self._repeats.append(repeat)
        for (name, reading), column in self._columns.items():
            scored = score.metrics[name].get(reading)
            aborted = reading == "official" and name in score.aborted
            unparsed = scored is not None and not scored.parsed
            incomplete = failed or aborted or name in unjudged
            stats = scored.stats if scored is not None else None
            counted = stats is not None
            column.flags.append(
                _UNPARSED * unparsed | _INCOMPLETE * incomplete | _COUNTED * counted
            )
            column.stats.add(None if stats is None else tuple(stats.items()), stats)

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

    def entries(
        self, *, missing: int = 0, rows: npt.NDArray[np.bool_] | None = None
    ) -> dict[str, Any]:
        """Return metric -> reading -> value with interval, over all items or over some rows."""
        result: dict[str, Any] = {}
        for (name, reading), column in self._columns.items():
            picked, unparsed, incomplete = (
                column.flagged(flag) if rows is None else column.flagged(flag) & rows
                for flag in (_COUNTED, _UNPARSED, _INCOMPLETE)
            )
            if not picked.any() and not self._applies(name, rows):
                continue
            result.setdefault(name, {})[reading] = {
                **self._entry(name, column, picked),
                "unparsed": int(unparsed.sum()),
                "complete": not (missing or incomplete.any()),
            }
        return result

    def by_row(self) -> dict[Cell, dict[int, Stats]]:
        """Return the statistics of every row by metric and reading."""
        return {
            cell: {
                row: stats
                for row, stats in enumerate(column.stats.at(range(len(column.stats))))
                if stats is not None
            }
            for cell, column in self._columns.items()
        }

    def mask(self, rows: Collection[int]) -> npt.NDArray[np.bool_]:
        """Return some rows as ``entries`` takes them."""
        import numpy as np

        length = max((len(column.flags) for column in self._columns.values()), default=0)
        found = np.zeros(length, dtype=np.bool_)
        found[list(rows)] = True
        return found

    def item_of(self, row: int) -> int:
        """Return the item of a row."""
        return self._items[row] if self.repeats > 1 else row

    def unit_of(self, row: int) -> str:
        """Return what a row is resampled with: its declared cluster, else its item."""
        cluster = self._clusters[row] if self.spec.cluster_field is not None else None
        return f"item {self.item_of(row)}" if cluster is None else f"cluster {cluster}"

    def _applies(self, name: str, rows: npt.NDArray[np.bool_] | None) -> bool:
        """Return whether any item has this metric in any reading (else the metric is absent)."""
        for cell, column in self._columns.items():
            if cell[0] == name:
                found = column.flagged(_COUNTED | _INCOMPLETE)
                if (found if rows is None else found & rows).any():
                    return True
        return False

    def _entry(self, name: str, column: _Column, picked: npt.NDArray[np.bool_]) -> dict[str, Any]:
        from metrics.statistics.intervals import estimate

        if not picked.any():
            return {"value": None, "ci95": None, "stderr": None, "method": None, "n": 0}
        rows: Sequence[int] = range(len(picked)) if picked.all() else _places(picked)
        stats: Sequence[Any] = Picked(column.stats, rows)
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
        if self.spec.cluster_field is None:
            return None
        clusters = Picked(self._clusters, rows)
        if all(one is None for one in clusters):
            return None
        return [self.unit_of(row) for row in rows]

    def _units_of(self, rows: Sequence[int]) -> list[int] | None:
        """Item of every row, ``None`` if every row is an item."""
        return [self._items[row] for row in rows] if self.repeats > 1 else None

    def _repeat_entry(
        self, name: str, stats: Sequence[Stats], rows: Sequence[int]
    ) -> dict[str, Any]:
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
        names: dict[str, dict[str, None]] = {}
        for groups in self._groups.values:
            for name, value in groups.items():
                names.setdefault(name, {})[value] = None
        return {
            name: {
                value: self.entries(
                    rows=self._groups.where(lambda groups: groups.get(name) == value)  # noqa: B023
                )
                for value in sorted(values)
            }
            for name, values in names.items()
        }


def _places(mask: npt.NDArray[np.bool_]) -> array[int]:
    """Return the places where a mask is set."""
    import numpy as np

    return array("q", np.flatnonzero(mask).tobytes())


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
