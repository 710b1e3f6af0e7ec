"""``make bench``: what the project promises about speed and memory, measured in one run.

Machines are noisy: times are medians of several runs, and where two things are compared they alternate.
Absolute times say what this machine did; the bars are those of the issues, and what misses one is named at the end with the reason found.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.decoding_bench import bench_decoding
from tests.bench.figures import show, show_missed
from tests.bench.gate_bench import bench_gate
from tests.bench.hf_bench import bench_hf
from tests.bench.judge_bench import bench_judge
from tests.bench.openai_bench import bench_openai
from tests.bench.processes import timed
from tests.bench.replicas_bench import bench_replicas
from tests.bench.statistics_bench import bench_statistics
from tests.support.runs.toy import FLAGS, TOY, write_tone
from tests.support.shared import SHARED

RUNS = 5


def median(arguments: list[str], column: int = 0) -> float:
    """Median over ``RUNS`` of one column of ``timed``."""
    return statistics.median(timed(arguments)[column] for _ in range(RUNS))


def bench_start_up(_: Path) -> None:
    """Start-up of commands that must not import anything heavy."""
    show("harness --help", f"{median(['--help']):.3f} s", "bar 0.3 s")
    show("harness tasks list", f"{median(['tasks', 'list']):.3f} s", "bar 0.3 s")


def toy(folder: Path, items: int, run: str) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment of a mock run over clips of 10 s."""
    clips = folder / "clips"
    if not clips.exists():
        clips.mkdir()
        for number in range(8):
            write_tone(clips / f"{number}.wav", seconds=10.0, frequency=200.0 + 50 * number)
    arguments = ["evaluate", "mock:hash", "-t", "toy", "-o", str(folder / run), "--quiet", *FLAGS]
    arguments += ["-M", "decode=true"]
    return arguments, {"TOY_ITEMS": str(items), "TOY_AUDIO": str(clips)}


def bench_runner(folder: Path) -> None:
    """Start-up of a run, items per second, and memory as the number of items grows."""
    first = timed(*toy(folder, 1, "one"))
    show("start-up of a run (1 item): wall", f"{first[0]:.2f} s", "bar 1.0 s")
    show("start-up of a run (1 item): CPU", f"{first[1]:.2f} s", "bar 1.0 s")
    small, large = timed(*toy(folder, 500, "small")), timed(*toy(folder, 5_000, "large"))
    show("runner with mock, 5,000 items of 10 s: items per second", f"{5_000 / large[0]:.0f}", "")
    show("CPU per 1,000 items", f"{(large[1] - first[1]) / 5:.2f} s", "")
    show("peak memory, 500 items", f"{small[2]:.0f} MB", "")
    show("peak memory, 5,000 items", f"{large[2]:.0f} MB", "")
    show("growth from 500 to 5,000 items", f"{large[2] - small[2]:.1f} MB", "bar 20 MB")
    again = timed(*toy(folder, 5_000, "large"))
    show("the same command again (nothing to do): wall", f"{again[0]:.2f} s", "bar 1.5 s")
    show("the same command again (nothing to do): CPU", f"{again[1]:.2f} s", "bar 1.5 s")


def bench_many_items(folder: Path) -> None:
    """Memory and time as the items grow tenfold, text items; a million are ``ENDLESS_ITEMS=1000000`` (docs/performance.md)."""
    path = str(TOY.parent / "endless")
    found = {}
    for items in (10_000, 100_000):
        arguments = ["evaluate", "mock:echo", "-t", "endless", "-o", str(folder / f"run-{items}")]
        arguments += ["--include-path", path, "--trust-task-code", "--quiet"]
        found[items] = timed(arguments, {"ENDLESS_ITEMS": str(items)})
    few, many = found.values()
    show("growth from 10,000 to 100,000 items", f"{many[2] - few[2]:.1f} MB", "bar 20 MB")
    show("  CPU per item, over that of 10,000", f"{many[1] / few[1] / 10:.2f}", "bar 1.1")


def llaso_files(folder: Path) -> dict[str, Path] | None:
    """Write the LLaSO-Eval outputs of one model as a file per task; ``None`` without the shared material."""
    source = SHARED / "real" / "llaso_eval" / "LLaSO-Base.jsonl.gz"
    if not source.exists():
        show(
            "LLaSO-Eval outputs of one model", "skipped", "the shared evaluation material is absent"
        )
        return None
    import gzip

    from harness.task_loading.index import load_index

    by_set: dict[str, list[str]] = {}
    for line in gzip.decompress(source.read_bytes()).decode().split("\n"):
        if line:
            by_set.setdefault(json.loads(line)["set"], []).append(line)
    tasks = load_index().tasks
    files = {}
    for name, lines in by_set.items():
        task = "llaso_" + "_".join(_words(name.removesuffix("_test")))
        if task not in tasks:
            raise SystemExit(f"no task for the set {name!r}: {task}")
        files[task] = folder / f"{task}.jsonl"
        files[task].write_text("\n".join(lines), encoding="utf-8")
    return files


def bench_scoring(folder: Path) -> None:
    """All LLaSO-Eval outputs of one model."""
    files = llaso_files(folder)
    if files is None:
        return
    started = time.perf_counter()
    for task, file in files.items():
        score_in_process(task, file, folder / task)
    elapsed = time.perf_counter() - started
    show(f"LLaSO-Eval outputs of one model ({len(files)} sets)", f"{elapsed:.1f} s", "bar 5 s")


def bench_adding(folder: Path) -> None:
    """All of them into one run, a command each; and all intervals of that run."""
    files = llaso_files(folder)
    if files is None:
        return
    run, wall, cpu = folder / "run", 0.0, 0.0
    # as an installed package, which has its modules compiled
    installed = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    flags = ["--quiet", "--judge", "none"]
    task, file = next(iter(files.items()))
    timed(["score", task, str(file), "-o", str(folder / "first"), *flags], installed)
    for task, file in files.items():
        one = timed(["score", task, str(file), "-o", str(run), *flags], installed)
        wall, cpu = wall + one[0], cpu + one[1]
    derived = [run / name for name in ("samples.jsonl", "results.json")]
    added = [file.read_bytes() for file in derived]
    timed(["score", str(run), "--quiet"], installed)
    if added != [file.read_bytes() for file in derived]:
        raise SystemExit("tasks added one by one have other results than tasks scored at once")
    show(f"{len(files)} single `score` calls into one run: wall", f"{wall:.0f} s", "bar 60 s")
    show(f"{len(files)} single `score` calls into one run: CPU", f"{cpu:.0f} s", "")
    show("all its intervals, 5,000 resamples: CPU", f"{interval_seconds(run):.2f} s", "bar 3 s")


def interval_seconds(run: Path) -> float:
    """CPU seconds of every interval of a run: values, sub-scores, means."""
    from collections.abc import Mapping
    from typing import Any

    from leaderboards.native import benchmark_results
    from leaderboards.results import task_results
    from metrics.registry import find
    from metrics.statistics.intervals import estimate

    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    lines: dict[str, list[Mapping[str, Any]]] = {}
    with (run / "samples.jsonl").open("rb") as file:
        for raw in file:
            line = json.loads(raw)
            kept = ("id", "repeat", "cluster", "scores", "stats", "groups", "details", "extracted")
            lines.setdefault(line["task"], []).append({key: line.get(key) for key in kept})
    started = time.process_time()
    for task, members in lines.items():
        for metric, readings in results["tasks"][task]["metrics"].items():
            for reading in readings:
                found = [
                    (stats, line["cluster"])
                    for line in members
                    if (stats := line["stats"].get(metric, {}).get(reading)) is not None
                ]
                clusters = [cluster for _, cluster in found]
                named = None if None in clusters else clusters
                estimate(find(metric), [stats for stats, _ in found], named)
    benchmark_results(task_results(manifest, results["tasks"]), lines)
    return time.process_time() - started


def _words(name: str) -> list[str]:
    import re

    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]


def score_in_process(task: str, file: Path, run: Path) -> None:
    """``harness score`` without the start of a process."""
    from harness.evaluation.stored import StoredReplies, score_file
    from harness.settings import Settings

    score_file(Settings("stored", (task,), run), StoredReplies(file), ["harness", "score"])


BENCHES: tuple[Callable[[Path], None], ...] = (
    bench_start_up,
    bench_runner,
    bench_many_items,
    bench_decoding,
    bench_scoring,
    bench_adding,
    bench_statistics,
    bench_gate,
    bench_openai,
    bench_judge,
    bench_hf,
    bench_replicas,
)


def main() -> None:
    """Run every bench, or those whose names contain an argument."""
    wanted = sys.argv[1:]
    for bench in BENCHES:
        if wanted and not any(word in bench.__name__ for word in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            bench(Path(folder))
    show_missed()


if __name__ == "__main__":
    main()
