"""Hazard: memory grows with the number of items."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.budget import SOAK
from tests.support.runs.memory import peak_bytes
from tests.support.runs.toy import evaluate_arguments

ALLOWED_GROWTH = 20_000_000  # bytes, from 500 to 5,000 items
CLIPS = 4


def ten_second_clips(folder: Path) -> Path:
    """A few clips of ten seconds of noise at 16 kHz."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(5)
    for number in range(CLIPS):
        samples = noise.uniform(-0.2, 0.2, 160_000).astype("float32")
        soundfile.write(folder / f"{number}.wav", samples, 16_000)
    return folder


def peak(folder: Path, items: int) -> int:
    """Peak resident memory of ``evaluate mock:hash -M decode=true`` over ``items`` items of 10 s."""
    command = evaluate_arguments(
        "mock:hash", folder / f"run-{items}", "-M", "decode=true", "--quiet"
    )
    clips = ten_second_clips(folder / "clips")
    return peak_bytes(command, TOY_ITEMS=str(items), TOY_AUDIO=str(clips))


def growth(folder: Path, few: int = 500, many: int = 5000) -> tuple[int, int]:
    """(peak with few items, growth to many items), in bytes."""
    base = peak(folder, few)
    return base, peak(folder, many) - base


@pytest.mark.skipif(not SOAK, reason="takes a minute: HARNESS_SOAK=1")
def test_memory_is_flat_from_500_to_5000_items(tmp_path: Path) -> None:
    base, grown = growth(tmp_path)
    assert grown < ALLOWED_GROWTH, f"{base / 1e6:.0f} MB, and {grown / 1e6:.1f} MB more"


def test_memory_is_flat_from_50_to_500_items(tmp_path: Path) -> None:
    base, grown = growth(tmp_path, 50, 500)
    assert grown < ALLOWED_GROWTH, f"{base / 1e6:.0f} MB, and {grown / 1e6:.1f} MB more"
