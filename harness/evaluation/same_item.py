"""A run that goes on must ask about the same items: the same documents at the same places, with the same clips."""

from __future__ import annotations

from pathlib import Path

from harness.core.adapter import Request
from harness.core.keys import message_record
from harness.errors import UsageError
from harness.run.attempts import Attempt
from harness.run.reader import ResponseReader


def check_same_item(root: Path, attempt: Attempt, request: Request, position: int) -> None:
    """Compare an item that is answered already with what the data has now.

    Args:
        root: the run directory.
        attempt: the recorded answer.
        request: what would be asked now.
        position: where its document stands now.

    Raises:
        UsageError: the documents are in another order, or a clip has other bytes than the one that was answered.
    """
    task, identifier = request.item
    if attempt.index != position:
        raise UsageError(
            f"the data is in another order than in this run directory: {identifier} was item {attempt.index},"
            f" now it is item {position}",
            where=f"{root}, {task}",
            hint="use the copy of the data that the run began with, or another -o RUN_DIR",
        )
    if attempt.request_key == request.request_key:
        return
    reader = ResponseReader(root)
    try:
        before = _clips(reader.read(attempt.offset)["messages"])
    finally:
        reader.close()
    now = _clips(message_record(request.messages))
    for (_, old), (path, new) in zip(before, now, strict=False):
        if old != new:
            state = "cannot be read now" if new is None else f"has other bytes now ({new[:12]})"
            raise UsageError(
                f"the clip of {identifier} was replaced since it was answered: {path} {state},"
                f" the run has the answer about {str(old)[:12]}",
                where=f"{root}, {task}",
                hint="put the clip back, or use another -o RUN_DIR",
            )


def _clips(messages: object) -> list[tuple[str, str | None]]:
    """Return name and digest of every clip of a prompt, in order."""
    if not isinstance(messages, list):
        return []
    return [
        (part["path"], part["sha256"])
        for message in messages
        for part in message["content"]
        if part["type"] == "audio"
    ]
