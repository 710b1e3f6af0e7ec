"""What came back from a chat service, as one value: answer, reasoning, why it ended, or why it failed.

``read_completion`` takes whatever a server sent as JSON and never raises. A refusal field, a content filter
and a length finish are outcomes, not failures; so is an empty or null content. Finish reasons are a closed list: one
that says that generation failed, or that is not known, is a failure, and so is an error next to the choices. A body of
another shape is a failure that may pass. Reasoning comes as a field of its own (``reasoning_content``, ``reasoning``)
or inside ``<think>`` marks; it is cut from the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from harness.core.untrusted.bounded_json import NestingError, load_json
from harness.types import ErrorInfo, Finish
from model_adapters.services.chat_stream import (
    content_text,
    first_choice,
    is_stream,
    merge_stream,
)
from model_adapters.services.pacing.retry import BUSY_STATUS, may_retry
from model_adapters.shared.reply_text import split_reasoning

_STOP: Final = frozenset(
    [
        "stop",
        "eos",
        "eos_token",
        "end",
        "end_turn",
        "stop_sequence",
        "stop_token",
        "complete",
        "completed",
        "finished",
        "none",
        "tool_calls",
        "function_call",
    ]
)
_LENGTH: Final = frozenset(
    [
        "length",
        "max_tokens",
        "max_output_tokens",
        "max_length",
        "model_length",
        "token_limit",
        "model_context_window_exceeded",
    ]
)
_FILTER: Final = frozenset(
    [
        "content_filter",
        "content_filtered",
        "safety",
        "sensitive",
        "recitation",
        "prohibited_content",
        "blocklist",
        "spii",
        "image_safety",
        "guardrail_intervened",
        "moderation",
    ]
)
_REFUSAL: Final = frozenset({"refusal", "refused"})
_FAILED: Final = frozenset(
    [
        "error",
        "abort",
        "aborted",
        "cancelled",
        "canceled",
        "insufficient_system_resource",
        "network_error",
        "timeout",
        "load_failed",
        "failed",
        "incomplete",
    ]
)
LARGEST: Final = 1e15
"""Bound of the numbers that are taken from a service."""
MESSAGE_CHARS: Final = 300
"""Number of characters quoted of a body that is not a reply."""
_FILTER_CODES: Final = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "data_inspection_failed",
        "datainspectionfailed",
        "responsibleaipolicyviolation",
    }
)
_QUOTA_CODES: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


@dataclass(frozen=True, slots=True)
class ChatReply:
    """One reply of a chat service.

    Attributes:
        text: the answer; ``None`` exactly with an error.
        reasoning: what the model marked as reasoning.
        finish: why generation ended.
        usage: token counts as the service reports them.
        model: the model name that came back.
        seconds: wall time, waits and repeated attempts included.
        attempts: requests sent.
        error: why the last attempt failed; ``retryable`` says whether a later one may succeed.
    """

    text: str | None
    reasoning: str | None = None
    finish: Finish = "stop"
    usage: Mapping[str, Any] | None = None
    model: str | None = None
    seconds: float = 0.0
    attempts: int = 0
    error: ErrorInfo | None = None


def failed(kind: str, message: str, *, retryable: bool = False) -> ChatReply:
    """Return a reply that is an error.

    >>> failed("timeout", "no answer", retryable=True).error.kind
    'timeout'
    """
    return ChatReply(None, error=ErrorInfo(kind, message, retryable))


def read_completion(data: object) -> ChatReply:
    """Read the reply in the JSON of ``/chat/completions``.

    >>> choice = {"message": {"content": "<think>It barks.</think> dog"}, "finish_reason": "stop"}
    >>> reply = read_completion({"choices": [choice], "model": "m"})
    >>> reply.text, reply.reasoning, reply.model
    ('dog', 'It barks.', 'm')
    >>> read_completion({"choices": []}).error.kind
    'malformed'
    """
    if isinstance(data, str) and is_stream(data):
        data = merge_stream(data)
        if data is None:
            return malformed("the stream breaks off")
    elif isinstance(data, (str, bytes)):  # a server that does not say application/json
        body = data if isinstance(data, str) else data.decode("utf-8", "replace")
        try:
            data = load_json(body.removeprefix("\ufeff"))
        except NestingError:
            return malformed("the body is JSON that is nested too deeply")
        except ValueError:
            return malformed(f"the body is not JSON: {quoted(body)}")
    if not isinstance(data, Mapping):
        return malformed(f"the body is a JSON {type(data).__name__}, not an object")
    if data.get("error"):
        return reported(data["error"])
    if (failure := _failure_next_to(data)) is not None:
        return reported(failure)
    choices = data.get("choices")
    if not isinstance(choices, Sequence) or isinstance(choices, str) or not choices:
        said = data.get("message") or data.get("detail") or data.get("msg")
        return malformed(f"the body has no choices{f': {quoted(said)}' if said else ''}")
    choice = choices[0]
    if not isinstance(choice, Mapping) or choice.get("index") not in (None, 0):
        choice = first_choice([*choices]) or {}
    if choice.get("error"):
        return reported(choice["error"])
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return malformed("the first choice has no message")
    try:
        text, refusal = _content(message), message.get("refusal")
    except ValueError as error:
        return malformed(str(error))
    reasoning, text = _reasoning(message, text)
    reasons = (choice.get("finish_reason"), choice.get("native_finish_reason"))
    finish = _finish(reasons[0])
    if finish is None or _means_failure(reasons[1]):
        reason = reasons[0] if finish is None else reasons[1]
        return failed("finish", f"generation ended with {reason!r}", retryable=True)
    if isinstance(refusal, str) and refusal:
        finish, text = "refusal", text or refusal
    usage, model = data.get("usage"), data.get("model")
    return ChatReply(
        text,
        reasoning,
        finish,
        _counts(usage) if isinstance(usage, Mapping) else None,
        model if isinstance(model, str) else None,
    )


def filtered(code: str | None) -> bool:
    """Return whether an error code means that a content filter stopped the prompt.

    >>> filtered("content_filter"), filtered("invalid_request_error")
    (True, False)
    """
    return code is not None and code.lower() in _FILTER_CODES


def used_up(code: str | None) -> bool:
    """Return whether an error code means that the account is used up, so that waiting does not help.

    >>> used_up("insufficient_quota"), used_up("rate_limit_exceeded")
    (True, False)
    """
    return code is not None and code.lower() in _QUOTA_CODES


def malformed(message: str) -> ChatReply:
    """Return a reply that is a body of another shape."""
    return failed("malformed", message, retryable=True)


def reported(error: object) -> ChatReply:
    """Return an error that came with status 200; the code in it says whether it may pass."""
    code = error.get("code") if isinstance(error, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else error
    if isinstance(code, str) and filtered(code):
        return ChatReply("", finish="filter")
    metadata = error.get("metadata") if isinstance(error, Mapping) else None
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    message = f"{quoted(message)} ({quoted(raw)})" if raw else quoted(message)
    status = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    spent = isinstance(code, str) and used_up(code)
    lasting = spent or (isinstance(status, int) and 400 <= status < 500 and not may_retry(status))
    kind = (
        "quota" if spent else BUSY_STATUS.get(status, "http") if isinstance(status, int) else "http"
    )
    return failed(kind, f"status 200 with an error: {message}", retryable=not lasting)


def _failure_next_to(data: Mapping[str, Any]) -> object:
    """Return what a body says of a failure next to its choices, in the forms that gateways have; ``None`` if nothing.

    >>> _failure_next_to({"code": 500, "message": "busy"}), _failure_next_to({"code": 0, "success": True})
    ({'code': 500, 'message': 'busy'}, None)
    """
    code, base = data.get("code"), data.get("base_resp")
    said = data.get("message") or data.get("msg") or data.get("detail")
    if type(code) is int and 400 <= code < 600:
        return {"code": code, "message": said or "no reason"}
    if data.get("success") is False or data.get("status") in ("error", "failed", "failure"):
        return {"message": said or "it says that it failed"}
    if isinstance(base, Mapping) and base.get("status_code") not in (None, 0, 200):
        return {"message": base.get("status_msg") or base}
    return None


def _content(message: Mapping[str, Any]) -> str:
    """Return the text of a message.

    Raises:
        ValueError: its content is of a form in which the answer is not known.
    """
    content = message.get("content")
    if isinstance(content, str):
        return content
    if content is not None:
        return content_text(content)
    audio = message.get("audio")  # a model that answers by voice says in text what it said
    transcript = audio.get("transcript") if isinstance(audio, Mapping) else None
    return transcript if isinstance(transcript, str) else ""


def _reasoning(message: Mapping[str, Any], text: str) -> tuple[str | None, str]:
    for name in ("reasoning_content", "reasoning"):
        value = message.get(name)
        if isinstance(value, str) and value:
            more, answer = split_reasoning(text)
            return "\n".join(filter(None, (value.strip(), more))) or None, answer
    return split_reasoning(text)


def _finish(reason: object) -> Finish | None:
    """Read a finish reason; ``None`` for one that says that generation failed, or that is not known.

    >>> [_finish(r) for r in (None, "stop", "MAX_TOKENS", "content_filter: PROHIBITED_CONTENT", "abort", "odd")]
    ['stop', 'stop', 'length', 'filter', None, None]
    """
    if reason is None or reason == "":
        return "stop"
    if not isinstance(reason, str):
        return None
    name = reason.partition(":")[0].strip().lower()
    if name in _STOP:
        return "stop"
    if name in _LENGTH:
        return "length"
    if name in _FILTER:
        return "filter"
    return "refusal" if name in _REFUSAL else None


def _means_failure(reason: object) -> bool:
    """Tell whether the reason that a gateway passes on from the model's own server says that generation failed."""
    return isinstance(reason, str) and reason.lower() in _FAILED


def quoted(said: object) -> str:
    """Return the beginning of what a server said, on one line."""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= MESSAGE_CHARS else f"{text[:MESSAGE_CHARS]}…"


def masked(reply: ChatReply, mask: Callable[[str], str]) -> ChatReply:
    """Take a secret out of everything that a server sent back: some repeat the key that they were given."""
    return replace(
        reply,
        text=None if reply.text is None else mask(reply.text),
        reasoning=None if reply.reasoning is None else mask(reply.reasoning),
        model=None if reply.model is None else mask(reply.model),
    )


def _counts(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a service reports, without nulls and without numbers that count nothing."""
    return {
        key: _counts(value) if isinstance(value, Mapping) else value
        for key, value in usage.items()
        if value is not None and not is_absurd(value)
    }


def is_absurd(value: object) -> bool:
    """Tell whether a value is a number that cannot count tokens or dollars: not finite, or beyond ``LARGEST``.

    >>> is_absurd(float("nan")), is_absurd(10**400), is_absurd(12), is_absurd("12")
    (True, True, False, False)
    """
    return isinstance(value, (int, float)) and not -LARGEST < value < LARGEST
