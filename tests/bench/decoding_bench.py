"""Decoding: clips a second of one core, and what a second one adds; a model that takes 2,000 clips a second on 16 cores needs 125 of each."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from harness.audio import AudioRef
from tests.bench.figures import show

CLIPS = 400
RATE = 16_000


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
