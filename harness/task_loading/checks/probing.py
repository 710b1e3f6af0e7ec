"""Scoring code tried on documents before a model is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from harness.core.scoring import Document
from harness.errors import TaskCodeError
from harness.task_loading.checks.answers import check_options, check_unchanged

if TYPE_CHECKING:
    from harness.task_loading.task import YamlTask

_PROBED: Final = 3
"""Documents on which ``score()`` is tried."""


def probe(task: YamlTask, docs: Sequence[Document], facts: Mapping[str, Any]) -> None:
    """Call a stranger's scoring code: all of it on the first documents, ``options()`` on every document.

    Args:
        task: the task.
        docs: its documents as loaded.
        facts: those of the split.

    Raises:
        TaskCodeError: ``score()`` raises on each of the first, or anything returns what it may not.
    """
    probed = min(_PROBED, len(docs))
    failed: list[TaskCodeError] = []
    for position, doc in enumerate(docs):
        if position >= probed:
            if not task.has_options:
                break
            _check_answer(task, doc, facts)
            continue
        before, stored, options, reference = task.examined(doc, facts)
        if options:
            check_options(task.spec, doc, options, reference)
        try:
            task.score(stored, reference if isinstance(reference, str) else "x", None)
        except TaskCodeError as error:
            if error.__cause__ is None:
                raise
            failed.append(error)
        if stored != before:
            check_unchanged(task.spec, before, stored)
    if probed and len(failed) == probed:
        raise failed[0]


def _check_answer(task: YamlTask, doc: Document, facts: Mapping[str, Any]) -> None:
    """Check options and reference answer of a further document; where ``reference()`` raises, scoring says so of the item."""
    stored = task.stored(doc, facts)
    options = task.hints(stored).options
    try:
        reference = task.reference(stored)
    except TaskCodeError:
        return
    check_options(task.spec, doc, options, reference)
