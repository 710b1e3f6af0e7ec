"""What the chaos server answers: see ``chaos_server``."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Reply = str | Mapping[str, Any]


def draw(*parts: object) -> float:
    """A number in [0, 1) that depends on ``parts`` alone."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def user_text(body: Mapping[str, Any]) -> str:
    """Text parts of the last user message."""
    for message in reversed(body.get("messages", [])):
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                return content
            return "".join(part.get("text", "") for part in content or ())
    return ""


def reply_function(spec: str) -> Callable[[Mapping[str, Any], str], Reply]:
    """What ``--reply`` means: a function of the parsed body and its digest."""
    if spec == "hash":
        return lambda body, digest: f"reply {digest[:16]}"
    if spec == "echo":
        return lambda body, digest: user_text(body)
    if spec.startswith("fixed:"):
        text = spec.removeprefix("fixed:")
        return lambda body, digest: text
    if spec.endswith(".json"):
        script: dict[str, Reply] = json.loads(Path(spec).read_text(encoding="utf-8"))
        return lambda body, digest: script.get(user_text(body), script.get("*", ""))
    module, _, name = spec.partition(":")
    function = getattr(importlib.import_module(module), name)
    return lambda body, digest: function(body)


def completion(body: Mapping[str, Any], reply: Reply, kind: str | None) -> dict[str, Any]:
    """The JSON of a good answer."""
    fields: dict[str, Any] = {"content": reply} if isinstance(reply, str) else dict(reply)
    finish = fields.pop("finish_reason", "stop")
    text = fields.get("content") or ""
    model = body.get("model", "unknown")
    if kind == "empty":
        fields["content"] = ""
    elif kind == "null":
        fields["content"] = None
    elif kind == "filter":
        fields["content"], finish = None, "content_filter"
    elif kind == "refusal":
        fields["content"], fields["refusal"] = None, "I cannot help with that."
    elif kind == "length":
        fields["content"], finish = text[: (len(text) + 1) // 2], "length"
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": len(text.split()),
        "total_tokens": 20 + len(text.split()),
    }
    return {
        "id": "chatcmpl-0", "object": "chat.completion", "created": 0, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", **fields}, "finish_reason": finish}],
        "usage": usage,
    }  # fmt: skip


def stream_of(completion: Mapping[str, Any]) -> bytes:
    """A completion as server-sent events: three characters at a time, usage in an event of its own."""
    choice = completion["choices"][0]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for name, value in choice["message"].items():
        if name != "role" and isinstance(value, str):
            deltas += [{name: value[start : start + 3]} for start in range(0, len(value), 3)]
    model = completion["model"]
    events: list[Any] = [
        {"model": model, "choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    ending = {"delta": {}, "finish_reason": choice["finish_reason"]}
    events.append({"model": model, "choices": [ending]})
    events.append({"model": model, "choices": [], "usage": completion["usage"]})
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()
