"""A streamed chat reply, read to its end, as the JSON that an unstreamed one would have been.

Some services answer audio models only as server-sent events. The harness has no use for half an answer, so the
whole stream is one text here; a stream without an end (neither ``[DONE]`` nor a finish reason) is not a reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json

_TEXTS: Final = ("content", "reasoning_content", "reasoning", "refusal")
_DONE: Final = "[DONE]"


def is_stream(text: str) -> bool:
    r"""Return whether a body is a stream of events (comments may come first).

    >>> is_stream(': wait\n\ndata: {}'), is_stream('{"choices": []}')
    (True, False)
    """
    for line in text.lstrip("\ufeff").replace("\r", "\n").split("\n"):
        if line.startswith(("data:", "event:", "id:", "retry:")):
            return True
        if line and not line.startswith(":"):
            return False
    return False


def merge_stream(text: str) -> dict[str, Any] | None:
    r"""Merge a stream into its completion; ``None`` if it breaks off or cannot be read.

    >>> events = ['{"choices": [{"delta": {"content": "d"}}], "model": "m"}',
    ...           '{"choices": [{"delta": {"content": "og"}, "finish_reason": "stop"}]}', '[DONE]']
    >>> merge_stream("".join(f"data: {event}\n\n" for event in events))["choices"][0]
    {'message': {'content': 'dog'}, 'finish_reason': 'stop'}
    >>> merge_stream('data: {"choices": [{"delta": {"content": "d"}}]}\n\n') is None
    True
    """
    message: dict[str, str] = {}
    merged: dict[str, Any] = {}
    finish, ended, chosen = None, False, False
    for data in _events(text):
        if data == _DONE:
            ended = True
            break
        if not data:
            continue  # a sign of life
        try:
            chunk = load_json(data)
        except ValueError:
            return None
        if not isinstance(chunk, Mapping):
            return None
        if chunk.get("object") == "error" or ("message" in chunk and "choices" not in chunk):
            return {"error": chunk.get("error") or dict(chunk)}
        merged.update(
            {name: chunk[name] for name in ("model", "usage", "error") if chunk.get(name)}
        )
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            continue
        chosen = True
        finish = choice.get("finish_reason") or finish
        delta = choice.get("delta")
        for name in _TEXTS:
            piece = delta.get(name) if isinstance(delta, Mapping) else None
            if isinstance(piece, list):
                texts = [part.get("text") for part in piece if isinstance(part, Mapping)]
                piece = "".join(text for text in texts if isinstance(text, str))
            if isinstance(piece, str):
                message[name] = message.get(name, "") + piece
    if "error" in merged:
        return {"error": merged["error"]}
    if not ended and finish is None:
        return None
    choices = [{"message": message, "finish_reason": finish}] if chosen else []
    return {"choices": choices, **merged}


def _events(text: str) -> Iterator[str]:
    """Yield the data of every event: its ``data:`` lines joined, up to an empty line (lines end with LF, CR or CRLF)."""
    lines: list[str] = []
    for line in (*text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""):
        if line.startswith("data:"):
            if lines and _whole("\n".join(lines)):  # a server that leaves the empty line out
                yield "\n".join(lines).strip()
                lines = []
            lines.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines).strip()
            lines = []


def _whole(data: str) -> bool:
    if data.strip() in ("", _DONE):
        return True
    try:
        load_json(data)
    except ValueError:
        return False
    return True
