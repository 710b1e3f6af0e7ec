"""Hazards: a failure of Gemini that is scored as an answer, an answer that is dropped, a wait that is not kept.

Bodies have the form of ``GenerateContentResponse`` (googleapis/python-genai at commit 66807187, release 2.19.0,
``google/genai/types.py`` line 8546, with ``Candidate`` at 8218 and ``FinishReason`` at 488) in the camel case of the wire.
Error bodies are recorded: see ``tests/chaos_gemini.py``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evaluation.doctor import audio_tokens
from model_adapters.gemini.reply import read_error, read_reply
from tests.support.servers.chaos_gemini import failure, quota, refused_key


def candidate(*parts: dict[str, Any], reason: str | None = "STOP", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0, **more}
    return found if reason is None else {**found, "finishReason": reason}


def read(*candidates: dict[str, Any], **more: Any) -> Any:
    return read_reply(json.dumps({"candidates": candidates, **more}))


# --- answers -----------------------------------------------------------------------------------


def test_text_is_joined_and_thoughts_are_kept_apart() -> None:
    reply = read(
        candidate(
            {"text": "First, ", "thought": True},
            {"text": "a bark.", "thought": True, "thoughtSignature": "abc="},
            {"text": "do"},
            {"text": "g", "thoughtSignature": "abc="},
        )
    )
    assert (reply.text, reply.reasoning, reply.finish) == ("dog", "First, a bark.", "stop")


def test_thoughts_alone_are_no_answer() -> None:
    reply = read(candidate({"text": "Let me", "thought": True}, reason="MAX_TOKENS"))
    assert (reply.text, reply.reasoning, reply.finish) == ("", "Let me", "length")


def test_thoughts_of_an_open_model_are_cut_from_its_text() -> None:
    reply = read(candidate({"text": "<think>It barks.</think>dog"}))
    assert (reply.text, reply.reasoning) == ("dog", "It barks.")


OUTCOMES = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
            *("ESCALATION", "MODEL_ARMOR"),
            *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
        ),
        "filter",
    ),
}


@pytest.mark.parametrize(("reason", "finish"), OUTCOMES.items())
@pytest.mark.parametrize("text", ["", "do"])
def test_outcomes(reason: str, finish: str, text: str) -> None:
    reply = read(candidate({"text": text}, reason=reason))
    assert (reply.text, reply.finish, reply.error) == (text, finish, None)


@pytest.mark.parametrize(
    "reason",
    [
        *("OTHER", "MALFORMED_RESPONSE", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"),
        *("TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "PUP_LIMITED_DISABLED"),
        *("NO_IMAGE", "IMAGE_OTHER", "A_REASON_OF_NEXT_YEAR"),
    ],
)
@pytest.mark.parametrize("text", ["", "do"])
def test_failures_are_never_answers(reason: str, text: str) -> None:
    reply = read(candidate({"text": text}, reason=reason, finishMessage="It broke."))
    assert reply.error is not None and reply.text is None
    assert (reply.error.kind, reply.error.retryable) == ("finish", True)
    assert reply.error.message == f"generation ended with {reason}: It broke."


def test_every_reason_of_the_installed_client_is_an_outcome_or_a_failure() -> None:
    types = pytest.importorskip("google.genai.types", reason="needs the extra gemini")
    known = {reason.value for reason in types.FinishReason}
    assert {"STOP", "MAX_TOKENS", "SAFETY", "SPII"} <= known
    for reason in known - {"FINISH_REASON_UNSPECIFIED"}:
        reply = read(candidate({"text": "x"}, reason=reason))
        assert (reply.error is None) == (reason in OUTCOMES), reason


@pytest.mark.parametrize(
    "content",
    [
        {"content": {"role": "model"}},  # what Gemini sends for nothing said
        {"content": {"role": "model", "parts": []}},
        {"content": {"role": "model", "parts": [{"text": ""}]}},
        {},
    ],
)
def test_nothing_said_is_an_empty_answer(content: dict[str, Any]) -> None:
    reply = read({**content, "finishReason": "STOP"})
    assert (reply.text, reply.finish, reply.error) == ("", "stop", None)


def test_no_reason_needs_a_text() -> None:
    assert read(candidate({"text": "dog"}, reason=None)).text == "dog"
    assert read(candidate(reason=None)).error.kind == "malformed"
    assert read(candidate(reason="FINISH_REASON_UNSPECIFIED")).error.kind == "malformed"


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "NEW"])
def test_a_blocked_prompt_is_a_filter(reason: str) -> None:
    reply = read(promptFeedback={"blockReason": reason})
    assert (reply.text, reply.finish, reply.error) == ("", "filter", None)


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "null", "3", '"x"', "{}", '{"candidates": []}', '{"candidates": null}'),
        '{"candidates": [], "promptFeedback": {"blockReason": "BLOCK_REASON_UNSPECIFIED"}}',
        '{"candidates": [3]}',
        None,
    ],
)
def test_other_bodies_are_malformed(body: str | None) -> None:
    error = read_reply(body).error
    assert error is not None and (error.kind, error.retryable) == ("malformed", True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("candidates", "content", "parts", "text", "thought", "finishReason"),
                    *("promptFeedback", "blockReason", "usageMetadata", "modelVersion"),
                    *("promptTokensDetails", "modality", "tokenCount", "promptTokenCount"),
                    *(
                        "error",
                        "details",
                        "@type",
                        "violations",
                        "quotaId",
                        "retryDelay",
                        "message",
                    ),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(json_values)
def test_no_body_raises(value: Any) -> None:
    reply = read_reply(json.dumps(value))
    assert (reply.text is None) == (reply.error is not None)
    assert read_error(429, value, {}).reply.error is not None


# --- usage -------------------------------------------------------------------------------------


def test_usage_has_the_names_of_all_services() -> None:
    metadata = {
        "promptTokenCount": 100,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 20,
        "totalTokenCount": 125,
        "cachedContentTokenCount": 10,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 4},
            {"modality": "AUDIO", "tokenCount": 96},
        ],
    }
    reply = read(candidate({"text": "dog"}), usageMetadata=metadata, modelVersion="gemini-x-001")
    assert reply.model == "gemini-x-001"
    assert reply.usage == {
        "prompt_tokens": 100,
        "completion_tokens": 25,
        "total_tokens": 125,
        "prompt_tokens_details": {"text_tokens": 4, "audio_tokens": 96, "cached_tokens": 10},
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    assert audio_tokens(reply.usage) == 96  # what `harness doctor` looks for


def test_usage_of_a_blocked_prompt_is_kept() -> None:
    reply = read(promptFeedback={"blockReason": "SAFETY"}, usageMetadata={"promptTokenCount": 7})
    assert reply.usage == {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable", "verdict"),
    [
        (400, failure(400, "bad"), "http", False, "failed"),
        (400, refused_key("x"), "authentication", False, "failed"),
        (401, failure(401, "bad"), "authentication", False, "failed"),
        (403, failure(403, "bad"), "forbidden", False, "failed"),
        (403, failure(403, "This API key was leaked"), "authentication", False, "failed"),
        (404, failure(404, "no such model"), "http", False, "failed"),
        (408, {}, "http", True, "failed"),
        (413, {}, "http", False, "failed"),
        (429, failure(429, "slow"), "rate_limit", True, "overloaded"),
        (500, failure(500, "bad"), "server", True, "failed"),
        (503, failure(503, "overloaded"), "overloaded", True, "overloaded"),
        (504, failure(504, "deadline"), "server", True, "failed"),
        (502, {"message": "<html>", "status": "Bad Gateway"}, "server", True, "failed"),
        (502, None, "server", True, "failed"),
        (502, ["x", "y"], "server", True, "failed"),
    ],
)
def test_table_of_statuses(
    status: int, body: Any, kind: str, retryable: bool, verdict: str
) -> None:
    attempt = read_error(status, body, {})
    error = attempt.reply.error
    assert error is not None
    assert (error.kind, error.retryable, attempt.verdict) == (kind, retryable, verdict)
    assert error.message.startswith(f"HTTP {status}: ")


@pytest.mark.parametrize(
    ("quotas", "kind"),
    [
        (["GenerateRequestsPerMinutePerProjectPerModel-FreeTier"], "rate_limit"),
        (["GenerateContentInputTokensPerModelPerMinute-FreeTier"], "rate_limit"),
        (["GenerateRequestsPerDayPerProjectPerModel-FreeTier"], "quota"),
        (
            [
                "GenerateContentInputTokensPerModelPerMinute-FreeTier",
                "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            ],
            "quota",
        ),
    ],
)
def test_a_day_without_quota_is_no_rate_limit(quotas: list[str], kind: str) -> None:
    attempt = read_error(429, failure(429, "exceeded", quota(*quotas, delay="47s")), {})
    assert attempt.reply.error is not None
    assert attempt.reply.error.kind == kind
    assert attempt.reply.error.retryable is (kind == "rate_limit")
    assert attempt.wait == 47.0


@pytest.mark.parametrize(
    ("delay", "header", "wait"),
    [
        ("26s", None, 26.0),
        ("34.074824224s", None, pytest.approx(34.074824224)),
        ("0s", "9", 0.0),
        ("3600s", None, 120.0),
        ("soon", "9", 9.0),
        ("-3s", None, None),
        (None, "7", 7.0),
        (None, None, None),
    ],
)
def test_the_wait_that_is_asked_for(delay: str | None, header: str | None, wait: Any) -> None:
    headers = {} if header is None else {"retry-after": header}
    assert read_error(429, failure(429, "slow", quota(delay=delay)), headers).wait == wait
