"""What the overview of a page shows: scores on scales, cards, outcomes, sub-scores; plain values for a template.

A place on a scale is a percentage of its width, as a text that SVG takes as a coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.core.scoring import OUTCOMES, READINGS
from harness.report.html.states import leading
from harness.report.table import (
    arrow,
    format_interval,
    format_value,
    headline_value,
    notes_of,
    times,
)
from harness.run.files import Manifest, Results, TaskResults
from harness.run.records import repeats_of
from metrics.registry import find

MOST_VALUES: Final = 40
"""Values of one sub-score field that are drawn."""
_CARDS: Final = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from ``low`` to ``high``."""

    low: float
    high: float

    def at(self, value: float | None) -> str | None:
        """Return the place of a value, ``None`` without one; what lies beyond an end is put there.

        >>> Scale(0.0, 2.0).at(0.5), Scale(0.0, 1.0).at(7.0)
        ('25.00%', '100.00%')
        """
        if value is None or not math.isfinite(value):
            return None
        share = (value - self.low) / (self.high - self.low)
        if not math.isfinite(share):
            return None
        return f"{100 * min(max(share, 0.0), 1.0):.2f}%"

    def ends(self, metric: str) -> tuple[str, str]:
        """Return the ends in the metric's unit, in few digits.

        >>> Scale(0.0, 1.0).ends("accuracy"), Scale(0.0, 40.68).ends("mae")
        (('0%', '100%'), ('0', '40.7'))
        """
        percent = find(metric).is_percent
        factor, unit = (100, "%") if percent else (1, "")
        return f"{factor * self.low:.3g}{unit}", f"{factor * self.high:.3g}{unit}"


@dataclass(frozen=True, slots=True)
class Mark:
    """One value with its interval: as text, and as places on a scale."""

    text: str
    interval: str
    at: str | None
    low: str | None
    high: str | None
    n: int
    complete: bool
    unparsed: int


def scale_of(metric: str, readings: Sequence[Mapping[str, Any]]) -> Scale:
    """Return the scale of a metric: its bounds, 0 to 1 for rates, else from 0 to beyond all that is drawn."""
    low, high = find(metric).bounds
    given = [end for one in readings for end in (one["value"], *(one["ci95"] or ()))]
    ends = [end for end in given if end is not None and math.isfinite(end)]
    if high is None:
        top = max(ends, default=1.0)
        high = 1.0 if find(metric).is_percent and top <= 1.0 else max(top * 1.05, 1e-9)
    return Scale(0.0 if low is None else low, high)


def mark(metric: str, value: Mapping[str, Any] | None, scale: Scale) -> Mark | None:
    """Return one value for a plot, ``None`` if there is none."""
    if value is None:
        return None
    low, high = value["ci95"] or (None, None)
    return Mark(
        format_value(metric, value["value"]),
        format_interval(metric, value["ci95"]),
        scale.at(value["value"]),
        scale.at(low),
        scale.at(high),
        value["n"],
        value["complete"],
        value["unparsed"],
    )


def _marks(metric: str, readings: Mapping[Any, Any], scale: Scale) -> dict[str, Any]:
    return {name: mark(metric, readings.get(name), scale) for name in READINGS}


def score_rows(results: Results) -> Iterator[dict[str, Any]]:
    """Yield one entry for each task: its metrics, official and strict on one scale, and its notes."""
    for task, entry in results["tasks"].items():
        rows = []
        for metric, readings in entry["metrics"].items():
            if not readings:
                continue
            scale = scale_of(metric, list(readings.values()))
            rows.append(
                {
                    "metric": metric,
                    "arrow": arrow(find(metric).higher_is_better),
                    "scale": scale.ends(metric),
                    **_marks(metric, readings, scale),
                }
            )
        yield {"task": task, "n": times(entry), "rows": rows, "notes": notes_of(entry)}


# --- cards ----------------------------------------------------------------------------------------


def cards(results: Results, manifest: Manifest) -> list[dict[str, Any]]:
    """Return a card for each task of a small run, else for each benchmark, and for its categories if there is one."""
    if len(results["tasks"]) <= _CARDS:
        made = [_task_card(task, entry) for task, entry in results["tasks"].items()]
        return [card for card in made if card is not None]
    found: list[dict[str, Any]] = []
    for name, entry in results["benchmarks"].items():
        tasks = sum(one["benchmark"] == name for one in manifest["tasks"].values())
        found.append(
            _node_card(name, entry["normalized"], f"{tasks} tasks") | _own(entry["native"])
        )
        if len(results["benchmarks"]) == 1:
            categories = entry["normalized"]["categories"]
            found += [_node_card(title, node, name) for title, node in categories.items()]
    return found


def own_aggregates(results: Results) -> list[dict[str, Any]]:
    """Return the columns of each benchmark's own aggregate, in its published unit."""
    found = []
    for name, entry in results["benchmarks"].items():
        native: Mapping[str, Any] = entry["native"]
        if not native:
            continue
        decimals = native.get("decimals", {})
        rows = [
            {
                "name": column,
                "value": _fixed(one["value"], decimals.get(column, 1)),
                "interval": _ends(one.get("ci95"), decimals.get(column, 1)),
                "n": one.get("n"),
            }
            for column, one in native["scores"].items()
            if one["value"] is not None
        ]
        unit = ", ".join(part for part in (native["unit"], native["reading"]) if part)
        if rows:
            found.append(
                {"title": name, "unit": unit, "rows": rows, "notes": native.get("notes", [])}
            )
    return found


def _fixed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


def _ends(interval: Sequence[float] | None, decimals: int) -> str:
    """Return an interval as the boards print it: with the decimals of its value."""
    return f"[{', '.join(_fixed(end, decimals) for end in interval)}]" if interval else ""


def _task_card(task: str, entry: TaskResults) -> dict[str, Any] | None:
    metric = next(iter(leading(list(entry["metrics"]))), None)
    if metric is None:
        return None
    readings = entry["metrics"][metric]
    scale = scale_of(metric, list(readings.values()))
    return {
        "title": task,
        "metric": f"{metric} {arrow(find(metric).higher_is_better)}",
        "n": f"{times(entry)} items",
        "native": None,
        "note": None,
        **_marks(metric, readings, scale),
    }


def _node_card(title: str, node: Mapping[str, Any], what: str) -> dict[str, Any]:
    scale = Scale(0.0, 1.0)
    low, high = node["ci95"] or (None, None)
    score = node["score"]
    return {
        "title": title,
        "metric": "normalised, of 100",
        "n": what,
        "native": None,
        "official": None,
        "strict": Mark(
            "–" if score is None else f"{100 * score:.1f}",
            "" if low is None or high is None else f"[{100 * low:.1f}, {100 * high:.1f}]",
            scale.at(score),
            scale.at(low),
            scale.at(high),
            node["ok"],
            bool(node["whole"]),
            0,
        ),
        "note": f"{node['ok']} of {node['total']} cells",
    }


def _own(native: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a card says of a benchmark's own headline."""
    headline = native.get("headline")
    value = headline_value(native, headline)
    if value is None:
        return {}
    state = "" if native["complete"] else ", not complete"
    unit = f" {native['unit']}" if native["unit"] else ""
    return {"native": f"{headline} {value:g}{unit} ({native['reading']}{state})"}


# --- outcomes ---------------------------------------------------------------------------------------


def outcomes(results: Results) -> list[dict[str, Any]]:
    """Return for each task the share of every outcome, as segments of a bar."""
    found = []
    for task, entry in results["tasks"].items():
        counts: dict[str, int] = {name: entry["outcomes"][name] for name in OUTCOMES}
        counts["not run"] = max(entry["missing"], 0)
        total = sum(counts.values()) or 1
        start, segments = 0.0, []
        for name, count in counts.items():
            if count:
                width = 100 * count / total
                segments.append(
                    {"name": name, "x": f"{start:.3f}%", "width": f"{width:.3f}%", "count": count}
                )
                start += width
        found.append(
            {
                "task": task,
                "segments": segments,
                "counts": counts,
                "total": total,
                "unparsed": _unparsed(entry),
                "abstention": _abstention(entry),
                "unjudged": entry["unjudged"],
                "replies": entry["n"] * repeats_of(entry),
            }
        )
    return found


def _unparsed(entry: TaskResults) -> int | None:
    names = leading(list(entry["metrics"]))
    found = [
        entry["metrics"][name]["strict"]["unparsed"]
        for name in names
        if "strict" in entry["metrics"][name]
    ]
    return max(found, default=None)


def _abstention(entry: TaskResults) -> str | None:
    for name, readings in entry["metrics"].items():
        if find(name).role == "abstention" and "strict" in readings:
            value = readings["strict"]
            return f"{format_value(name, value['value'])} {format_interval(name, value['ci95'])}"
    return None


# --- sub-scores -------------------------------------------------------------------------------------


def categories(results: Results) -> list[dict[str, Any]]:
    """Return for each task with sub-scores its fields: every value's score with its interval, on one scale."""
    found = []
    for task, entry in results["tasks"].items():
        names = leading(list(entry["metrics"]))
        fields = []
        for name, values in entry["groups"].items():
            metric = next((one for one in names if any(one in by for by in values.values())), None)
            if metric is None or len(values) < 2:
                continue
            readings = [one for by in values.values() for one in by.get(metric, {}).values()]
            scale = scale_of(metric, readings)
            rows = [
                {
                    "value": value,
                    **_marks(metric, by.get(metric, {}), scale),
                }
                for value, by in values.items()
            ]
            rows = [row for row in rows if row["strict"] or row["official"]]
            rows.sort(key=lambda row: -(row["strict"] or row["official"]).n)
            fields.append(
                {
                    "name": name,
                    "metric": f"{metric} {arrow(find(metric).higher_is_better)}",
                    "rows": rows[:MOST_VALUES],
                    "more": max(len(rows) - MOST_VALUES, 0),
                    "scale": scale.ends(metric),
                }
            )
        if fields:
            found.append({"task": task, "fields": fields})
    return found
