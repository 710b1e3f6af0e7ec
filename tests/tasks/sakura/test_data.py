"""SAKURA loading: a copy on disk with its documented oddities, parquet, and the hub path."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.sakura import data
from tests.support.data.sakura import (
    ENTRIES,
    FIELDS,
    wav,
    write_audio,
    write_csv,
    write_json,
    write_parquet,
)


@pytest.mark.parametrize("write", [write_json, write_csv])
@pytest.mark.parametrize("prefix", ["", "data"])
def test_a_copy_with_either_metadata_file_and_a_missing_clip(
    tmp_path: Path, write: Any, prefix: str
) -> None:
    folder = tmp_path / prefix / "Emotion"
    write_audio(folder / "audio")
    write(folder)
    docs = data.load(folder=tmp_path, track="Emotion", hop="single", version=1.0)["test"]
    assert [doc["_id"] for doc in docs] == ["Emotion/happy1.wav#single", "Emotion/sad1.wav#single"]
    assert docs.info.total == 3
    assert docs.info.absent == ("Emotion/gone.wav#single",)
    assert docs.info.version == "local"
    assert docs.info.warnings == ("Emotion: 3 clips listed, 500 expected",)
    first = docs[0]
    assert first["single_answer"] == " (b) happy"
    assert first["_cluster"] == "Emotion/happy1.wav"
    assert first["_params"] == {"track": "Emotion", "hop": "single"}
    assert {key for key in first if not key.startswith("_")} == {"file", *FIELDS}
    clip = data.audio(first)[0]
    assert clip.path == "Emotion/audio/happy1.wav"
    assert (clip.info.format, clip.info.channels) == ("MP3", 2)
    assert data.audio(docs[1])[0].info.channels == 6
    assert data.audio(docs[1])[0].decode().shape == (6400,)


def test_both_hops_share_a_cluster_and_differ_in_id(tmp_path: Path) -> None:
    write_audio(tmp_path / "Emotion" / "audio")
    write_json(tmp_path / "Emotion")
    single = data.load(folder=tmp_path, track="Emotion", hop="single")["test"][1]
    multi = data.load(folder=tmp_path, track="Emotion", hop="multi")["test"][1]
    assert single["_cluster"] == multi["_cluster"]
    assert (single["_id"], multi["_id"]) == ("Emotion/sad1.wav#single", "Emotion/sad1.wav#multi")


def test_extra_fields_are_kept_and_odd_entries_are_warnings(tmp_path: Path) -> None:
    folder = tmp_path / "Gender"
    (folder / "audio").mkdir(parents=True)
    content = {}
    for name in ("x.wav", "y.wav"):
        (folder / "audio" / name).write_bytes(wav())
        content[f"data\\Gender\\audio\\{name}"] = {
            "attribute_label": "robot",
            "gender": "unknown",
            "single_instruction": "Who speaks? (a) Male (b) Female (c) Robot",
            "single_answer": "(e) Nobody",
            "multi_instruction": "Which? (a) Uncle (b) Aunt",
            "multi_answer": "(a) Uncle",
        }
    (folder / "metadata.json").write_text(json.dumps(content), encoding="utf-8")
    docs = data.load(folder=tmp_path, track="Gender", hop="single")["test"]
    assert [doc["file"] for doc in docs] == ["x.wav", "y.wav"]
    assert docs[0]["gender"] == "unknown"
    assert docs.info.warnings == (
        "Gender: 2 clips listed, 500 expected",
        "Gender: unknown labels robot",
        "Gender: 2 questions without 2 options",
        "Gender: 2 answers that are none of their question's options",
    )


def test_a_clip_listed_twice_has_two_ids(tmp_path: Path) -> None:
    folder = tmp_path / "Emotion"
    write_audio(folder / "audio")
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", *FIELDS])
        writer.writerows([["sad1.wav", *ENTRIES["sad1.wav"]]] * 2)
    docs = data.load(folder=tmp_path, track="Emotion", hop="single")["test"]
    assert [doc["_id"] for doc in docs] == ["Emotion/sad1.wav#single", "Emotion/sad1.wav#single~2"]
    assert "Emotion: listed more than once: Emotion/sad1.wav" in docs.info.warnings


@pytest.mark.parametrize("place", ["EmotionQA/data", "Emotion"])
def test_a_downloaded_hub_data_set_has_the_same_documents(tmp_path: Path, place: str) -> None:
    write_parquet(tmp_path / place)
    docs = data.load(folder=tmp_path, track="Emotion", hop="multi")["test"]
    assert [doc["_id"] for doc in docs] == [f"Emotion/{name}#multi" for name in ENTRIES]
    assert {key for key in docs[0] if not key.startswith("_")} == {"file", *FIELDS}
    assert [data.audio(doc)[0].path for doc in docs][2] == "Emotion/audio/gone.wav"
    assert data.audio(docs[0])[0].info.format == "MP3"
    assert data.audio(docs[2])[0].seconds == pytest.approx(0.4)


def test_the_hub_data_set_is_fetched_as_parquet_and_its_commit_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    commit = "0123456789abcdef0123456789abcdef01234567"
    write_parquet(tmp_path / commit / "data")
    asked: list[tuple[str, dict[str, Any]]] = []

    def download(repo: str, **kwargs: Any) -> str:
        asked.append((repo, kwargs))
        return str(tmp_path / commit)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    docs = data.load(track="Emotion", hop="single", revision="v1")["test"]
    assert [doc["file"] for doc in docs] == list(ENTRIES)
    assert (docs.info.source, docs.info.version) == ("SLLM-multi-hop/EmotionQA", commit)
    ((repo, options),) = asked
    assert (repo, options["revision"]) == ("SLLM-multi-hop/EmotionQA", "v1")
    assert "*/test-*.parquet" in options["allow_patterns"]


def test_an_unreachable_hub_says_how_to_use_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    def download(*_: Any, **__: Any) -> str:
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    with pytest.raises(MissingDataError) as caught:
        data.load(track="Animal", hop="single")
    assert "--data sakura=FOLDER" in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.json", '{"a": 1,', "not valid JSON"),
        ("metadata.json", "[1]", "found list"),
        ("metadata.json", '{"a.wav": 3}', "'a.wav' is not an object"),
        (
            "metadata.json",
            '{"a.wav": {"single_answer": null}}',
            "'single_instruction' of Emotion/a",
        ),
        ("metadata.csv", "name,x\na,b\n", "no column 'file'"),
        ("metadata.csv", "file,x\na\n", "number of cells differs"),
    ],
)
def test_malformed_metadata_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    folder = tmp_path / "Emotion"
    folder.mkdir()
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        data.load(folder=tmp_path, track="Emotion", hop="single")


def test_parquet_that_is_not_parquet_or_has_no_audio(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path / "AnimalQA"
    folder.mkdir()
    (folder / "test-0.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputFileError, match="not a readable parquet file"):
        data.load(folder=tmp_path, track="Animal", hop="single")
    pq.write_table(pa.table({"file": ["a.wav"]}), folder / "test-0.parquet")
    with pytest.raises(InputFileError, match="no audio column"):
        data.load(folder=tmp_path, track="Animal", hop="single")


def test_a_folder_without_the_track_and_an_unknown_track(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no Animal track"):
        data.load(folder=tmp_path, track="Animal", hop="single")
    with pytest.raises(UsageError, match="track 'Plant'"):
        data.load(folder=tmp_path, track="Plant", hop="single")
