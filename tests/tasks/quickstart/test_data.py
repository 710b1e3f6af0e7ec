"""Loading: the packaged copy, a partial copy, and copies that are no copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.quickstart import data

ITEM: dict[str, Any] = {
    "kind": "number",
    "id": "n1",
    "text": "two dogs",
    "clip": "clips/n1.opus",
    "sha256": "",
    "question": "How many?",
    "answer": 2,
}


def test_packaged_documents_carry_their_clip_and_parameters() -> None:
    docs = data.load(kind="number", mae_ref=23.75, version=1.0, lalm={}, revision=None)["test"]
    assert len(docs) == docs.info.total == 12
    assert docs.info.absent == ()
    assert docs.info.source == "packaged"
    doc = docs[0]
    assert doc["_id"] == doc["id"] == "number_01"
    assert doc["_params"] == {"kind": "number", "mae_ref": 23.75}
    (clip,) = data.audio(doc)
    assert clip.sha256 == doc["sha256"]
    assert clip.path == "quickstart/clips/number_01.opus"  # no machine path in records
    assert len(clip.decode(16000)) == pytest.approx(16000 * clip.seconds, abs=1)


def test_a_clip_that_a_copy_lacks_is_counted_not_fatal(tmp_path: Path) -> None:
    shutil.copytree(data.PACKAGED / "clips", tmp_path / "clips")
    shutil.copy(data.PACKAGED / "items.jsonl", tmp_path)
    (tmp_path / "clips" / "choice_03.opus").unlink()
    docs = data.load(kind="choice", folder=tmp_path)["test"]
    assert (len(docs), docs.info.total, docs.info.absent) == (11, 12, ("choice_03",))
    assert docs.info.version == "local"
    assert len(data.load(kind="keyword", folder=tmp_path)["test"]) == 12


def test_an_unknown_kind_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="expected one of transcription"):
        data.load(kind="melody")  # type: ignore[arg-type]


def test_a_folder_without_items_says_that_none_is_needed(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="leave --data out"):
        data.load(kind="choice", folder=tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "expected an object, found list"),
        ('{"kind": "melody"}', "kind 'melody'"),
        (json.dumps(ITEM | {"answer": "two"}), "field 'answer' is 'two', expected int"),
        (json.dumps({k: v for k, v in ITEM.items() if k != "text"}), "field 'text' is None"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "items.jsonl").write_text(f"{json.dumps(ITEM)}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputFileError, match=message) as caught:
        data.load(kind="number", folder=tmp_path)
    assert caught.value.where == f"{tmp_path / 'items.jsonl'}:2"


def test_lines_end_at_the_newline_character_only(tmp_path: Path) -> None:
    text = "two\u2028dogs\u0085"
    line = json.dumps(ITEM | {"text": text}, ensure_ascii=False)
    (tmp_path / "items.jsonl").write_text(line, encoding="utf-8")
    assert data.load(kind="number", folder=tmp_path)["test"].info.absent == ("n1",)
