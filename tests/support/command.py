"""Calling the ``harness`` command from tests, in this process or as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest


class CommandResult(NamedTuple):
    """Exit code and output of one call."""

    code: int
    out: str
    err: str


def run_in_process(
    arguments: Sequence[str | Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandResult:
    """Run the command here: fast, and with coverage; what Ctrl-C does stays as it is."""
    from harness.cli.entry import main

    monkeypatch.setattr(sys, "argv", ["harness", *map(str, arguments)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return CommandResult(int(ended.value.code or 0), captured.out, captured.err)


def start(
    *arguments: str | Path,
    cwd: Path | None = None,
    only: Mapping[str, str] | None = None,
    **environment: str,
) -> subprocess.Popen[str]:
    """Start the command as a process of its own, with further variables, or with the ``only`` ones given."""
    return subprocess.Popen(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        cwd=cwd,
        env={**(os.environ if only is None else only), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_process(
    *arguments: str | Path, cwd: Path | None = None, timeout: float = 120, **environment: str
) -> CommandResult:
    """Run the command as a process of its own."""
    process = start(*arguments, cwd=cwd, **environment)
    return finish(process, timeout)


def finish(process: subprocess.Popen[str], timeout: float) -> CommandResult:
    """Wait for a started command; one that does not end is killed.

    Raises:
        subprocess.TimeoutExpired: it was still running after ``timeout`` seconds.
    """
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return CommandResult(process.returncode, out, err)


MODULES = """
import json, sys
from harness.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["harness", *words]
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    print("ENDED", code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def imported(*commands: Sequence[str | Path]) -> list[tuple[int, frozenset[str]]]:
    """Run commands one after another in one process of their own.

    Returns:
        Of each, the exit code, and the top-level modules that it and those before it have imported.
    """
    words = json.dumps([[*map(str, command)] for command in commands])
    found = subprocess.run(
        [sys.executable, "-c", MODULES, words], capture_output=True, text=True, check=False
    )
    ended = [line.split() for line in found.stderr.split("\n") if line.startswith("ENDED ")]
    assert len(ended) == len(commands), found.stderr
    return [(int(code), frozenset(names)) for _, code, *names in ended]


def clean(result: CommandResult) -> CommandResult:
    """Whatever happened: no traceback, and an error says what it is."""
    assert "Traceback" not in result.err + result.out
    if result.code in (2, 4):
        assert result.err.strip()
    return result
