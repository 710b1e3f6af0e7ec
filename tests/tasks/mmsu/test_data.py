"""MMSU loading: hub parquet, saved data sets, JSON lines; null choices, MP3 and stereo clips."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AudioError, InputFileError, MissingDataError
from tasks._shared.arrow import SavedCell
from tasks.mmsu import data
from tests.support.data.mmsu import (
    CLIPS,
    ITEMS,
    records,
    write_lines,
    write_parquet,
    write_saved,
    write_saved_splits,
)


@pytest.mark.parametrize("write", [write_parquet, write_saved, write_saved_splits, write_lines])
def test_every_form_gives_the_same_documents(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "copy")
    docs = data.load(folder=tmp_path / "copy", version=1.0)["test"]
    for doc, item, sound in zip(docs, ITEMS, CLIPS, strict=True):
        own = {key: value for key, value in doc.items() if not key.startswith("_")}
        own.pop("audio_path", None)
        assert own == item
        assert doc["_id"] == item["id"]
        ref = data.audio(doc)[0]
        assert ref.read_bytes() == sound
        assert ref.info.format == "MP3"
        assert ref.path == f"{item['id']}.wav"
    assert docs[0]["choice_a"] is None
    assert data.audio(docs[1])[0].info.channels == 2
    assert docs.info.version == "local"
    assert "2 items, 5000 expected" in docs.info.warnings
    assert not any("no choice" in warning for warning in docs.info.warnings)


def test_the_official_library_writes_what_the_loader_reads(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    from datasets.utils import logging

    logging.disable_progress_bar()
    saved = datasets.Dataset.from_list(records())
    saved.save_to_disk(str(tmp_path / "copy"))
    docs = data.load(folder=tmp_path / "copy")["test"]
    assert [doc["choice_b"] for doc in docs] == ["None", "Two"]
    assert [data.audio(doc)[0].read_bytes() for doc in docs] == CLIPS


def test_the_hub_split_is_train_and_its_commit_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    commit = "fedcba9876543210fedcba9876543210fedcba98"
    write_parquet(tmp_path / commit)
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda *_, **__: str(tmp_path / commit)
    )
    docs = data.load()["test"]
    assert (docs.info.source, docs.info.version, len(docs)) == ("ddwang2000/MMSU", commit, 2)


def test_clips_that_a_copy_lacks_and_ids_listed_twice(tmp_path: Path) -> None:
    write_lines(tmp_path)
    (tmp_path / "audio" / "idiom_reasoning_2.wav").unlink()
    with (tmp_path / "items.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps({**ITEMS[0], "answer_gt": "Nothing"}))
    docs = data.load(folder=tmp_path)["test"]
    assert [doc["_id"] for doc in docs] == ["pause_perception_1", "pause_perception_1~2"]
    assert docs.info.absent == ("idiom_reasoning_2",)
    assert docs.info.total == 3
    assert "ids listed more than once: pause_perception_1" in docs.info.warnings
    assert "1 answers that are no choice, first pause_perception_1~2" in docs.info.warnings


def test_an_arrow_clip_is_copied_pickled_and_prefetched_lazily(tmp_path: Path) -> None:
    write_saved(tmp_path / "copy")
    ref = data.audio(data.load(folder=tmp_path / "copy")["test"][1])[0]
    for other in (copy.copy(ref), copy.deepcopy(ref), pickle.loads(pickle.dumps(ref))):
        assert other == ref
        assert hash(other) == hash(ref)
        assert other.read_bytes() == CLIPS[1]
    ready = ref.prefetched(8000)
    assert ready["sampling_rate"] == 8000
    assert (ready.sha256, ready.path) == (ref.sha256, ref.path)


def test_an_arrow_cell_without_bytes_is_an_audio_error(tmp_path: Path) -> None:
    import pyarrow as pa

    table = pa.table({"audio": pa.array([{"bytes": None, "path": "gone.wav"}])})
    with (
        pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file,
        pa.ipc.new_file(file, table.schema) as writer,
    ):
        writer.write_table(table)
    with pytest.raises(AudioError, match="no audio bytes"):
        SavedCell(tmp_path / "a.arrow", 0, "audio").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"items\.jsonl:1: not valid JSON"),
        ("[]", "found list, expected an object"),
        ('{"id": 3}', "'id' is 3"),
        ('{"id": "a", "question": "q", "answer_gt": "x", "choice_b": 4}', "'choice_b' is 4"),
    ],
)
def test_a_malformed_copy_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "items.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        data.load(folder=tmp_path)


def test_broken_saved_data_sets_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no saved data set"):
        data.load(folder=tmp_path)
    (tmp_path / "state.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputFileError, match="not the state of a saved data set"):
        data.load(folder=tmp_path)
    state = {"_data_files": [{"filename": "data.arrow"}]}
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    (tmp_path / "data.arrow").write_bytes(b"no arrow")
    with pytest.raises(InputFileError, match="not a readable arrow file"):
        data.load(folder=tmp_path)
