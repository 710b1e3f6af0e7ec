"""Hazards: escape codes in a CI log; a terminal that shows nothing for an hour."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, script, write_tone

Cli = Callable[..., CommandResult]
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "30")


def in_terminal(
    *arguments: str | Path, columns: int = 120, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit code and everything that a terminal would receive."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    plain = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        stdin=slave, stdout=slave, stderr=slave,
        env={**plain, "TERM": "xterm", **(environment or {})},
    )  # fmt: skip
    os.close(slave)
    received = b""
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            ready, _, _ = select.select([master], [], [], 0.2)
            if ready:
                try:
                    data = os.read(master, 65_536)
                except OSError:  # the other end is closed
                    break
                received += data
            elif process.poll() is not None:
                break
        return process.wait(timeout=10), received.decode()
    finally:
        os.close(master)
        if process.poll() is None:
            process.kill()
            process.wait()


def failing(tmp_path: Path) -> str:
    """A model whose third item fails."""
    failed = {"error": "http", "message": "no", "retryable": False}
    return f"mock:script:{script(tmp_path / 's.json', 30, i2=failed)}"


def test_a_terminal_shows_done_rate_time_left_and_failures(tmp_path: Path) -> None:
    code, shown = in_terminal(
        *evaluate_arguments(failing(tmp_path), tmp_path / "run", "-M", "latency=0.3,concurrency=4")
    )
    assert code == 3
    assert "\x1b[" in shown
    text = ESCAPE.sub("", shown)
    counts = [int(number) for number in re.findall(r"(\d+)/30", text)]
    assert counts[0] < 30 and 30 in counts and len(set(counts)) > 4  # it moved
    assert re.search(r"\d+\.\d/s", text)
    assert re.search(r"left 0:0\d", text)
    assert "1 failed" in text
    assert "toy" in text
    assert "1 of 30 items failed" in text
    assert "Traceback" not in text


def test_a_narrow_terminal_still_shows_the_count(tmp_path: Path) -> None:
    code, shown = in_terminal(
        *evaluate_arguments("mock:hash", tmp_path / "run", "-M", "latency=0.05"), columns=40
    )
    assert code == 0
    assert "30/30" in ESCAPE.sub("", shown)


@pytest.mark.parametrize(
    ("flags", "environment"),
    mostly_long(
        [(("--plain",), {}), ((), {"CI": "true"}), ((), {"TERM": "dumb"})], [((), {"CI": "true"})]
    ),
)
def test_plain_lines_in_a_terminal_when_asked_or_under_ci(
    tmp_path: Path, flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    code, shown = in_terminal(
        *evaluate_arguments("mock:hash", tmp_path / "run", *flags), environment=environment
    )
    assert code == 0
    assert "\x1b" not in shown
    assert "30/30 (100%)" in shown and "0 failed" in shown


def test_plain_lines_when_stderr_is_no_terminal(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.run.progress.PLAIN_SECONDS", 0.1)
    found = cli(
        *evaluate_arguments(failing(tmp_path), tmp_path / "run", "-M", "latency=0.1,concurrency=2")
    )
    assert found.code == 3
    assert "\x1b" not in found.out + found.err and "\r" not in found.err
    lines = [line for line in found.err.split("\n") if re.match(r"\d+/30 \(", line)]
    assert len(lines) > 3
    for line in lines:
        assert re.match(r"\d+/30 \(\d+%\)  \d+\.\d/s  left (\?|\d+:\d\d)  [01] failed", line), line
    assert lines[-1].startswith("30/30 (100%)") and "1 failed" in lines[-1]


def test_what_was_finished_before_counts_as_done(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run, "--limit", "10"))
    found = cli(*evaluate_arguments("mock:hash", run))
    assert "30/30 (100%)" in found.err


@pytest.mark.parametrize("columns", mostly_long([40, 200], [40]))
def test_the_score_table_never_cuts_a_number_short(tmp_path: Path, columns: int) -> None:
    code, shown = in_terminal(*evaluate_arguments("mock:hash", tmp_path / "run"), columns=columns)
    assert code == 0
    table = ESCAPE.sub("", shown).partition("reading")[2]
    assert table.count("30/30") == 3 and "100.00%" in table and "…" not in table
