"""Lines of ``responses.jsonl`` and ``samples.jsonl``: what is known about one attempt that ended, and its score.

Each kind of line is made here and nowhere else; ``harness.run.judgements`` makes those of judge replies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from harness.core.adapter import ErrorInfo, Finish, Request, Response
from harness.core.keys import message_record, original_fields
from harness.core.messages import Audio, Message
from harness.core.scoring import MISSING, Document, ItemScore, Outcome, Reading
from harness.core.task import TaskSpec
from harness.errors import AudioError
from harness.run.files import (
    AudioRecord,
    ErrorRecord,
    Manifest,
    ManifestEntry,
    MessageRecord,
    ResponseRecord,
    Results,
    SampleRecord,
    TaskResults,
)


def stored_outcome(response: Any, spec: TaskSpec) -> tuple[Outcome, ErrorInfo | None]:
    """Return the outcome of a reply that is given, not generated: null is what the protocol says it is."""
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
    """Return the outcome of a generated response."""
    if response.error is not None:
        return "error", response.error
    if response.finish in ("filter", "refusal"):
        return "refused", None
    outcome, error = stored_outcome(response.text, spec)
    if outcome == "answered" and response.finish == "length":
        return "truncated", None
    return outcome, error


def error_record(error: ErrorInfo | None) -> ErrorRecord | None:
    """Return the JSON form of an error."""
    if error is None:
        return None
    return {"kind": error.kind, "retryable": error.retryable, "message": error.message}


def _messages(messages: Sequence[Message]) -> list[MessageRecord]:
    return cast("list[MessageRecord]", message_record(messages))


def audio_record(messages: Sequence[Message]) -> list[AudioRecord]:
    """Return the clips of a prompt; header facts are null where the clip cannot be read."""
    records = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, Audio):
                records.append(_clip(part))
    return records


def _clip(clip: Audio) -> AudioRecord:
    record: AudioRecord = {
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
    index: int,
    doc: Document,
    request: Request,
    response: Response,
    attempts: int,
    raw_response: str | None = None,
) -> ResponseRecord:
    """Return the record of one generated (or failed) attempt.

    Args:
        spec: the task.
        index: position of its document.
        doc: its document.
        request: what was asked.
        response: what came back, cleaned.
        attempts: how often it was asked.
        raw_response: the reply before the cleaning, if there was one.
    """
    outcome, error = outcome_of(response, spec)
    return _record(
        task=spec.task,
        repeat=request.repeat,
        index=index,
        item_key=request.item_key,
        request_key=request.request_key,
        doc=doc,
        response=response,
        given=response.text,
        raw_response=raw_response,
        messages=request.messages,
        finish=response.finish,
        attempts=attempts,
        outcome=outcome,
        error=error,
    )


def stored_record(
    *,
    spec: TaskSpec,
    index: int,
    doc: Document,
    item_key: str,
    request_key: str,
    response: Any,
    raw_response: str | None,
) -> ResponseRecord:
    """Return the record of a reply that was given, not generated.

    Args:
        spec: the task.
        index: position of its document.
        doc: its document, with its id.
        item_key: content key of the item.
        request_key: content key of the file and the id.
        response: any JSON value, cleaned; ``MISSING`` if the record had none.
        raw_response: the reply before the cleaning, if there was one.
    """
    outcome, error = stored_outcome(response, spec)
    return _record(
        task=spec.task,
        repeat=0,
        index=index,
        item_key=item_key,
        request_key=request_key,
        doc=doc,
        response=Response(None),
        given=response,
        raw_response=raw_response,
        messages=(),
        finish=None,
        attempts=1,
        outcome=outcome,
        error=error,
    )


def _record(  # noqa: PLR0913  (by name: one per field of the record)
    *,
    task: str,
    repeat: int,
    index: int,
    item_key: str,
    request_key: str,
    doc: Document,
    response: Response,
    given: Any,
    raw_response: str | None,
    messages: Sequence[Message],
    finish: Finish | None,
    attempts: int,
    outcome: Outcome,
    error: ErrorInfo | None,
) -> ResponseRecord:
    record: ResponseRecord = {
        "task": task,
        "id": doc["_id"],
        "repeat": repeat,
        "index": index,
        "item_key": item_key,
        "request_key": request_key,
        "outcome": outcome,
    }  # type: ignore[typeddict-item]  # in the order of the file; the rest follows
    if given is not MISSING:
        record["response"] = given
    if raw_response is not None:
        record["raw_response"] = raw_response
    cluster = doc.get("_cluster")
    record.update(
        {
            "reasoning": response.reasoning,
            "messages": _messages(messages),
            "audio": audio_record(messages),
            "finish": finish,
            "usage": dict(response.usage) if response.usage is not None else None,
            "seconds": round(response.seconds, 4),
            "attempts": attempts,
            "error": error_record(error),
            "extra": dict(response.extra),
            "doc": original_fields(doc),
            "cluster": None if cluster is None else str(cluster),
        }
    )
    if "_order" in doc:
        record["order"] = doc["_order"]
    if "_paraphrase" in doc:
        record["paraphrase"] = doc["_paraphrase"]
    return record


def sample_record(  # noqa: PLR0913  (by name: one per field of the record)
    record: ResponseRecord,
    *,
    reference: Any,
    score: ItemScore,
    parse: dict[str, dict[Reading, Literal["ok", "unparsed"]]],
    scores: dict[str, dict[Reading, float | None]],
    stats: dict[str, dict[Reading, dict[str, float] | None]],
    groups: dict[str, str],
    cluster: str | None,
    judgements: list[str],
) -> SampleRecord:
    """Return a line of ``samples.jsonl``.

    Args:
        record: the item's last response line.
        reference: the reference answer.
        score: what the scorer says.
        parse: metric -> reading -> could the reply be read?
        scores: metric -> reading -> value.
        stats: metric -> reading -> sufficient statistics.
        groups: values of the declared sub-score fields.
        cluster: items that are resampled together.
        judgements: keys of the judge replies used.
    """
    kept = {key: value for key, value in record.items() if key != "index"}
    scored = {
        "reference": reference,
        "extracted": score.extracted,
        "details": dict(score.details),
        "parse": parse,
        "scores": scores,
        "stats": stats,
        "groups": groups,
        "cluster": cluster,
        "judgements": judgements,
    }
    return cast("SampleRecord", kept | scored)


STORED_ERRORS = frozenset({"null_response", "missing_response", "not_text"})
"""Error kinds of stored responses that are themselves the model's (missing) answer: they are scored."""


def document_of(record: ResponseRecord | SampleRecord) -> Document:
    """Return the document in a line of ``responses.jsonl``."""
    doc: Document = dict(record["doc"])
    doc["_id"] = record["id"]
    if record.get("cluster") is not None:
        doc["_cluster"] = record["cluster"]
    if "order" in record:
        doc["_order"] = record["order"]
    if "paraphrase" in record:
        doc["_paraphrase"] = record["paraphrase"]
    return doc


def items_to_ask(manifest: Manifest, name: str) -> int:
    """Return how many items of a task a run directory is to hold, repeats counted; of a shard its own."""
    if "shard" in manifest and name in manifest["shard"]["items"]:
        return manifest["shard"]["items"][name]
    entry = manifest["tasks"][name]
    return entry["items_selected"] * repeats_of(entry)


def shard_name(manifest: Manifest) -> str | None:
    """Return which part of a run a directory holds, as ``--shard`` says it; ``None`` for a whole run."""
    shard = manifest.get("shard")
    return None if shard is None else f"{shard['index']}/{shard['of']}"


def repeats_of(entry: ManifestEntry | TaskResults) -> int:
    """Return the number of replies per item, by a task's entry in manifest or results."""
    return entry.get("repeats", 1)


def scoring_note(results: Results) -> str | None:
    """Return one line about items whose scoring raised an error, ``None`` if there are none."""
    found = [task["unscored"] for task in results["tasks"].values() if "unscored" in task]
    if not found:
        return None
    count = sum(entry["items"] for entry in found)
    total = sum(task["n"] * repeats_of(task) for task in results["tasks"].values())
    return (
        f"scoring raised an error for {count} of {total} items, first: {found[0]['first']}; "
        "the replies are kept: mend the code, then score the run again"
    )


def failed_items(results: Results) -> tuple[int, int]:
    """Count (replies whose outcome is ``error``, replies of the run) over all tasks."""
    tasks = results["tasks"].values()
    return (
        sum(task["outcomes"]["error"] for task in tasks),
        sum(task["n"] * repeats_of(task) for task in tasks),
    )
