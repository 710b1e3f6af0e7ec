"""``python -m benchmarks.simulate``: a run of 64 GPUs and 10 million items, from unit costs measured here.

Processor seconds of planning, asking, the log, scoring, merging and the report are measured on runs of two sizes, so
that what a process costs once is not counted per item. Then replicas that draw their batch times at random pull from one
process, event by event: it prepares a batch before and writes its lines after, one thing at a time. The table says how long
the run takes, how busy GPUs and that process are, and what becomes of it when the run is cut into shards.

    python -m benchmarks.simulate [--gpus 64] [--items 10000000] [--batch 8] [--small 500] [--large 2500] [--ray]

With ``--ray`` the cost of asking is that of the process that asks two replicas on Ray, batch by batch.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.evaluation.evaluate import evaluate
from harness.evaluation.plan import plan_tasks
from harness.run.directory import RunDirectory
from harness.run.jsonl import AppendLog, read_lines
from harness.scoring.stage import score_run
from harness.settings import Settings
from harness.task_loading.specs import load_scoring_task
from tests.support.runs.toy import TOY, write_tone

RATES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Items per second of one GPU."""
SHARDS = (1, 4, 16)
HOUR = 3600.0


@dataclass(frozen=True)
class Costs:
    """Processor seconds per item, and what the log sustains.

    Attributes:
        planning: documents, keys and the hash of the data.
        asking: prompt, key, header of the clip, queue, record and its check, log line.
        scoring: samples and values.
        merging: putting a shard's log together, scoring not counted.
        report: the page of the run.
        lines: log lines per second of one writer that does nothing else.
        line_bytes: bytes of a line.
    """

    planning: float
    asking: float
    scoring: float
    merging: float
    report: float
    lines: float
    line_bytes: float


def settings(run: Path, **more: object) -> Settings:
    """A run of the scripted model; its clip is 5 s long."""
    return Settings(
        "mock:hash",
        ("toy",),
        run,
        include_path=(TOY,),
        trust_task_code=True,
        **more,  # type: ignore[arg-type]
    )


def cpu(work: Callable[[], object]) -> float:
    """Processor seconds of all threads of this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def scored(run: Path) -> None:
    """Score a run directory anew, as ``harness score`` does."""
    with RunDirectory(run) as directory:
        score_run(
            directory,
            lambda name, entry: load_scoring_task(
                name, entry, include_path=(TOY,), trusted=True, run=run
            ),
        )


def merged(parts: list[Path], target: Path) -> None:
    """Merge shards, as ``harness merge`` does."""
    from harness.api import merge

    merge(parts, target, include_path=(TOY,), trust_task_code=True)


def reported(run: Path) -> None:
    """Write the page of a run, as ``harness report`` does."""
    from harness.report.html.page import ReportOptions, write_report
    from harness.run.reader import read_run

    write_report(read_run(run), options=ReportOptions(include_path=(TOY,), trusted=True))


def measure(folder: Path, small: int, large: int, batch: int, *, on_ray: bool) -> Costs:
    """Measure unit costs on runs of two sizes."""
    asked: dict[str, object] = {"batch_size": batch, "model_args": {"style": "batch"}}
    if on_ray:
        import ray

        # not begun by the run, so that starting it is not counted
        ray.init("local", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        asked |= {"executor": "ray", "replicas": 2}
    os.environ["TOY_AUDIO"] = str(write_tone(folder / "tone.wav", seconds=5.0))
    seconds: dict[str, list[float]] = {}
    for items in (small, small, large):  # the first warms up
        os.environ["TOY_ITEMS"] = str(items)
        run, parts = folder / "run", [folder / "1", folder / "2"]
        for old in (run, *parts, folder / "merged"):
            shutil.rmtree(old, ignore_errors=True)
        found = {
            "planning": cpu(lambda: plan_tasks(settings(run))),  # noqa: B023
            "whole": cpu(lambda: evaluate(settings(run, **asked), [], "quiet")),  # noqa: B023
            "scoring": cpu(lambda: scored(run)),  # noqa: B023
            "report": cpu(lambda: reported(run)),  # noqa: B023
        }
        for number, part in enumerate(parts, 1):
            evaluate(settings(part, shard=f"{number}/2"), [], "quiet")
        found["merged"] = cpu(lambda: merged(parts, folder / "merged"))  # noqa: B023
        for name, value in found.items():
            seconds.setdefault(name, []).append(value)
    each = {name: (two - one) / (large - small) for name, (_, one, two) in seconds.items()}
    lines, line_bytes = log_rate(run / "responses.jsonl", folder / "log.jsonl")
    return Costs(
        planning=each["planning"],
        asking=each["whole"] - each["planning"] - each["scoring"],
        scoring=each["scoring"],
        merging=each["merged"] - each["scoring"],
        report=each["report"],
        lines=lines,
        line_bytes=line_bytes,
    )


def log_rate(source: Path, target: Path) -> tuple[float, float]:
    """(lines per processor second of one writer, bytes of a line): records as they are, checked and written."""
    records = [record for _, record in read_lines(source)]
    with AppendLog(target) as log:
        seconds = cpu(lambda: [log.append(record) for record in records])
    return len(records) / seconds, target.stat().st_size / len(records)


@dataclass(frozen=True)
class Simulated:
    """One simulated run: wall seconds of asking, share of time at work of GPUs and of the busiest process."""

    seconds: float
    gpus: float
    process: float


def simulate(gpus: int, items: int, batch: int, rate: float, asking: float) -> Simulated:
    """Replicas pull batches from one process until nothing is left.

    Args:
        gpus: replicas of one GPU.
        items: items of the run.
        batch: items of a batch; its time is drawn, the longest a few times the mean as with clips of any length.
        rate: items per second of a replica.
        asking: processor seconds of the process for one item.
    """
    draw = random.Random(1234)
    mean, cost = batch / rate, batch * asking
    free = [(0.0, 0.0) for _ in range(gpus)]  # (time at which a replica is done, time at work)
    process = at_work = busy = 0.0
    for _ in range(-(-items // batch)):
        done, worked = heapq.heappop(free)
        process = max(process, done) + cost
        busy += cost
        seconds = mean * draw.lognormvariate(-0.125, 0.5)
        heapq.heappush(free, (process + seconds, worked + seconds))
    end = max(done for done, _ in free)
    at_work = sum(worked for _, worked in free)
    return Simulated(end, at_work / (gpus * end), busy / end)


def table(costs: Costs, gpus: int, items: int, batch: int) -> str:
    """The report as Markdown."""
    million = 1_000_000
    rows = [
        "| part | processor time per item | of all items, one process |",
        "|---|---:|---:|",
    ]
    for name in ("planning", "asking", "scoring", "merging", "report"):
        each = getattr(costs, name)
        rows.append(f"| {name} | {each * 1e6:,.0f} µs | {each * items / HOUR:.1f} h |")
    rate = costs.lines * costs.line_bytes / 1e6
    rows += [
        "",
        f"The log alone: {costs.lines:,.0f} lines a second of {costs.line_bytes:,.0f} bytes, {rate:.0f} MB/s; "
        f"{items / million:g} million lines are {items * costs.line_bytes / 1e9:.0f} GB. "
        f"One process saturates at {1 / costs.asking:,.0f} items a second.",
        "",
        f"| items/s of a GPU | {gpus} GPUs ask for | "
        + " | ".join(f"{n} shard{'s' * (n > 1)}: hours; GPUs, process at work" for n in SHARDS)
        + " |",
        "|---:|---:|" + "---:|" * len(SHARDS),
    ]
    for each in RATES:
        cells = []
        for shards in SHARDS:
            # shards are alike: one of them, on its share of GPUs and items
            found = simulate(gpus // shards, items // shards, batch, each, costs.asking)
            cells.append(f"{found.seconds / HOUR:.1f}; {found.gpus:.0%}, {found.process:.0%}")
        rows.append(f"| {each:g} | {each * gpus:g}/s | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate")
    for name, default in (("gpus", 64), ("items", 10_000_000), ("batch", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--small", type=int, default=500)
    parser.add_argument("--large", type=int, default=2500)
    parser.add_argument("--ray", action="store_true")
    given = parser.parse_args()
    if given.gpus < max(SHARDS) or given.small >= given.large:
        sys.exit(f"expected at least {max(SHARDS)} GPUs, and --small below --large")
    with tempfile.TemporaryDirectory() as folder:
        costs = measure(Path(folder), given.small, given.large, given.batch, on_ray=given.ray)
    print(table(costs, given.gpus, given.items, given.batch))


if __name__ == "__main__":
    main()
