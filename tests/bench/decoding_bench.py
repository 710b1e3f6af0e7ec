"""Decoding: clips a second of one core, what a second one adds, and threads against processes.

A model that takes 2,000 clips a second on 16 cores needs 125 of each. Processes hand their samples over in shared memory.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import resource_tracker, shared_memory
from pathlib import Path

import numpy as np

from harness.audio import AudioRef
from tests.bench.figures import show

CLIPS = 400
RATE = 16_000
PAIRS = 3


def bench_decoding(folder: Path) -> None:
    """400 clips of 5 s, as they come (16 kHz WAV) and resampled from 44.1 kHz FLAC."""
    for name, stored, suffix in (("WAV, 16 kHz", RATE, "wav"), ("FLAC, 44.1 kHz", 44_100, "flac")):
        clips = written(folder / suffix, stored, suffix)
        wall, cpu = decoded(clips, 1)
        show(
            f"decoding, {name}: clips of 5 s a core second",
            f"{CLIPS / cpu:.0f}",
            "bar at least 125",
        )
        both, _ = decoded(clips, 2)
        show("  two threads: clips a second over those of one", f"{wall / both:.2f}", "")
        show("  two threads over two processes", f"{threads_over_processes(clips):.2f}", "")


def written(folder: Path, rate: int, suffix: str) -> list[Path]:
    """Eight files of noise, as often as needed."""
    import soundfile

    folder.mkdir()
    generator = np.random.default_rng(0)
    for number in range(8):
        samples = generator.standard_normal(5 * rate).astype(np.float32) * 0.1
        soundfile.write(folder / f"{number}.{suffix}", samples, rate)
    return [folder / f"{number % 8}.{suffix}" for number in range(CLIPS)]


def decoded(clips: list[Path], threads: int) -> tuple[float, float]:
    """Wall and processor seconds of decoding in some threads."""

    def one(path: Path) -> None:
        AudioRef(path).decode(RATE)

    one(clips[0])
    before, started = os.times(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, clips))
    wall, after = time.perf_counter() - started, os.times()
    return wall, after.user + after.system - before.user - before.system


def threads_over_processes(clips: list[Path]) -> float:
    """Clips a second of two threads over those of two processes: the median of alternating pairs."""
    spawned = multiprocessing.get_context("spawn")
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2, spawned) as processes:
        handed_over(processes, clips[:8])  # starts them
        ratios = []
        for _ in range(PAIRS):
            started = time.perf_counter()
            list(threads.map(samples, clips))
            between = time.perf_counter()
            handed_over(processes, clips)
            ratios.append((time.perf_counter() - between) / (between - started))
    return statistics.median(ratios)


def samples(path: Path) -> np.ndarray:
    """The samples of a clip."""
    return AudioRef(path).decode(RATE)


def shared(path: Path) -> tuple[str, int]:
    """Decode a clip into shared memory: its name, and the number of samples."""
    found = samples(path)
    memory = shared_memory.SharedMemory(create=True, size=found.nbytes)
    resource_tracker.unregister(f"/{memory.name}", "shared_memory")  # whoever takes it ends it
    np.ndarray(found.shape, found.dtype, buffer=memory.buf)[:] = found
    memory.close()
    return memory.name, len(found)


def handed_over(processes: Executor, clips: list[Path]) -> None:
    """Take the samples of every clip out of shared memory, without a copy."""
    for name, length in processes.map(shared, clips):
        memory = shared_memory.SharedMemory(name=name)
        found = np.ndarray((length,), np.float32, buffer=memory.buf)
        assert found.any()
        del found
        memory.close()
        memory.unlink()
