"""Hazards: a torn last line, a full disk, odd characters in strings, a damaged log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import InputFileError, StorageError
from harness.run.jsonl import AppendLog, LineReader, encode_line, read_lines, write_atomically


def test_appended_lines_come_back(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    records = [{"a": 1}, {"text": "ü\u2028\x85\n"}, {"surrogate": "\ud800"}]
    with AppendLog(path) as log:
        for record in records:
            log.append(record)
    assert [record for _, record in read_lines(path)] == records


@pytest.mark.parametrize("keep", range(1, 12))
def test_a_torn_line_is_ignored_when_read_and_cut_when_opened(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "log.jsonl"
    torn = encode_line({"torn": True})[:keep]
    path.write_bytes(encode_line({"whole": 1}) + torn)
    assert [record for _, record in read_lines(path)] == [{"whole": 1}]
    with AppendLog(path) as log:
        assert log.cut_bytes == keep
        log.append({"next": 2})
    assert [record for _, record in read_lines(path)] == [{"whole": 1}, {"next": 2}]


def test_a_torn_line_longer_than_a_block_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(encode_line({"whole": 1}) + b'{"x": "' + b"y" * 200_000)
    AppendLog(path).close()
    assert path.read_bytes() == encode_line({"whole": 1})


def test_a_log_of_one_torn_line_becomes_empty(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"half')
    AppendLog(path).close()
    assert path.read_bytes() == b""


def test_a_damaged_line_inside_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a": 1}\nnot json\n{"b": 2}\n')
    with pytest.raises(InputFileError, match=r"log\.jsonl:2"):
        list(read_lines(path))


def test_a_device_that_is_full_is_a_storage_error() -> None:
    with pytest.raises(StorageError) as caught, AppendLog(Path("/dev/full")) as log:
        log.append({"a": 1})
    assert caught.value.exit_code == 4
    assert "space" in str(caught.value)


def test_random_access(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with AppendLog(path) as log:
        for number in range(5):
            log.append({"number": number, "text": "é" * number})
    reader = LineReader(path)
    offsets = {record["number"]: offset for offset, record in read_lines(path)}
    assert [reader.read(offsets[number])["number"] for number in (3, 0, 4)] == [3, 0, 4]
    reader.close()


def test_atomic_replacement_keeps_the_old_file_on_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_atomically(path, [b"old"])

    def broken() -> object:
        yield b"new"
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_atomically(path, broken())  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"


def test_lines_are_json() -> None:
    assert json.loads(encode_line({"a": "\u2028"})) == {"a": "\u2028"}
    assert encode_line({"a": "x"}).count(b"\n") == 1


def test_a_line_whose_task_is_no_text_is_read_and_not_passed_over(tmp_path: Path) -> None:
    """A number names no other task: the line is damaged, and whoever reads one task must hear of it."""
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"task": "other", "n": 1}\n{"task": 1e+308, "n": 2}\n{"task": "mine", "n": 3}\n'
    )
    assert [record["n"] for _, record in read_lines(log, without=["other"])] == [2, 3]


@pytest.mark.parametrize("name", ["other", "söme", "a\x1b[2K", "\ud800"])
def test_lines_of_a_task_that_another_reader_takes_are_passed_over_unread(
    tmp_path: Path, name: str
) -> None:
    log = tmp_path / "log.jsonl"
    whole = [encode_line({"task": name, "n": 1}), encode_line({"task": "mine", "n": 2})]
    log.write_bytes(whole[0][:-3] + b"broken\n" + whole[1])
    assert [(record["n"], offset) for offset, record in read_lines(log, without=[name])] == [
        (2, len(whole[0]) + 4)
    ]
    with pytest.raises(InputFileError, match=r"log\.jsonl:1"):
        list(read_lines(log, without=["no other task"]))
