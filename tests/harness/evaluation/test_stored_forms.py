"""Stored documents and files of the wrong form end with a message that names the cure, never with a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


def score(cli: Cli, tmp_path: Path, task: str, content: bytes, *flags: str) -> Any:
    file = tmp_path / "replies.jsonl"
    file.write_bytes(content)
    return cli("score", task, str(file), "-o", str(tmp_path / "out"), *flags)


@pytest.mark.parametrize(
    ("task", "doc", "field"),
    [
        ("quickstart_choice", {"options": ["one", None], "answer": "one"}, "options"),
        ("quickstart_choice", {"options": "one, two", "answer": "one"}, "options"),
        ("quickstart_keyword", {"options": ["one"], "answer": 1}, "answer"),
        ("quickstart_number", {"answer": "7"}, "answer"),
        ("quickstart_number", {"answer": True}, "answer"),
        ("quickstart_transcription", {"text": None}, "text"),
        ("quickstart_instruction", {"instruction_id": "quotation", "kwargs": []}, "kwargs"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(
    cli: Cli, tmp_path: Path, task: str, doc: dict[str, Any], field: str
) -> None:
    line = json.dumps({"id": "a", "doc": doc, "response": "one"})
    done = score(cli, tmp_path, task, line.encode())
    assert done.code == 2
    assert "item a" in done.err
    assert repr(field) in done.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_with_its_cure(cli: Cli, tmp_path: Path, encoding: str) -> None:
    line = json.dumps({"id": "choice_01", "response": "(a) caf\u00e9"}, ensure_ascii=False)
    content = line.encode(encoding)
    if (
        encoding != "utf-16"
    ):  # without a mark, NUL bytes are valid UTF-8: only the marked form is sure
        content = ("\ufeff" + line).encode(encoding)
    done = score(cli, tmp_path, "quickstart_choice", content)
    assert done.code == 2
    assert "iconv -f UTF-16" in done.err


def test_an_unknown_id_is_the_first_thing_said(cli: Cli, tmp_path: Path) -> None:
    line = json.dumps({"id": "choice_01 ", "response": "(a)"})
    done = score(cli, tmp_path, "quickstart_choice", line.encode())
    assert done.code == 2
    assert "the data has no item 'choice_01 '" in done.err
    assert "did you mean 'choice_01'?" in done.err


def test_samples_of_lm_eval_name_their_fields_and_are_read_with_them(
    cli: Cli, tmp_path: Path
) -> None:
    record = {
        "doc_id": 0, "doc": {"options": ["cat", "dog"], "answer": "dog"}, "target": "dog",
        "resps": [["It is a dog."]], "filtered_resps": ["It is a dog."],
    }  # fmt: skip
    content = json.dumps(record).encode()
    done = score(cli, tmp_path, "quickstart_choice", content)
    assert done.code == 2
    assert "--response-field filtered_resps --id-field doc_id" in done.err
    flags = ("--response-field", "filtered_resps", "--id-field", "doc_id")
    assert score(cli, tmp_path, "quickstart_choice", content, *flags).code == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    accuracy = results["tasks"]["quickstart_choice"]["metrics"]["accuracy"]["strict"]
    assert accuracy["value"] == 1
