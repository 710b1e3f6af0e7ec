"""A language model behind a recogniser: what it is asked, how many at a time, and what fails whom."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import Audio, Generation, Message, Request, Response, Text
from model_adapters.cascade import adapter as cascade
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.cascade.language_model import insert_transcripts
from model_adapters.cascade.recognisers.base import LocalRecogniser
from tests.support import clips
from tests.support.runs.toy import jsonl
from tests.support.servers.chaos_server import ChaosServer

HELLO, BYE = (clips.ref(clips.tone(0.1, hertz), f"{hertz}.wav") for hertz in (300, 900))


class Recogniser(LocalRecogniser):
    """Hears "hello" in the low tone and "goodbye" in the high one; counts."""

    calls: ClassVar[Counter[str]] = Counter()

    def open(self) -> str:
        return "fake:1"

    def transcribe(self, samples: Any) -> str:
        spectrum = np.abs(np.fft.rfft(samples))
        text = "hello" if spectrum.argmax() * 16_000 / len(samples) < 600 else "goodbye"
        self.calls[text] += 1
        return text

    def close(self) -> None:
        self.calls.clear()


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real" not in request.node.name:
        monkeypatch.setattr(cascade, "make_recogniser", lambda *_given: Recogniser())


def open_cascade(llm: str, **arguments: Any) -> CascadeAdapter:
    adapter = CascadeAdapter(
        f"pocketsphinx+{llm}", **{name.replace("llm_", "llm."): v for name, v in arguments.items()}
    )
    adapter.open()
    return adapter


def request(text: str, *audio: Audio, item: str = "i") -> Request:
    parts = (*audio, Text(text)) if text else audio
    messages = (Message("system", (Text("be brief"),)), Message("user", parts))
    return Request(f"{text}{item}", messages, Generation(9), item=("t", item))


def texts(responses: list[Response]) -> list[str | None]:
    assert not any(response.error for response in responses), responses
    return [response.text for response in responses]


@pytest.fixture(params=["async", "batch"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- what it is asked --------------------------------------------------------------------------


def test_transcripts_stand_where_the_clips_were(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style)
    responses = adapter.generate_batch(
        [
            request(" What is said?", HELLO),
            request("", HELLO),
            request("", HELLO, BYE),
            request(" Same?", HELLO, BYE),
            request("No clip at all"),
        ]
    )
    adapter.close()
    assert texts(responses) == [
        '[Transcript of the recording: "hello"] What is said?',
        "hello",
        "hello\ngoodbye",
        '[Transcript of the recording: "hello"][Transcript of the recording: "goodbye"] Same?',
        "No clip at all",
    ]
    heard = [response.extra["transcript"] for response in responses]
    assert heard == ["hello", "hello", "hello\ngoodbye", "hello\ngoodbye", ""]


def test_the_template_is_declared_and_decides_the_fingerprint() -> None:
    fingerprints = set()
    for llm, arguments in (
        ("mock:echo", {}),
        ("mock:hash", {}),
        ("mock:echo", {"transcript_template": "<{transcript}>"}),
    ):
        adapter = CascadeAdapter(f"pocketsphinx+{llm}", **arguments)
        info = adapter.open()
        fingerprints.add(info.fingerprint)
        template = info.description["transcript_template"]
        (response,) = adapter.generate_batch([request("?", HELLO)])
        if llm == "mock:echo":
            assert response.text == template.replace("{transcript}", "hello") + "?"
        adapter.close()
    assert len(fingerprints) == 3


def test_braces_of_a_transcript_are_text() -> None:
    message = Message("user", (HELLO, Text("{transcript} {0}")))
    (found,) = insert_transcripts([message], ["{transcript} {x}"], "<{transcript}>")
    assert found.parts == (Text("<{transcript} {x}>"), Text("{transcript} {0}"))


def test_a_clip_is_transcribed_once(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style)
    for _ in range(2):
        adapter.generate_batch([request(f"question {i}", HELLO, BYE) for i in range(3)])
    assert Recogniser.calls == {"hello": 1, "goodbye": 1}
    adapter.close()


# --- asking ------------------------------------------------------------------------------------


def test_a_service_is_asked_at_the_same_time_and_replies_keep_their_order() -> None:
    adapter = open_cascade("mock:echo", llm_latency=0.2, llm_concurrency=10)
    started = time.perf_counter()
    replies = texts(adapter.generate_batch([request(f"{i}") for i in range(10)]))
    elapsed = time.perf_counter() - started
    adapter.close()
    assert replies == [f"{i}" for i in range(10)]
    assert elapsed < 1.0


@pytest.mark.network
def test_declared_concurrency_bounds_the_requests_in_flight() -> None:
    with ChaosServer("--reply", "echo", "--latency", "0.05") as server:
        adapter = open_cascade("openai:m", llm_base_url=server.base_url, llm_concurrency=3)
        for batch in range(2):  # connections of the first batch serve the second
            wanted = [f"{batch} {i}" for i in range(8)]
            assert texts(adapter.generate_batch([request(text) for text in wanted])) == wanted
        ledger = server.ledger()
        adapter.close()
        adapter.close()
    assert ledger["in_flight_max"] == 3 and ledger["requests"] == 16


@pytest.mark.network
def test_faults_of_a_service_change_nothing() -> None:
    found = []
    for flags in ((), ("--fault-rate", "0.4", "--faults", "429,500,reset,malformed,stale")):
        with ChaosServer(*flags) as server:
            adapter = open_cascade("openai:m", llm_base_url=server.base_url, llm_backoff=0.01)
            asked = [request(f"{i}", HELLO if i % 2 else BYE) for i in range(20)]
            found.append(texts(adapter.generate_batch(asked)))
            ledger = server.ledger()
            adapter.close()
    assert found[0] == found[1] and len(set(found[0])) == 20
    assert ledger["faults"] and ledger["answered"] == 20


def test_an_unreadable_clip_fails_its_request_only(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style)
    asked = [request("a", HELLO), request("b", AudioRef(b"x", "x.wav")), request("c", BYE)]
    first, bad, last = adapter.generate_batch(asked)
    adapter.close()
    assert bad.error is not None and bad.error.kind == "audio"
    assert str(first.text).endswith("a") and str(last.text).endswith("c")
    assert last.extra["transcript"] == "goodbye"


def test_errors_of_the_language_model_keep_their_kind(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style, llm_error_rate=1, llm_error_kind="busy")
    (response,) = adapter.generate_batch([request("a", HELLO)])
    adapter.close()
    assert response.error is not None
    assert (response.error.kind, response.error.retryable) == ("busy", True)
    assert response.extra == {"transcript": "hello"}


def test_a_language_model_that_dies_ends_the_run(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style, llm_die_after=2)
    with pytest.raises(AdapterError, match="died after 2 calls"):
        adapter.generate_batch([request(f"{i}") for i in range(4)])
    adapter.close()


def test_close_ends_a_request_that_hangs() -> None:
    adapter = open_cascade("mock:echo", llm_hang_at="stuck")
    ended = threading.Event()

    def ask() -> None:
        with pytest.raises(BaseException):  # noqa: B017
            adapter.generate_batch([request("x", item="stuck")])
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    assert not ended.wait(0.2)
    adapter.close()
    assert ended.wait(10)
    assert not any(thread.name == "language-model" for thread in threading.enumerate())


def test_it_opens_again_after_close(style: str) -> None:
    adapter = open_cascade("mock:echo", llm_style=style)
    adapter.close()
    adapter.open()
    assert texts(adapter.generate_batch([request("again")])) == ["again"]
    adapter.close()


# --- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "arguments", "message"),
    [
        ("pocketsphinx+gpt-4o", {}, "'gpt-4o' is not of the form adapter:target"),
        ("pocketsphinx+", {}, "not of the form"),
        ("pocketsphinx+cascade:pocketsphinx", {}, "cannot be the language model"),
        ("pocketsphinx+mock:echo", {"transcript_template": "heard"}, "expected {transcript}"),
        ("pocketsphinx+mock:echo", {"llm.latncy": 1}, "latency"),
        ("pocketsphinx+mokc:echo", {}, "mock"),
        ("pocketsphinx", {"llm.latency": 1}, "no language model, found -M llm.latency"),
        ("pocketsphinx", {"transcript_template": "{transcript}"}, "no language model"),
        ("faster-whisper+mock:echo", {}, "needs a model"),
        ("pocketsphinx+mock:echo", {"latency": 1}, "llm.latency|takes none"),
    ],
)
def test_real_wrong_targets_and_arguments(
    target: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises((UsageError, UnknownNameError), match=message):
        CascadeAdapter(target, **arguments)


def test_real_files_named_after_the_model_do_not_mislead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``replay:FILE`` behind a recogniser: the file exists, and is no recogniser's folder."""
    monkeypatch.chdir(tmp_path)
    Path("stored.jsonl").write_text('{"id": "i", "response": "stored"}\n')
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    adapter = CascadeAdapter("pocketsphinx+replay:stored.jsonl")
    adapter.open()
    assert texts(adapter.generate_batch([request("?", HELLO)])) == ["stored"]
    adapter.close()


@pytest.fixture
def server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "echo") as server:
        yield server


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.network
def test_a_real_recogniser_in_an_evaluation(server: ChaosServer, tmp_path: Path, cli: Any) -> None:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    run = tmp_path / "run"
    found = cli(
        *("evaluate", "cascade:pocketsphinx+openai:m", "-M", f"llm.base_url={server.base_url}"),
        *("-t", "quickstart_choice", "-L", "2", "-o", run, "-q"),
    )
    assert found.code == 0, found.err
    for sample in jsonl(run / "samples.jsonl"):
        transcript = sample["extra"]["transcript"]
        assert transcript and f'"{transcript}"]' in sample["response"]
    model = json.loads((run / "manifest.json").read_text())["model"]
    assert "{transcript}" in json.dumps(model)
