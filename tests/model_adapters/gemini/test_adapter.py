"""Hazards of ``gemini:``, with Google's own client against a local server: outcomes confused, attempts that nobody
counts, a run that goes on with a refused key, secrets in files, audio that does not arrive."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import MissingDependencyError, UnknownNameError, UsageError
from harness.evaluation.doctor import audio_tokens
from harness.types import Adapter, AdapterInfo, Audio, Generation, Message, Request, Response, Text
from model_adapters.gemini import adapter as adapter_module
from model_adapters.gemini.client import GeminiClient, GeminiOptions, _http_client
from model_adapters.gemini.messages import RequestOptions, build_request
from model_adapters.registry import create
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, write_tone
from tests.support.servers.chaos_gemini import failure, quota
from tests.support.servers.chaos_server import ChaosServer

pytest.importorskip("google.genai", reason="needs the extra gemini")
KEY = "AIzaSyVery-secret_0123456789abcdefghijk"
MODEL = "gemini-2.5-flash"
pytestmark = pytest.mark.network


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        *("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"),
        *("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_API_VERSION"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))


def url(server: ChaosServer) -> str:
    return server.base_url.removesuffix("/v1")


def make(server: ChaosServer, **arguments: Any) -> Adapter:
    return create(f"gemini:{MODEL}", {"base_url": url(server), "backoff": 0.01, **arguments})


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


def last(server: ChaosServer) -> dict[str, Any]:
    found: dict[str, Any] = server.ledger()["last"]
    return found


def scripted(tmp_path: Path, replies: dict[str, Any]) -> ChaosServer:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(replies))
    return ChaosServer("--reply", str(path))


# --- what is declared --------------------------------------------------------------------------


def test_declaration(echo: ChaosServer) -> None:
    assert make(echo, concurrency=7).open() == AdapterInfo(
        fingerprint=f"gemini:{MODEL}",
        style="async",
        concurrency=7,
        description={
            "base_url": url(echo),
            "api_version": "v1beta",
            "model": MODEL,
            "safety": "off",
        },
    )


def test_fingerprint_follows_what_changes_a_reply_and_nothing_else(echo: ChaosServer) -> None:
    def fingerprint(**arguments: Any) -> str:
        return make(echo, **arguments).open().fingerprint

    same = {"timeout": 5, "concurrency": 2, "api_version": "v1", "inline_limit": 3, "seed": 4}
    assert fingerprint(**same) == f"gemini:{MODEL}"
    different = [
        fingerprint(safety="default"),
        fingerprint(thinking_budget=0),
        fingerprint(thinking_budget=512),
        fingerprint(thinking_level="low"),
        fingerprint(thinking_level="low", include_thoughts=False),
        fingerprint(audio_format="mp3"),
        fingerprint(omit="temperature"),
        f"gemini:{MODEL}",
    ]
    assert len(set(different)) == len(different)


def test_google_itself_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    info = create("gemini:models/gemini-x", {"thinking_budget": 0}).open()
    assert info.fingerprint.startswith("gemini:gemini-x#")
    assert info.description["base_url"] == "https://generativelanguage.googleapis.com"
    assert info.description["thinking_budget"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "localhost:8000"}, "not an http"),
        ({"base_url": "http://localhost:8000/v1beta"}, "added by itself"),
        ({"audio_format": "aac"}, "one of as_is, wav, mp3, flac"),
        ({"safety": "none"}, "one of off, default"),
        ({"concurrency": 0}, "at least 1"),
        ({"timeout": 0}, "more than 0 seconds"),
        ({"inline_limit": 0}, "more than 0 megabytes"),
        ({"thinking_budget": 1, "thinking_level": "low"}, "two ways"),
        ({"thinking_level": "deep"}, "one of minimal, low"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        create(f"gemini:{MODEL}", arguments)


def test_unknown_argument() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: base_url"):
        create(f"gemini:{MODEL}", {"baseurl": "x"})
    with pytest.raises(UnknownNameError, match="'api_key'"):
        create(f"gemini:{MODEL}", {"api_key": "x"})


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.genai", None)
    monkeypatch.setitem(sys.modules, "google.genai.types", None)
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[gemini\]") as caught:
        create(f"gemini:{MODEL}", {"base_url": "http://127.0.0.1:1"}).open()
    assert caught.value.exit_code == 4


def test_the_package_is_imported_when_the_adapter_opens_and_not_before() -> None:
    code = (
        "import sys; from model_adapters.registry import create;"
        "a = create('gemini:m', {'base_url': 'http://127.0.0.1:1'});"
        "assert 'google.genai' not in sys.modules; a.open(); assert 'google.genai' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# --- what comes back ---------------------------------------------------------------------------


def test_outcomes(tmp_path: Path) -> None:
    blocked = {"raw": {"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": MODEL}}
    other = {"raw": {"candidates": [{"finishReason": "OTHER"}]}}
    unknown = {"raw": {"candidates": [{"finishReason": "NEW", "content": {"parts": []}}]}}
    replies: dict[str, Any] = {
        "plain": "dog",
        "length": {"content": "do", "finish_reason": "length"},
        "filter": {"content": None, "finish_reason": "content_filter"},
        "half": {"content": "do", "finish_reason": "content_filter"},
        "refusal": {"content": None, "refusal": "No."},
        "null": {"content": None},
        "empty": "",
        "stop": "dog\n\nand more",
        "stop late": {"content": "dog\n\nand mo", "finish_reason": "length"},
        "thinking": {"content": "dog", "reasoning_content": "It barks."},
        "cat": "Katze, ねこ 🐈\u2028x",
        "blocked": blocked,
        "other": other,
        "unknown": unknown,
        "bad": {"status": 400, "content": "audio too long"},
        "gone": {"status": 404, "content": "no such model"},
        "broken": {"status": 500, "content": "internal error"},
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
        "half": ("do", "filter"),
        "refusal": ("", "filter"),
        "null": ("", "stop"),
        "empty": ("", "stop"),
        "stop": ("dog", "stop"),
        "stop late": ("dog", "stop"),
        "thinking": ("dog", "stop"),
        "cat": ("Katze, ねこ 🐈\u2028x", "stop"),
        "blocked": ("", "filter"),
    }
    assert by_name["thinking"].reasoning == "It barks."
    asked = {row["text"]: row["asked"] for row in ledger["by_content"].values()}
    errors = {name: one.error.kind for name, one in by_name.items() if one.error is not None}
    assert errors == {
        **{"other": "malformed", "unknown": "malformed"},
        **{"bad": "http", "gone": "http", "broken": "server"},
    }
    assert {name: asked[name] for name in errors} == {
        **{"other": 3, "unknown": 3, "bad": 1, "gone": 1, "broken": 3}
    }
    for name in ("bad", "gone", "broken"):
        error = by_name[name].error
        assert error is not None
        assert not error.retryable  # its attempts were made: the runner makes no more
        assert replies[name]["content"] in error.message
    assert ledger["probes"] == 0
    assert ledger["requests"] == len(replies) + 3 * 2


def test_model_name_tokens_and_cost_are_recorded(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "t.wav")
    with ChaosServer("--fault-rate", "1", "--faults", "model", "--reply", "echo") as server:
        (found,) = ask(server, request("a b c", tone), input_price=2.5, output_price=10)
    assert found.extra == {"model": f"other/{MODEL}@main"}
    assert found.usage == {
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "total_tokens": 23,
        "prompt_tokens_details": {"text_tokens": 19, "audio_tokens": 1},
        "cost": pytest.approx((20 * 2.5 + 3 * 10) / 1e6),
    }
    assert audio_tokens(found.usage) == 1


FAULTS = ("429", "500", "503", "truncated", "malformed", "choices", "reset", "stale", "hang")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_costs_one_attempt(fault: str) -> None:
    flags = ("--fault-rate", "1", "--faults", fault, "--reply", "echo")
    with ChaosServer(*flags) as server:
        started = time.perf_counter()
        found = ask(server, *(request(f"text {number}") for number in range(4)), timeout=1)
        seconds = time.perf_counter() - started
        ledger = server.ledger()
    assert [(one.text, one.extra) for one in found] == [
        (f"text {number}", {"attempts": 2}) for number in range(4)
    ]
    assert [row["asked"] for row in ledger["by_content"].values()] == [2] * 4
    assert seconds < 6  # the package itself would wait up to ten seconds after a broken connection


def test_every_further_attempt_has_a_connection_of_its_own() -> None:
    flags = ("--fault-rate", "1", "--faults", "500", "--fault-attempts", "3", "--reply", "echo")
    with ChaosServer(*flags) as server:
        found = ask(server, *map(request, "abc"), concurrency=1)
        connections = server.ledger()["connections"]
    assert [(one.text, one.extra["attempts"]) for one in found] == [("a", 4), ("b", 4), ("c", 4)]
    assert connections == 1 + 3 * 3  # one is kept alive


@pytest.mark.parametrize("fault", ["reset", "500", "429"])
def test_the_package_repeats_nothing_by_itself(fault: str) -> None:
    flags = ("--fault-rate", "1", "--faults", fault, "--fault-attempts", "99", "--reply", "echo")
    with ChaosServer(*flags) as server:
        (found,) = ask(server, request("a"), max_retries=0)
        assert server.ledger()["requests"] == 1
    assert found.error is not None


def test_a_server_that_is_not_there_is_a_value() -> None:
    adapter = create(f"gemini:{MODEL}", {"base_url": "http://127.0.0.1:9", "max_retries": 0})
    adapter.open()
    (found,) = adapter.generate_batch([request("a")])
    assert found.error is not None
    assert (found.error.kind, found.error.retryable) == ("connection", False)


def test_a_time_out_covers_the_whole_attempt() -> None:
    flags = ("--fault-rate", "1", "--faults", "hang", "--fault-attempts", "99")
    with ChaosServer(*flags) as server:
        started = time.perf_counter()
        (found,) = ask(server, request("a"), timeout=0.3, max_retries=1)
        assert time.perf_counter() - started < 3
    assert found.error is not None
    assert (found.error.kind, found.extra) == ("timeout", {"attempts": 2})
    assert found.error.message == "no complete answer within 0.3 s (2 attempts)"


def test_retry_info_is_honoured(tmp_path: Path) -> None:
    flags = ("--fault-rate", "1", "--faults", "429", "--retry-after", "0.6", "--reply", "echo")
    with ChaosServer(*flags) as server:
        (found,) = ask(server, request("a"))
    assert (found.text, found.extra) == ("a", {"attempts": 2})
    assert found.seconds > 0.6


def test_a_quota_of_the_day_is_not_waited_for(tmp_path: Path) -> None:
    details = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", delay="47s")
    replies = {"a": {"status": 429, "content": "You exceeded your quota", "details": details}}
    with scripted(tmp_path, replies) as server:
        (found,) = ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert found.error is not None
    assert found.error.kind == "quota"
    assert "You exceeded your quota" in found.error.message


def test_fewer_requests_are_in_flight_when_the_service_complains() -> None:
    with ChaosServer("--capacity", "4", "--latency", "0.02", "--reply", "echo") as server:
        found = ask(
            server,
            *(request(f"{number}") for number in range(120)),
            concurrency=32,
            max_retries=12,
        )
        ledger = server.ledger()
    assert [one.text for one in found] == [f"{number}" for number in range(120)]
    # without a bound that falls, nearly every attempt of 32 at a time would be one too many
    assert ledger["faults"]["capacity"] < 120


def test_never_more_in_flight_than_the_user_said() -> None:
    with ChaosServer("--latency", "0.02", "--reply", "echo") as server:
        ask(server, *(request(f"{number}") for number in range(20)), concurrency=3)
        assert server.ledger()["in_flight_max"] == 3


# --- what is sent ------------------------------------------------------------------------------


def test_the_request_as_the_server_sees_it(echo: ChaosServer, tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "t.wav", seconds=0.01)
    message = Message("user", (Text("One: "), AudioRef(tone), Text("Two?"), AudioRef(tone)))
    asked = Request(
        "k",
        (Message("system", (Text("Be brief."),)), message),
        Generation(16, sampled=True, temperature=0.5, stop=("END",), seed=7),
        repeat=2,
    )
    (found,) = ask(echo, asked, thinking_budget=64)
    assert found.text == "One: Two?"
    body = last(echo)["body"]
    sent = [part for content in body["contents"] for part in content["parts"]]
    heard = base64.urlsafe_b64decode(sent[1]["inlineData"].pop("data"))
    assert heard == base64.urlsafe_b64decode(sent[3]["inlineData"].pop("data")) == tone.read_bytes()
    assert [[*part["inlineData"].values()] for part in sent[1::2]] == [["audio/wav"]] * 2
    assert sent[0::2] == [{"text": "One: "}, {"text": "Two?"}]
    assert body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert {setting["threshold"] for setting in body["safetySettings"]} == {"BLOCK_NONE"}
    config = body["generationConfig"]
    thinking = config.pop("thinkingConfig")
    assert {name.lower().replace("_", ""): value for name, value in thinking.items()} == {
        "thinkingbudget": 64,
        "includethoughts": True,
    }
    assert config == {
        "maxOutputTokens": 16,
        "stopSequences": ["END"],
        "temperature": 0.5,
        "seed": 9,
    }


def test_repeats_differ_by_their_seed_alone(echo: ChaosServer) -> None:
    seeds = []
    for repeat in range(2):
        ask(echo, request("a", temperature=1.0, seed=5, repeat=repeat))
        seeds.append(last(echo)["body"]["generationConfig"]["seed"])
    assert seeds == [5, 6]


@pytest.mark.parametrize(("timeout", "header"), [(600, "600"), (10.5, "11"), (9, None)])
def test_the_server_knows_the_deadline_unless_it_would_refuse_it(
    echo: ChaosServer, timeout: float, header: str | None
) -> None:
    ask(echo, request("a"), timeout=timeout)
    assert last(echo)["headers"].get("x-server-timeout") == header
    assert header is None or int(header) == math.ceil(timeout)


def test_the_environment_chooses_neither_service_nor_version(
    echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v7")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    (found,) = ask(echo, request("a"), max_retries=0)
    assert (found.text, found.error) == ("a", None)


def test_the_url_of_the_environment_is_used_and_recorded(
    echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", url(echo))
    adapter = create(f"gemini:{MODEL}")
    assert adapter.open().description["base_url"] == url(echo)
    assert adapter.generate_batch([request("b")])[0].text == "b"


def test_a_proxy_is_not_asked_for_a_server_on_this_machine(
    echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    assert ask(echo, request("a"), max_retries=0)[0].text == "a"


def test_a_clip_that_vanished_is_an_audio_error(echo: ChaosServer, tmp_path: Path) -> None:
    before = echo.ledger()["requests"]
    (found,) = ask(echo, request("What?", tmp_path / "absent.wav"))
    assert found.error is not None
    assert found.error.kind == "audio"
    assert echo.ledger()["requests"] == before


def test_a_request_over_the_limit_is_an_error_and_nothing_is_cut(
    echo: ChaosServer, tmp_path: Path
) -> None:
    tone = write_tone(tmp_path / "t.wav", seconds=10.0)  # 320 kB, 427 kB as base64
    before = echo.ledger()["requests"]
    (found,) = ask(echo, request("What?", tone), inline_limit=0.4)
    assert found.error is not None
    assert (found.error.kind, found.error.retryable, found.text) == ("too_large", False, None)
    assert "the limit is 0.4 MB" in found.error.message
    assert echo.ledger()["requests"] == before
    (found,) = ask(echo, request("What?", tone), inline_limit=0.5)
    assert (found.text, found.error) == ("What?", None)
    assert int(last(echo)["headers"]["content-length"]) > 400_000


def test_what_the_package_refuses_is_the_failure_of_that_request(echo: ChaosServer) -> None:
    before = echo.ledger()["requests"]
    wrong = replace(request("a"), generation=Generation(extra={"presence_penalty": "hot"}))
    bad, good = ask(echo, wrong, request("b"))
    assert bad.error is not None
    assert (bad.error.kind, good.text) == ("request", "b")
    assert echo.ledger()["requests"] == before + 1


def test_slow_encoding_leaves_the_event_loop(
    echo: ChaosServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []

    def spy(*arguments: Any) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return build_request(*arguments)

    monkeypatch.setattr(adapter_module, "build_request", spy)
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


def test_connections_are_kept_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    close = GeminiClient.aclose

    async def spy(self: GeminiClient) -> None:
        closed.append(repr(self))
        await close(self)

    monkeypatch.setattr(GeminiClient, "aclose", spy)
    with ChaosServer("--reply", "echo") as server:
        ask(server, *(request(f"{number}") for number in range(20)), concurrency=2)
        assert server.ledger()["connections"] == 2
        assert closed == [f"GeminiClient({url(server)})"]


def test_a_cancelled_request_gives_its_place_back() -> None:
    async def run(server: ChaosServer) -> tuple[int, int]:
        options = GeminiOptions(base_url=url(server), concurrency=1, timeout=30)
        message = Message("user", (Text("a"),))
        async with GeminiClient(options) as client:
            task = asyncio.create_task(
                client.ask(MODEL, lambda: build_request([message], {}, RequestOptions()))
            )
            await asyncio.sleep(0.3)
            before = client.limiter.in_flight
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return before, client.limiter.in_flight

    with ChaosServer("--fault-rate", "1", "--faults", "hang") as server:
        assert asyncio.run(run(server)) == (1, 0)


def test_a_host_that_never_answers_is_given_up_before_the_time_out() -> None:
    async def bounds() -> dict[str, float | None]:
        async with _http_client("http://127.0.0.1:9", 1) as http:
            sent = http.build_request("POST", "http://127.0.0.1:9", timeout=None)
            for hook in http.event_hooks["request"]:
                await hook(sent)
            found: dict[str, float | None] = sent.extensions["timeout"]
            return found

    found = asyncio.run(bounds())
    assert (found["connect"], found["read"]) == (30.0, None)


def test_a_request_before_open_is_refused(echo: ChaosServer) -> None:
    with pytest.raises(UsageError, match="not open"):
        asyncio.run(make(echo).generate(request("a")))


# --- through the command line -------------------------------------------------------------------

Cli = Callable[..., CommandResult]


def test_every_item_is_asked_once_and_nothing_else_is(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "30")
    run = tmp_path / "run"
    with ChaosServer("--reply", "tests.support.runs.toy_replies:answer") as server:
        given = f"base_url={url(server)},safety=off,thinking_budget=0"
        arguments = evaluate_arguments(f"gemini:{MODEL}", run, "-M", given)
        first = cli(*arguments)
        assert first.code == 0, first.err
        assert cli(*arguments).code == 0  # again: nothing is asked
        ledger = server.ledger()
    assert (ledger["requests"], ledger["probes"]) == (30, 0)
    assert {line["outcome"] for line in jsonl(run / "samples.jsonl")} == {"answered"}


def test_a_dry_run_asks_nothing(cli: Cli, tmp_path: Path) -> None:
    with ChaosServer() as server:
        arguments = evaluate_arguments(
            f"gemini:{MODEL}", tmp_path / "run", "-M", f"base_url={url(server)}", "--dry-run"
        )
        assert cli(*arguments).code == 0
        assert server.ledger()["requests"] == 0


def test_the_doctor_finds_audio_tokens(cli: Cli) -> None:
    with ChaosServer("--reply", "hash") as server:
        found = cli("doctor", f"gemini:{MODEL}", "-M", f"base_url={url(server)}")
    assert found.code == 0, found.out + found.err
    assert "1 audio tokens were counted" in found.out


def test_failure_bodies_of_the_server_are_those_of_google() -> None:
    # the real client reads code, status and message out of this form (its errors.py)
    from google.genai.errors import APIError, ClientError

    body = failure(429, "slow down", quota(delay="1s"))
    with pytest.raises(ClientError) as caught:
        APIError.raise_error(429, body, None)
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert caught.value.message == "slow down"


def test_clips_of_the_task_arrive_as_they_are_stored(echo: ChaosServer, tmp_path: Path) -> None:
    for kind in ("flac", "ogg", "wav"):
        path = clips.write(tmp_path / f"clip.{kind}", clips.tone(0.1))
        ask(echo, request("What?", path))
        sent = last(echo)["body"]["contents"][0]["parts"][0]["inlineData"]
        assert base64.urlsafe_b64decode(sent.pop("data")) == path.read_bytes()
        assert [*sent.values()] == [f"audio/{kind}"]
