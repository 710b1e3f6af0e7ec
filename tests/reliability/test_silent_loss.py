"""Hazards: items vanish and the run says that all is well; a judge is shown bytes that no record has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import LogLostError, UsageError
from harness.run.attempts import Attempt
from harness.run.directory import RunDirectory
from harness.run.jsonl import AppendLog, LineReader, encode_line
from tests.support.command import CommandResult
from tests.support.runs.live import finish, launch, lines, wait_until
from tests.support.runs.toy import evaluate_arguments, jsonl, results, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 30


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def remove(log: Path) -> None:
    log.unlink()


def empty(log: Path) -> None:
    log.write_bytes(b"")


def move(log: Path) -> None:
    log.rename(log.with_name("moved.jsonl"))


def replace(log: Path) -> None:
    copy = log.with_name("copy")
    shutil.copy(log, copy)
    copy.replace(log)


def add(log: Path) -> None:
    with log.open("ab") as file:
        file.write(b"{}\n")


HARMS = (remove, empty, move, replace, add)


@pytest.mark.parametrize("harm", HARMS)
def test_a_log_that_was_harmed_takes_no_further_line(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    log = AppendLog(tmp_path / "log.jsonl")
    log.append({"a": 1})
    harm(log.path)
    with pytest.raises(LogLostError, match="while the run was under way") as caught:
        log.append({"a": 2})
    assert caught.value.exit_code == 3
    log.close()


@pytest.mark.slow
@pytest.mark.parametrize("harm", [remove, empty])
def test_a_log_harmed_during_a_run_is_3_and_the_same_command_completes(
    cli: Cli, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.2,concurrency=2")
    wait_until(lambda: lines(run / "responses.jsonl") >= 4, process)
    harm(run / "responses.jsonl")
    code, _, err = finish(process)
    assert code == 3, err
    assert "responses.jsonl" in err and "the same command asks again" in err
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    assert results(run)["tasks"]["toy"]["missing"] == 0
    assert len({line["id"] for line in jsonl(run / "responses.jsonl")}) == ITEMS


def test_opening_a_run_cuts_torn_lines_before_any_reader(tmp_path: Path) -> None:
    (tmp_path / "responses.jsonl").write_bytes(encode_line({"a": 1}) + b'{"a": "torn')
    (tmp_path / "judgements.jsonl").write_bytes(b'{"torn')
    with RunDirectory(tmp_path):
        assert (tmp_path / "responses.jsonl").read_bytes() == encode_line({"a": 1})
        assert (tmp_path / "judgements.jsonl").read_bytes() == b""


def test_a_reader_gives_the_bytes_that_are_in_the_file_now(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(encode_line({"a": 1}))
    reader = LineReader(path)
    assert reader.read(0) == {"a": 1}
    path.write_bytes(encode_line({"a": 2}) + encode_line({"long": "x" * 100_000}))
    assert reader.read(0) == {"a": 2}
    assert reader.read(len(encode_line({"a": 2}))) == {"long": "x" * 100_000}
    with path.open("ab") as file:
        file.write(b'{"torn": 1')
    with pytest.raises(UsageError, match="not complete"):
        reader.read(path.stat().st_size - 10)
    reader.close()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    (tmp_path / "log.jsonl").symlink_to(target)
    with pytest.raises(Exception, match="symbolic link"):
        AppendLog(tmp_path / "log.jsonl")
    assert target.read_text(encoding="utf-8") == "mine"


def test_files_with_replies_are_the_users_own(cli: Cli, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert cli(*evaluate_arguments("mock:hash", tmp_path / "run")).code == 0
    finally:
        os.umask(before)
    for name in ("responses.jsonl", "samples.jsonl"):
        assert (tmp_path / "run" / name).stat().st_mode & 0o777 == 0o600


def test_a_clip_replaced_between_two_starts_is_refused_and_named(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert cli(*evaluate_arguments("mock:hash", run, "-L", "3")).code == 0
    before = (run / "responses.jsonl").read_bytes()
    write_tone(tmp_path / "tone.wav", 0.3)
    found = cli(*evaluate_arguments("mock:hash", run, "-L", "3"))
    assert found.code == 2
    assert "item-00000" in found.err and "tone.wav" in found.err and "replaced" in found.err
    assert (run / "responses.jsonl").read_bytes() == before


def test_a_document_at_another_place_is_refused_and_named(tmp_path: Path) -> None:
    from harness.core.adapter import Request
    from harness.core.generation import Generation
    from harness.evaluation.same_item import check_same_item

    request = Request("00" * 32, (), Generation(), item=("toy", "item-7"))
    same = Attempt(0, 7, "00" * 32, "answered")
    check_same_item(tmp_path, same, request, 7)
    with pytest.raises(UsageError, match=r"item-7 was item 7, now it is item 3"):
        check_same_item(tmp_path, same, request, 3)
