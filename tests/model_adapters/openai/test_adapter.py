"""Hazards of ``openai:``: outcomes confused, a run that goes on with a refused key, secrets in files."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import Adapter, AdapterInfo, Audio, Generation, Message, Request, Response, Text
from model_adapters.openai import adapter as adapter_module
from model_adapters.openai.messages import encode_body
from model_adapters.registry import create
from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, write_tone
from tests.support.servers.chaos_server import ChaosServer

KEY = "sk-very-secret-0123456789"
pytestmark = pytest.mark.network


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))


def make(server: ChaosServer, **arguments: Any) -> Adapter:
    return create("openai:m", {"base_url": server.base_url, "backoff": 0.01, **arguments})


def request(text: str, *clips: Path, repeat: int = 0, **generation: Any) -> Request:
    parts: tuple[Text | Audio, ...] = (*map(AudioRef, clips), Text(text))
    return Request(
        text,
        (Message("user", parts),),
        Generation.from_arguments({"max_gen_toks": 16, **generation}),
        repeat,
    )


def ask(server: ChaosServer, *requests: Request, **arguments: Any) -> list[Response]:
    adapter = make(server, **arguments)
    adapter.open()
    found = adapter.generate_batch(requests)
    adapter.close()
    adapter.close()
    return found


@pytest.fixture(scope="module")
def echo() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "echo") as server:
        yield server


def last_body(server: ChaosServer) -> dict[str, Any]:
    found: dict[str, Any] = server.ledger()["last"]["body"]
    return found


def scripted(tmp_path: Path, replies: dict[str, Any]) -> ChaosServer:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(replies))
    return ChaosServer("--reply", str(path))


# --- what is declared --------------------------------------------------------------------------


def test_declaration(echo: ChaosServer) -> None:
    adapter = make(echo, concurrency=7)
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
        return make(echo, **arguments).open().fingerprint

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
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    info = create("openai:gpt-audio").open()
    assert info.description["base_url"] == "https://api.openai.com/v1"
    assert info.description["max_tokens_field"] == "max_completion_tokens"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "localhost:8000"}, "not an http"),
        ({"extra_body": "{"}, "not JSON"),
        ({"extra_body": "[1]"}, "a JSON object"),
        ({"extra_body": '{"messages": []}'}, "sets messages itself"),
        ({"extra_body": '{"temperature": 1}'}, "behind the signature"),
        ({"input_price": 2.5}, "input_price without output_price"),
        ({"output_price": 2.5}, "output_price without input_price"),
        ({"audio_format": "aac"}, "one of as_is, wav, mp3, flac"),
        ({"concurrency": 0}, "at least 1"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        create("openai:m", arguments)


def test_unknown_argument() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: base_url"):
        create("openai:m", {"baseurl": "x"})


# --- what comes back ---------------------------------------------------------------------------


def test_outcomes(tmp_path: Path) -> None:
    replies: dict[str, Any] = {
        "plain": "dog",
        "length": {"content": "do", "finish_reason": "length"},
        "filter": {"content": None, "finish_reason": "content_filter"},
        "refusal": {"content": None, "refusal": "No."},
        "null": {"content": None},
        "stop": "dog\n\nand more",
        "stop late": {"content": "dog\n\nand mo", "finish_reason": "length"},
        "thinking": "<think>barks\n\n</think>dog",
        "bad": {"status": 400, "content": "audio too long"},
        "broken": {"status": 500, "content": "internal error"},
        "cat": "Katze, ねこ 🐈",
    }
    with scripted(tmp_path, replies) as server:
        found = ask(server, *(request(name, until=["\n\n"]) for name in replies), max_retries=2)
        ledger = server.ledger()
    by_name = dict(zip(replies, found, strict=True))
    shown = {name: (one.text, one.finish) for name, one in by_name.items() if one.error is None}
    assert shown == {
        "plain": ("dog", "stop"),
        "length": ("do", "length"),
        "filter": ("", "filter"),
        "refusal": ("No.", "refusal"),
        "null": ("", "stop"),
        "stop": ("dog", "stop"),
        "stop late": ("dog", "stop"),
        "thinking": ("dog", "stop"),
        "cat": ("Katze, ねこ 🐈", "stop"),
    }
    assert by_name["thinking"].reasoning == "barks"
    asked = {row["text"]: row["asked"] for row in ledger["by_content"].values()}
    assert (asked["bad"], asked["broken"]) == (1, 3)
    for name in ("bad", "broken"):
        error = by_name[name].error
        assert error is not None
        assert not error.retryable  # its attempts were made: the runner makes no more
        assert replies[name]["content"] in error.message
    assert ledger["probes"] == 0
    assert ledger["requests"] == len(replies) + 2


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
        whole = ask(server, *map(request, replies))
        streamed = ask(server, *map(request, replies), stream=True)
        assert last_body(server)["stream_options"] == {"include_usage": True}

    def content(one: Response) -> tuple[Any, ...]:
        return one.text, one.reasoning, one.finish, one.usage, one.error

    assert list(map(content, streamed)) == list(map(content, whole))


def test_a_stream_that_breaks_off_is_asked_again() -> None:
    flags = ("--fault-rate", "1", "--faults", "truncated,reset,malformed", "--reply", "echo")
    with ChaosServer(*flags) as server:
        found = ask(server, *(request(f"text {number}") for number in range(9)), stream=True)
    assert [(one.text, one.extra) for one in found] == [
        (f"text {number}", {"attempts": 2}) for number in range(9)
    ]


def test_model_name_tokens_and_cost_are_recorded() -> None:
    with ChaosServer("--fault-rate", "1", "--faults", "model", "--reply", "echo") as server:
        (found,) = ask(server, request("a b c"), input_price=2.5, output_price=10)
    assert found.extra == {"model": "other/m@main"}
    assert found.usage == {
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "total_tokens": 23,
        "cost": pytest.approx((20 * 2.5 + 3 * 10) / 1e6),
    }


def test_attempts_are_recorded() -> None:
    with ChaosServer("--fault-rate", "1", "--faults", "500", "--reply", "echo") as server:
        (found,) = ask(server, request("a"))
    assert (found.text, found.extra) == ("a", {"attempts": 2})


# --- what is sent ------------------------------------------------------------------------------


def test_fields_of_the_body(echo: ChaosServer, tmp_path: Path) -> None:
    ask(
        echo,
        request("Hello", repeat=2, temperature=0.5, seed=7),
        max_tokens_field="max_completion_tokens",
        extra_body='{"chat_template_kwargs": {"enable_thinking": false}}',
    )
    assert last_body(echo) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_completion_tokens": 16,
        "temperature": 0.5,
        "seed": 9,
        "chat_template_kwargs": {"enable_thinking": False},
    }


def test_a_clip_that_vanished_is_an_audio_error(echo: ChaosServer, tmp_path: Path) -> None:
    before = echo.ledger()["requests"]
    (found,) = ask(echo, request("What?", tmp_path / "absent.wav"))
    assert found.error is not None
    assert found.error.kind == "audio"
    assert echo.ledger()["requests"] == before


def test_a_clip_of_megabytes_is_sent_in_one_piece(echo: ChaosServer, tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "t.wav", seconds=60.0)
    (found,) = ask(echo, request("What?", tone), max_retries=0)
    assert (found.text, found.error) == ("What?", None)
    assert int(echo.ledger()["last"]["headers"]["content-length"]) > 2_500_000


def test_slow_encoding_leaves_the_event_loop(
    echo: ChaosServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []

    def spy(*arguments: Any) -> bytes:
        threads.append(threading.current_thread() is threading.main_thread())
        return encode_body(*arguments)

    monkeypatch.setattr(adapter_module, "encode_body", spy)
    monkeypatch.setattr(adapter_module, "SLOW_ENCODING", 0.0)
    tone = write_tone(tmp_path / "t.wav")
    found = ask(echo, *(request(f"{number}", tone) for number in range(4)), concurrency=1)
    assert [one.text for one in found] == ["0", "1", "2", "3"]
    assert threads == [True, False, False, False]


def test_each_event_loop_has_its_own_connections(echo: ChaosServer) -> None:
    adapter = make(echo)
    adapter.open()
    for number in range(3):
        assert asyncio.run(adapter.generate(request(f"{number}"))).text == f"{number}"
    adapter.close()


def test_a_request_before_open_is_refused(echo: ChaosServer) -> None:
    with pytest.raises(UsageError, match="not open"):
        asyncio.run(make(echo).generate(request("a")))


# --- keys, through the command line ------------------------------------------------------------

Cli = Callable[..., CommandResult]


def test_a_missing_key_ends_with_4(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments("openai:gpt-audio", tmp_path / "run"))
    assert found.code == 4
    assert "OPENAI_API_KEY is not set" in found.err
    assert "Traceback" not in found.err


def test_a_refused_key_ends_the_run_at_once_and_is_written_nowhere(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("TOY_ITEMS", "200")
    run = tmp_path / "run"
    with ChaosServer("--api-key", "another", "--latency", "0.02") as server:
        found = cli(
            *evaluate_arguments("openai:m", run, "-M", f"base_url={server.base_url},concurrency=4")
        )
        ledger = server.ledger()
    assert ledger["last"]["headers"]["authorization"] == f"Bearer {KEY}"
    assert found.code == 4
    assert "refuses the key in OPENAI_API_KEY" in found.err
    assert ledger["requests"] <= 8
    assert "very-secret" not in found.err + found.out
    for path in run.rglob("*"):
        assert path.is_dir() or b"very-secret" not in path.read_bytes()


def test_a_password_in_the_url_is_not_recorded(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with ChaosServer("--reply", "echo") as server:
        url = server.base_url.replace("http://", "http://me:pass-word@")
        found = cli(*evaluate_arguments("openai:m", run, "-M", f"base_url={url}", "-L", "2"))
        header = server.ledger()["last"]["headers"]["authorization"]
    assert found.code == 0, found.err
    for path in run.rglob("*"):
        assert path.is_dir() or b"pass-word" not in path.read_bytes()
    assert header == "Basic bWU6cGFzcy13b3Jk"


def test_every_item_is_asked_once_and_nothing_else_is(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "30")
    run = tmp_path / "run"
    with ChaosServer("--reply", "tests.support.runs.toy_replies:answer") as server:
        arguments = evaluate_arguments("openai:m", run, "-M", f"base_url={server.base_url}")
        assert cli(*arguments).code == 0
        assert cli(*arguments).code == 0  # again: nothing is asked
        ledger = server.ledger()
    assert (ledger["requests"], ledger["probes"]) == (30, 0)
    assert {line["outcome"] for line in jsonl(run / "samples.jsonl")} == {"answered"}


def test_a_refused_key_is_an_adapter_error_without_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ChaosServer("--api-key", "another") as server:
        with pytest.raises(AdapterError) as caught:
            ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert "***" in str(caught.value)
    assert "very-secret" not in str(caught.value)
