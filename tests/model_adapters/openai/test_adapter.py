"""Hazards of ``openai:``: outcomes confused, a run that goes on with a refused key, secrets in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.types import AdapterInfo, Response
from model_adapters.registry import create
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import OPENAI, last, request, scripted

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_keys")]


# --- what is declared --------------------------------------------------------------------------


def test_declaration(echo: ChaosServer) -> None:
    adapter = OPENAI.make(echo, concurrency=7)
    info = adapter.open()
    assert info == AdapterInfo(
        fingerprint="openai:m",
        style="async",
        concurrency=7,
        description={
            "base_url": echo.base_url,
            "model": "m",
            "audio_part": "input_audio",
            "max_tokens_field": "max_tokens",
        },
    )


def test_fingerprint_follows_what_changes_a_reply_and_nothing_else(echo: ChaosServer) -> None:
    def fingerprint(**arguments: Any) -> str:
        return OPENAI.make(echo, **arguments).open().fingerprint

    assert fingerprint(timeout=5, concurrency=2, max_tokens_field="max_tokens") == "openai:m"
    different = [
        fingerprint(extra_body='{"effort": 1}'),
        fingerprint(extra_body='{"effort": 2}'),
        fingerprint(system_role="user"),
        fingerprint(audio_format="mp3"),
        fingerprint(omit="temperature"),
        "openai:m",
    ]
    assert len(set(different)) == len(different)


def test_openai_itself_is_asked_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", OPENAI.key)
    info = create("openai:gpt-audio").open()
    assert info.description["base_url"] == "https://api.openai.com/v1"
    assert info.description["max_tokens_field"] == "max_completion_tokens"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"extra_body": "{"}, "not JSON"),
        ({"extra_body": "[1]"}, "a JSON object"),
        ({"extra_body": '{"messages": []}'}, "sets messages itself"),
        ({"extra_body": '{"temperature": 1}'}, "behind the signature"),
        ({"input_price": 2.5}, "input_price without output_price"),
        ({"output_price": 2.5}, "output_price without input_price"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        create("openai:m", arguments)


# --- what comes back ---------------------------------------------------------------------------


def test_thoughts_in_the_text_are_no_part_of_it(tmp_path: Path) -> None:
    replies = {"thinking": "<think>barks\n\n</think>dog"}
    with scripted(tmp_path, replies) as server:
        (found,) = OPENAI.ask(server, request("thinking", until=["\n\n"]))
    assert (found.text, found.finish, found.reasoning) == ("dog", "stop", "barks")


def test_a_stream_is_the_same_reply(tmp_path: Path) -> None:
    replies: dict[str, Any] = {
        "plain": "Katze, ねこ 🐈: data: x",
        "length": {"content": "do", "finish_reason": "length"},
        "filter": {"content": None, "finish_reason": "content_filter"},
        "refusal": {"content": None, "refusal": "No."},
        "empty": "",
        "thinking": {"content": "dog", "reasoning_content": "It barks."},
        "broken": {"status": 400, "content": "audio too long"},
    }
    with scripted(tmp_path, replies) as server:
        whole = OPENAI.ask(server, *map(request, replies))
        streamed = OPENAI.ask(server, *map(request, replies), stream=True)
        assert last(server)["body"]["stream_options"] == {"include_usage": True}

    def content(one: Response) -> tuple[Any, ...]:
        return one.text, one.reasoning, one.finish, one.usage, one.error

    assert list(map(content, streamed)) == list(map(content, whole))


def test_a_stream_that_breaks_off_is_asked_again() -> None:
    flags = ("--fault-rate", "1", "--faults", "truncated,reset,malformed", "--reply", "echo")
    with ChaosServer(*flags) as server:
        found = OPENAI.ask(server, *(request(f"text {number}") for number in range(9)), stream=True)
    assert [(one.text, one.extra) for one in found] == [
        (f"text {number}", {"attempts": 2}) for number in range(9)
    ]


# --- what is sent ------------------------------------------------------------------------------


def test_fields_of_the_body(echo: ChaosServer, tmp_path: Path) -> None:
    OPENAI.ask(
        echo,
        request("Hello", repeat=2, temperature=0.5, seed=7),
        max_tokens_field="max_completion_tokens",
        extra_body='{"chat_template_kwargs": {"enable_thinking": false}}',
    )
    assert last(echo)["body"] == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_completion_tokens": 16,
        "temperature": 0.5,
        "seed": 9,
        "chat_template_kwargs": {"enable_thinking": False},
    }


def test_a_clip_of_megabytes_is_sent_in_one_piece(echo: ChaosServer, tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "t.wav", seconds=60.0)
    (found,) = OPENAI.ask(echo, request("What?", tone), max_retries=0)
    assert (found.text, found.error) == ("What?", None)
    assert int(echo.ledger()["last"]["headers"]["content-length"]) > 2_500_000
