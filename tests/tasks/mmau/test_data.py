"""MMAU loading: the question file with its oddities, the parquet form, the hub path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.mmau import data
from tests.support.data.mmau import CLIPS, ITEMS, write_json, write_parquet


def test_the_question_file_with_odd_audio_and_a_missing_clip(tmp_path: Path) -> None:
    write_json(tmp_path)
    docs = data.load(folder=tmp_path, split="test-mini", version=1.0)["test"]
    assert [doc["_id"] for doc in docs] == ["own-mp3", "own-six"]
    assert docs.info.total == 3
    assert docs.info.absent == ("own-gone",)
    assert docs.info.version == "local"
    assert docs.info.warnings == (
        "test-mini: 3 items, 1000 expected",
        "test-mini: 1 answers that are no choice, first own-gone",
    )
    assert docs[0]["category"] == ["Reasoning"]
    first, second = (data.audio(doc)[0] for doc in docs)
    assert (first.path, first.info.format) == ("test-mini-audios/own-mp3.wav", "MP3")
    assert first.info.sampling_rate == 48000
    assert second.info.channels == 6
    assert second.decode(16000).shape == (8000,)


@pytest.mark.parametrize("place", ["MMAU-test-mini/data", "data"])
@pytest.mark.parametrize("plain_bytes", [False, True])
def test_parquet_gives_the_items_of_the_question_file(
    tmp_path: Path, place: str, plain_bytes: bool
) -> None:
    write_parquet(tmp_path / place, plain_bytes=plain_bytes)
    docs = data.load(folder=tmp_path, split="test-mini")["test"]
    for doc, item in zip(docs, ITEMS, strict=True):
        own = {key: value for key, value in doc.items() if not key.startswith("_")}
        assert own == {key: value for key, value in item.items() if key != "audio_id"}
        assert data.audio(doc)[0].read_bytes() == CLIPS[item["id"]]
        assert data.audio(doc)[0].path == f"{item['id']}.wav"


def test_a_mirror_with_choices_as_json_text() -> None:
    row = {"question": "Who?", "choices": '["Man", "Woman"]', "answer": "Man", "id": "m"}
    assert data.official_form(row) == {**row, "choices": ["Man", "Woman"]}


def test_the_test_split_has_no_answers(tmp_path: Path) -> None:
    write_parquet(tmp_path / "MMAU-test", answers=False)
    docs = data.load(folder=tmp_path, split="test")["test"]
    assert len(docs) == 3
    assert all("answer" not in doc for doc in docs)


def test_the_hub_form_is_fetched_and_its_commit_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    commit = "89abcdef0123456789abcdef0123456789abcdef"
    write_parquet(tmp_path / commit / "data")
    asked: list[str] = []

    def download(repo: str, **_: Any) -> str:
        asked.append(repo)
        return str(tmp_path / commit)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    docs = data.load(split="test-mini")["test"]
    assert asked == ["gamma-lab-umd/MMAU-test-mini"]
    assert docs.info.source == f"gamma-lab-umd/MMAU-test-mini@{commit}"
    assert docs.info.version == commit


def test_ids_listed_twice_stay_apart(tmp_path: Path) -> None:
    write_json(tmp_path)
    twice = [ITEMS[0], {**ITEMS[0], "answer": None}]
    (tmp_path / "mmau-test-mini.json").write_text(json.dumps(twice), encoding="utf-8")
    docs = data.load(folder=tmp_path, split="test-mini")["test"]
    assert [doc["_id"] for doc in docs] == ["own-mp3", "own-mp3~2"]
    assert "test-mini: ids listed more than once: own-mp3" in docs.info.warnings


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{", "not valid JSON"),
        ("{}", "found dict, expected a list"),
        ("[7]", "item 0: found int"),
        ('[{"id": "a", "question": "q", "choices": "x"}]', "'choices' is 'x'"),
        ('[{"id": 1, "question": "q", "choices": ["x"]}]', "'id' is 1"),
    ],
)
def test_a_malformed_question_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "mmau-test-mini.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        data.load(folder=tmp_path, split="test-mini")


def test_an_empty_folder_and_an_unknown_split(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"no mmau-test-mini\.json"):
        data.load(folder=tmp_path, split="test-mini")
    with pytest.raises(UsageError, match="split 'mini'"):
        data.load(folder=tmp_path, split="mini")
