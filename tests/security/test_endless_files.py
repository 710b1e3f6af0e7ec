"""Hazards: a device, a pipe or a bomb in the place of a file, which is read for ever or fills the memory."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.core.stored_replies import read_response_file
from harness.errors import InputFileError
from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments

Cli = Callable[..., CommandResult]


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [zeros, pipe])
def test_what_never_ends_is_no_file_of_replies(
    cli: Cli, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "replies.jsonl"
    make(file)
    for found in (
        cli("score", "quickstart_choice", file, "-o", tmp_path / "scored"),
        cli("evaluate", f"replay:{file}", "-t", "quickstart_choice", "-o", tmp_path / "replayed"),
    ):
        assert found.code == 2 and "not a regular file" in found.err, found.err


@pytest.mark.parametrize("make", [zeros, pipe])
@pytest.mark.parametrize("name", ["responses.jsonl", "samples.jsonl", "manifest.json"])
def test_what_never_ends_is_no_file_of_a_run(
    cli: Cli, tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    run = tmp_path / "run"
    assert (
        cli("evaluate", "mock:options", "-t", "quickstart_choice", "-L", "2", "-o", run).code == 0
    )
    (run / name).unlink()
    make(run / name)
    for command in (("score", run), ("status", run), ("export", run, "--format", "csv")):
        found = cli(*command)
        assert found.code in (0, 2, 4) and "Traceback" not in found.err


@pytest.mark.parametrize("make", [zeros, pipe])
def test_what_never_ends_is_no_file_that_a_command_names(
    cli: Cli, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "file.csv"
    make(file)
    run = tmp_path / "run"
    assert (
        cli("evaluate", "mock:options", "-t", "quickstart_choice", "-L", "2", "-o", run).code == 0
    )
    for command in (
        ("verify", file),
        ("gate", run, "--baseline", file),
        ("gate", run, "--baseline", run, "--policy", file),
        ("leaderboard", run, "--rows", file),
        ("leaderboard", run, "--update", file),
        ("judge", "calibrate", file, "--task", "sakura_animal_single"),
        ("evaluate", "mock:options", "--items", file, "-o", tmp_path / "own"),
    ):
        found = cli(*command)
        assert found.code == 2 and file.name in found.err, (command, found.err)


def test_items_named_by_a_device_are_refused(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--ids", "/dev/zero"))
    assert found.code == 2 and "not a regular file" in found.err


def test_a_file_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_bytes(gzip.compress(b" " * 150_000_000, compresslevel=1))
    with pytest.raises(InputFileError, match="when unpacked"):
        read_response_file(file)
