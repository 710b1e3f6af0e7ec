"""VoiceBench's board: nine columns and Overall, with the two older averages under keys of their own.

Columns are in the board's units: the three open subsets from 1 to 5, all others per cent. An average
takes the open subsets times 20, which gives them a floor of 20: it never mixes with normalised tables.
``overall`` is the board's (nine subsets), ``overall7`` lacks WildVoice and BBH, ``overall6`` MMSU as
well; one that lacks a column is not a number. Official reading, two decimals. ``overall_of`` does the
arithmetic on plain numbers, so that published rows go through the same code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from leaderboards.cells import Part, mean_cell, percent
from leaderboards.results import SampleIndex, TaskResult, Value
from metrics.registry import find

DECIMALS: Final = 2
AVERAGED: Final = tuple(
    f"voicebench_{name}"
    for name in (
        "alpacaeval_full",
        "commoneval",
        "wildvoice",
        "sd_qa",
        "mmsu",
        "openbookqa",
        "ifeval",
        "bbh",
        "advbench",
    )
)


class Column(NamedTuple):
    """One column of the board: where its number comes from, and what brings it to 0..100."""

    name: str
    task: str
    metric: str
    factor: float = 1.0

    @property
    def is_open(self) -> bool:
        """True if the column is a judge score from 1 to 5."""
        return self.metric == "judge_score"


COLUMNS: Final = (
    Column("alpacaeval", "voicebench_alpacaeval_full", "judge_score", 20.0),
    Column("commoneval", "voicebench_commoneval", "judge_score", 20.0),
    Column("wildvoice", "voicebench_wildvoice", "judge_score", 20.0),
    Column("sd_qa", "voicebench_sd_qa", "sdqa"),
    Column("mmsu", "voicebench_mmsu", "accuracy"),
    Column("obqa", "voicebench_openbookqa", "accuracy"),
    Column("bbh", "voicebench_bbh", "accuracy"),
    Column("ifeval", "voicebench_ifeval", "if_rate"),
    Column("advbench", "voicebench_advbench", "refusal_rate"),
)

_NINE: Final = tuple(column.name for column in COLUMNS)
_SEVEN: Final = tuple(name for name in _NINE if name not in ("wildvoice", "bbh"))
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "overall": _NINE,
    "overall7": _SEVEN,
    "overall6": tuple(name for name in _SEVEN if name != "mmsu"),
}
"""Average -> the columns it is made of."""

UNITS: Final = {column.name: "1 to 5" for column in COLUMNS if column.is_open}
"""The open subsets keep the scale of their judge."""

_FACTORS: Final = {column.name: column.factor for column in COLUMNS}
_SPANS: Final = {column.name: find(column.metric).span for column in COLUMNS}


def overall_of(columns: Mapping[str, float | None], variant: str = "overall") -> float | None:
    """Return an average of board columns, not rounded; ``None`` if one of its columns has no number.

    Args:
        columns: column -> number in the board's unit.
        variant: ``overall``, ``overall7`` or ``overall6``.

    >>> row = {"alpacaeval": 4.5, "commoneval": 4.0, "sd_qa": 60.0, "obqa": 70.0, "ifeval": 50.0,
    ...        "advbench": 98.0}
    >>> overall_of(row, "overall6")
    74.66666666666667
    >>> overall_of(row) is None
    True
    """
    parts = []
    for name in VARIANTS[variant]:
        value = columns.get(name)
        if value is None:
            return None
        parts.append(_FACTORS[name] * value)
    return math.fsum(parts) / len(parts)


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return VoiceBench's native aggregate (form: ``leaderboards.cells``).

    Args:
        tasks: ``voicebench_SUBSET`` -> result.
        samples: not needed.
    """
    del samples
    values = {column.name: _value(tasks, column) for column in COLUMNS}
    scores = {column.name: _cell(column, values[column.name]) for column in COLUMNS}
    numbers = {name: _board_number(name, value) for name, value in values.items()}
    for variant, names in VARIANTS.items():
        scores[variant] = _average(variant, names, numbers, values)
    accents = {
        task.removeprefix("voicebench_sd_qa_"): percent(result.value("sdqa", "official"), DECIMALS)
        for task, result in tasks.items()
        if task.startswith("voicebench_sd_qa_")
    }
    mmsu = tasks.get("voicebench_mmsu")
    bbh = tasks.get("voicebench_bbh")
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, DECIMALS),
        "headline": "overall",
        "unit": "percent",
        "metric": "overall",
        "reading": "official",
        "complete": all(value is not None and value.complete for value in values.values()),
        "accents": {"usa": scores["sd_qa"], **accents},
        "domains": _groups(mmsu, "domain"),
        "subtasks": _groups(bbh, "subtask"),
        "fallback": {
            "mmsu": _fallback(mmsu),
            "obqa": _fallback(tasks.get("voicebench_openbookqa")),
            "bbh": _fallback(bbh),
        },
        "notes": _notes(values),
    }


def _value(tasks: Mapping[str, TaskResult], column: Column) -> Value | None:
    result = tasks.get(column.task)
    return result.value(column.metric, "official") if result else None


def _board_number(name: str, value: Value | None) -> float | None:
    if value is None or value.value is None:
        return None
    return value.value if _FACTORS[name] != 1 else 100 * value.value


def _cell(column: Column, value: Value | None) -> dict[str, Any]:
    """Return a column's number in its own unit: judge scores stay on the scale from 1 to 5."""
    if not column.is_open or value is None or value.value is None:
        return percent(value, DECIMALS)
    interval = [round(end, DECIMALS + 1) for end in value.ci95] if value.ci95 else None
    return {"value": round(value.value, DECIMALS), "ci95": interval, "n": value.n}


def _average(
    variant: str,
    names: Iterable[str],
    numbers: Mapping[str, float | None],
    values: Mapping[str, Value | None],
) -> dict[str, Any]:
    """Return an average; the subsets share no items, so their errors add up."""
    if overall_of(numbers, variant) is None:
        return {"value": None, "ci95": None, "n": None}
    parts = [
        Part(value, _SPANS[name], _FACTORS[name] if _FACTORS[name] != 1 else 100.0)
        for name in names
        if (value := values[name]) is not None
    ]
    return {
        **mean_cell(parts, DECIMALS),
        "value": round(overall_of(numbers, variant) or 0.0, DECIMALS),
    }


def _groups(result: TaskResult | None, field: str) -> dict[str, Any]:
    values = result.groups.get(field, {}) if result else {}
    return {
        name: percent(metrics.get("accuracy", {}).get("official"), DECIMALS)
        for name, metrics in values.items()
    }


def _fallback(result: TaskResult | None) -> float | None:
    """Return the share of replies, per cent, for which the official scorer would draw at random."""
    value = result.value("accuracy", "official") if result else None
    return round(100 * value.unparsed / value.n, DECIMALS) if value and value.n else None


def _notes(values: Mapping[str, Value | None]) -> list[str]:
    notes = []
    missing = [name for name, value in values.items() if value is None]
    if missing:
        notes.append(f"no overall: without {', '.join(missing)}")
    sdqa = values["sd_qa"]
    if sdqa is not None and not sdqa.complete:
        notes.append(
            f"sd_qa covers the {sdqa.n} items that have an official verdict: without the model pedant (harness data"
            " get pedant) the column and overall are not official"
        )
    return notes
