"""Options and reference answer of an item against each other, and documents that scoring code changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from harness.core.scoring import Document
from harness.core.task import TaskSpec
from harness.task_loading.checks.calls import refuse
from harness.task_loading.checks.values import shown

_LETTER: Final = re.compile(r"\W*([A-Za-z])\W*")


def check_options(spec: TaskSpec, doc: Document, options: Sequence[str], reference: Any) -> None:
    """Refuse options that cannot tell right from wrong: two equal ones, or none that is the reference answer.

    A reference answer may be the text of an option, a part of it, its letter or its number. Other kinds of references,
    such as a list, are the task's own affair.

    Args:
        spec: the task.
        doc: the item's document.
        options: its options; without any, nothing is checked.
        reference: its reference answer.

    Raises:
        TaskCodeError: names the item and the option or the reference.
    """
    forms = [_form(option) for option in options]
    twice = next(
        (option for option, form in zip(options, forms, strict=True) if forms.count(form) > 1), None
    )
    item = f"item {doc.get('_id')!r}"
    if twice is not None:
        refuse(
            spec,
            f"options() of {item} holds {shown(twice)} twice",
            key="process_results",
            hint="give each option once, or leave the item out: a reply cannot choose between equal texts",
        )
    if spec.answer == "option" and options and not _is_among(reference, forms):
        refuse(
            spec,
            f"reference() of {item} is {shown(reference)}, and its options are {shown(list(options))}",
            key="process_results",
            hint="give the text of an option, its letter or its number",
        )


def _is_among(reference: Any, forms: Sequence[str]) -> bool:
    if isinstance(reference, int) and not isinstance(reference, bool):
        return 0 <= reference <= len(forms) or str(reference) in forms
    if not isinstance(reference, str):
        return reference is not None
    form = _form(reference)
    letter = _LETTER.fullmatch(form)
    if letter is not None and ord(letter[1].lower()) - ord("a") < len(forms):
        return True
    if form.isdecimal() and int(form) <= len(forms):
        return True
    return bool(form) and any(form in one or (one and one in form) for one in forms)


def _form(text: str) -> str:
    return " ".join(text.split())


def check_unchanged(spec: TaskSpec, before: Document, doc: Document) -> None:
    """Refuse scoring code that changes the fields of its document: the next call would see another item.

    Raises:
        TaskCodeError: names item and field.
    """
    missing = object()
    names = [name for name in {**before, **doc} if not name.startswith("_")]
    for name in names:
        if before.get(name, missing) != doc.get(name, missing):
            refuse(
                spec,
                f"reference(), options() or score() changed the field {name!r} of item {before.get('_id')!r}",
                key="process_results",
                hint="work on a copy: a document is read more than once",
            )
