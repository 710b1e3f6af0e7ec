"""One module per benchmark: its headline numbers, its tree, and the tasks its mean is made of.

A board is found by its file's name, ``leaderboards/boards/BENCHMARK.py``; a benchmark without one (a user's own) has
task values only. A board may define

* ``AVERAGED``: the fixed list of data sets that the benchmark's normalised mean stands for. Tasks outside the list
  (extra accents, the withheld MMAU test split, Speech-IFEval without prompts) are shown and never averaged;
* ``path(task)``: the levels between the benchmark and a data set, outermost first. The normalised score is an
  unweighted mean at every level above the data set (data set -> task -> category -> benchmark);
* ``native(tasks, samples)``: the native aggregate (form: ``leaderboards.cells``);
* ``relative(tasks, own, reference)``: a measure against a reference run;
* ``UNITS``: column -> its unit, where that is not the unit of the whole aggregate.

All of it is independent of which runs are shown.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, cast

from leaderboards.results import SampleIndex, TaskResult

NativeFunction = Callable[[Mapping[str, TaskResult], SampleIndex], dict[str, Any]]
RelativeFunction = Callable[
    [Mapping[str, TaskResult], Mapping[str, Any], Mapping[str, Any]], dict[str, Any]
]


@lru_cache(maxsize=256)
def _board(benchmark: str) -> object:
    """Return the board's module, ``None`` if the benchmark has none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", benchmark):
        return None
    name = f"{__name__}.{benchmark}"
    return importlib.import_module(name) if find_spec(name) is not None else None


def native_function(benchmark: str) -> NativeFunction | None:
    """Return the function that makes a benchmark's native aggregate, ``None`` if it has none.

    >>> native_function("quickstart") is None, native_function("mmau") is None
    (True, False)
    """
    return cast("NativeFunction | None", getattr(_board(benchmark), "native", None))


def relative_function(benchmark: str) -> RelativeFunction | None:
    """Return the function that measures a run against a reference run, ``None`` if there is none."""
    return cast("RelativeFunction | None", getattr(_board(benchmark), "relative", None))


def column_units(benchmark: str, board: Mapping[str, Any]) -> dict[str, str]:
    """Return the unit of every column of a native aggregate, as headings show it; empty for a plain number.

    Args:
        benchmark: group name.
        board: the aggregate; its own ``units`` come first.

    >>> column_units("voicebench", {"scores": {"alpacaeval": {}, "bbh": {}}, "unit": "percent"})
    {'alpacaeval': '1 to 5', 'bbh': '%'}
    """
    own: Mapping[str, str] = {**getattr(_board(benchmark), "UNITS", {}), **board.get("units", {})}
    general = "%" if board.get("unit") == "percent" else ""
    return {column: own.get(column, general) for column in board["scores"]}


def averaged_tasks(benchmark: str, seen: Iterable[str]) -> tuple[str, ...]:
    """Return the tasks that the benchmark's mean is made of.

    Args:
        benchmark: group name.
        seen: tasks of the benchmark in the runs at hand, used where its board has no fixed list.

    >>> averaged_tasks("mmau", ["mmau_test_mini", "mmau_test"])
    ('mmau_test_mini',)
    >>> averaged_tasks("my_own", ["b", "a", "b"])
    ('b', 'a')
    """
    fixed: tuple[str, ...] = getattr(_board(benchmark), "AVERAGED", ())
    return fixed or tuple(dict.fromkeys(seen))


def node_path(benchmark: str, task: str) -> tuple[str, ...]:
    """Return the levels between the benchmark and the data set, outermost first.

    >>> node_path("sakura", "sakura_animal_multi")
    ('multi',)
    >>> node_path("llaso_eval", "llaso_meld_er_classification")
    ('paralinguistic', 'ER')
    >>> node_path("dynamic_superb", "dynamic_superb_spoofdetection_asvspoof2017")
    ('paralinguistics',)
    >>> node_path("mmau", "mmau_test_mini")
    ()
    """
    path: Callable[[str], tuple[str, ...]] | None = getattr(_board(benchmark), "path", None)
    return path(task) if path is not None else ()
