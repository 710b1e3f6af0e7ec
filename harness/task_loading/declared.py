"""Tasks without Python: a task file with ``metadata.lalm.rule`` gets the keys that every task of its rule has.

What the file says itself stays. ``tasks.declared`` loads and scores such a task; it is part of the harness, so no trust is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from harness.core.task import FunctionRef
from harness.errors import TaskFileError
from harness.task_loading.places import DECLARED
from harness.task_loading.yaml_file import YamlFile
from tasks.declared.data_block import read_data
from tasks.declared.declaration import Rule, read_rule
from tasks.declared.loading import parameters

TOKENS: Final = 512
"""Limit of a reply where the task says nothing."""
NOT_STATED: Final = "not stated"


def is_declared(file: YamlFile) -> bool:
    """Return whether a task file names a rule."""
    lalm = _lalm(file)
    return lalm is not None and lalm.get("rule") is not None


def filled(file: YamlFile) -> tuple[YamlFile, dict[str, Any]]:
    """Return the task file with everything that its rule implies, and the parameters of its documents.

    Raises:
        TaskFileError: the rule or the data block is malformed, or the file scores in two ways.
    """
    lalm = _lalm(file)
    assert lalm is not None
    rule = read_rule(lalm["rule"], lambda *keys: file.where("metadata", "lalm", "rule", *keys))
    given = file.data.get("process_results")
    if given is not None and not (isinstance(given, FunctionRef) and given.module == DECLARED):
        raise TaskFileError(
            "the task has a rule and a 'process_results' of its own: only one can score it",
            where=file.where("process_results"),
            hint="delete one of the two",
        )
    if "custom_dataset" not in file.data:
        read_data(lalm.get("data"), lambda *keys: file.where("metadata", "lalm", "data", *keys))
    data = {**_task_keys(file, rule), **file.data}
    _check_metrics(file, rule)
    generation = file.data.get("generation_kwargs")
    if isinstance(generation, dict):
        data["generation_kwargs"] = {"until": [], **generation}
    metadata = file.data["metadata"]
    data["metadata"] = {**metadata, "lalm": {**_our_keys(file, rule), **lalm}}
    anchors = lalm.get("anchors")
    return replace(file, data=data), parameters(
        rule, tuple(anchors) if isinstance(anchors, dict) else ()
    )


def _check_metrics(file: YamlFile, rule: Rule) -> None:
    """Refuse a list of metrics that is not that of the rule: every item would be an error."""
    listed = file.data.get("metric_list")
    if not isinstance(listed, list):
        return  # none of its own, or malformed: refused with all other keys
    names = [entry.get("metric") for entry in listed if isinstance(entry, dict)]
    for name in rule.metrics:
        if name not in names:
            raise TaskFileError(
                f"metric_list lacks {name!r}, which the rule {rule.name!r} gives",
                where=file.where("metric_list"),
                hint=_metrics_of(rule),
            )
    for listed_name in names:
        if isinstance(listed_name, str) and listed_name not in rule.metrics:
            raise TaskFileError(
                f"metric_list names {listed_name!r}, which the rule {rule.name!r} does not give",
                where=file.where("metric_list"),
                hint=_metrics_of(rule),
            )


def _metrics_of(rule: Rule) -> str:
    return (
        f"metrics of the rule: {', '.join(rule.metrics)}; without metric_list the task has them all"
    )


def _lalm(file: YamlFile) -> dict[str, Any] | None:
    metadata = file.data.get("metadata")
    lalm = metadata.get("lalm") if isinstance(metadata, dict) else None
    return lalm if isinstance(lalm, dict) else None


def _task_keys(file: YamlFile, rule: Rule) -> dict[str, Any]:
    def function(name: str) -> FunctionRef:
        return FunctionRef(DECLARED, name, file.path)

    return {
        "custom_dataset": function("load"),
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": rule.kind.prompt,
        "doc_to_audio": function("audio"),
        "description": "",
        "fewshot_config": {"samples": []},
        "generation_kwargs": {"until": [], "do_sample": False, "max_gen_toks": TOKENS},
        "process_results": function("process_results"),
        "metric_list": [
            {"metric": name, "aggregation": function("aggregate"), "higher_is_better": higher}
            for name, higher in rule.metrics.items()
        ],
    }


def _our_keys(file: YamlFile, rule: Rule) -> dict[str, Any]:
    name = str(file.data.get("task"))
    return {
        "benchmark": name,
        "title": f"{name}, scored by the rule {rule.name}",
        "items": None,
        "official": list(rule.official),
        "judged": list(rule.judged),
        "answer": rule.kind.answer,
        "null_response": "empty",
        "scorer": f"{rule.name}.1",
        "doc_fields": [],
        "required_fields": rule.fields(),
        "licence": NOT_STATED,
        "reference": NOT_STATED,
        "protocol": rule.kind.protocol,
    }
