"""Find the task of stored replies, and their documents: in the records themselves, or by id in the benchmark's data."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.core import keys
from harness.core.scoring import Document
from harness.core.stored_replies import Record
from harness.errors import HarnessError, InputFileError, UsageError
from harness.run.attempts import ItemId
from harness.settings import Settings
from harness.task_loading.index import load_index
from harness.task_loading.specs import (
    check_benchmarks,
    check_supported,
    data_folder,
    load_spec,
    scoring_task,
)
from harness.task_loading.task import YamlTask


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One stored response with its document and final id."""

    record: Record
    id: ItemId
    doc: Document


def file_task(settings: Settings) -> YamlTask:
    """Return the one task that is named, to score a file with.

    Raises:
        HarnessError: there is none of the name, it names several, or it cannot be loaded.
    """
    index = load_index(settings.include_path, allow_shadowing=settings.allow_shadowing)
    entries = index.resolve(settings.tasks)
    check_benchmarks(settings.data, index, "--data")
    if len(entries) != 1:
        raise UsageError(
            f"{settings.tasks[0]!r} names {len(entries)} tasks; a file is scored with one",
            hint=f"one of: {', '.join(entry.task for entry in entries[:8])} …",
        )
    spec = load_spec(entries[0], trusted=settings.trust_task_code)
    check_supported(spec)
    return scoring_task(
        spec,
        folder=data_folder(spec.benchmark, settings.data),
        revision=settings.revision.get(spec.benchmark),
        trusted=settings.trust_task_code,
    )


class DocumentFinder:
    """Finds the document and the id of every record.

    Args:
        task: the task that scores them.
        records: the file's records.
        file: for messages.
    """

    def __init__(self, task: YamlTask, records: Sequence[Record], file: Path) -> None:
        self._task = task
        self._records = records
        self._file = file
        self._by_id: dict[str, Document] | None = None
        self._by_content: dict[str, list[str]] | None = None

    def resolve(self) -> list[StoredItem]:
        """Return documents and ids in file order; ``_where`` names the place of a record until ``check_stored``.

        Raises:
            InputFileError: a record's document is not available, or lacks a field; file and line named.
        """
        taken: set[ItemId] = {record.id for record in self._records if record.id is not None}
        stored = []
        for record in self._records:
            doc = self._document(record)
            identifier = record.id
            if identifier is None:
                identifier = self._free_id(record, doc, taken)
                taken.add(identifier)
            doc |= {"_id": identifier, "_where": record.where}
            stored.append(StoredItem(record, identifier, doc))
        return stored

    def _document(self, record: Record) -> Document:
        given = record.doc
        if given is None and not self._task.missing_fields(record.whole):
            given = record.whole
        if given is not None and not self._task.missing_fields(given):
            return dict(given)
        if record.id is not None:
            found = self._data(record).get(str(record.id))
            if found is not None:
                return {**keys.original_fields(found), **(given or {}), **_ours(found)}
        shown = given if given is not None else record.whole
        if record.id is not None and record.doc is None and not _has_fields(self._task, shown):
            raise InputFileError(
                f"the data has no item {record.id!r}",
                where=record.where,
                hint=_close(str(record.id), self._data(record)),
            )
        raise InputFileError(
            f"the record has no {_fields(self._task.missing_fields(shown))}, which {self._task.spec.task} needs",
            where=record.where,
            hint=f"it has: {', '.join(list(shown)[:12])}"
            + ("" if record.id is None else f"; the data has no item {record.id!r}"),
        )

    def _data(self, record: Record) -> dict[str, Document]:
        """Return the documents of the benchmark's data by id."""
        if self._by_id is None:
            try:
                documents = self._task.documents()
            except HarnessError as error:
                missing = self._task.missing_fields(
                    record.doc if record.doc is not None else record.whole
                )
                problem = f"lacks the {_fields(missing)}" if missing else "has no id"
                raise InputFileError(
                    f"the record {problem}, and the benchmark's data is not available: {error.message}",
                    where=record.where,
                    hint=f"{error.hint or f'--data {self._task.spec.benchmark}=FOLDER'}"
                    + ("\n  or give every record these fields" if missing else ""),
                ) from error
            self._by_id = {str(doc["_id"]): doc for doc in documents}
        return self._by_id

    def _free_id(self, record: Record, doc: Document, taken: set[ItemId]) -> ItemId:
        """Return the benchmark's id of a record without one."""
        function = getattr(self._task.scoring, "item_id", None)
        own = function(doc) if function is not None else doc.get("id")
        if isinstance(own, (str, int)) and not isinstance(own, bool):
            return _unused(own, taken)
        if self._by_content is None:
            self._by_content = {}
            for identifier, known in self._data(record).items():
                self._by_content.setdefault(self._content(known, doc), []).append(identifier)
        matches = self._by_content.get(self._content(doc, doc))
        if not matches:
            raise InputFileError(
                "the record has no id and its document is not in the benchmark's data",
                where=record.where,
                hint="give each record an 'id', or name the field with --id-field",
            )
        return matches.pop(0) if len(matches) > 1 else _unused(matches[0], taken)

    def _content(self, doc: Document, like: Document) -> str:
        fields = [name for name in self._task.spec.doc_fields if name in like]
        return keys.digest({name: doc.get(name) for name in fields})


def _fields(names: Sequence[str]) -> str:
    """Return names of fields as an error says them."""
    return f"field{'s' * (len(names) > 1)} {', '.join(map(repr, names))}"


def _has_fields(task: YamlTask, record: Document) -> bool:
    """Return whether a record has any field of the benchmark's documents, apart from ids."""
    return any(name in record for name in task.spec.doc_fields if name != "id")


def _close(identifier: str, known: Mapping[str, Document]) -> str:
    stripped = [name for name in known if name.strip().casefold() == identifier.strip().casefold()]
    close = stripped or difflib.get_close_matches(identifier, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"its items are called {', '.join(map(repr, list(known)[:3]))} …, or give each record its 'doc'"


def _ours(doc: Document) -> Document:
    return {key: value for key, value in doc.items() if key in ("_cluster",)}


def _unused(identifier: ItemId, taken: set[ItemId]) -> ItemId:
    """Return the id itself, or with ``#2``, ``#3`` … if ids inside documents repeat."""
    if identifier not in taken:
        return identifier
    number = 2
    while f"{identifier}#{number}" in taken:
        number += 1
    return f"{identifier}#{number}"
