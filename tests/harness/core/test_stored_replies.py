"""Hazards: line separators inside strings, duplicate ids, absent against null responses, wrong field."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from harness.core.stored_replies import Fields, read_records
from harness.errors import InputFileError
from harness.types import MISSING


def write(path: Path, *lines: object) -> Path:
    path.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8"
    )
    return path


def test_the_forms_of_a_file_are_equal(tmp_path: Path) -> None:
    records = [{"id": "1", "doc": {"a": 1}, "response": "x\u2028y\x85z", "judge_reply": "ok"}]
    lines = write(tmp_path / "a.jsonl", *records)
    array = tmp_path / "a.json"
    array.write_text(json.dumps(records))
    zipped = tmp_path / "a.jsonl.gz"
    zipped.write_bytes(gzip.compress(lines.read_bytes()))
    marked = tmp_path / "bom.jsonl"
    marked.write_bytes(b"\xef\xbb\xbf" + lines.read_bytes())
    for path in (lines, array, zipped, marked):
        (record,) = read_records(path, Fields())
        assert record.response == "x\u2028y\x85z"
        assert record.judge_replies == ("ok",)
        assert record.doc == {"a": 1}


def test_absent_null_and_odd_responses_are_kept_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", {"id": 1, "response": None}, {"id": 2}, {"id": 3, "response": ["x"]}
    )
    assert [record.response for record in read_records(path, Fields())] == [None, MISSING, ["x"]]


def test_ids_are_verbatim_and_may_be_missing(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        {"id": 1, "response": ""},
        {"id": "1", "response": ""},
        {"response": ""},
    )
    assert [record.id for record in read_records(path, Fields())] == [1, "1", None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1, "response": "a"}\n{"id": 2, "respo\n', r"a\.jsonl:2: invalid JSON"),
        (
            '{"id": 1, "response": "a"}\n{"id": 1, "response": "b"}\n',
            r"a\.jsonl:2: the id 1 occurs twice",
        ),
        ('{"id": 1, "response": "a"}\n[1]\n', r"a\.jsonl:2: expected a JSON object"),
        ('[{"id": 1,]', r"a\.jsonl:1: invalid JSON"),
        ('{"id": [1], "response": "a"}', "must be text or an integer"),
        ('{"id": 1, "doc": 5, "response": "a"}', "'doc' must be an object"),
        ('{"id": 1, "response": "a", "judge_reply": 5}', "'judge_reply' must be text"),
        ('{"id": 1, "response": "a", "response": "b"}', "key 'response' stands twice"),
        ('[{"id": 1, "doc": {"q": 1, "q": 2}, "response": "b"}]', "key 'q' stands twice"),
        ("", "no records"),
        ('{"id": 1, "model_output": "a"}', "--response-field model_output"),
    ],
)
def test_bad_files_are_named_with_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(InputFileError, match=message) as caught:
        read_records(path, Fields())
    assert caught.value.exit_code == 2


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "response": "a"}\n{"id": 2, "response": "\xff"}\n')
    with pytest.raises(InputFileError, match=r"a\.jsonl:2: not UTF-8"):
        read_records(path, Fields())


def test_a_key_that_repeats_its_value_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "response": "a", "n": NaN, "n": NaN, "response": "a"}')
    assert read_records(path, Fields())[0].response == "a"


@pytest.mark.parametrize(
    ("encoding", "hint"),
    [
        ("utf-16", "-f UTF-16"),
        ("utf-16-le", "-f UTF-16"),
        ("utf-32", "-f UTF-32"),
        ("latin-1", "-f LATIN1"),
    ],
)
def test_another_encoding_is_named_with_its_cure(tmp_path: Path, encoding: str, hint: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": 1, "response": "caf\u00e9"}\n'.encode(encoding))
    with pytest.raises(InputFileError) as caught:
        read_records(path, Fields())
    assert hint in str(caught.value.hint)


def test_nul_characters_after_a_crash_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "response": "a", "more": "%s"}\n\0\0' % (b"x" * 99))
    with pytest.raises(InputFileError, match=r"a\.jsonl:2: invalid JSON") as caught:
        read_records(path, Fields())
    assert "NUL" in str(caught.value.hint)


def test_other_field_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"key": "k", "item": {"a": 1}, "output": "x"})
    (record,) = read_records(path, Fields(response="output", doc="item", id="key"))
    assert (record.id, record.doc, record.response) == ("k", {"a": 1}, "x")
