"""Hazards of the machine: no home, few descriptors, little memory, a clock set back, folders and locks that vanish."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.errors import RunLockedError
from harness.run.directory import RunDirectory
from harness.run.locking import WriterLock
from tests.support.budget import mostly_long
from tests.support.command import CommandResult, run_process
from tests.support.runs import judged
from tests.support.runs.live import finish, launch, lines, wait_until
from tests.support.runs.toy import evaluate_arguments, jsonl, timeless, write_tone
from tests.support.servers.chaos_server import ChaosServer

Cli = Callable[..., CommandResult]
ITEMS = 30


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.02)))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 12)


def limited(kind: int, limit: int, *arguments: str | Path) -> CommandResult:
    """The command under a limit of the operating system."""
    found = subprocess.run(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)),
    )  # fmt: skip
    return CommandResult(found.returncode, found.stdout, found.stderr)


@pytest.mark.slow
@pytest.mark.network
def test_forty_descriptors_are_enough_or_4_and_nothing_is_asked_twice(
    tmp_path: Path, cli: Cli
) -> None:
    """A judge with more places than descriptors: one message, and the same command goes on."""
    file, run = judged.responses(tmp_path / "replies.jsonl", 100), tmp_path / "run"
    with ChaosServer(
        "--reply", "tests.support.runs.judged:sakura_judge", "--latency", "0.3"
    ) as one:
        judge = (
            "--judge",
            f"openai:{judged.MODEL}",
            "-J",
            f"base_url={one.base_url},concurrency=64",
        )
        command = ("score", judged.TASK, file, "-o", run, *judge)
        found = limited(resource.RLIMIT_NOFILE, 40, *command)
        assert found.code == 4, found
        assert "Traceback" not in found.err and found.err.count("error: ") == 1
        assert "open files" in found.err
        done = lines(run / "judgements.jsonl") if run.exists() else 0
        again = cli(*command)
        assert again.code == 0, again.err
    assert lines(run / "judgements.jsonl") >= max(100, done)


@pytest.mark.slow
def test_little_memory_is_4_and_the_same_command_goes_on(tmp_path: Path, cli: Cli) -> None:
    run = tmp_path / "run"
    (tmp_path / "greedy.py").write_text(
        "class Model:\n"
        "    def load(self, size=0):\n"
        "        self.held = bytearray(int(size))\n"
        "    def generate(self, messages, audio):\n"
        "        return '(A)'\n",
        encoding="utf-8",
    )
    command = ("evaluate", "python:greedy:Model", "-t", "quickstart_choice", "-L", "2", "-o", run)
    path = f"path={tmp_path}"
    found = limited(resource.RLIMIT_AS, 3 << 30, *command, "-M", f"{path},size={4 << 30}")
    assert found.code == 4 and "MemoryError" in found.err, found
    assert found.err.startswith("error: python:greedy:Model")
    assert cli(*command, "-M", path).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("home", mostly_long(["/nonexistent", "/dev/null", None], ["/nonexistent"]))
def test_no_home_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:  # fmt: skip
    for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    found = run_process(
        *evaluate_arguments("mock:hash", tmp_path / "run"), **({} if home is None else {"HOME": home})
    )  # fmt: skip
    assert found.code == 0, found.err


def test_a_clock_that_was_set_back_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    """Every file of the first half comes from the future."""
    run, whole = tmp_path / "run", tmp_path / "whole"
    assert cli(*evaluate_arguments("mock:hash", whole)).code == 0
    assert cli(*evaluate_arguments("mock:hash", run, "-L", "10")).code == 0
    later = time.time() + 30 * 86_400
    for file in run.iterdir():
        os.utime(file, (later, later))
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    assert cli("status", run).code == 0
    assert timeless(run) == timeless(whole)


def moved(run: Path) -> Path:
    return run.rename(run.with_name("elsewhere"))


def deleted(run: Path) -> None:
    shutil.rmtree(run)


def made_anew(run: Path) -> None:
    shutil.rmtree(run)
    run.mkdir()


@pytest.mark.slow
@pytest.mark.parametrize("harm", mostly_long([moved, deleted, made_anew], [moved]))
def test_a_folder_that_vanishes_during_a_run_is_3_and_never_0(
    tmp_path: Path, harm: Callable[[Path], Path | None]
) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.2,concurrency=2")
    wait_until(lambda: lines(run / "responses.jsonl") >= 4, process)
    there = harm(run)
    code, _, err = finish(process)
    assert code == 3, err
    assert "Traceback" not in err and "responses.jsonl" in err
    if there is not None:  # what was finished is where the folder went
        assert lines(there / "responses.jsonl") >= 4


@pytest.mark.slow
def test_two_writers_after_the_lock_was_deleted_lose_nothing(cli: Cli, tmp_path: Path) -> None:
    """One of them notices and ends with 3; every line stays whole, and the same command completes."""
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.2,concurrency=2")
    wait_until(lambda: lines(run / "responses.jsonl") >= 4, process)
    (run / ".lock").unlink()
    second = launch("mock:hash", run, "-M", "latency=0.2,concurrency=2")
    codes = sorted((finish(process)[0], finish(second)[0]))
    assert codes in ([0, 0], [0, 3], [3, 3]), codes
    assert len({line["id"] for line in jsonl(run / "responses.jsonl")}) >= 4
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    assert len({line["id"] for line in jsonl(run / "responses.jsonl")}) == ITEMS


# --- locks where the file system has none -------------------------------------------------------


@pytest.fixture(params=[errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A file system that refuses ``flock``."""

    def refuse(*_: object) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", refuse)
    return request.param  # type: ignore[no-any-return]


def test_a_file_system_without_locks_has_one_writer_too(no_locks: int, tmp_path: Path) -> None:
    with RunDirectory(tmp_path):
        assert RunDirectory(tmp_path).is_locked()
        with pytest.raises(RunLockedError, match="writing this run directory") as caught:
            RunDirectory(tmp_path).__enter__()
        assert str(os.getpid()) in str(caught.value) and "rm " in str(caught.value)
    assert not RunDirectory(tmp_path).is_locked()
    assert not (tmp_path / ".lock.owner").exists()


def test_a_run_completes_without_locks(no_locks: int, cli: Cli, tmp_path: Path) -> None:
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "run", "-L", "3")).code == 0
    assert cli("score", tmp_path / "run", "--trust-task-code").code == 0


def test_a_stale_owner_of_this_host_holds_nobody_up(no_locks: int, tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    with WriterLock(tmp_path / ".lock", 0):
        owner = tmp_path / ".lock.owner"
        _, host, *_ = owner.read_text(encoding="utf-8").split("\n")
    owner.write_text(f"{dead.pid}\n{host}\n", encoding="utf-8")
    with WriterLock(tmp_path / ".lock", 5):
        assert owner.read_text(encoding="utf-8").startswith(f"{os.getpid()}\n")


def test_an_owner_on_another_host_is_named_and_kept(no_locks: int, tmp_path: Path) -> None:
    owner = tmp_path / ".lock.owner"
    owner.write_text("4711\nnode-17\n", encoding="utf-8")
    with pytest.raises(RunLockedError, match="process 4711 on node-17") as caught:
        RunDirectory(tmp_path).__enter__()
    assert f"rm {owner}" in str(caught.value) and caught.value.exit_code == 4
    assert owner.exists()
    owner.unlink()
    with RunDirectory(tmp_path):
        pass
