"""Hazards of ``gemini:``, with Google's own client against a local server: outcomes confused, attempts that nobody
counts, a run that goes on with a refused key, secrets in files, audio that does not arrive."""

from __future__ import annotations

import asyncio
import base64
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import MissingDependencyError, UsageError
from harness.evaluation.doctor import audio_tokens
from harness.types import AdapterInfo, Generation, Message, Request, Text
from model_adapters.gemini.client import GeminiClient, GeminiOptions, http_client
from model_adapters.gemini.messages import RequestOptions, build_request
from model_adapters.registry import create
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.packages import needs
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_gemini import failure, quota
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import GEMINI, last, request, scripted

MODEL = GEMINI.model
pytestmark = [
    needs("google.genai", extra="gemini"),
    pytest.mark.network,
    pytest.mark.usefixtures("no_keys"),
]


# --- what is declared --------------------------------------------------------------------------


def test_declaration(echo: ChaosServer) -> None:
    assert GEMINI.make(echo, concurrency=7).open() == AdapterInfo(
        fingerprint=f"gemini:{MODEL}",
        style="async",
        concurrency=7,
        description={
            "base_url": GEMINI.url(echo),
            "api_version": "v1beta",
            "model": MODEL,
            "safety": "off",
        },
    )


def test_fingerprint_follows_what_changes_a_reply_and_nothing_else(echo: ChaosServer) -> None:
    def fingerprint(**arguments: Any) -> str:
        return GEMINI.make(echo, **arguments).open().fingerprint

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
    monkeypatch.setenv("GEMINI_API_KEY", GEMINI.key)
    info = create("gemini:models/gemini-x", {"thinking_budget": 0}).open()
    assert info.fingerprint.startswith("gemini:gemini-x#")
    assert info.description["base_url"] == "https://generativelanguage.googleapis.com"
    assert info.description["thinking_budget"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "http://localhost:8000/v1beta"}, "added by itself"),
        ({"safety": "none"}, "one of off, default"),
        ({"inline_limit": 0}, "more than 0 megabytes"),
        ({"thinking_budget": 1, "thinking_level": "low"}, "two ways"),
        ({"thinking_level": "deep"}, "one of minimal, low"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        create(f"gemini:{MODEL}", arguments)


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


def test_outcomes_of_its_own(tmp_path: Path) -> None:
    replies: dict[str, Any] = {
        "half": {"content": "do", "finish_reason": "content_filter"},
        "blocked": {"raw": {"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": MODEL}},
        "other": {"raw": {"candidates": [{"finishReason": "OTHER"}]}},
        "unknown": {"raw": {"candidates": [{"finishReason": "NEW", "content": {"parts": []}}]}},
    }
    with scripted(tmp_path, replies) as server:
        found = GEMINI.ask(server, *map(request, replies), max_retries=2)
        ledger = server.ledger()
    half, blocked, *failed = found
    assert (half.text, half.finish, half.error) == ("do", "filter", None)
    assert (blocked.text, blocked.finish, blocked.error) == ("", "filter", None)
    assert [one.error.kind for one in failed if one.error is not None] == ["finish"] * 2
    asked = {row["text"]: row["asked"] for row in ledger["by_content"].values()}
    assert asked == {
        "half": 1,
        "blocked": 1,
        "other": 3,
        "unknown": 3,
    }  # in any order: all are on their way at once


def test_audio_tokens_are_recorded(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "t.wav")
    with ChaosServer("--reply", "echo") as server:
        (found,) = GEMINI.ask(server, request("a b c", tone))
    assert found.usage == {
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "total_tokens": 23,
        "prompt_tokens_details": {"text_tokens": 19, "audio_tokens": 1},
    }
    assert audio_tokens(found.usage) == 1


def test_a_quota_of_the_day_is_not_waited_for(tmp_path: Path) -> None:
    details = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", delay="47s")
    replies = {"a": {"status": 429, "content": "You exceeded your quota", "details": details}}
    with scripted(tmp_path, replies) as server:
        (found,) = GEMINI.ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert found.error is not None
    assert found.error.kind == "quota"
    assert "You exceeded your quota" in found.error.message


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
    (found,) = GEMINI.ask(echo, asked, thinking_budget=64)
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
        GEMINI.ask(echo, request("a", temperature=1.0, seed=5, repeat=repeat))
        seeds.append(last(echo)["body"]["generationConfig"]["seed"])
    assert seeds == [5, 6]


@pytest.mark.parametrize(("timeout", "header"), [(600, "600"), (10.5, "11"), (9, None)])
def test_the_server_knows_the_deadline_unless_it_would_refuse_it(
    echo: ChaosServer, timeout: float, header: str | None
) -> None:
    GEMINI.ask(echo, request("a"), timeout=timeout)
    assert last(echo)["headers"].get("x-server-timeout") == header
    assert header is None or int(header) == math.ceil(timeout)


def test_the_environment_chooses_neither_service_nor_version(
    echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v7")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    (found,) = GEMINI.ask(echo, request("a"), max_retries=0)
    assert (found.text, found.error) == ("a", None)


def test_the_url_of_the_environment_is_used_and_recorded(
    echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", GEMINI.url(echo))
    adapter = create(f"gemini:{MODEL}")
    assert adapter.open().description["base_url"] == GEMINI.url(echo)
    assert adapter.generate_batch([request("b")])[0].text == "b"


def test_a_request_over_the_limit_is_an_error_and_nothing_is_cut(
    echo: ChaosServer, tmp_path: Path
) -> None:
    tone = write_tone(tmp_path / "t.wav", seconds=10.0)  # 320 kB, 427 kB as base64
    before = echo.ledger()["requests"]
    (found,) = GEMINI.ask(echo, request("What?", tone), inline_limit=0.4)
    assert found.error is not None
    assert (found.error.kind, found.error.retryable, found.text) == ("too_large", False, None)
    assert "the limit is 0.4 MB" in found.error.message
    assert echo.ledger()["requests"] == before
    (found,) = GEMINI.ask(echo, request("What?", tone), inline_limit=0.5)
    assert (found.text, found.error) == ("What?", None)
    assert int(last(echo)["headers"]["content-length"]) > 400_000


def test_what_the_package_refuses_is_the_failure_of_that_request(echo: ChaosServer) -> None:
    before = echo.ledger()["requests"]
    wrong = replace(request("a"), generation=Generation(extra={"presence_penalty": "hot"}))
    bad, good = GEMINI.ask(echo, wrong, request("b"))
    assert bad.error is not None
    assert (bad.error.kind, good.text) == ("request", "b")
    assert echo.ledger()["requests"] == before + 1


def test_connections_are_kept_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    close = GeminiClient.aclose

    async def spy(self: GeminiClient) -> None:
        closed.append(repr(self))
        await close(self)

    monkeypatch.setattr(GeminiClient, "aclose", spy)
    with ChaosServer("--reply", "echo") as server:
        GEMINI.ask(server, *(request(f"{number}") for number in range(20)), concurrency=2)
        assert server.ledger()["connections"] == 2
        assert closed == [f"GeminiClient({GEMINI.url(server)})"]


def test_a_cancelled_request_gives_its_place_back() -> None:
    async def run(server: ChaosServer) -> tuple[int, int]:
        options = GeminiOptions(base_url=GEMINI.url(server), concurrency=1, timeout=30)
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
        async with http_client("http://127.0.0.1:9", 1) as http:
            sent = http.build_request("POST", "http://127.0.0.1:9", timeout=None)
            for hook in http.event_hooks["request"]:
                await hook(sent)
            found: dict[str, float | None] = sent.extensions["timeout"]
            return found

    found = asyncio.run(bounds())
    assert (found["connect"], found["read"]) == (30.0, None)


# --- through the command line -------------------------------------------------------------------

Cli = Callable[..., CommandResult]


def test_the_doctor_finds_audio_tokens(cli: Cli) -> None:
    with ChaosServer("--reply", "hash") as server:
        found = cli("doctor", f"gemini:{MODEL}", "-M", f"base_url={GEMINI.url(server)}")
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
        GEMINI.ask(echo, request("What?", path))
        sent = last(echo)["body"]["contents"][0]["parts"][0]["inlineData"]
        assert base64.urlsafe_b64decode(sent.pop("data")) == path.read_bytes()
        assert [*sent.values()] == [f"audio/{kind}"]
