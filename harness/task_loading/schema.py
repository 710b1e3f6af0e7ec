"""The strict schema of a task YAML: which keys there are, of what type, and what every task must have.

An unknown or ill-typed key is an error with file and line, not something silently ignored. The lm-eval
keys are those of lm-eval 0.4; ours live under ``metadata.lalm`` (``docs/task_yaml.md``).
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from harness.core.generation_arguments import read_level
from harness.core.judge_spec import JudgeSpec
from harness.core.task import FunctionRef, TaskSpec, Template
from harness.errors import TaskFileError
from harness.task_loading.checks.lm_eval_keys import (
    FEWSHOT_KEYS,
    METRIC_KEYS,
    TASK_KEYS,
    check_task_types,
)
from harness.task_loading.checks.our_keys import check_our_values, check_template
from harness.task_loading.checks.values import shown
from harness.task_loading.declared import filled, is_declared
from harness.task_loading.judging.block import parse_judge
from harness.task_loading.metric_facts import check_declared
from harness.task_loading.yaml_file import YamlFile

# lm-eval's own metric names: lm-eval would replace our functions by its own.
_LM_EVAL_METRICS = frozenset(
    [
        "acc",
        "acc_norm",
        "acc_bytes",
        "acc_mutual_info",
        "exact_match",
        "f1",
        "mcc",
        "bleu",
        "chrf",
        "ter",
        "perplexity",
        "word_perplexity",
        "byte_perplexity",
        "bits_per_byte",
        "brier_score",
        "likelihood",
        "bypass",
    ]
)

LM_EVAL_ALONE = (
    "a plain lm-eval task runs as it is with -t lm_eval:NAME; as a task of the harness it needs more:"
    " see docs/task_yaml.md"
)
"""Cure of a file that lacks what a task of the harness has."""
REQUIRED = object()
_NUMBER = (int, float)
LALM_KEYS: dict[str, tuple[Any, Any]] = {
    # key: (type or types, default)
    "benchmark": (str, REQUIRED),
    "title": (str, REQUIRED),
    "items": ((int, type(None)), REQUIRED),
    "official": (list, []),
    "judged": (list, []),
    "groups": (list, []),
    "cluster": ((str, type(None)), None),
    "answer": (str, "text"),
    "null_response": (str, REQUIRED),
    "scorer": (str, REQUIRED),
    "doc_fields": (list, REQUIRED),
    "required_fields": (list, REQUIRED),
    "anchors": (dict, {}),
    "licence": (str, REQUIRED),
    "reference": (str, REQUIRED),
    "protocol": (str, REQUIRED),
    "deviations": (list, []),
    "templates": (dict, {}),
    "default_template": (str, "default"),
    "clean": (str, "none"),
    "cost": (dict, {}),
    "judge": ((dict, type(None)), None),
    "unsupported": ((str, type(None)), None),
    "aliases": (dict, {}),
    "rule": ((str, dict, type(None)), None),
    "data": ((str, dict, type(None)), None),
}
TEMPLATE_KEYS = frozenset({"doc_to_text", "description", "clean", "generation_kwargs"})
_ANSWERS = ("text", "transcript", "option", "number")


def _type_name(types: Any) -> str:
    kinds = types if isinstance(types, tuple) else (types,)
    names = {
        str: "text",
        int: "integer",
        float: "number",
        list: "list",
        dict: "mapping",
        type(None): "null",
    }
    return " or ".join(names.get(kind, kind.__name__) for kind in kinds)


def check_keys(file: YamlFile, found: Any, known: frozenset[str], *prefix: str) -> None:
    """Refuse a key that nothing would read.

    Raises:
        TaskFileError: with file, line and the nearest known key.
    """
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            raise TaskFileError(
                f"unknown key {'.'.join((*prefix, str(key)))!r}",
                where=file.where(*prefix, str(key)),
                hint=f"did you mean {near[0]!r}?"
                if near
                else f"known keys: {', '.join(sorted(known))}",
            )


def parse_task(file: YamlFile) -> TaskSpec:
    """Turn a task YAML into a ``TaskSpec``.

    Raises:
        TaskFileError: an unknown, missing or ill-typed key, or a metric whose direction or anchors contradict the
            registry, with file and line.
    """
    file.check()
    declared: dict[str, Any] = {}
    if is_declared(file):
        file, declared = filled(file)
    data = file.data
    check_keys(file, data, TASK_KEYS)
    for key in (
        "task",
        "custom_dataset",
        "test_split",
        "doc_to_text",
        "process_results",
        "metric_list",
    ):
        if not data.get(key) and not (key == "metric_list" and _unsupported(data)):
            missing = "is missing" if key not in data else f"is empty ({shown(data[key])})"
            raise TaskFileError(
                f"the key {key!r} {missing}", where=file.where(key), hint=LM_EVAL_ALONE
            )
    check_task_types(data, file.where)
    if data.get("output_type") != "generate_until":
        raise TaskFileError(
            "output_type must be generate_until: audio-language models are scored on generated text",
            where=file.where("output_type"),
        )
    check_keys(file, data.get("fewshot_config") or {}, FEWSHOT_KEYS, "fewshot_config")
    if (data.get("fewshot_config") or {}).get("samples") != []:
        raise TaskFileError(
            "'fewshot_config: {samples: []}' is missing: without it lm-eval lists the whole split",
            where=file.where("fewshot_config"),
        )
    generation = data.get("generation_kwargs")
    if not isinstance(generation, dict) or not isinstance(generation.get("until"), list):
        raise TaskFileError(
            "generation_kwargs needs an explicit 'until' list (often []): lm-eval would stop at a blank line",
            where=file.where("generation_kwargs"),
        )
    _check_generation(file, generation, "generation_kwargs")
    lalm = _lalm(file)
    metrics, directions = _metrics(file)
    for key in ("official", "judged"):
        unknown = [name for name in lalm[key] if name not in metrics]
        if unknown:
            raise TaskFileError(
                f"metadata.lalm.{key} names {unknown[0]!r}, which is not in metric_list",
                where=file.where("metadata", "lalm", key),
            )
    templates = _templates(file, lalm)
    spec = TaskSpec(
        task=str(data["task"]),
        benchmark=lalm["benchmark"],
        yaml_path=file.path,
        description=lalm["title"],
        metrics=metrics,
        higher_is_better=directions,
        official_metrics=frozenset(lalm["official"]),
        judged_metrics=frozenset(lalm["judged"]),
        generation=dict(generation),
        templates=templates,
        default_template=lalm["default_template"],
        doc_fields=tuple(lalm["doc_fields"]),
        required_fields=tuple(lalm["required_fields"]),
        group_fields=tuple(lalm["groups"]),
        cluster_field=lalm["cluster"],
        null_response=lalm["null_response"],
        answer=lalm["answer"],
        scorer=lalm["scorer"],
        items=lalm["items"],
        licence=lalm["licence"],
        reference_url=lalm["reference"],
        functions={key: value for key, value in data.items() if isinstance(value, FunctionRef)},
        anchors=lalm["anchors"],
        judge=_judge(file, lalm["judge"]),
        cost=lalm["cost"],
        protocol=lalm["protocol"],
        deviations=tuple(lalm["deviations"]),
        raw=data,
        unsupported=lalm["unsupported"],
        aliases=_aliases(file, lalm["aliases"]),
        declared=declared,
        where=file.where,
    )
    check_declared(spec)
    return spec


def _judge(file: YamlFile, block: dict[str, Any] | None) -> JudgeSpec | None:
    if block is None:
        return None
    return parse_judge(
        block,
        file.path.parent,
        lambda *keys: file.where("metadata", "lalm", "judge", *keys),
    )


def _aliases(file: YamlFile, declared: dict[Any, Any]) -> dict[str, tuple[str, ...]]:
    """Check the further forms of labels: lists of texts, none of them for two labels."""
    owners: dict[str, str] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    for label, forms in declared.items():
        path = ("metadata", "lalm", "aliases", str(label))
        name = ".".join(path)
        if not isinstance(label, str):
            raise TaskFileError(
                f"metadata.lalm.aliases has the label {label!r}, expected text: put it in quotes",
                where=file.where(*path),
            )
        if not isinstance(forms, list) or not forms:
            raise TaskFileError(
                f"{name} is {forms!r}, expected a list of texts", where=file.where(*path)
            )
        for form in forms:
            if not isinstance(form, str) or not form.strip():
                raise TaskFileError(
                    f"{name} holds {form!r}, expected text: put it in quotes",
                    where=file.where(*path),
                )
            key = " ".join(form.casefold().split())
            other = owners.setdefault(key, label)
            if other != label:
                raise TaskFileError(
                    f"{name} holds {form!r}, which is also a form of {other!r}",
                    where=file.where(*path),
                    hint="a form names one label: delete it from one of the two",
                )
        aliases[label] = tuple(forms)
    return aliases


def _unsupported(data: dict[str, Any]) -> bool:
    metadata = data.get("metadata")
    lalm = metadata.get("lalm") if isinstance(metadata, dict) else None
    return isinstance(lalm, dict) and bool(lalm.get("unsupported"))


def _lalm(file: YamlFile) -> dict[str, Any]:
    lalm = (file.data.get("metadata") or {}).get("lalm")
    if not isinstance(lalm, dict):
        raise TaskFileError(
            "the mapping 'metadata.lalm' is missing",
            where=file.where("metadata"),
            hint="it declares benchmark, metrics and licence: see docs/task_yaml.md",
        )
    check_keys(file, lalm, frozenset(LALM_KEYS), "metadata", "lalm")
    values: dict[str, Any] = {}
    for key, (types, default) in LALM_KEYS.items():
        if key not in lalm:
            if default is REQUIRED:
                raise TaskFileError(
                    f"metadata.lalm.{key} is missing", where=file.where("metadata", "lalm", key)
                )
            values[key] = default
            continue
        value = lalm[key]
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            raise TaskFileError(
                f"metadata.lalm.{key} is {shown(value)}, expected {_type_name(types)}",
                where=file.where("metadata", "lalm", key),
            )
        values[key] = value
    check_our_values(values, lambda *keys: file.where("metadata", "lalm", *keys))
    for key, allowed in (("answer", _ANSWERS), ("null_response", ("empty", "error"))):
        if values[key] not in allowed:
            raise TaskFileError(
                f"metadata.lalm.{key} is {values[key]!r}, expected one of {', '.join(allowed)}",
                where=file.where("metadata", "lalm", key),
            )
    return values


def _metrics(file: YamlFile) -> tuple[tuple[str, ...], dict[str, bool]]:
    names: list[str] = []
    directions: dict[str, bool] = {}
    for number, entry in enumerate(file.data["metric_list"] or ()):
        where = file.where("metric_list", str(number))
        if not isinstance(entry, dict) or not isinstance(entry.get("metric"), str):
            raise TaskFileError(
                f"an entry of metric_list is {shown(entry)}, expected a mapping with 'metric'",
                where=where,
            )
        name = entry["metric"]
        check_keys(file, entry, METRIC_KEYS, "metric_list", str(number))
        if name in _LM_EVAL_METRICS:
            raise TaskFileError(
                f"the metric name {name!r} is lm-eval's own: lm-eval would compute its metric instead",
                where=where,
            )
        if not isinstance(entry.get("aggregation"), FunctionRef) or not isinstance(
            entry.get("higher_is_better"), bool
        ):
            raise TaskFileError(
                f"metric {name!r} needs 'aggregation: !function …' and 'higher_is_better'",
                where=where,
            )
        if name in directions:
            raise TaskFileError(f"metric_list names {name!r} twice", where=where)
        names.append(name)
        directions[name] = entry["higher_is_better"]
    return tuple(names), directions


def _templates(file: YamlFile, lalm: dict[str, Any]) -> dict[str, Template]:
    declared = lalm["templates"] or {lalm["default_template"]: {}}
    if lalm["default_template"] not in declared:
        raise TaskFileError(
            f"default_template {lalm['default_template']!r} is not in templates",
            where=file.where("metadata", "lalm", "default_template"),
        )
    templates: dict[str, Template] = {}
    for name, given in declared.items():
        fields = given or {}
        keys = ("metadata", "lalm", "templates", str(name))
        check_keys(file, fields, TEMPLATE_KEYS, *keys)
        check_template(fields, lambda *more, keys=keys: file.where(*keys, *more))
        is_default = name == lalm["default_template"]
        templates[str(name)] = Template(
            id=str(name),
            doc_to_text=fields.get("doc_to_text", file.data["doc_to_text"]),
            system=fields.get("description", file.data.get("description") or None),
            clean=str(fields.get("clean", lalm["clean"] if is_default else "none")),
            generation=_template_generation(file, str(name), fields.get("generation_kwargs") or {}),
        )
    return templates


def _template_generation(file: YamlFile, name: str, given: Any) -> dict[str, Any]:
    keys = ("metadata", "lalm", "templates", name, "generation_kwargs")
    if not isinstance(given, dict):
        raise TaskFileError(
            f"{'.'.join(keys)} is {given!r}, expected a mapping", where=file.where(*keys)
        )
    _check_generation(file, given, *keys)
    return given


def _check_generation(file: YamlFile, given: dict[str, Any], *keys: str) -> None:
    """Refuse generation arguments of the wrong kind.

    Raises:
        TaskFileError: with file, line and argument.
    """
    read_level(given, lambda name: f"{file.where(*keys, name)}: {name}", TaskFileError)


def is_group(file: YamlFile) -> bool:
    """Return whether a YAML file declares a group rather than a task."""
    return "group" in file.data


def is_fragment(path: Path) -> bool:
    """Return whether a file's name starts with ``_``: such files are only included by others."""
    return path.name.startswith("_")
