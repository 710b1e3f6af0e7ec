"""lm-eval's keys of a task or group file: their types, and which values change nothing here.

A key that lm-eval would act on and the harness does not would give another number there than here, without a word.
So such a key is refused unless its value is the one that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.errors import TaskFileError
from harness.task_loading.checks.values import (
    BOOLEAN,
    FUNCTION,
    INTEGER,
    LIST,
    MAPPING,
    NAME,
    NULL,
    NUMBER,
    TEXT,
    TEXTS,
    Where,
    check_kind,
    check_kinds,
    shown,
)

_TASK: Final[Mapping[str, tuple[str, ...]]] = {
    "task": (NAME,),
    "task_alias": (TEXT, NULL),
    "tag": (NAME, TEXTS, NULL),
    "dataset_path": (TEXT, NULL),
    "dataset_name": (TEXT, NULL),
    "dataset_kwargs": (MAPPING, NULL),
    "custom_dataset": (FUNCTION,),
    "training_split": (TEXT, NULL),
    "validation_split": (TEXT, NULL),
    "test_split": (TEXT,),
    "fewshot_split": (TEXT, NULL),
    "process_docs": (FUNCTION, NULL),
    "doc_to_text": (TEXT, FUNCTION),
    "doc_to_target": (TEXT, FUNCTION, NULL),
    "doc_to_choice": (TEXT, FUNCTION, TEXTS, MAPPING, NULL),
    "doc_to_audio": (TEXT, FUNCTION, NULL),
    "doc_to_image": (TEXT, FUNCTION, NULL),
    "unsafe_code": (BOOLEAN, NULL),
    "description": (TEXT, NULL),
    "target_delimiter": (TEXT, NULL),
    "fewshot_delimiter": (TEXT, NULL),
    "fewshot_config": (MAPPING,),
    "num_fewshot": (INTEGER, NULL),
    "metric_list": (LIST,),
    "output_type": (TEXT,),
    "generation_kwargs": (MAPPING,),
    "repeats": (INTEGER, NULL),
    "filter_list": (LIST, NULL),
    "should_decontaminate": (BOOLEAN, NULL),
    "doc_to_decontamination_query": (TEXT, FUNCTION, NULL),
    "gen_prefix": (TEXT, NULL),
    "process_results": (FUNCTION,),
    "metadata": (MAPPING,),
}
_GROUP: Final[Mapping[str, tuple[str, ...]]] = {
    "group": (NAME,),
    "group_alias": (TEXT, NULL),
    "task": (LIST,),
    "aggregate_metric_list": (LIST, NULL),
    "tag": (NAME, TEXTS, NULL),
    "metadata": (MAPPING, NULL),
}
TASK_KEYS: Final = frozenset(_TASK)
GROUP_KEYS: Final = frozenset(_GROUP)

METRIC_KEYS: Final = frozenset({"metric", "aggregation", "higher_is_better"})
FEWSHOT_KEYS: Final = frozenset({"samples", "sampler"})
_RESERVED: Final = ("folder", "revision", "needs_audio")
"""Arguments of the loader that the harness gives itself."""


def _only_takes_first(filters: Any) -> bool:
    """Tell whether every pipeline of a ``filter_list`` keeps the first reply as it is."""
    return all(
        isinstance(entry, dict)
        and set(entry) <= {"name", "filter"}
        and entry.get("filter") == [{"function": "take_first"}]
        for entry in filters
    )


_NEUTRAL: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "num_fewshot": (
        lambda value: value == 0,
        "prompts have no examples here: write num_fewshot: 0, and put examples into doc_to_text",
    ),
    "repeats": (lambda value: value == 1, "leave it out; the command line has --repeats N"),
    "filter_list": (
        lambda value: not value or _only_takes_first(value),
        "leave it out: replies are read by score(); a declared cleaning is metadata.lalm.clean",
    ),
    "gen_prefix": (lambda value: value == "", "leave it out: no reply is started for the model"),
    "process_docs": (lambda _: False, "leave it out, and do it in the function of custom_dataset"),
    "doc_to_image": (lambda _: False, "leave it out: prompts have text and audio"),
}
"""Key -> whether a value that is not null changes nothing, and the cure."""


def check_task_types(data: Mapping[str, Any], where: Where) -> None:
    """Check type and value of every lm-eval key of a task.

    Raises:
        TaskFileError: with file and line.
    """
    check_kinds(data, _TASK, where)
    for key, (is_neutral, cure) in _NEUTRAL.items():
        value = data.get(key)
        if value is not None and not is_neutral(value):
            raise TaskFileError(
                f"{key}: {shown(value)} would change results under lm-eval and does nothing here",
                where=where(key),
                hint=cure,
            )
    for key in ("metadata", "dataset_kwargs"):
        for name in data.get(key) or ():
            if name in _RESERVED:
                raise TaskFileError(
                    f"{key}.{name} is an argument that the harness gives to custom_dataset itself",
                    where=where(key, name),
                    hint="give it another name",
                )
    version = (data.get("metadata") or {}).get("version")
    check_kind("metadata.version", version, (NUMBER, TEXT, NULL), where("metadata", "version"))
    for key in ("test_split", "custom_dataset"):
        if data.get(key) == "":
            raise TaskFileError(f"{key} is empty", where=where(key))


def check_group_types(data: Mapping[str, Any], where: Where) -> None:
    """Check type and value of every key of a group.

    Raises:
        TaskFileError: with file and line.
    """
    for key, kinds in _GROUP.items():
        if key in data:
            check_kind(key, data[key], kinds, where(key))
    if data.get("aggregate_metric_list"):
        raise TaskFileError(
            "aggregate_metric_list would give the group a score under lm-eval and does nothing here",
            where=where("aggregate_metric_list"),
            hint="leave it out: groups only select tasks; averages are those of leaderboards (docs/statistics.md)",
        )
