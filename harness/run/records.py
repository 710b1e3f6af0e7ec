"""Lines of ``responses.jsonl``: what is known about one attempt that ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core.adapter import ErrorInfo, Request, Response
from harness.core.keys import digest, message_record, original_fields
from harness.core.messages import Audio, Message
from harness.core.scoring import MISSING, Document, Outcome
from harness.core.task import TaskSpec
from harness.errors import AudioError


def stored_outcome(response: Any, spec: TaskSpec) -> tuple[Outcome, ErrorInfo | None]:
    """Outcome of a reply that is given, not generated: null is what the protocol says it is."""
    if isinstance(response, str):
        return ("answered" if response.strip() else "empty"), None
    if spec.null_response == "empty":
        return "empty", None
    if response is MISSING:
        return "error", ErrorInfo("missing_response", "the record has no response")
    if response is None:
        return "error", ErrorInfo("null_response", "the response is null")
    return "error", ErrorInfo("not_text", f"the response is {type(response).__name__}, not text")


def outcome_of(response: Response, spec: TaskSpec) -> tuple[Outcome, ErrorInfo | None]:
    """Outcome of a generated response."""
    if response.error is not None:
        return "error", response.error
    if response.finish in ("filter", "refusal"):
        return "refused", None
    outcome, error = stored_outcome(response.text, spec)
    if outcome == "answered" and response.finish == "length":
        return "truncated", None
    return outcome, error


def error_record(error: ErrorInfo | None) -> dict[str, Any] | None:
    """JSON form of an error."""
    if error is None:
        return None
    return {"kind": error.kind, "retryable": error.retryable, "message": error.message}


def audio_record(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Clips of a prompt; header facts are null where the clip cannot be read."""
    records = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, Audio):
                records.append(_clip(part))
    return records


def _clip(clip: Audio) -> dict[str, Any]:
    record: dict[str, Any] = {
        "sha256": None,
        "path": clip.path,
        "seconds": None,
        "sampling_rate": None,
    }
    try:
        record["sha256"] = clip.sha256
        record["seconds"] = round(clip.seconds, 3)
        record["sampling_rate"] = clip.sampling_rate
    except AudioError:
        pass  # the record's error says so
    return record


def response_record(
    *,
    spec: TaskSpec,
    identifier: str | int,
    index: int,
    doc: Document,
    request: Request,
    response: Response,
    attempts: int,
    clean: Mapping[str, Any] | None = None,
    outcome: Outcome,
    error: ErrorInfo | None,
) -> dict[str, Any]:
    """The record of one generated (or failed) attempt; ``clean`` holds response and raw response."""
    return {
        "task": spec.task,
        "id": identifier,
        "repeat": request.repeat,
        "index": index,
        "item_key": request.item_key,
        "request_key": request.request_key,
        "outcome": outcome,
        "response": response.text,
        **(clean or {}),
        "reasoning": response.reasoning,
        "messages": message_record(request.messages),
        "audio": audio_record(request.messages),
        "finish": response.finish,
        "usage": dict(response.usage) if response.usage is not None else None,
        "seconds": round(response.seconds, 4),
        "attempts": attempts,
        "error": error_record(error),
        "extra": dict(response.extra),
        "doc": original_fields(doc),
        "cluster": doc.get("_cluster"),
    }


def replayed_lines(
    task: str, identifier: str | int, item_key: str, replies: Sequence[str | None]
) -> list[dict[str, Any]]:
    """Stored judge replies of an item as lines of ``judgements.jsonl``, keyed by content."""
    return [
        {
            "key": digest(["replay", task, item_key, vote, reply]),
            "task": task,
            "id": identifier,
            "repeat": 0,
            "vote": vote,
            "judge": "replay",
            "reply": reply,
        }
        for vote, reply in enumerate(replies)
    ]


STORED_ERRORS = frozenset({"null_response", "missing_response", "not_text"})
"""Error kinds of stored responses that are themselves the model's (missing) answer: they are scored."""


def document_of(record: Mapping[str, Any]) -> Document:
    """The document in a line of ``responses.jsonl``."""
    doc: Document = dict(record["doc"])
    doc["_id"] = record["id"]
    if record.get("cluster") is not None:
        doc["_cluster"] = record["cluster"]
    return doc


def repeats_of(entry: Mapping[str, Any]) -> int:
    """Replies that were asked for every item, by a task's entry in manifest or results."""
    return int(entry.get("repeats", 1))


def failed_items(results: Mapping[str, Any]) -> tuple[int, int]:
    """(replies whose outcome is ``error``, replies of the run) over all tasks."""
    tasks = results["tasks"].values()
    return (
        sum(task["outcomes"]["error"] for task in tasks),
        sum(task["n"] * repeats_of(task) for task in tasks),
    )
