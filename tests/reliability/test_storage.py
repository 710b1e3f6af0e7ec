"""Hazards: a full disk, a read-only folder, two writers; a device replaced by a file."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.command import CommandResult, run_process
from tests.support.runs.live import answered, asked, finish, launch, lines, wait_until
from tests.support.runs.toy import (
    FLAGS,
    evaluate_arguments,
    jsonl,
    results,
    snapshot,
    timeless,
    write_tone,
)

Cli = Callable[..., CommandResult]
ITEMS = 40


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def with_file_limit(limit: int, *arguments: str | Path) -> CommandResult:
    """The command, where no file may grow beyond ``limit`` bytes."""

    def starve() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    found = subprocess.run(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        capture_output=True, text=True, check=False, preexec_fn=starve,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return CommandResult(found.returncode, found.stdout, found.stderr)


@pytest.fixture
def whole(cli: Cli, tmp_path: Path) -> Path:
    """An uninterrupted run, to compare with."""
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "whole")).code == 0
    return tmp_path / "whole"


@pytest.mark.parametrize("full", ["responses.jsonl", "samples.jsonl"])
def test_a_full_disk_is_4_and_more_space_completes_the_run(
    cli: Cli, tmp_path: Path, whole: Path, full: str
) -> None:
    """First the log cannot grow; then the log fits and the samples do not."""
    log, samples = ((whole / name).stat().st_size for name in ("responses.jsonl", "samples.jsonl"))
    limit = log // 3 if full == "responses.jsonl" else (log + samples) // 2
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger},concurrency=4")
    found = with_file_limit(limit, *command)
    assert found.code == 4
    assert "Traceback" not in found.err + found.out
    assert "cannot write" in found.err and str(run / full) in found.err
    assert "free space" in found.err and "run the same command again" in found.err
    done = len(answered(run))
    assert (run / "responses.jsonl").read_bytes().endswith(b"\n")
    assert not list(run.glob(".*.tmp"))
    assert cli(*command).code == 0
    assert sum(asked(ledger).values()) <= ITEMS + 4
    assert 0 < done < ITEMS if full == "responses.jsonl" else done == ITEMS
    assert len(jsonl(run / "responses.jsonl")) == ITEMS
    assert timeless(run) == timeless(whole)


def test_a_full_disk_before_the_first_answer_is_4(tmp_path: Path) -> None:
    found = with_file_limit(100, *evaluate_arguments("mock:hash", tmp_path / "run"))
    assert found.code == 4 and "Traceback" not in found.err
    assert "manifest.json" in found.err


def test_a_full_file_system(cli: Cli, tmp_path: Path, whole: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=32k", "tmpfs", small):
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        run = small / "run"
        found = run_process(*evaluate_arguments("mock:hash", run))
        assert found.code == 4 and "No space left" in found.err and "Traceback" not in found.err
        assert _mount("-o", "remount,size=1m", small)
        assert cli(*evaluate_arguments("mock:hash", run)).code == 0
        assert timeless(run) == timeless(whole)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_dev_full_as_output_of_the_leaderboard_is_4(cli: Cli, whole: Path) -> None:
    device = Path("/dev/full")
    if not device.is_char_device():
        pytest.skip("no /dev/full")
    found = cli("leaderboard", whole, "-o", device, "--format", "md")
    assert found.code == 4
    assert "/dev/full" in found.err and "No space left" in found.err
    assert device.is_char_device()


def test_a_pipe_as_output_of_the_leaderboard_is_written_to(
    cli: Cli, tmp_path: Path, whole: Path
) -> None:
    page, pipe = tmp_path / "page.md", tmp_path / "pipe"
    assert cli("leaderboard", whole, "-o", page).code == 0
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert cli("leaderboard", whole, "-o", pipe, "--format", "md").code == 0
        assert reader.stdout is not None
        assert reader.stdout.read() == page.read_bytes()
    assert pipe.is_fifo()


def test_an_output_without_a_place_is_2_and_one_that_cannot_be_made_4(
    cli: Cli, tmp_path: Path, whole: Path
) -> None:
    for path in (tmp_path / "no folder" / "page.md", tmp_path):
        found = cli("leaderboard", whole, "-o", path, "--format", "md")
        assert found.code == 2 and "folder" in found.err
    (tmp_path / "file").write_text("")
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "file" / "run"))
    assert found.code == 4 and "run directory" in found.err


@pytest.fixture
def read_only(tmp_path: Path, whole: Path) -> Iterator[Path]:
    """A copy of a run that cannot be written: by permissions, or as root by a read-only mount."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    mounted = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    shutil.copytree(whole, folder, dirs_exist_ok=True)
    if mounted:
        _mount("-o", "remount,ro", folder)
    else:
        for path in (*folder.iterdir(), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("permissions do not bind this user, who cannot mount either")
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        folder.chmod(0o755)


def _mount(*arguments: str | Path) -> bool:
    found = subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False)
    return found.returncode == 0


def test_a_read_only_run_directory_can_be_read_and_not_written(
    cli: Cli, read_only: Path, whole: Path
) -> None:
    before = snapshot(read_only)
    assert "complete" in cli("status", read_only).out
    assert cli("leaderboard", read_only).code == 0
    assert cli("gate", read_only, "--baseline", whole).code == 0
    for command in (
        ("score", read_only, "--trust-task-code"),
        evaluate_arguments("mock:hash", read_only),
    ):
        found = cli(*command)
        assert found.code == 4 and "Traceback" not in found.err
    assert snapshot(read_only) == before


def test_reading_verbs_write_nothing(cli: Cli, whole: Path) -> None:
    before = snapshot(whole, without=())
    stamps = {path: path.stat().st_mtime_ns for path in whole.iterdir()}
    for command in (
        ("status", whole),
        ("leaderboard", whole),
        ("gate", whole, "--baseline", whole),
    ):
        assert cli(*command).code == 0
    assert snapshot(whole, without=()) == before
    assert {path: path.stat().st_mtime_ns for path in whole.iterdir()} == stamps


def test_one_writer_a_run_directory(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "hang_at=item-00030")
    wait_until(lambda: lines(run / "responses.jsonl") == ITEMS - 1, process)
    before = snapshot(run, without=())
    assert "running" in cli("status", run).out
    for command in (evaluate_arguments("mock:hash", run), ("score", run, "--trust-task-code")):
        found = cli(*command)
        assert found.code == 4
        assert "another process is writing" in found.err and "harness status" in found.err
    file = tmp_path / "r.jsonl"
    file.write_text('{"id": "item-00000", "response": "x"}\n')
    stored = cli("score", "toy", file, "-o", run, *FLAGS)
    assert stored.code == 4
    assert snapshot(run, without=()) == before
    process.kill()
    process.communicate()
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    assert "complete" in cli("status", run).out


def test_a_lock_of_a_dead_process_does_not_hold(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "hang_at=item-00010")
    wait_until(lambda: lines(run / "responses.jsonl") >= 10, process)
    process.kill()
    process.communicate()
    state = cli("status", run)
    assert "interrupted" in state.out and "go on with" in state.out
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0


def test_many_looks_at_a_live_run_do_not_disturb_it(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.1,concurrency=4")
    wait_until(lambda: (run / "manifest.json").exists(), process)
    from harness.report.status import status

    seen = set()
    while process.poll() is None:
        seen.add(status(run).state)
    code, _, err = finish(process)
    assert code == 0, err
    assert "running" in seen and status(run).state == "complete"
    assert results(run)["tasks"]["toy"]["missing"] == 0


def test_status_of_unscored_runs(cli: Cli, whole: Path) -> None:
    (whole / "results.json").unlink()
    state = cli("status", whole)
    assert "unscored" in state.out and f"harness score {whole}" in state.out
    assert cli("leaderboard", whole).code == 2
    assert cli("score", whole, "--trust-task-code").code == 0
    assert "complete" in cli("status", whole).out


def test_a_look_does_not_keep_a_writer_out(cli: Cli, whole: Path) -> None:
    import threading

    from harness.run.directory import RunDirectory

    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            RunDirectory(whole).is_locked()
            stop.wait(0.001)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(100):
            with RunDirectory(whole):
                pass
    finally:
        stop.set()
        watcher.join()
