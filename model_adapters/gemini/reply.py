"""What came back from Gemini, as one ``ChatReply``: pure, over the JSON of ``generateContent``.

``read_reply`` never raises. An empty answer, a length finish and a filter, whether of the prompt or of the answer, are
outcomes; no candidate without a reason, a malformed answer and a reason that is not known here are failures that may
pass. Parts marked as thoughts are reasoning and never the answer. ``read_error`` says what an HTTP error means: Gemini
refuses a wrong key with 400, and says only in the details of a 429 for how long it lasts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.types import Finish
from model_adapters.services.attempts import Attempt
from model_adapters.services.chat_reply import ChatReply, failed, is_absurd, malformed, reported
from model_adapters.services.denial import Denials
from model_adapters.services.pacing.retry import RETRY_AFTER_CAP
from model_adapters.services.statuses import ErrorBody, read_status
from model_adapters.shared.reply_text import split_reasoning

_FINISHED: Final[Mapping[str, Finish]] = {
    **dict.fromkeys(("STOP",), "stop"),
    **dict.fromkeys(("MAX_TOKENS", "CONTINUATION"), "length"),
    **dict.fromkeys(
        (
            *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
            *("ESCALATION", "MODEL_ARMOR"),
            *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
        ),
        "filter",
    ),
}
"""Reasons that are outcomes; all others (OTHER, MALFORMED_RESPONSE …) are failures."""
_UNSPECIFIED: Final = (
    "FINISH_REASON_UNSPECIFIED",
    "BLOCK_REASON_UNSPECIFIED",
    "BLOCKED_REASON_UNSPECIFIED",
)
_LONG_QUOTAS: Final = ("PerDay", "PerMonth")
_RPC: Final = "type.googleapis.com/google.rpc."
_BAD_KEY: Final = "API_KEY_"
"""How reasons begin that are about the key: invalid, blocked for this service, this address …"""


def read_reply(body: str | bytes | None) -> ChatReply:
    """Read the reply in a body of ``generateContent``.

    >>> parts = '[{"text": "It barks.", "thought": true}, {"text": "dog"}]'
    >>> reply = read_reply('{"candidates": [{"content": {"parts": %s}, "finishReason": "STOP"}]}' % parts)
    >>> reply.text, reply.reasoning, reply.finish
    ('dog', 'It barks.', 'stop')
    >>> read_reply('{"promptFeedback": {"blockReason": "SAFETY"}}').finish
    'filter'
    >>> read_reply("{}").error.kind
    'malformed'
    """
    try:
        data = load_json(body or "")
    except ValueError as error:
        return malformed(f"the body is not readable JSON: {error}")
    if not isinstance(data, Mapping):
        return malformed(f"the body is a JSON {type(data).__name__}, not an object")
    if data.get("error"):
        return reported(data["error"])
    usage, version = _usage(data.get("usageMetadata")), data.get("modelVersion")
    model = version if isinstance(version, str) else None
    candidate = next(_mappings(data.get("candidates")), None)
    if candidate is None:
        if _word(data.get("promptFeedback"), "blockReason"):
            return ChatReply("", None, "filter", usage, model)
        return malformed("no candidates, and no reason why")
    reason = _word(candidate, "finishReason")
    texts: dict[bool, list[str]] = {False: [], True: []}
    content = candidate.get("content")
    for part in _mappings(content.get("parts") if isinstance(content, Mapping) else None):
        if isinstance(text := part.get("text"), str):
            texts[part.get("thought") is True].append(text)
    answer, reasoning = "".join(texts[False]), "".join(texts[True]) or None
    if reasoning is None:
        reasoning, answer = split_reasoning(answer)
    finish = _FINISHED.get(reason or ("STOP" if answer else ""))
    if finish is None:
        more = candidate.get("finishMessage")
        ended = f"generation ended with {reason or 'no reason and no text'}"
        ended = f"{ended}: {more}" if isinstance(more, str) else ended
        return failed("finish" if reason else "malformed", ended, retryable=True)
    return ChatReply(answer, reasoning, finish, usage, model)


def read_error(
    status: int, body: object, headers: Mapping[str, str], denials: Denials | None = None
) -> Attempt:
    """Read what an HTTP error means.

    Args:
        status: the code.
        body: the parsed JSON, in Google's form or not.
        headers: of the response.
        denials: what the service denied before.

    >>> wrong = {"message": "API key not valid.", "details": [{"reason": "API_KEY_INVALID"}]}
    >>> read_error(400, {"error": wrong}, {}).reply.error
    ErrorInfo(kind='authentication', message='HTTP 400: API key not valid.', retryable=False)
    >>> wait = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]
    >>> read_error(429, {"error": {"message": "slow down", "details": wait}}, {}).wait
    34.5
    """
    error = body.get("error", body) if isinstance(body, Mapping) else body
    fields = error if isinstance(error, Mapping) else {}
    details = list(_mappings(fields.get("details")))
    bad_key = status == 400 and any(
        str(detail.get("reason")).startswith(_BAD_KEY) for detail in details
    )
    said = ErrorBody(
        str(fields.get("message") or error or "no reason given"),
        spent=_used_up(details),
        wait=_retry_info(details),
        denied=401 if bad_key else None,
    )
    return read_status(status, said, headers, Denials() if denials is None else denials)


def _used_up(details: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a quota is exceeded that waiting for minutes does not restore."""
    return any(
        isinstance(quota := violation.get("quotaId"), str)
        and any(long in quota for long in _LONG_QUOTAS)
        for detail in details
        if detail.get("@type") == f"{_RPC}QuotaFailure"
        for violation in _mappings(detail.get("violations"))
    )


def _retry_info(details: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the seconds that ``RetryInfo`` asks to wait, a duration such as ``34.07s``."""
    for detail in details:
        delay = detail.get("retryDelay")
        if detail.get("@type") == f"{_RPC}RetryInfo" and isinstance(delay, str):
            try:
                seconds = float(delay.removesuffix("s"))
            except ValueError:
                continue
            if seconds >= 0:
                return min(seconds, RETRY_AFTER_CAP)
    return None


def _usage(metadata: object) -> dict[str, Any] | None:
    """Return token counts under the names that all services have here.

    Thoughts are paid as output and count towards the limit, so they are part of ``completion_tokens``.
    """
    if not isinstance(metadata, Mapping):
        return None
    prompt = _count(metadata, "promptTokenCount")
    thoughts = _count(metadata, "thoughtsTokenCount")
    completion = _count(metadata, "candidatesTokenCount") + thoughts
    details: dict[str, int] = {}
    for entry in _mappings(metadata.get("promptTokensDetails")):
        if isinstance(entry.get("modality"), str):
            name = f"{entry['modality'].lower()}_tokens"
            details[name] = details.get(name, 0) + _count(entry, "tokenCount")
    if cached := _count(metadata, "cachedContentTokenCount"):
        details["cached_tokens"] = cached
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": _count(metadata, "totalTokenCount") or prompt + completion,
    }
    if details:
        usage["prompt_tokens_details"] = details
    if thoughts:
        usage["completion_tokens_details"] = {"reasoning_tokens": thoughts}
    return usage


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and not is_absurd(value) else 0


def _word(fields: object, name: str) -> str:
    """Return a reason, empty where none is given."""
    value = fields.get(name) if isinstance(fields, Mapping) else None
    return value if isinstance(value, str) and value not in _UNSPECIFIED else ""


def _mappings(values: object) -> Iterator[Mapping[str, Any]]:
    """Yield the members of a list that are objects; nothing if it is not a list."""
    if isinstance(values, Sequence) and not isinstance(values, str):
        for value in values:
            if isinstance(value, Mapping):
                yield value
