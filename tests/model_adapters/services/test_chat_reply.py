"""Hazard: a server's odd body becomes an exception, a wrong answer, or a reply that is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_adapters.services.chat_reply import ChatReply, read_completion
from tests.support.budget import examples
from tests.support.servers.chaos_replies import stream_of

NAMES = (
    *("choices", "message", "content", "finish_reason", "refusal", "usage", "model", "error"),
    *("code", "text", "audio", "transcript", "reasoning_content"),
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def completion(finish: Any = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish}], "model": "m"}


@settings(deadline=None, max_examples=examples(400))
@given(ANY_JSON)
def test_any_json_is_a_reply_or_an_error(data: Any) -> None:
    reply = read_completion(data)
    assert (reply.text is None) == (reply.error is not None)
    assert reply.finish in ("stop", "length", "filter", "refusal")


@settings(deadline=None, max_examples=examples(300))
@given(ANY_JSON)
def test_any_first_choice_is_a_reply_or_an_error(choice: Any) -> None:
    reply = read_completion({"choices": [choice]})
    assert (reply.text is None) == (reply.error is not None)


@pytest.mark.parametrize(
    ("body", "text", "finish", "reasoning"),
    [
        (completion(content="dog"), "dog", "stop", None),
        (completion("length", content="do"), "do", "length", None),
        (completion("max_tokens", content="do"), "do", "length", None),
        (completion("content_filter", content=None), "", "filter", None),
        (completion("content_filter", content="He"), "He", "filter", None),
        (completion(content=None), "", "stop", None),
        (completion(content=""), "", "stop", None),
        (completion(), "", "stop", None),
        (completion(None, content="dog"), "dog", "stop", None),
        (completion(content=None, refusal="No."), "No.", "refusal", None),
        (completion(content="", refusal=None), "", "stop", None),
        (completion(content="dog", reasoning_content="It barks."), "dog", "stop", "It barks."),
        (completion(content="dog", reasoning="It barks."), "dog", "stop", "It barks."),
        (completion(content="<think>It barks.</think>\ndog"), "dog", "stop", "It barks."),
        (completion("length", content="<think>It bar"), "", "length", "It bar"),
        (completion(content=[{"type": "text", "text": "do"}, {"text": "g"}]), "dog", "stop", None),
        (completion(content=None, audio={"transcript": "dog"}), "dog", "stop", None),
        ('{"choices": [{"message": {"content": "d\\u00fcg"}}]}', "düg", "stop", None),
    ],
)
def test_outcomes(body: Any, text: str, finish: str, reasoning: str | None) -> None:
    reply = read_completion(body)
    assert (reply.text, reply.finish, reply.reasoning) == (text, finish, reasoning)
    assert reply.error is None


@pytest.mark.parametrize(
    ("body", "retryable"),
    [
        (None, True),
        ([], True),
        ("<html>Bad gateway</html>", True),
        ({}, True),
        ({"choices": None}, True),
        ({"choices": [None]}, True),
        ({"choices": [{"message": None}]}, True),
        ({"error": {"message": "overloaded", "code": 502}}, True),
        ({"error": {"message": "no such model", "code": 404}}, False),
        ({"error": "boom", "choices": []}, True),
    ],
)
def test_failures(body: Any, retryable: bool) -> None:
    error = read_completion(body).error
    assert error is not None
    assert error.retryable is retryable


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(ANY_JSON.map(json.dumps) | st.sampled_from(["[DONE]", "{", ""]), max_size=5))
def test_any_stream_is_a_reply_or_an_error(events: list[str]) -> None:
    reply = read_completion("".join(f"data: {event}\n\n" for event in events))
    assert (reply.text is None) == (reply.error is not None)


def test_every_cut_of_a_stream_is_a_failure_or_the_whole_reply() -> None:
    body = {**completion(content="It barks. ü"), "usage": {"total_tokens": 3}}
    text = ": wait\n\n" + stream_of(body).decode()
    end = text.index('"finish_reason": "stop"')
    for length in range(len(text) + 1):
        reply = read_completion(text[:length])
        if length < end:
            assert reply.error is not None
            assert reply.error.retryable
        elif reply.error is None:
            assert reply.text == "It barks. ü"
    assert read_completion(text).usage == {"total_tokens": 3}


def test_usage_is_kept_without_nulls() -> None:
    usage = {"prompt_tokens": 3, "details": {"audio_tokens": 2, "cached": None}, "cost": None}
    reply = read_completion({**completion(content="x"), "usage": usage})
    assert reply.usage == {"prompt_tokens": 3, "details": {"audio_tokens": 2}}
    assert read_completion({**completion(content="x"), "usage": 7}).usage is None


def test_filter_reported_with_status_200() -> None:
    body = {"error": {"code": "content_filter", "message": "blocked"}}
    assert read_completion(body) == ChatReply("", finish="filter")
