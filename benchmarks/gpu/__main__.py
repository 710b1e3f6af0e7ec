"""``python -m benchmarks.gpu``: what a GPU does with local checkpoints, in at most 8 minutes; ``scripts/gpu_check.sh`` calls it.

Random checkpoints of three families in two sizes are written here; nothing is downloaded. Every part is a process with a limit of its own, so
that one that fails or hangs leaves the others, and the parts that matter most come first. What does not fit into the time is named.

    python -m benchmarks.gpu [--device cuda] [--quick] [--out FOLDER] [--minutes 8] [--show FILE]

``gpu_check.json`` in the folder (``$OUT`` or ``runs/gpu-check`` unless told otherwise) has every figure, ``gpu_check.md`` the table. Exit code 0: all as it should be; 1: something is not, or was not
run; 2: there is no such device. ``--quick`` takes the tiny checkpoints and a few clips, and shows on a CPU that all parts run. ``--show`` prints the table of a file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.gpu.parts import FAMILIES
from benchmarks.gpu.table import missed, table

PART: Final = [sys.executable, "-m", "benchmarks.gpu.parts"]
MINUTES: Final = 8.0
QUICK_MINUTES: Final = 30.0
"""On a CPU with other work."""


class Part(NamedTuple):
    """One part: its name in ``parts``, the checkpoint, and the most seconds that it may take."""

    name: str
    family: str
    size: str
    budget: float


def plan(quick: bool) -> Iterator[Part]:
    """Yield the parts in their order, what matters most first."""
    sizes = ("tiny",) if quick else ("tiny", "medium")
    slack = 6.0 if quick else 1.0  # the CPU may be a shared one
    yield Part("environment", "", "", 60 * slack)
    for size in sizes:
        for family in FAMILIES:
            yield Part("build", family, size, 60 * slack)
    for size in sizes:
        for family in FAMILIES:
            yield Part("texts", family, size, 60 * slack)
    for family in FAMILIES:
        yield Part("bare", family, sizes[-1], 60 * slack)
        yield Part("ours", family, sizes[-1], 60 * slack)
    yield Part("replicas", "qwen2_audio", "tiny", 90 * slack)
    for size in sizes:
        for family in FAMILIES:
            yield Part("batches", family, size, 60 * slack)


def checked(
    parts: Sequence[Part], folder: Path, device: str, quick: bool, until: float
) -> Iterator[dict[str, Any]]:
    """Run parts one after the other; yield after each what ``table`` reads of those so far."""
    found: list[dict[str, Any]] = []
    for part in parts:
        left = until - time.monotonic()
        name = " ".join(word for word in (part.name, part.family, part.size) if word)
        print(f"{name} …", file=sys.stderr, flush=True)
        started = time.monotonic()
        result = one(part, folder, device, quick, min(part.budget, left))
        took = round(time.monotonic() - started, 1)
        found.append({**part._asdict(), "took": took, **result})
        yield {"device": device, "quick": quick, "parts": found, "missed": missed(found, quick)}


def one(part: Part, folder: Path, device: str, quick: bool, seconds: float) -> dict[str, Any]:
    """Run one part; a part that fails, or does not end in time, has the reason among ``missed``."""
    if seconds <= 0:
        return {"missed": ["not run: the time is up"]}
    words = [part.name, folder, device, "quick" if quick else "full", part.family, part.size]
    process = subprocess.Popen(  # noqa: S603
        [*PART, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # it may have started others
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"missed": [f"not done within {seconds:.0f} s"]}
    try:
        result: dict[str, Any] = json.loads(out.rstrip().rpartition("\n")[2])
    except ValueError:
        reason = (err.rstrip() or out.rstrip()).rpartition("\n")[2]
        return {"missed": [f"failed: {reason[:300] or f'exit {process.returncode}'}"]}
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; return the exit code."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("OUT", "runs/gpu-check")))
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--show", type=Path)
    given = parser.parse_args(arguments)
    if given.show is not None:
        print(table(json.loads(given.show.read_text(encoding="utf-8"))))
        return 0
    if (problem := unusable(given.device)) is not None:
        print(f"error: --device {given.device}: {problem}", file=sys.stderr)
        return 2
    minutes = given.minutes or (QUICK_MINUTES if given.quick else MINUTES)
    until = time.monotonic() + 60 * minutes
    work = given.out / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report: dict[str, Any] = {}
    try:
        for report in checked(list(plan(given.quick)), work, given.device, given.quick, until):
            text = json.dumps(report, indent=1)
            (given.out / "gpu_check.json").write_text(text, encoding="utf-8")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shown = table(report)
    (given.out / "gpu_check.md").write_text(f"{shown}\n", encoding="utf-8")
    print(shown)
    return 1 if report["missed"] else 0


def unusable(device: str) -> str | None:
    """Return why a device cannot be used, ``None`` if it can."""
    try:
        import torch
    except ImportError:
        return "torch is not installed; pip install 'lalm-harness[hf,ray]'"
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        return str(error).partition("\n")[0]
    return None


if __name__ == "__main__":
    sys.exit(main())
