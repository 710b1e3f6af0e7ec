"""Hazards of size: faults among thousands of items, memory that grows with them, huge replies and clips, many tasks."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from model_adapters.services.large import IN_FLIGHT
from tests.support.budget import SOAK
from tests.support.command import CommandResult, run_process
from tests.support.runs import anything
from tests.support.runs.memory import peak_bytes
from tests.support.runs.toy import evaluate_arguments, jsonl, results, write_tone
from tests.support.servers.chaos_server import ChaosServer

ENDLESS = Path(__file__).resolve().parents[2] / "fixtures" / "endless"
FEW, MANY = (10_000, 1_000_000) if SOAK else (500, 3_000)
BYTES_PER_ITEM = 40
"""Of every item the numbers of its statistics stay, 5 bytes for each of two readings, and what sorts and masks them for a moment."""


def endless(run: Path, *more: str) -> tuple[str | Path, ...]:
    """A run of text items that take no memory of their own."""
    return (
        "evaluate", "mock:echo", "-t", "endless", "--include-path", ENDLESS, "--trust-task-code",
        "-o", run, "--quiet", *more,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.network
def test_among_faults_every_item_is_answered_or_an_error_and_none_is_scored_wrongly(
    cli: Callable[..., CommandResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request of ten meets a fault of the service; some meet one at every attempt."""
    items = 10_000 if SOAK else 500
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.01)))
    monkeypatch.setenv("TOY_ITEMS", str(items))
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 12)
    run = tmp_path / "run"
    faults = "429,500,503,truncated,malformed,choices,reset,stale"
    flags = ("--fault-rate", "0.1", "--faults", faults, "--fault-attempts", "9")
    with ChaosServer("--reply", anything.REPLY, "--retry-after", "0", *flags) as server:
        model = f"base_url={server.base_url},concurrency=16,max_retries=1"
        command = ("openai:m", run, "-M", model, "--max-errors", "100%")
        found = cli(*evaluate_arguments(*command))
    assert found.code == 0, found.err
    samples = jsonl(run / "samples.jsonl")
    assert sorted(line["id"] for line in samples) == [f"item-{n:05}" for n in range(items)]
    outcomes = Counter(line["outcome"] for line in samples)
    assert outcomes.keys() <= {"answered", "empty", "error"}
    for line in samples:
        number = int(line["id"].removeprefix("item-"))
        if line["outcome"] == "error":
            assert line["error"]["kind"] and line["error"]["message"]
            assert line["scores"]["accuracy"]["strict"] is None
            continue
        expected = anything.reply({"model": "m", "messages": line["messages"]})
        assert line["response"] == expected, line["id"]
        assert line["scores"]["accuracy"]["strict"] == float(expected == f"answer {number}")
    entry = results(run)["tasks"]["toy"]
    assert entry["missing"] == 0 and entry["outcomes"]["error"] == outcomes["error"]
    print("outcomes:", dict(outcomes))


@pytest.mark.long
@pytest.mark.slow
def test_memory_hardly_grows_with_the_number_of_items(tmp_path: Path) -> None:
    few, many = (
        peak_bytes(endless(tmp_path / f"run-{count}"), ENDLESS_ITEMS=str(count))
        for count in (FEW, MANY)
    )
    print(
        f"{FEW:,} items: {few / 1e6:.0f} MB; {MANY:,}: {many / 1e6:.0f} MB; {many / few:.2f} times"
    )
    assert many - few < 6_000_000 + BYTES_PER_ITEM * (MANY - FEW)


@pytest.mark.slow
def test_a_reply_of_many_megabytes_is_recorded_and_scored(tmp_path: Path) -> None:
    size = 20_000_000 if SOAK else 4_000_000
    (tmp_path / "long_reply.py").write_text(
        f"class Model:\n    def generate(self, messages, audio):\n        return 'ab ' * ({size} // 3)\n",
        encoding="utf-8",
    )
    run = tmp_path / "run"
    model = ("python:long_reply:Model", "-M", f"path={tmp_path}", "--batch-size", "1")
    begun = time.monotonic()
    peak = peak_bytes(
        ("evaluate", *model, "-t", "quickstart_choice", "-L", "3", "-o", run, "--quiet")
    )
    print(f"3 replies of {size:,} bytes: {time.monotonic() - begun:.1f} s, {peak / 1e6:.0f} MB")
    assert peak < 200_000_000 + 12 * size
    assert [len(line["response"]) for line in jsonl(run / "samples.jsonl")] == [size // 3 * 3] * 3


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.network
def test_long_clips_to_a_service_take_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many requests may be in flight, few large bodies are in memory at a time."""
    minutes, items = (120, 4) if SOAK else (20, 8)  # 20 minutes: 8 would take 1.2 GB
    monkeypatch.setenv("TOY_AUDIO", str(tmp_path / "long.wav"))
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 12)
    noise = np.random.default_rng(3).uniform(-0.1, 0.1, 16_000 * 60).astype("float32")
    with soundfile.SoundFile(tmp_path / "long.wav", "w", 16_000, 1, "PCM_16") as file:
        for _ in range(minutes):
            file.write(noise)
    size = (tmp_path / "long.wav").stat().st_size
    with ChaosServer("--reply", "fixed:a", "--latency", "0.2") as server:
        model = f"base_url={server.base_url},concurrency=8,timeout=300"
        command = evaluate_arguments("openai:m", tmp_path / "run", "-M", model, "--quiet")
        peak = peak_bytes(command, TOY_ITEMS=str(items))
    print(f"{items} clips of {minutes} minutes ({size / 1e6:.0f} MB): {peak / 1e6:.0f} MB")
    assert peak < 120_000_000 + 4 * max(IN_FLIGHT, size)
    assert len(jsonl(tmp_path / "run" / "samples.jsonl")) == items


def test_thousands_of_tasks_in_an_include_path_are_listed(tmp_path: Path) -> None:
    count = 5_000 if SOAK else 200
    text = (ENDLESS / "endless.yaml").read_text(encoding="utf-8")
    for name in ("endless_data.py", "endless_scoring.py"):
        (tmp_path / name).write_text((ENDLESS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for number in random.Random(1).sample(range(count), count):
        name = f"endless_{number:04}"
        (tmp_path / f"{name}.yaml").write_text(
            text.replace("task: endless", f"task: {name}"), encoding="utf-8"
        )
    begun = time.monotonic()
    found = run_process("tasks", "list", "--include-path", tmp_path)
    seconds = time.monotonic() - begun
    assert found.code == 0 and f"endless_{count - 1:04}" in found.out, found.err
    print(f"{count} tasks: listed in {seconds:.1f} s")
