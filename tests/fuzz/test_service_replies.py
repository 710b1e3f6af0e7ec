"""Replies of services: whatever a server sends is an answer, an outcome or an error, and what failed is never an answer."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any, get_args

from harness.run.jsonl import encode_line, parse_line
from harness.types import Finish
from model_adapters.gemini.reply import read_error, read_reply
from model_adapters.services.attempts import Attempt
from model_adapters.services.chat_client import error_body
from model_adapters.services.chat_reply import ChatReply, read_completion
from model_adapters.services.denial import Denials
from model_adapters.services.responses import Prices, as_response
from model_adapters.services.statuses import read_status
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import ODD, bent_bytes, bent_json, deep

CHAT: dict[str, Any] = {
    "id": "x", "model": "m", "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "<think>It barks.</think> dog", "refusal": None,
                 "reasoning_content": None, "audio": {"transcript": "dog"}}, "finish_reason": "stop",
                 "native_finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"audio_tokens": 1}},
}  # fmt: skip
FAILED: dict[str, Any] = {
    **CHAT,
    "error": {"code": 502, "message": "overloaded", "metadata": {"raw": "x"}},
}
CUT: dict[str, Any] = {**CHAT, "choices": [{**CHAT["choices"][0], "finish_reason": "error"}]}
PARTS: dict[str, Any] = {
    **CHAT, "choices": [{"message": {"content": [{"type": "text", "text": "dog"}]}, "finish_reason": "length"}],
}  # fmt: skip
GEMINI: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "It barks.", "thought": True}, {"text": "dog"}]},
                    "finishReason": "STOP", "finishMessage": "done"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "thoughtsTokenCount": 1,
                      "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 2}]},
    "modelVersion": "g", "promptFeedback": {},
}  # fmt: skip
ERROR: dict[str, Any] = {
    "error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"},
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "PerDay"}]},
        {"reason": "API_KEY_INVALID"}]},
}  # fmt: skip
STATUSES = (300, 302, 400, 401, 403, 404, 408, 413, 422, 429, 451, 500, 502, 503, 529, 599)
WAITS = (
    "1",
    "-1",
    "nan",
    "1e400",
    "99999999999",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "\x00",
    "",
    "soon",
)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def stream(value: dict[str, Any], draw: random.Random) -> str:
    """The reply as server-sent events."""
    end = draw.choice(("\n\n", "\r\n\r\n", "\r\r", "\n"))
    pieces = [{"choices": [{"delta": {"content": letter}}], "model": "m"} for letter in "dog"] + [
        {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": value.get("usage")}
    ]
    pieces = [bent_json(piece, draw) if draw.random() < 0.3 else piece for piece in pieces]
    text = "".join(f"data: {json.dumps(piece)}{end}" for piece in pieces)
    return f": wait{end}{text}" + draw.choice(
        ("data: [DONE]\n\n", "", "data:\n\n", "event: end\n\n")
    )


def body_of(value: dict[str, Any], draw: random.Random) -> bytes:
    odd = (*ODD, nested(400), nested(120))
    match draw.randrange(6):
        case 0:
            return bent_bytes(json.dumps(value).encode(), draw)
        case 1:
            return deep(draw)
        case 2:
            return stream(value, draw).encode("utf-8", "surrogatepass")
        case 3:
            return bent_bytes(stream(value, draw).encode("utf-8", "surrogatepass"), draw)
        case _:
            return json.dumps(bent_json(value, draw, odd)).encode()


def check(reply: ChatReply) -> str:
    assert (reply.text is None) == (reply.error is not None)
    assert reply.finish in get_args(Finish)
    if reply.error is not None:
        assert reply.error.kind and reply.error.message and len(reply.error.message) < 2_000_000
    response = as_response(reply, asked="m", prices=Prices(1.0, 2.0))
    line = encode_line({"usage": dict(response.usage or {}), "text": response.text})
    assert parse_line(line, "line")  # what is written can be read when the run goes on
    return "an error" if reply.error is not None else str(reply.finish)


def failure_in(body: bytes) -> bool:
    """Whether a body plainly says that generation failed, as far as it is JSON."""
    try:
        data = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(data, Mapping):
        return False
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    reason = first.get("finish_reason") if isinstance(first, Mapping) else None
    return bool(data.get("error")) or reason == "error"


def test_no_reply_of_a_chat_service_ends_in_a_traceback_or_is_answered_by_a_failure(
    record_property: Any,
) -> None:
    def one(draw: random.Random) -> str:
        base = draw.choice((CHAT, CHAT, FAILED, CUT, PARTS))
        body = body_of(base, draw)
        reply = read_completion(body.decode("utf-8", "replace"))
        if failure_in(body):
            assert reply.error is not None or reply.finish == "filter", body[:300]
        return check(reply)

    found = fuzz("service replies", one, quick=800, record=record_property)
    assert found["an error"] and found["stop"]


def test_no_reply_of_gemini_ends_in_a_traceback(record_property: Any) -> None:
    def one(draw: random.Random) -> str:
        return check(read_reply(body_of(GEMINI, draw)))

    found = fuzz("gemini replies", one, quick=600, record=record_property)
    assert found["an error"] and found["stop"]


def test_no_http_error_ends_in_a_traceback_or_an_endless_wait(record_property: Any) -> None:
    def one(draw: random.Random) -> str:
        status = draw.choice(STATUSES)
        headers = {
            draw.choice(
                ("Retry-After", "retry-after-ms", "Location", "x-ratelimit-reset-requests")
            ): draw.choice(WAITS)
        }
        body = body_of(ERROR, draw)
        attempt: Attempt
        if draw.random() < 0.5:
            attempt = read_status(status, error_body(body, "no"), headers, Denials())
        else:
            try:
                parsed: object = json.loads(body)
            except (ValueError, RecursionError):
                parsed = body.decode("utf-8", "replace")
            attempt = read_error(status, parsed, headers)
        wait = attempt.wait
        assert wait is None or 0 <= wait <= 24 * 3600, wait
        return check(attempt.reply)

    fuzz("service errors", one, quick=600, record=record_property)
