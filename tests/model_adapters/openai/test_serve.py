"""``openai:`` against a real server: the tiny checkpoint behind ``transformers serve``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.audio import AudioRef
from harness.types import Generation, Message, Request, Response, Text
from model_adapters.registry import create
from tests.support.runs.toy import write_tone

pytestmark = [
    pytest.mark.network,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.xdist_group("hf"),
]
START_SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """URL of a live ``transformers serve``, which loads the checkpoint that a request names."""
    pytest.importorskip("fastapi", reason="transformers serve needs fastapi")
    pytest.importorskip("uvicorn", reason="transformers serve needs uvicorn")
    port = free_port()
    log = folder / "log"
    command = [str(Path(sys.executable).with_name("transformers")), "serve"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "HF_HUB_OFFLINE": "1"}
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{port}/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def served(
    tiny_qwen2_audio: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """URL of a live server, and the checkpoint that it serves."""
    with serve(tmp_path_factory.mktemp("serve")) as url:
        yield url, tiny_qwen2_audio


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def requests(folder: Path) -> list[Request]:
    clips = [
        AudioRef(write_tone(folder / f"{number}.wav", 1.0, frequency=200.0 + 150 * number))
        for number in range(3)
    ]
    prompts: list[tuple[Text | AudioRef, ...]] = [
        (clips[0], Text("What animal can be heard?")),
        (Text("Which emotion is expressed? "), clips[1]),
        (clips[2],),
        (clips[0], clips[1], Text("Which one is higher?")),
    ]
    messages: list[tuple[Message, ...]] = [(Message("user", parts),) for parts in prompts]
    messages.append((Message("system", (Text("Be brief."),)), *messages[0]))
    return [Request(f"r{n}", one, Generation(12)) for n, one in enumerate(messages)]


def ask(model: str, asked: list[Request], **arguments: object) -> list[Response]:
    adapter = create(model, arguments)
    adapter.open()
    try:
        return adapter.generate_batch(asked)
    finally:
        adapter.close()


def test_same_greedy_text_as_the_checkpoint_itself(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    url, checkpoint = served
    asked = requests(tmp_path)
    local = ask(f"hf:{checkpoint}", asked)
    for part in ("input_audio", "audio_url"):
        remote = ask(f"openai:{checkpoint}", asked, base_url=url, concurrency=2, audio_part=part)
        assert [one.error for one in remote] == [None] * len(asked)
        assert [one.text for one in remote] == [one.text for one in local]
        assert [one.finish for one in remote] == [one.finish for one in local]
    assert len({one.text for one in local}) > 1  # the audio reaches the model
    assert remote[0].extra["model"] == f"{checkpoint}@main"


def test_what_the_server_cannot_do_is_a_value_and_the_next_request_works(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    url, checkpoint = served
    good = requests(tmp_path)[0]
    bad = Request("bad", (Message("user", (AudioRef(b"RIFF\0\0\0\0WAVEnothing"),)),))
    first, second = (
        ask(f"openai:{checkpoint}", [one], base_url=url, max_retries=1, backoff=0.05)[0]
        for one in (bad, good)
    )
    assert first.text is None
    assert first.error is not None
    assert not first.error.retryable
    assert second.error is None


def test_a_served_recogniser_hears_what_the_checkpoint_hears(
    served: tuple[str, Path], tiny_whisper: Path, tmp_path: Path
) -> None:
    pytest.importorskip("multipart", reason="transformers serve takes forms with python-multipart")
    tones = [
        AudioRef(write_tone(tmp_path / f"{hertz}.wav", 1.0, frequency=hertz))
        for hertz in (200.0, 900.0)
    ]
    asked = [Request(f"r{n}", (Message("user", (clip,)),)) for n, clip in enumerate(tones)]
    local = ask(f"cascade:transformers:{tiny_whisper}", asked, device="cpu")
    url, _ = served
    remote = ask(f"cascade:openai:{tiny_whisper}", asked, base_url=url)
    broken = Request("r", (Message("user", (AudioRef(b"RIFF\0\0\0\0WAVEnothing"),)),))
    (failed,) = ask(
        f"cascade:openai:{tiny_whisper}", [broken], base_url=url, max_retries=1, backoff=0.05
    )
    assert [one.error for one in [*local, *remote]] == [None] * 4
    assert len({one.text for one in local}) == 2
    for here, there in zip(local, remote, strict=True):
        assert here.text and there.text
        assert there.text.startswith(here.text)  # the server writes a few tokens more
    assert failed.error is not None and failed.error.kind == "server"
