"""A streamed chat reply, read to its end, as the JSON that an unstreamed one would have been.

Some services answer audio models only as server-sent events. The harness has no use for half an answer, so the
whole stream is one text here; a stream without an end (neither ``[DONE]`` nor a finish reason) is not a reply.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json

_TEXTS: Final = ("content", "reasoning_content", "reasoning", "refusal")
_DONE: Final = "[DONE]"
_TEXT_PARTS: Final = (None, "text", "output_text")
_REASONING_PARTS: Final = ("thinking", "reasoning", "reasoning_text", "summary_text")


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
    finish, native, ended, chosen = None, None, False, False
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
        choice = first_choice(chunk.get("choices"))
        if choice is None:
            continue
        if choice.get("error"):
            return {"error": choice["error"]}
        chosen = True
        finish = choice.get("finish_reason") or finish
        native = choice.get("native_finish_reason") or native
        delta = choice.get("delta")
        for name in _TEXTS:
            piece = delta.get(name) if isinstance(delta, Mapping) else None
            if piece is None or (name != "content" and not isinstance(piece, str | list)):
                continue
            try:
                message[name] = message.get(name, "") + content_text(piece)
            except ValueError as error:
                return {"error": {"message": str(error)}}
    if "error" in merged:
        return {"error": merged["error"]}
    if not ended and finish is None:
        return None
    choice = {"message": message, "finish_reason": finish}
    if native is not None:
        choice["native_finish_reason"] = native
    return {"choices": [choice] if chosen else [], **merged}


def first_choice(choices: object) -> Mapping[str, Any] | None:
    """Return the choice that was asked for: the first in number, whatever stands before it; ``None`` if it is not there.

    >>> first_choice([{"index": 1}, {"index": 0, "text": "a"}]), first_choice([{"index": 1}]), first_choice([])
    ({'index': 0, 'text': 'a'}, None, None)
    """
    found = choices if isinstance(choices, list) else []
    wanted = (one for one in found if isinstance(one, Mapping) and one.get("index") in (None, 0))
    return next(wanted, None)


def content_text(content: object) -> str:
    """Return the text of a content: a text, or a list of parts; a text in a part of another kind, such as an error, is refused.

    Raises:
        ValueError: it is of a form in which the answer is not known.

    >>> content_text([{"type": "thinking", "text": "hm"}, {"type": "text", "text": "dog"}, "!"])
    'dog!'
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        raise ValueError(f"the content is {json.dumps(content, default=str)[:80]}, not a text")
    return "".join(map(_part, content))


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, Mapping) else None
    if not isinstance(part, Mapping) or not isinstance(text, str):
        return ""
    kind = part.get("type")
    if kind in _TEXT_PARTS:
        return text
    if kind in _REASONING_PARTS:
        return ""
    raise ValueError(f"a part of the content is of the type {str(kind)[:40]!r}: {text[:80]}")


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
