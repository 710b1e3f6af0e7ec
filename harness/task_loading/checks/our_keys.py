"""The values of ``metadata.lalm``, down to list elements, cost and templates."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import TaskFileError
from harness.task_loading.checks.values import (
    FUNCTION,
    MAPPING,
    NAME,
    NULL,
    TEXT,
    TEXTS,
    Where,
    check_kind,
    check_kinds,
    is_kind,
    is_number,
    shown,
)
from metrics.commitment.cleaning import CLEANERS

_NAMES: Final = ("benchmark", "default_template")
_TEXT: Final = ("title", "scorer", "licence", "reference", "protocol")
_LISTS: Final = ("official", "judged", "groups", "doc_fields", "required_fields", "deviations")
_COST: Final = ("audio_hours", "judge_calls_per_item", "tokens_per_judge_call", "disk_mb")
_KINDS: Final = {**dict.fromkeys(_NAMES, (NAME,)), **dict.fromkeys(_LISTS, (TEXTS,))}
_SIGNATURE: Final = "|\n\r"


def check_our_values(values: Mapping[str, Any], where: Where) -> None:
    """Check the values of ``metadata.lalm``, whose own types are right.

    Raises:
        TaskFileError: an empty text, a list element that is not a text or occurs twice, a cost that is not a number, an
            unknown cleaning or template.
    """
    check_kinds({key: values[key] for key in _KINDS}, _KINDS, where, "metadata.lalm.")
    for key in _TEXT:
        if not values[key].strip():
            raise TaskFileError(f"metadata.lalm.{key} is empty", where=where(key))
    if any(character in values["scorer"] for character in _SIGNATURE):
        raise TaskFileError(
            f"metadata.lalm.scorer is {shown(values['scorer'])}, expected a version such as strict.1",
            where=where("scorer"),
        )
    for key in ("cluster", "unsupported"):
        if values[key] is not None and not values[key].strip():
            raise TaskFileError(
                f"metadata.lalm.{key} is empty",
                where=where(key),
                hint="write null, or leave it out",
            )
    for key in _LISTS:
        _check_once(key, values[key], where)
    if values["items"] is not None and values["items"] < 0:
        raise TaskFileError(
            f"metadata.lalm.items is {values['items']}, expected a number of items or null",
            where=where("items"),
        )
    if values["clean"] not in CLEANERS:
        check_cleaning(values["clean"], where("clean"))
    for key, value in values["cost"].items():
        if key not in _COST:
            near = difflib.get_close_matches(key, _COST, n=1)
            raise TaskFileError(
                f"unknown key 'metadata.lalm.cost.{key}'",
                where=where("cost", key),
                hint=f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(_COST)}",
            )
        if not is_number(value) or value < 0:
            raise TaskFileError(
                f"metadata.lalm.cost.{key} is {shown(value)}, expected a number of at least 0",
                where=where("cost", key),
            )
    for name, template in values["templates"].items():
        if is_kind(name, (NAME,)) and is_kind(template, (MAPPING, NULL)):
            continue
        kept = where("templates", name)
        check_kind("the name of a template", name, (NAME,), kept)
        check_kind(f"metadata.lalm.templates.{name}", template, (MAPPING, NULL), kept)


def _check_once(key: str, names: list[str], where: Where) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise TaskFileError(
                f"metadata.lalm.{key} names {shown(name)} twice", where=where(key, str(number))
            )


def check_template(fields: Mapping[str, Any], where: Where) -> None:
    """Check the overrides of one template, whose keys are known.

    Raises:
        TaskFileError: a prompt that is neither text nor a function, or an unknown cleaning.
    """
    if "doc_to_text" in fields:
        check_kind("doc_to_text", fields["doc_to_text"], (TEXT, FUNCTION), where("doc_to_text"))
        if fields["doc_to_text"] == "":
            raise TaskFileError("doc_to_text is empty", where=where("doc_to_text"))
    if "description" in fields:
        check_kind("description", fields["description"], (TEXT, NULL), where("description"))
    if "clean" in fields:
        check_cleaning(fields["clean"], where("clean"))


def check_cleaning(name: Any, where: str) -> None:
    """Check that a declared cleaning exists.

    Raises:
        TaskFileError: it does not.
    """
    if not isinstance(name, str) or name not in CLEANERS:
        raise TaskFileError(
            f"clean is {shown(name)}, and there is no such cleaning of replies",
            where=where,
            hint=f"known: {', '.join(CLEANERS)}",
        )
