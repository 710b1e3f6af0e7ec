"""``replay:FILE``: a model whose replies are stored.

FILE is a responses file (records ``{"id", "doc", "response", "judge_reply"}``) or a run directory, whose
``responses.jsonl`` (``{"task", "id", "repeat", "response", …}``) is replayed as it ended: the last line of
(task, id, repeat) wins. A reply is looked up by task and id, else by id alone; the latter never in a run's
log, whose ``task`` is certain, and never where several records have the id, since another task's reply is
worse than none. A record without ``repeat`` answers every repeat.

What comes back: the stored reply with its ``finish``, ``reasoning`` and ``usage`` where recorded. A null
stays a null (``Response(None)`` without an error; the task says what that means). An item without a record
is an error of kind ``missing_response``, a reply that is not text one of kind ``not_text``, and a stored
error is given back as it was; none of them is retryable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from harness.core.stored_replies import ResponseFile, StoredObject, read_response_file
from harness.errors import InputFileError, UnknownNameError
from harness.types import AdapterInfo, ErrorInfo, Finish, Request, Response
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter

_FINISHES: Final = ("stop", "length", "filter", "refusal")
_Key = tuple[str | None, str, int | None]


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``replay``: names of the fields to read."""

    response_field: str = "response"
    id_field: str = "id"


class ReplayAdapter(BatchAdapter):
    """Replies from a file."""

    answers_by_item = True
    """Its replies belong to items; equal requests may have different ones."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._target = target
        self._arguments = read_arguments(Arguments, model_args, adapter="replay")
        self._by_task: dict[_Key, StoredObject] = {}
        self._by_id: dict[tuple[str, int | None], list[StoredObject]] = {}

    def open(self) -> AdapterInfo:
        """Read and index the file.

        Raises:
            InputFileError: malformed content, a record without an id, or an id that occurs twice.
            UnknownNameError: no record has the response field.
        """
        content = read_response_file(self._target)
        self._index(content)
        names = self._arguments
        renamed = "" if names == Arguments() else f":{names.id_field}:{names.response_field}"
        return AdapterInfo(
            fingerprint=content.sha256 + renamed,
            style="batch",
            description={"file": str(content.path), "records": len(content.records)},
        )

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        return [self._reply(request) for request in requests]

    def close(self) -> None:
        """Forget the file."""
        self._by_task, self._by_id = {}, {}

    def _index(self, content: ResponseFile) -> None:
        self._check_response_field(content)
        self._by_task, self._by_id = {}, {}
        for record in content.records:
            task, item_id, repeat = key = self._key(record)
            first = self._by_task.get(key)
            # A line of a run's log is one attempt, and the last attempt counts.
            if first is not None and not _is_log_line(record):
                raise InputFileError(
                    f"id {item_id!r} was already used ({first.where})",
                    where=record.where,
                    hint="ids must be unique; -M id_field=NAME names another field",
                )
            self._by_task[key] = record
            if task is None or not _is_log_line(record):
                self._by_id.setdefault((item_id, repeat), []).append(record)

    def _check_response_field(self, content: ResponseFile) -> None:
        name = self._arguments.response_field
        if any(name in record.fields for record in content.records):
            return
        if all("error" in record.fields for record in content.records):
            return
        fields = sorted({field for record in content.records for field in record.fields})
        raise UnknownNameError(
            "response field",
            name,
            fields,
            hint=f"fields of {content.path}: {', '.join(fields)}; choose with -M response_field=NAME",
        )

    def _key(self, record: StoredObject) -> _Key:
        name = self._arguments.id_field
        item_id = record.fields.get(name)
        if isinstance(item_id, bool) or not isinstance(item_id, str | int):
            found = "no such field" if name not in record.fields else repr(item_id)
            raise InputFileError(
                f"expected an id (text or integer) in field {name!r}, found {found}",
                where=record.where,
                hint="replay looks replies up by id; -M id_field=NAME names another field",
            )
        task, repeat = record.fields.get("task"), record.fields.get("repeat")
        return (
            task if isinstance(task, str) else None,
            str(item_id),
            repeat if isinstance(repeat, int) else None,
        )

    def _find(self, request: Request) -> StoredObject | None:
        task, item_id = request.item
        for repeat in (request.repeat, None):
            record = self._by_task.get((task, item_id, repeat))
            if record is not None:
                return record
        for repeat in (request.repeat, None):
            records = self._by_id.get((item_id, repeat), [])
            if len(records) == 1:
                return records[0]
        return None

    def _reply(self, request: Request) -> Response:
        record = self._find(request)
        name = self._arguments.response_field
        if record is None:
            task, item_id = request.item
            return _failed("missing_response", f"{self._target} has no reply to {task} {item_id!r}")
        fields = record.fields
        if isinstance(fields.get("error"), dict) and fields.get(name) is None:
            error = fields["error"]
            return _failed(str(error.get("kind", "replayed")), str(error.get("message", "")))
        if name not in fields:
            return _failed("missing_response", f"{record.where} has no field {name!r}")
        text = fields[name]
        if text is not None and not isinstance(text, str):
            kind = type(text).__name__
            return _failed("not_text", f"{record.where}: the reply is {kind}, expected text")
        return Response(
            text,
            reasoning=_text_or_none(fields.get("reasoning")),
            finish=cast("Finish", fields["finish"])
            if fields.get("finish") in _FINISHES
            else "stop",
            usage=fields["usage"] if isinstance(fields.get("usage"), dict) else None,
            extra={"judge_reply": fields["judge_reply"]} if "judge_reply" in fields else {},
        )


def _is_log_line(record: StoredObject) -> bool:
    return "outcome" in record.fields


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _failed(kind: str, message: str) -> Response:
    return Response(None, error=ErrorInfo(kind, message))
