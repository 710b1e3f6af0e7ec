"""Stored replies: every form of file, and every way it can be malformed."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.core.stored_replies import read_response_file
from harness.errors import InputFileError, UnknownNameError, UsageError
from harness.types import Request, Response
from model_adapters.replay import ReplayAdapter


def ask(adapter: ReplayAdapter, item_id: str, task: str = "t", repeat: int = 0) -> Response:
    (response,) = adapter.generate_batch([Request("key", (), repeat=repeat, item=(task, item_id))])
    return response


def replay(path: Path, **arguments: Any) -> ReplayAdapter:
    adapter = ReplayAdapter(str(path), **arguments)
    adapter.open()
    return adapter


def lines(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


RECORDS = [
    {"id": "a", "doc": {"q": 1}, "response": "yes\u2028indeed\x85", "judge_reply": "Result: YES"},
    {"id": 7, "doc": {"q": 2}, "response": None},
]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("form", ["jsonl", "array", "bom", "no final newline"])
def test_every_form_of_file(tmp_path: Path, form: str, zipped: bool) -> None:
    """U+2028 and U+0085 inside a reply are no line ends; compression is told by content."""
    text = {
        "jsonl": lines(*RECORDS),
        "array": json.dumps(RECORDS, indent=1),
        "bom": "\ufeff" + lines(*RECORDS),
        "no final newline": lines(*RECORDS).removesuffix("\n"),
    }[form]
    data = gzip.compress(text.encode()) if zipped else text.encode()
    path = tmp_path / "replies.dat"
    path.write_bytes(data)
    adapter = ReplayAdapter(str(path))
    info = adapter.open()
    assert info.fingerprint == hashlib.sha256(data).hexdigest()
    first = ask(adapter, "a")
    assert first.text == "yes\u2028indeed\x85"
    assert first.extra == {"judge_reply": "Result: YES"}
    null = ask(adapter, "7")
    assert null.text is None
    assert null.error is None


def test_missing_id_is_a_lasting_error_value(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(lines(*RECORDS))
    error = ask(replay(path), "zzz").error
    assert error is not None
    assert (error.kind, error.retryable) == ("missing_response", False)
    assert "'zzz'" in error.message


def test_field_names_can_be_changed_and_change_the_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(lines({"uid": "a", "model_output": "yes", "response": "no"}))
    adapter = ReplayAdapter(str(path), id_field="uid", response_field="model_output")
    renamed = adapter.open().fingerprint
    assert ask(adapter, "a").text == "yes"
    assert renamed != ReplayAdapter(str(path), id_field="uid").open().fingerprint


def test_wrong_response_field_names_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(lines({"id": "a", "respons": "yes"}))
    with pytest.raises(UnknownNameError) as caught:
        replay(path)
    assert "did you mean: respons?" in str(caught.value)
    assert "-M response_field=NAME" in str(caught.value)


def test_reply_that_is_no_text_or_absent_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(lines({"id": "a", "response": ["x"]}, {"id": "b"}, {"id": "c", "response": ""}))
    adapter = replay(path)
    kinds = [(ask(adapter, i).error or None) for i in "abc"]
    assert [error.kind if error else None for error in kinds] == [
        "not_text",
        "missing_response",
        None,
    ]
    assert ask(adapter, "c").text == ""


# --- run directories -------------------------------------------------------------------------


def log_line(
    task: str, item_id: str, response: str | None, repeat: int = 0, **more: Any
) -> dict[str, Any]:
    line = {"task": task, "id": item_id, "repeat": repeat, "outcome": "answered"}
    return {**line, "response": response, "error": None, "finish": "stop", **more}


def test_run_directory_last_line_wins_and_a_torn_line_is_no_reply(tmp_path: Path) -> None:
    failed = {"kind": "timeout", "retryable": True, "message": "too slow"}
    content = lines(
        log_line("t", "a", None, outcome="error", error=failed),
        log_line("t", "a", "second try", reasoning="hm", usage={"n": 3}, finish="length"),
        log_line("t", "a", "repeat one", repeat=1),
        log_line("t", "b", None, outcome="error", error=failed),
        log_line("other", "a", "another task"),
    )
    (tmp_path / "responses.jsonl").write_text(content + '{"task": "t", "id": "c", "resp')
    adapter = replay(tmp_path)
    reply = ask(adapter, "a")
    assert (reply.text, reply.reasoning, reply.finish) == ("second try", "hm", "length")
    assert reply.usage == {"n": 3}
    assert ask(adapter, "a", repeat=1).text == "repeat one"
    assert ask(adapter, "a", task="other").text == "another task"
    error = ask(adapter, "b").error
    assert error is not None
    assert (error.kind, error.retryable, error.message) == ("timeout", False, "too slow")
    for absent in (ask(adapter, "c"), ask(adapter, "a", repeat=2), ask(adapter, "a", task="third")):
        assert absent.error is not None
        assert absent.error.kind == "missing_response"


def test_a_run_of_one_task_never_answers_another(tmp_path: Path) -> None:
    """Ids repeat across tasks; a reply of another task is worse than none."""
    (tmp_path / "responses.jsonl").write_text(lines(log_line("single", "clip1", "dog")))
    assert ask(replay(tmp_path), "clip1", task="multi").error is not None


def test_task_field_of_a_bare_record_is_not_our_task_id(tmp_path: Path) -> None:
    """A record may be the benchmark's own document, with a field called task."""
    path = tmp_path / "r.jsonl"
    path.write_text(lines({"id": "a", "task": "sound", "response": "dog"}))
    assert ask(replay(path), "a", task="mmau_test_mini").text == "dog"


def test_one_file_for_several_tasks(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(
        lines(
            {"id": "a", "task": "one", "response": "1"},
            {"id": "a", "task": "two", "response": "2"},
        )
    )
    adapter = replay(path)
    assert [ask(adapter, "a", task=task).text for task in ("one", "two")] == ["1", "2"]
    assert ask(adapter, "a", task="three").error is not None


# --- malformed files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "where", "message"),
    [
        ('{"id": "a", "response": "x"}\n{"id": "b", \n', ":2", "invalid JSON"),
        ('[{"id": "a",\n "response": }]', ":2", "invalid JSON"),
        ('{"id": "a", "response": "x"}\n[1]\n', ":2", "expected a JSON object, found list"),
        ('[{"id": "a", "response": "x"}, 5]', ", record 2", "expected a JSON object, found int"),
        ('{"id": "a", "response": "x"}\n{"response": "y"}\n', ":2", "no such field"),
        ('{"id": null, "response": "x"}\n', ":1", "found None"),
        ('{"id": "a", "response": "x"}\n\n{"id": "a", "response": "y"}', ":3", "already used"),
        ('{"id": 1, "response": "x"}\n{"id": "1", "response": "y"}', ":2", "already used"),
        ("", "", "no records"),
        ("[]", "", "no records"),
    ],
)
def test_malformed_file_names_the_line(
    tmp_path: Path, content: str, where: str, message: str
) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(InputFileError) as caught:
        replay(path)
    assert caught.value.where == f"{path}{where}"
    assert message in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"id": "a", "response": "\xff"}\n', "not UTF-8"),
        (b'[{"id": "a", "response": "\xff"}]', "not UTF-8"),
        (gzip.compress(b'{"id": "a"}' * 99, mtime=0)[:40], "damaged gzip"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
    ],
)
def test_damaged_bytes(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputFileError, match=message):
        replay(path)


def test_torn_line_is_forgiven_in_a_run_log_only(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('{"id": "a", "response": "x"}\n{"id": "b", "resp')
    with pytest.raises(InputFileError):
        read_response_file(path)
    log = tmp_path / "responses.jsonl"
    log.write_text('{"id": "b", "resp\n{"id": "a", "response": "x"}\n')
    with pytest.raises(InputFileError, match="invalid JSON"):
        read_response_file(log)


def test_missing_file_and_run_directory_without_a_log(tmp_path: Path) -> None:
    for target in (tmp_path / "absent.jsonl", tmp_path):
        with pytest.raises(UsageError, match="no such responses file"):
            replay(target)


def test_forgetting_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(lines(*RECORDS))
    adapter = replay(path)
    adapter.close()
    adapter.close()
    assert ask(adapter, "a").error is not None
