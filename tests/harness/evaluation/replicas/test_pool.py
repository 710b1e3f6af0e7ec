"""Hazards: an item lost with its replica or asked for ever, a replica that idles or waits for ever, another model among them."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, HarnessError, UsageError
from harness.evaluation.asking.decoding import Unreadable
from harness.evaluation.replicas.options import Arguments
from harness.evaluation.replicas.pool import MOST_DEATHS, ReplicaPool
from harness.types import Message, Request, Response, Text
from tests.support.runs.fake_ray import pool
from tests.support.runs.toy import jsonl, write_tone


def request(number: int, *clips: AudioRef) -> Request:
    return Request(
        f"key-{number}",
        (Message("user", (*clips, Text(f"question {number}"))),),
        item=("toy", f"item-{number}"),
    )


def ask(replicas: ReplicaPool, requests: list[Request]) -> list[Response]:
    """All requests, as many at once as are taken."""
    info = replicas.open()

    async def run() -> list[Response]:
        places = asyncio.Semaphore(info.concurrency)

        async def one(wanted: Request) -> Response:
            async with places:
                return await replicas.generate(wanted)

        return await asyncio.gather(*map(one, requests))

    try:
        return asyncio.run(run())
    finally:
        replicas.close()


@pytest.mark.parametrize("style", ["async", "batch"])
def test_all_replicas_answer_and_share_the_work(style: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    replicas, cluster = pool("mock:echo", 3, style=style, latency=0.01, ledger=str(ledger))
    replies = ask(replicas, [request(n) for n in range(60)])
    assert [one.text for one in replies] == [f"question {n}" for n in range(60)]
    assert set(Counter(line["id"] for line in jsonl(ledger)).values()) == {1}
    assert len(cluster.actors) == 3


def test_progress_says_what_each_replica_answered() -> None:
    replicas, _ = pool("mock:echo", 2, latency=0.02, concurrency=1)
    said = ""
    info = replicas.open()
    assert info.concurrency == 2 and info.sampling_rate is None

    async def run() -> None:
        nonlocal said
        for number in range(4):
            await asyncio.gather(*(replicas.generate(request(2 * number + n)) for n in range(2)))
        said = replicas.status()

    asyncio.run(run())
    assert said.startswith("replicas ")
    counts = [int(one) for one in said.removeprefix("replicas ").split()]
    assert sum(counts) == 8 and min(counts) >= 3


@pytest.mark.parametrize("style", ["async", "batch"])
def test_a_dead_replica_is_replaced_and_its_items_are_asked_again(style: str) -> None:
    replicas, cluster = pool("mock:echo", 2, deaths=[0, 1], style=style)
    replies = ask(replicas, [request(n) for n in range(20)])
    assert [one.text for one in replies] == [f"question {n}" for n in range(20)]
    assert len(cluster.actors) == 4
    assert [one.dead.is_set() for one in cluster.actors[:2]] == [True, True]


def test_a_request_that_kills_every_replica_ends_the_run_and_is_named() -> None:
    replicas, cluster = pool("mock:echo", 4, deaths=True)
    with pytest.raises(AdapterError, match="toy/item-0") as found:
        ask(replicas, [request(0)])
    assert f"{MOST_DEATHS} replicas died" in found.value.message
    assert len(cluster.actors) <= 4 + MOST_DEATHS


def test_a_replica_that_does_not_answer_counts_as_dead() -> None:
    arguments = Arguments(answer_timeout=0.05)
    replicas, cluster = pool("mock:echo", 1, arguments=arguments, hang_at="item-0")
    with pytest.raises(AdapterError, match=r"no answer within 0\.05 s"):
        ask(replicas, [request(0)])
    assert len(cluster.actors) == MOST_DEATHS


def test_a_local_model_that_says_it_died_is_begun_again_and_a_service_ends_the_run() -> None:
    replicas, cluster = pool("mock:echo", 1, style="batch", die_after=8)
    replies = ask(replicas, [request(n) for n in range(20)])
    assert [one.text for one in replies] == [f"question {n}" for n in range(20)]
    assert len(cluster.actors) == 3
    replicas, cluster = pool("mock:echo", 1, style="async", die_after=8)
    with pytest.raises(AdapterError, match="died after 8 calls"):
        ask(replicas, [request(n) for n in range(20)])
    assert len(cluster.actors) == 1


def test_a_model_that_cannot_be_loaded_says_why() -> None:
    replicas, _ = pool("mock:script:/nowhere.json", 2)
    with pytest.raises(HarnessError, match="nowhere"):
        replicas.open()


def test_replicas_of_different_models_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    replicas, cluster = pool("mock:echo", 2)
    begin = cluster.start

    def start(model: Any, gpus: float) -> Any:
        other = model._replace(arguments={"empty_rate": 0.5}) if cluster.actors else model
        return begin(other, gpus)

    monkeypatch.setattr(cluster, "start", start)
    with pytest.raises(AdapterError, match="different models"):
        ask(replicas, [request(n) for n in range(100)])


def test_a_request_that_is_asked_again_goes_to_the_same_replica() -> None:
    """A model may count its attempts, as the scripted one does."""
    replicas, _ = pool("mock:echo", 3, error_rate=1.0, concurrency=1)
    replicas.open()

    async def run() -> list[Response]:
        await asyncio.gather(*(replicas.generate(request(n)) for n in range(3)))
        return [await replicas.generate(request(n)) for n in (2, 1, 0)]

    assert [one.text for one in asyncio.run(run())] == [f"question {n}" for n in (2, 1, 0)]


# --- clips -----------------------------------------------------------------------------------


def tone(path: Path, frequency: float = 440.0) -> AudioRef:
    return AudioRef(write_tone(path, frequency=frequency), path.name)


def test_clips_travel_by_name_where_the_files_are_shared(tmp_path: Path) -> None:
    clip = tone(tmp_path / "a.wav")
    replicas, cluster = pool("mock:hash", 1)
    [reply] = ask(replicas, [request(0, clip)])
    assert reply.text and reply.error is None
    assert cluster.sent == []


@pytest.mark.parametrize("damage", ["absent", "different"])
def test_clips_travel_as_bytes_once_where_a_replica_does_not_find_them(
    tmp_path: Path, damage: str
) -> None:
    clip = tone(tmp_path / "a.wav")
    [by_name] = ask(pool("mock:hash", 1)[0], [request(0, clip)])
    found = tmp_path / "found.wav"
    if damage == "different":
        tone(found, frequency=100.0)
    replicas, cluster = pool("mock:hash", 1, found=found)
    replies = ask(replicas, [request(n, clip) for n in range(5)])
    assert cluster.sent == [len(clip.read_bytes())]
    assert replies[0].text == by_name.text


def test_clips_that_must_be_found_by_name_and_are_not_end_the_run(tmp_path: Path) -> None:
    clip = tone(tmp_path / "a.wav")
    assert clip.sha256
    (tmp_path / "a.wav").unlink()
    replicas, _ = pool("mock:hash", 1, arguments=Arguments(clips="path"))
    with pytest.raises(AdapterError, match="does not find 1 clips"):
        ask(replicas, [request(0, clip)])


@pytest.mark.parametrize("style", ["async", "batch"])
def test_a_clip_that_cannot_be_decoded_is_its_items_error_and_not_the_models(
    tmp_path: Path, style: str
) -> None:
    (tmp_path / "bad.wav").write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    replicas, _ = pool("mock:hash", 1, style=style, decode=True)
    bad = AudioRef(tmp_path / "bad.wav")
    broken, whole = ask(replicas, [request(0, bad), request(1, tone(tmp_path / "a.wav"))])
    assert isinstance(broken, Unreadable) and broken.error is not None
    assert broken.error.kind == "audio" and "mend the file" in broken.error.message
    assert whole.text


def test_a_usage_error_of_a_replica_is_the_same_error_here() -> None:
    replicas, _ = pool("mock:nothing", 1)
    with pytest.raises(UsageError, match="unknown mock 'nothing'"):
        replicas.open()
