"""Judge bench: 2,000 calls at 200 ms latency and 64 in flight, from stored responses to results."""

from __future__ import annotations

from pathlib import Path

from tests.bench.figures import show
from tests.bench.processes import timed
from tests.support.runs.judged import TASK, responses
from tests.support.servers.chaos_server import ChaosServer

CALLS = 2_000
LATENCY = 0.2
CONCURRENCY = 64


def bench_judge(folder: Path) -> None:
    """Efficiency (ideal time over the time from first to last call) and CPU of the whole command."""
    file = responses(folder / "judged.jsonl", CALLS)
    reply = "fixed:Explanation: it fits.\nJudgement: correct"
    with ChaosServer("--reply", reply, "--latency", str(LATENCY)) as server:
        arguments = ["score", TASK, str(file), "--quiet", "-J", f"concurrency={CONCURRENCY}"]
        judge = ["--judge", "openai:gpt-4o-2024-11-20", "-J", f"base_url={server.base_url}"]
        none = timed([*arguments[:3], "-o", str(folder / "unjudged"), "--quiet", "--judge", "none"])
        wall, cpu, memory = timed([*arguments, "-o", str(folder / "judged"), *judge])
        ledger = server.ledger()
    calls = ledger["requests"]
    ideal = calls * LATENCY / CONCURRENCY
    show(
        f"judge: {calls} calls of 200 ms, 64 in flight: efficiency",
        f"{ideal / ledger['span']:.2f}",
        "bar at least 0.9",
    )
    show("judge: wall of the whole command", f"{wall:.2f} s", f"ideal {ideal + none[0]:.2f} s")
    show("judge: CPU beyond scoring", f"{cpu - none[1]:.2f} s", "target 6 s")
    show("judge: peak memory", f"{memory:.0f} MB", f"{none[2]:.0f} MB unjudged")
