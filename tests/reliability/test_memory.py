"""Hazard: memory grows with the number of items."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.runs.live import SOAK
from tests.support.runs.toy import evaluate_arguments

ALLOWED_GROWTH = 20_000_000  # bytes, from 500 to 5,000 items
CLIPS = 4
_PROGRAM = """
import json, re, sys
sys.argv[0] = "harness"
from harness.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
# VmHWM, since ru_maxrss would also count the process that this one was forked from
peak = 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print("PEAK", json.dumps([code, peak]), file=sys.stderr)
"""


def ten_second_clips(folder: Path) -> Path:
    """A few clips of ten seconds of noise at 16 kHz."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(5)
    for number in range(CLIPS):
        samples = noise.uniform(-0.2, 0.2, 160_000).astype("float32")
        soundfile.write(folder / f"{number}.wav", samples, 16_000)
    return folder


def peak_bytes(folder: Path, items: int) -> int:
    """Peak resident memory of ``evaluate mock:hash -M decode=true`` over ``items`` items of 10 s."""
    run = folder / f"run-{items}"
    command = evaluate_arguments("mock:hash", run, "-M", "decode=true", "--quiet")
    found = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *map(str, command)],
        capture_output=True, text=True, check=False,
        env={
            **os.environ, "TOY_ITEMS": str(items), "TOY_AUDIO": str(ten_second_clips(folder / "clips")),
        },
    )  # fmt: skip
    line = next((line for line in found.stderr.split("\n") if line.startswith("PEAK ")), None)
    if line is None:
        raise RuntimeError(f"the run ended without a figure: {found.stderr}")
    code, peak = json.loads(line.removeprefix("PEAK "))
    if code != 0:
        raise RuntimeError(f"the run ended with {code}: {found.stderr}")
    return int(peak)


def growth(folder: Path, few: int = 500, many: int = 5000) -> tuple[int, int]:
    """(peak with few items, growth to many items), in bytes. Also called by the bench."""
    base = peak_bytes(folder, few)
    return base, peak_bytes(folder, many) - base


@pytest.mark.skipif(not SOAK, reason="takes a minute: HARNESS_SOAK=1")
def test_memory_is_flat_from_500_to_5000_items(tmp_path: Path) -> None:
    base, grown = growth(tmp_path)
    assert grown < ALLOWED_GROWTH, f"{base / 1e6:.0f} MB, and {grown / 1e6:.1f} MB more"


def test_memory_is_flat_from_50_to_500_items(tmp_path: Path) -> None:
    base, grown = growth(tmp_path, 50, 500)
    assert grown < ALLOWED_GROWTH, f"{base / 1e6:.0f} MB, and {grown / 1e6:.1f} MB more"
