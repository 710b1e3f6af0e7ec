"""``openai:`` against a local server that answers after a fixed time: efficiency, CPU, memory.

Efficiency is (items x latency / concurrency) / (first request to last answer), as the server sees it. The
server is a process of its own and does next to nothing per request. Two bare loops over the same bodies alternate with the
harness and say what the machine gives at that moment: one of ``aiohttp`` alone (read, base64, JSON, POST), which is the
bar, and one of the client library's typed method.

    python -m tests.bench.openai_bench aiohttp|openai URL ITEMS CONCURRENCY CLIP

is such a loop.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.figures import show
from tests.bench.processes import timed
from tests.support.runs.toy import FLAGS, write_tone
from tests.support.servers.chaos_server import ChaosServer

ITEMS = 1000
CONCURRENCY = 32
MANY = 256
RUNS = 5


class Reading(NamedTuple):
    """One run: efficiency, CPU seconds, peak RSS in MB."""

    efficiency: float
    cpu: float
    memory: float


def bench_openai(folder: Path) -> None:
    """1,000 items of 5 s, concurrency 32, at 50 and 500 ms, and 256 in flight; then memory of up to 10,000 items."""
    clips = folder / "clips"
    clips.mkdir()
    for number in range(8):
        write_tone(clips / f"{number}.wav", seconds=5.0, frequency=200.0 + 50 * number)
    quick, slow, typed, start_up, memory = [], [], [], [], []
    bare, bare_slow, crowded, bare_crowded, cpu = [], [], [], [], []
    for number in range(RUNS):
        bare.append(bare_loop("aiohttp", clips, 0.05))
        one = harness(folder, f"one-{number}", ITEMS, 0.05, "--limit", "1")
        many = harness(folder, f"quick-{number}", ITEMS, 0.05)
        quick.append(many)
        typed.append(bare_loop("openai", clips, 0.05).efficiency)
        cpu.append((many.cpu - one.cpu) / bare[-1].cpu)
        start_up.append(one.cpu)
        memory.append(many.memory)
        bare_slow.append(bare_loop("aiohttp", clips, 0.5).efficiency)
        slow.append(harness(folder, f"slow-{number}", ITEMS, 0.5).efficiency)
        bare_crowded.append(bare_loop("aiohttp", clips, 0.5, MANY).efficiency)
        crowded.append(harness(folder, f"many-{number}", ITEMS, 0.5, in_flight=MANY).efficiency)
    median = statistics.median
    name = f"openai:, {ITEMS} items of 5 s, {CONCURRENCY} in flight"
    each = [one.efficiency for one in quick]
    ratios = [ours.efficiency / theirs.efficiency for ours, theirs in zip(quick, bare, strict=True)]
    show(f"{name}: efficiency at 50 ms", f"{median(each):.3f}", "bar at least 0.85, goal 0.90")
    show("  (best and worst run)", f"{max(each):.3f} {min(each):.3f}", "")
    show("  bare aiohttp loop, alternating", f"{median(one.efficiency for one in bare):.3f}", "")
    show("  ours over bare aiohttp", f"{median(ratios):.3f}", "bar at least 0.95")
    show("  bare chat.completions.create, alternating", f"{median(typed):.3f}", "no bar")
    show(f"{name}: efficiency at 500 ms", f"{median(slow):.3f}", "bar at least 0.95")
    at_slow = median(ours / theirs for ours, theirs in zip(slow, bare_slow, strict=True))
    show("  ours over bare aiohttp", f"{at_slow:.3f}", "bar at least 0.98")
    at_many = median(ours / theirs for ours, theirs in zip(crowded, bare_crowded, strict=True))
    show(f"  the same with {MANY} in flight", f"{at_many:.3f}", "bar at least 0.98")
    items_cpu = median(one.cpu for one in quick) - median(start_up)
    show("CPU per 1,000 items, start-up excluded", f"{items_cpu:.2f} s", "bar 3.0 s, goal 2.0 s")
    show("  over that of the bare aiohttp loop", f"{median(cpu):.2f}", "bar 1.2")
    show("CPU of start-up (--limit 1)", f"{median(start_up):.2f} s", "")
    show("peak memory", f"{median(memory):.0f} MB", "bar 330 MB")
    ours, engine = growth(folder)
    show(
        "growth from 1,000 to 10,000 items, without that of mock:",
        f"{ours - engine:.1f} MB",
        "bar 5 MB",
    )
    show("  with it", f"{ours:.1f} MB", "")


def growth(folder: Path) -> tuple[float, float]:
    """MB that 9,000 items more take, of ``openai:`` and of ``mock:``: medians of three.

    Clips are short: how many bodies of long ones are in memory at the worst moment is chance.
    """
    clips = folder / "short"
    clips.mkdir()
    write_tone(clips / "0.wav", seconds=0.1, frequency=200.0)
    ours, engine = [], []
    for number in range(3):
        few, many = (
            harness(folder, f"{items}-{number}", items, 0.05, clips=clips).memory
            for items in (ITEMS, 10 * ITEMS)
        )
        ours.append(many - few)
        few, many = (
            mock(folder / f"mock-{items}-{number}", items, clips) for items in (ITEMS, 10 * ITEMS)
        )
        engine.append(many - few)
    return statistics.median(ours), statistics.median(engine)


def mock(run: Path, items: int, clips: Path) -> float:
    """Peak memory in MB of a run whose model is no service."""
    arguments = ["evaluate", "mock:hash", "-t", "toy", "-o", str(run), "--quiet", *FLAGS]
    return timed(arguments, {"TOY_ITEMS": str(items), "TOY_AUDIO": str(clips)})[2]


def harness(
    folder: Path,
    run: str,
    items: int,
    latency: float,
    *more: str,
    in_flight: int = CONCURRENCY,
    clips: Path | None = None,
) -> Reading:
    """One run of the harness, on the long clips unless told otherwise."""
    with ChaosServer("--fast", "--latency", str(latency)) as server:
        arguments = ["evaluate", "openai:m", "-t", "toy", "-o", str(folder / run), "--quiet"]
        arguments += [*FLAGS, "-M", f"base_url={server.base_url},concurrency={in_flight}", *more]
        environment = {"TOY_ITEMS": str(items), "TOY_AUDIO": str(clips or folder / "clips")}
        _, cpu, memory = timed(arguments, environment)
        return Reading(efficiency(server, latency, in_flight), cpu, memory)


def bare_loop(kind: str, clips: Path, latency: float, in_flight: int = CONCURRENCY) -> Reading:
    """A bare loop in a process of its own; its CPU seconds are those of the loop without imports."""
    with ChaosServer("--fast", "--latency", str(latency)) as server:
        command = [sys.executable, "-m", "tests.bench.openai_bench", kind, server.base_url]
        command += [str(ITEMS), str(in_flight), str(clips / "0.wav")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Reading(efficiency(server, latency, in_flight), float(done.stdout), 0.0)


def efficiency(server: ChaosServer, latency: float, in_flight: int) -> float:
    """Ideal over real time of what a server answered."""
    ledger = server.ledger()
    return float(ledger["requests"] * latency / in_flight / ledger["span"])


def body(number: int, clip: Path) -> dict[str, Any]:
    """What is posted."""
    data = base64.b64encode(clip.read_bytes()).decode()
    audio = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    question = {"type": "text", "text": f"What is number {number}?"}
    messages = [{"role": "user", "content": [audio, question]}]
    return {"model": "m", "max_tokens": 16, "temperature": 0, "messages": messages}


async def aiohttp_loop(url: str, items: int, concurrency: int, clip: Path) -> None:
    """The least that asks the same of the same server."""
    import aiohttp

    numbers = iter(range(items))
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work() -> None:
            for number in numbers:
                async with session.post(
                    f"{url}/chat/completions", json=body(number, clip)
                ) as reply:
                    reply.raise_for_status()
                    json.loads(await reply.read())

        await asyncio.gather(*(work() for _ in range(concurrency)))


async def openai_loop(url: str, items: int, concurrency: int, clip: Path) -> None:
    """What a careful user would write with the client library."""
    import openai

    numbers = iter(range(items))
    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:

        async def work() -> None:
            for number in numbers:
                given: Any = body(number, clip)
                await client.chat.completions.create(**given)

        await asyncio.gather(*(work() for _ in range(concurrency)))


def main() -> None:
    """Run one bare loop and print its CPU seconds."""
    kind, url, items, concurrency, clip = sys.argv[1:]
    loop = {"aiohttp": aiohttp_loop, "openai": openai_loop}[kind]
    __import__(kind)
    before = os.times()
    asyncio.run(loop(url, int(items), int(concurrency), Path(clip)))
    after = os.times()
    print(after.user + after.system - before.user - before.system)


if __name__ == "__main__":
    main()
