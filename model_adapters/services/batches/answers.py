"""Answers in the output and error files of a batch, line by line: one line that cannot be read costs its own request, no other.

A file is a stranger's: any line may be cut, no JSON, nested too deeply, or of another shape. Such a line is passed over
and counted; a request that has no other line ends without an answer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from model_adapters.services.chat_client import error_body
from model_adapters.services.chat_reply import ChatReply, failed, masked, quoted, read_completion
from model_adapters.services.credentials import Secret
from model_adapters.services.denial import Denials
from model_adapters.services.statuses import read_status

LARGEST_LINE: Final = 64_000_000
"""Bytes of a line from which on it is passed over: no reply is that long, and all of it would be held as one value."""


class LineError(ValueError):
    """A line that says nothing about any request."""


@dataclass(slots=True)
class Answers:
    """Answers of one file.

    Attributes:
        replies: by ``custom_id``; the first line of a request counts.
        unread: lines that cannot be read.
        first: the first of them: its number, and why.
    """

    replies: dict[str, ChatReply] = field(default_factory=dict)
    unread: int = 0
    first: str = ""


def read_answers(content: bytes, wanted: Collection[str], key: Secret) -> Answers:
    r"""Read an output or error file.

    Args:
        content: of the file, JSON lines in UTF-8.
        wanted: the ``custom_id`` of each request that waits for an answer; lines of others are not looked at.
        key: of the service; taken out of what it says.

    >>> line = b'{"custom_id": "a", "response": {"status_code": 200, "body": {"choices": []}}}'
    >>> found = read_answers(b"null\n" + line, {"a"}, Secret("none"))
    >>> found.replies["a"].error.kind, found.unread, found.first
    ('malformed', 1, 'line 1: not an object')
    """
    found = Answers()
    for number, line in _lines(content):
        try:
            name, record = _record(line)
            if name in wanted and name not in found.replies:
                found.replies[name] = without_key(_reply(record), key)
        except LineError as error:
            found.unread += 1
            found.first = found.first or f"line {number}: {error}"
    return found


def without_key(reply: ChatReply, key: Secret) -> ChatReply:
    """Take a service's key out of a reply and of its error."""
    error = reply.error
    hidden = None if error is None else replace(error, message=key.hide(error.message))
    return replace(masked(reply, key.mask), error=hidden)


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers; only a line feed ends one."""
    start, number = 0, 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        line = content[start:end].removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line
        start = end + 1


def _record(line: bytes) -> tuple[str, Mapping[str, Any]]:
    """Return the request that a line is about, and the line.

    Raises:
        LineError: it cannot be read, or names no request.
    """
    if len(line) > LARGEST_LINE:
        raise LineError(f"more than {LARGEST_LINE:,} bytes")
    try:
        record = load_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError("not UTF-8") from error
    except ValueError as error:
        raise LineError("not JSON, or nested too deeply") from error
    if not isinstance(record, Mapping):
        raise LineError("not an object")
    name = record.get("custom_id")
    if not isinstance(name, str):
        raise LineError("custom_id is not a text")
    return name, record


def _reply(record: Mapping[str, Any]) -> ChatReply:
    """Return the answer in a line.

    Raises:
        LineError: there is neither a response with a status nor an error.
    """
    response, error = record.get("response"), record.get("error")
    if response is not None:
        status = response.get("status_code") if isinstance(response, Mapping) else None
        if type(status) is int and 100 <= status < 600:
            body = response.get("body")
            if status >= 300:
                return read_status(
                    status, error_body(json.dumps(body or {}).encode()), {}, Denials()
                ).reply
            if status >= 200:
                return read_completion(body if isinstance(body, Mapping) else {})
    if not error:
        raise LineError("neither a response with a status nor an error")
    said = error.get("message") or error.get("code") if isinstance(error, Mapping) else error
    return failed("batch", quoted(said or "no answer"), retryable=True)


def lost(batch: str, why: str = "") -> ChatReply:
    """Return that a batch has no answer to a request.

    >>> lost("b1", "1 line cannot be read").error.message
    'the batch b1 ended without an answer to this request (1 line cannot be read)'
    """
    said = f"the batch {batch} ended without an answer to this request"
    said += f" ({why})" if why else ""
    return failed("batch", said, retryable=True)
