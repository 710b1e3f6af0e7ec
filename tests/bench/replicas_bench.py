"""Replicas on Ray: how near 2 and 4 of them come to 2 and 4 times one, with a model that takes a fixed time for an item.

python -m tests.bench replicas
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from pathlib import Path

from harness.evaluation.replicas.cluster import Cluster
from harness.evaluation.replicas.options import Arguments, Wanted
from harness.evaluation.replicas.pool import ReplicaPool
from harness.evaluation.replicas.replica import Model
from harness.types import Message, Request, Text

SECONDS = 0.2
ITEMS = 100
"""For each replica."""
COUNTS = (1, 2, 4)


def bench_replicas(folder: Path) -> None:
    """100 items of 0.2 s for each of 1, 2 and 4 replicas of ``mock:``, item by item."""
    from tests.bench.figures import show

    if importlib.util.find_spec("ray") is None:
        show("replicas on Ray", "skipped", "the extra ray is not installed")
        return
    import ray

    ray.init("local", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        rates = {count: rate(count, folder) for count in COUNTS}
    finally:
        ray.shutdown()
    for count in COUNTS[1:]:
        linear = rates[count] / (count * rates[1])
        show(
            f"{count} replicas of mock: on Ray, share of linear",
            f"{linear:.3f}",
            "bar at least 0.95",
        )
    show("  one replica: share of its model's own time", f"{rates[1] * SECONDS:.3f}", "")


def rate(count: int, folder: Path) -> float:
    """Items per second of some replicas that are all ready."""
    wanted = Wanted(count, 0.0, Arguments())
    model = Model("mock:echo", {"latency": SECONDS, "concurrency": 1}, 1234, None, str(folder))
    pool = ReplicaPool(model, wanted, Cluster(wanted))
    info = pool.open()
    try:
        return asyncio.run(asked(pool, info.concurrency, count * ITEMS))
    finally:
        pool.close()


async def asked(pool: ReplicaPool, at_once: int, items: int) -> float:
    """Items per second once nobody is starting any more."""
    numbers = iter(range(items))

    async def ask() -> None:
        for number in numbers:
            await pool.generate(Request(f"{number}", (Message("user", (Text("?"),)),)))

    await pool.generate(Request("first", (Message("user", (Text("?"),)),)))
    while "starting" in pool.status():
        await asyncio.sleep(0.1)
    started = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(at_once)))
    return items / (time.perf_counter() - started)
