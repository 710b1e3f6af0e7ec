"""Evaluate large audio-language models: the Python face of the harness.

>>> import harness
>>> [entry.task for entry in harness.list_tasks("sakura_animal_*")]
['sakura_animal_multi', 'sakura_animal_single']

Names are loaded when they are first used, so that ``import harness`` costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

from harness.core.version import __version__

if TYPE_CHECKING:
    from harness.api import (
        MetricValue,
        Run,
        compare,
        evaluate,
        export,
        gate,
        leaderboard,
        list_tasks,
        load_run,
        merge,
        rescore,
        score,
        trend,
        verify,
        write_report,
    )
    from harness.errors import HarnessError

__all__ = [
    "HarnessError",
    "MetricValue",
    "Run",
    "__version__",
    "compare",
    "evaluate",
    "export",
    "gate",
    "leaderboard",
    "list_tasks",
    "load_run",
    "merge",
    "rescore",
    "score",
    "trend",
    "verify",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    import importlib

    module = importlib.import_module("harness.errors" if name == "HarnessError" else "harness.api")
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
