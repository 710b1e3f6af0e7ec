"""``openai:`` against a local server that answers after a fixed time: efficiency, CPU, memory.

Efficiency is (items x latency / concurrency) / (first request to last answer), as the server sees it. The
server is a process of its own and does next to nothing per request. A bare loop of the client library's
typed method over the same bodies alternates with the harness and says what the machine gives at that moment.

    python -m tests.bench.openai_bench URL ITEMS CONCURRENCY CLIP

is that bare loop.
"""

from __future__ import annotations

import asyncio
import base64
import statistics
import subprocess
import sys
from pathlib import Path

from tests.support.runs.toy import FLAGS, write_tone
from tests.support.servers.chaos_server import ChaosServer

ITEMS = 1000
CONCURRENCY = 32
RUNS = 5


def bench_openai(folder: Path) -> None:
    """1,000 items of 5 s, concurrency 32, at 50 and 500 ms; then 10,000 items for memory."""
    from tests.bench.__main__ import show

    clips = folder / "clips"
    clips.mkdir()
    for number in range(8):
        write_tone(clips / f"{number}.wav", seconds=5.0, frequency=200.0 + 50 * number)
    quick, slow, bare, cpu, start_up, memory = [], [], [], [], [], []
    for number in range(RUNS):
        bare.append(bare_efficiency(clips, 0.05))
        one = harness(folder, f"one-{number}", ITEMS, 0.05, "--limit", "1")
        many = harness(folder, f"quick-{number}", ITEMS, 0.05)
        quick.append(many[0])
        cpu.append(many[1] - one[1])
        start_up.append(one[1])
        memory.append(many[2])
        slow.append(harness(folder, f"slow-{number}", ITEMS, 0.5)[0])
    large = harness(folder, "large", 10 * ITEMS, 0.05)
    median = statistics.median
    name = f"openai:, {ITEMS} items of 5 s, {CONCURRENCY} in flight"
    show(f"{name}: efficiency at 50 ms", f"{median(quick):.3f}", "bar 0.85, goal 0.90")
    show("  (best run)", f"{max(quick):.3f}", "")
    show("  bare chat.completions.create, alternating", f"{median(bare):.3f}", "no bar")
    show(f"{name}: efficiency at 500 ms", f"{median(slow):.3f}", "bar 0.95")
    show("CPU per 1,000 items, start-up excluded", f"{median(cpu):.2f} s", "bar 3.0 s, goal 2.0 s")
    show("CPU of start-up (--limit 1)", f"{median(start_up):.2f} s", "")
    show("peak memory", f"{median(memory):.0f} MB", "bar 330 MB")
    show("growth from 1,000 to 10,000 items", f"{large[2] - median(memory):.1f} MB", "bar 5 MB")


def harness(
    folder: Path, run: str, items: int, latency: float, *more: str
) -> tuple[float, float, float]:
    """(efficiency, CPU seconds, peak RSS in MB) of one run."""
    from tests.bench.__main__ import timed

    with ChaosServer("--fast", "--latency", str(latency)) as server:
        arguments = ["evaluate", "openai:m", "-t", "toy", "-o", str(folder / run), "--quiet"]
        arguments += [*FLAGS, "-M", f"base_url={server.base_url},concurrency={CONCURRENCY}", *more]
        environment = {"TOY_ITEMS": str(items), "TOY_AUDIO": str(folder / "clips")}
        _, cpu, memory = timed(arguments, environment)
        return efficiency(server, latency), cpu, memory


def bare_efficiency(clips: Path, latency: float) -> float:
    """Efficiency of the bare loop in a process of its own."""
    with ChaosServer("--fast", "--latency", str(latency)) as server:
        command = [sys.executable, "-m", "tests.bench.openai_bench", server.base_url]
        command += [str(ITEMS), str(CONCURRENCY), str(clips / "0.wav")]
        subprocess.run(command, check=True)
        return efficiency(server, latency)


def efficiency(server: ChaosServer, latency: float) -> float:
    """Ideal over real time of what a server answered."""
    ledger = server.ledger()
    return float(ledger["requests"] * latency / CONCURRENCY / ledger["span"])


async def bare_loop(url: str, items: int, concurrency: int, clip: Path) -> None:
    """What a careful user would write with the client library."""
    import openai

    numbers = iter(range(items))
    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:

        async def work() -> None:
            for number in numbers:
                data = base64.b64encode(clip.read_bytes()).decode()
                await client.chat.completions.create(
                    model="m",
                    max_tokens=16,
                    temperature=0,
                    messages=[
                        {
                            "role": "user",
                            "content": [
                                {
                                    "type": "input_audio",
                                    "input_audio": {"data": data, "format": "wav"},
                                },
                                {"type": "text", "text": f"What is number {number}?"},
                            ],
                        }
                    ],
                )

        await asyncio.gather(*(work() for _ in range(concurrency)))


if __name__ == "__main__":
    asyncio.run(bare_loop(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
