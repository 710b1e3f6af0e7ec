"""MMAU loading: the question file with its oddities, the parquet form, the hub path."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.mmau import data

ITEMS: list[dict[str, Any]] = [
    {
        "id": "own-mp3",
        "audio_id": "./test-mini-audios/own-mp3.wav",
        "question": "Who speaks?",
        "choices": ["Man", "Woman"],
        "answer": "Woman",
        "dataset": "own",
        "task": "speech",
        "split": "test-mini",
        "category": ["Reasoning"],
        "sub-category": "Counting",
        "difficulty": "easy",
    },
    {
        "id": "own-six",
        "audio_id": ".\\test-mini-audios\\own-six.wav",
        "question": "What plays?",
        "choices": ["Oboe", "(A) flat horn", "Drum", "Oboe", "Lute"],
        "answer": "(A) flat horn",
        "dataset": "own",
        "task": "music",
        "split": "test-mini",
        "category": "Information Extraction",
        "sub-category": "Instrumentation",
        "difficulty": "hard",
    },
    {
        "id": "own-gone",
        "audio_id": "./test-mini-audios/own-gone.wav",
        "question": "What rings?",
        "choices": ["A bell", "A phone", "A gong", "A clock"],
        "answer": "A siren",
        "dataset": "own",
        "task": "sound",
        "split": "test-mini",
        "category": "Reasoning",
        "sub-category": "Counting",
        "difficulty": "medium",
    },
]


def clip(form: str = "WAV", channels: int = 1, rate: int = 16000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.full((rate // 2, channels), 0.1), rate, format=form)
    return buffer.getvalue()


CLIPS = {"own-mp3": clip("MP3", 2, 48000), "own-six": clip(channels=6), "own-gone": clip()}


def write_json(root: Path) -> None:
    (root / "test-mini-audios").mkdir(parents=True)
    for name in ("own-mp3", "own-six"):
        (root / "test-mini-audios" / f"{name}.wav").write_bytes(CLIPS[name])
    (root / "mmau-test-mini.json").write_text(json.dumps(ITEMS, indent=4), encoding="utf-8")


def parquet_row(item: dict[str, Any], *, answers: bool = True) -> dict[str, Any]:
    lettered = [f"({chr(65 + index)}) {text}" for index, text in enumerate(item["choices"])]
    answer = next((text for text in lettered if text[4:] == item["answer"]), item["answer"])
    kept = ("id", "dataset", "task", "split", "category", "sub-category", "difficulty")
    return {
        "context": {"bytes": CLIPS[item["id"]], "path": None},
        "instruction": item["question"],
        "choices": lettered,
        "answer": answer if answers else None,
        "other_attributes": json.dumps({key: item[key] for key in kept}),
    }


def write_parquet(folder: Path, *, answers: bool = True, plain_bytes: bool = False) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    records = [parquet_row(item, answers=answers) for item in ITEMS]
    if plain_bytes:
        records = [{**record, "context": record["context"]["bytes"]} for record in records]
    pq.write_table(
        pa.Table.from_pylist(records), folder / "test-00000-of-00001.parquet", row_group_size=2
    )


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
