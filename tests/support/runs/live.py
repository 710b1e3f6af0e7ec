"""Live runs as processes of their own, for tests that kill, interrupt and starve them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from harness.evaluation.signals import grace
from tests.support.command import start
from tests.support.runs.toy import evaluate_arguments, jsonl

STARTED: list[subprocess.Popen[str]] = []


def launch(model: str, run: Path, *more: str | Path) -> subprocess.Popen[str]:
    """Start ``harness evaluate`` on the toy task; ``conftest`` ends what a failed test leaves."""
    process = start(*evaluate_arguments(model, run, *more))
    STARTED.append(process)
    return process


def finish(process: subprocess.Popen[str], timeout: float = 60) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process, which is killed if it does not end."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {timeout} s; stderr:\n{err}") from None
    return process.returncode, out, err


def lines(path: Path) -> int:
    """Complete lines of a log."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that a live process does.

    Raises:
        AssertionError: the process ended, or two minutes went by.
    """
    deadline = time.monotonic() + 120
    while not condition():
        if process.poll() is not None:
            out, err = process.communicate()
            raise AssertionError(f"ended with {process.returncode}: {out}{err}")
        if time.monotonic() > deadline:
            process.kill()
            process.communicate()
            raise AssertionError("nothing happened for 120 s")
        time.sleep(0.005)


def interrupt(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal, and wait for the end: what is in flight has a while (``harness.evaluation.signals.grace``)."""
    process.send_signal(number)
    return finish(process, timeout=grace(number) + 10)


def asked(ledger: Path) -> Counter[str]:
    """How often every item was asked, over all processes; a torn line cannot be."""
    return Counter(line["id"] for line in jsonl(ledger)) if ledger.exists() else Counter()


def answered(run: Path) -> set[str]:
    """Ids with a complete line in the log, as a reader of the raw bytes sees it."""
    path = run / "responses.jsonl"
    if not path.exists():
        return set()
    whole = path.read_bytes().split(b"\n")[:-1]
    return {json.loads(line)["id"] for line in whole}
