"""The Gemini API in front of the chaos server: its requests read as chat requests, its replies in Gemini's form.

Forms follow googleapis/python-genai at commit 66807187 (release 2.19.0), file ``google/genai/types.py``:
``GenerateContentResponse`` (line 8546), ``Candidate`` (8218), ``FinishReason`` (488), prompt feedback (8323), ``Part``
(2227), usage metadata (8407) and its ``ModalityTokenCount`` (8367). Paths, headers and the base64 of inline data follow what the
client sends (``models.py`` and ``_api_client.py`` there). The error bodies are recorded ones: the 429 with
``QuotaFailure`` and ``RetryInfo`` from googleapis/python-genai issue 2044 and RooCodeInc/Roo-Code issue 3883, the refused key,
which is a 400 and repeats the key, from google/timesketch pull request 3703.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
_RPC = "type.googleapis.com/google.rpc."
_PATH = re.compile(r"/v1(?:beta)?/models/([^/:]+):generateContent")
_CONFIG = {
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "temperature": "temperature",
    "seed": "seed",
}


def model_of(path: str) -> str | None:
    """The model that a path asks, ``None`` for other protocols."""
    found = _PATH.fullmatch(path)
    return found[1] if found else None


def as_chat(body: Mapping[str, Any], model: str) -> dict[str, Any]:
    """A request of generateContent as one of /chat/completions, for reply functions and the ledger."""
    messages = []
    if system := body.get("systemInstruction"):
        messages.append({"role": "system", "content": _content(system)})
    for content in body["contents"]:
        role = "assistant" if content.get("role") == "model" else "user"
        messages.append({"role": role, "content": _content(content)})
    config = body.get("generationConfig", {})
    fields = {name: config[theirs] for theirs, name in _CONFIG.items() if theirs in config}
    return {"model": model, "messages": messages, **fields}


def _content(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for part in content["parts"]:
        if "inlineData" in part:
            data = part["inlineData"]
            mime = data.get("mimeType") or data["mime_type"]  # releases of the client differ
            audio = {"data": data["data"], "format": mime.removeprefix("audio/")}
            parts.append({"type": "input_audio", "input_audio": audio})
        else:
            parts.append({"type": "text", "text": part["text"]})
    return parts


def as_gemini(completion: Mapping[str, Any], *, clips: int = 0) -> dict[str, Any]:
    """A chat completion in Gemini's form. A mapping with ``raw`` in the message is sent as that says."""
    choice, usage = completion["choices"][0], completion["usage"]
    message, finish = choice["message"], choice["finish_reason"]
    if "raw" in message:
        return dict(message["raw"])
    prompt = [{"modality": "TEXT", "tokenCount": usage["prompt_tokens"] - clips}]
    if clips:
        prompt.append({"modality": "AUDIO", "tokenCount": clips})
    reply: dict[str, Any] = {
        "usageMetadata": {
            "promptTokenCount": usage["prompt_tokens"],
            "candidatesTokenCount": usage["completion_tokens"],
            "totalTokenCount": usage["total_tokens"],
            "promptTokensDetails": prompt,
        },
        "modelVersion": completion["model"],
        "responseId": "r-0",
    }
    if message.get("refusal"):
        return {**reply, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    content: dict[str, Any] = {"role": "model"}
    if thought := message.get("reasoning_content"):
        content["parts"] = [{"text": thought, "thought": True}]
    if message.get("content"):
        content["parts"] = [*content.get("parts", []), {"text": message["content"]}]
    candidate: dict[str, Any] = {"finishReason": FINISH[finish], "index": 0}
    if message.get("content") is not None:
        candidate = {"content": content, **candidate}
    return {**reply, "candidates": [candidate]}


def failure(status: int, message: str, details: object = None) -> dict[str, Any]:
    """An error in Google's form."""
    error = {"code": status, "message": message, "status": STATUS.get(status, "UNKNOWN")}
    return {"error": {**error, "details": details} if details is not None else error}


def refused_key(key: str) -> dict[str, Any]:
    """What a wrong key gets, with status 400."""
    details = [
        {
            "@type": f"{_RPC}ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {"@type": f"{_RPC}DebugInfo", "detail": f"Invalid API key: {key}"},
    ]
    return failure(400, f"API key not valid. Please pass a valid API key. ({key})", details)


def quota(*quotas: str, delay: str | None = None) -> list[dict[str, Any]]:
    """Details of a 429."""
    violations = [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": name,
            "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash"},
        }
        for name in quotas
    ]
    details: list[dict[str, Any]] = []
    if violations:
        details.append({"@type": f"{_RPC}QuotaFailure", "violations": violations})
    if delay is not None:
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": delay})
    return details
