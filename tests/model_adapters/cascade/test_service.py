"""``cascade:openai:``: clips go to a transcription service, and whatever the service does is a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import Audio, Hints, Message, Request, Response, Text
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.services.credentials import MissingKeyError
from tests.support import clips
from tests.support.servers.chaos_server import ChaosServer

pytestmark = pytest.mark.network
TONES = [clips.ref(clips.tone(0.1, 200.0 + 50 * n), f"{n}.wav") for n in range(12)]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "echo") as server:
        yield server


def cascade(server: ChaosServer, llm: str = "", **arguments: Any) -> CascadeAdapter:
    given = {"base_url": server.base_url, "backoff": 0.01, **arguments}
    adapter = CascadeAdapter(f"openai:whisper-1{llm}", **given)
    adapter.open()
    return adapter


def request(clip: Audio, number: int = 0) -> Request:
    message = Message("user", (clip, Text(" What?")))
    return Request(f"r{number}", (message,), hints=Hints("transcript"))


def ask(adapter: CascadeAdapter, *heard: Audio) -> list[Response]:
    return adapter.generate_batch([request(clip, n) for n, clip in enumerate(heard)])


def transcript(clip: Audio) -> str:
    return f"clip {hashlib.sha256(clip.read_bytes()).hexdigest()[:16]}"


def form(server: ChaosServer) -> dict[str, str]:
    sent: dict[str, str] = server.ledger()["last"]["body"]["form"]
    return sent


def test_a_clip_goes_out_as_it_is_stored_and_its_text_comes_back(server: ChaosServer) -> None:
    adapter = cascade(server)
    (response,) = ask(adapter, TONES[0])
    adapter.close()
    assert response.text == response.extra["transcript"] == transcript(TONES[0])
    assert form(server) == {
        "file": hashlib.sha256(TONES[0].read_bytes()).hexdigest(),
        "file.name": "clip.wav",
        "file.type": "audio/wav",
        "model": "whisper-1",
        "response_format": "json",
    }
    headers = server.ledger()["last"]["headers"]
    assert headers["connection"] == "close" and headers["authorization"] == "Bearer none"
    assert server.ledger()["probes"] == 0


def test_language_and_format_are_sent_and_belong_to_the_fingerprint(server: ChaosServer) -> None:
    fingerprints = set()
    for arguments in ({}, {"language": "de"}, {"audio_format": "flac"}):
        adapter = cascade(server, **arguments)
        info = adapter.open()
        fingerprints.add(info.fingerprint)
        assert info.sampling_rate is None
        (response,) = ask(adapter, TONES[1])
        assert response.error is None
        assert form(server).get("language") == arguments.get("language")
        assert form(server)["file.name"] == f"clip.{arguments.get('audio_format', 'wav')}"
        adapter.close()
    assert len(fingerprints) == 3


def test_clips_of_a_batch_and_of_the_next_are_heard_at_the_same_time() -> None:
    with ChaosServer("--reply", "echo", "--latency", "0.3") as server:
        adapter = cascade(server, concurrency=10)
        adapter.prepare_batch([request(clip) for clip in TONES[6:]])
        replies = ask(adapter, *TONES[:6])
        later = ask(adapter, *TONES[6:])
        ledger = server.ledger()
        adapter.close()
    assert [one.text for one in [*replies, *later]] == [transcript(clip) for clip in TONES]
    assert ledger["in_flight_max"] == 10
    assert ledger["requests"] == 12
    assert all(row["asked"] == 1 for row in ledger["by_content"].values())


def test_a_clip_asked_about_again_is_sent_once(server: ChaosServer) -> None:
    adapter = cascade(server, "+mock:echo")
    replies = ask(adapter, TONES[0], TONES[1], TONES[0])
    replies += ask(adapter, TONES[1])
    adapter.close()
    wanted = [
        f'[Transcript of the recording: "{transcript(TONES[n])}"] What?' for n in (0, 1, 0, 1)
    ]
    assert [one.text for one in replies] == wanted
    assert server.ledger()["requests"] == 2


def test_service_and_language_model_may_be_two_servers(server: ChaosServer) -> None:
    with ChaosServer("--reply", "echo") as other:
        adapter = cascade(server, "+openai:gpt", **{"llm.base_url": other.base_url})
        (response,) = ask(adapter, TONES[0])
        adapter.close()
        assert response.text == f'[Transcript of the recording: "{transcript(TONES[0])}"] What?'
        assert other.ledger()["requests"] == server.ledger()["requests"] == 1


def test_every_passing_fault_is_survived() -> None:
    flags = ("--fault-rate", "0.8", "--fault-attempts", "3", "--seed", "5", "--hang-seconds", "9")
    with ChaosServer("--reply", "echo", *flags) as server:
        adapter = cascade(server, timeout=0.5, max_retries=8)
        replies = ask(adapter, *TONES)
        faults = set(server.ledger()["faults"])
        adapter.close()
    assert [one.text for one in replies] == [transcript(clip) for clip in TONES]
    assert {"429", "truncated", "malformed", "choices", "hang"} & faults
    assert len(faults) >= 5


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("hang", "timeout"),
        ("malformed", "malformed"),
        ("choices", "malformed"),
        ("truncated", "connection"),
        ("reset", "connection"),
    ],
)
def test_what_does_not_pass_is_an_error_of_its_item(fault: str, kind: str) -> None:
    flags = ("--fault-rate", "1", "--fault-attempts", "99", "--faults", fault)
    with ChaosServer(*flags, "--retry-after", "0.01") as server:
        adapter = cascade(server, timeout=0.3, max_retries=1)
        response, broken = ask(adapter, TONES[0], AudioRef(b"no audio", "broken.wav"))
        adapter.close()
        assert server.ledger()["requests"] == 2
    assert response.error is not None and broken.error is not None
    assert (response.error.kind, response.error.retryable) == (kind, False)
    assert response.error.message.startswith("transcription by whisper-1: ")
    assert response.error.message.endswith("(2 attempts)")
    assert broken.error.kind == "audio"


def test_a_failed_clip_may_be_asked_about_again(tmp_path: Path) -> None:
    flags = ("--fault-rate", "1", "--fault-attempts", "1", "--faults", "500")
    with ChaosServer("--reply", "echo", *flags) as server:
        adapter = cascade(server, max_retries=0)
        assert ask(adapter, TONES[0])[0].error is not None
        assert ask(adapter, TONES[0])[0].text == transcript(TONES[0])
        adapter.close()


def test_null_and_empty_transcripts() -> None:
    for outcome, text in (("empty", ""), ("null", None)):
        with ChaosServer("--outcome-rate", "1", "--outcomes", outcome) as server:
            adapter = cascade(server, max_retries=0)
            (response,) = ask(adapter, TONES[0])
            adapter.close()
        assert response.text == text
        assert (response.error is None) == (text == "")


def test_a_refused_key_ends_the_run_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrongwrong")
    with ChaosServer("--api-key", "right") as server:
        adapter = cascade(server)
        with pytest.raises(
            AdapterError, match="refuses the key in OPENAI_API_KEY: HTTP 401"
        ) as caught:
            ask(adapter, TONES[0])
        adapter.close()
    assert "sk-wrong" not in f"{caught.value}{caught.value.hint}{adapter.__dict__}"


def test_closing_twice_and_while_a_clip_hangs() -> None:
    flags = ("--fault-rate", "1", "--faults", "hang", "--fault-attempts", "9")
    with ChaosServer(*flags) as server:
        adapter = cascade(server)
        adapter.prepare_batch([request(TONES[0])])
        adapter.close()
        adapter.close()


def test_wrong_arguments() -> None:
    with pytest.raises(UsageError, match="needs a model"):
        CascadeAdapter("openai")
    with pytest.raises(UnknownNameError, match="did you mean: language"):
        CascadeAdapter("openai:whisper-1", langage="en")
    with pytest.raises(UsageError, match="not an http"):
        CascadeAdapter("openai:whisper-1", base_url="localhost")
    with pytest.raises(UsageError, match="expected"):
        CascadeAdapter("openai:whisper-1", audio_format="opus")
    with pytest.raises(UsageError, match="at least 1"):
        CascadeAdapter("openai:whisper-1", concurrency=0)
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        CascadeAdapter("openai:whisper-1").open()
