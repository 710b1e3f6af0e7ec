"""VoiceBench loading: parquet of the documented schema, saved data sets, the hub path, and a run."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.audio import AudioRef
from harness.core.keys import item_keys
from harness.errors import AudioError, InputFileError, MissingDataError, UsageError
from tasks.voicebench import data, layout
from tests.support import clips
from tests.support.data.voicebench import AUDIO, ROWS, clip, table, write_parquet, write_saved

WRITERS = pytest.mark.parametrize("write", [write_parquet, write_saved])


def params(config: str) -> dict[str, str]:
    return {"config": config, **({"split": "usa"} if config == "sd-qa" else {})}


@WRITERS
@pytest.mark.parametrize("config", list(ROWS))
def test_a_copy_gives_the_rows_verbatim_with_their_audio(
    config: str, write: Callable[[Path], Path], tmp_path: Path
) -> None:
    docs = data.load(folder=write(tmp_path), **params(config))["test"]
    splits = ROWS[config] if config != "sd-qa" else {"usa": ROWS[config]["usa"]}
    want = [
        (split, number, row) for split, rows in splits.items() for number, row in enumerate(rows)
    ]
    order = list(layout.CONFIGS[config].splits) or sorted(splits)
    want.sort(key=lambda entry: (order.index(entry[0]), entry[1]))
    assert len(docs) == len(want)
    assert docs.info.total == len(want) + (3074 - 51 - 104 if config == "mmsu" else 0)
    for doc, (split, number, row) in zip(docs, want, strict=True):
        assert {key: doc[key] for key in row} == row
        assert doc["_params"] == params(config)
        (audio,) = data.audio(doc)
        assert audio.read_bytes() == clip(config, split, number)
        assert audio.path == f"{config}/{split}-{number:05d}"
    assert len({doc["_id"] for doc in docs}) == len(docs)
    assert docs.info.version == "local"


@WRITERS
def test_pooled_tasks_name_their_parts(write: Callable[[Path], Path], tmp_path: Path) -> None:
    write(tmp_path)
    mmsu = data.load(folder=tmp_path, config="mmsu")["test"]
    assert [doc["domain"] for doc in mmsu] == ["law", "history", "history"]
    assert [doc["_id"] for doc in mmsu] == ["law-00000", "history-00000", "history-00001"]
    voices = data.load(folder=tmp_path, config="alpacaeval_speaker")["test"]
    assert [doc["voice"] for doc in voices] == ["voice_a", "voice_b"]
    assert {doc["_cluster"] for doc in voices} == {"Name a tree."}
    bbh = data.load(folder=tmp_path, config="bbh")["test"]
    assert [doc["subtask"] for doc in bbh] == ["navigate", "hyperbaton"]
    assert [doc["_id"] for doc in bbh] == ["navigate_4", "hyperbaton_9"]
    ifeval = data.load(folder=tmp_path, config="ifeval")["test"]
    assert ifeval[0]["_id"] == "1001"


def test_both_layouts_give_the_same_item_keys(tmp_path: Path) -> None:
    write_parquet(tmp_path / "parquet")
    write_saved(tmp_path / "saved")
    for config in ROWS:
        fields = layout.CONFIGS[config].fields
        keys = [
            item_keys("t", data.load(folder=tmp_path / form, **params(config))["test"], fields)
            for form in ("parquet", "saved")
        ]
        assert keys[0] == keys[1], config


def test_accents_with_a_common_stem_are_told_apart(tmp_path: Path) -> None:
    write_parquet(tmp_path)
    south = data.load(folder=tmp_path, config="sd-qa", split="ind_s")["test"]
    assert [doc["reference"] for doc in south] == ["no one"]
    assert south[0]["_params"] == {"config": "sd-qa", "split": "ind_s"}


def test_a_missing_accent_is_never_replaced_by_another(tmp_path: Path) -> None:
    write_parquet(tmp_path)
    with pytest.raises(MissingDataError, match="no split 'kenya': found ind_n, ind_s, usa"):
        data.load(folder=tmp_path, config="sd-qa", split="kenya")


def test_counts_and_unknown_splits_are_warnings(tmp_path: Path) -> None:
    write_parquet(tmp_path)
    extra = tmp_path / "advbench" / "train.parquet"
    pq.write_table(table("advbench", "train", [{"prompt": "Hm."}]), extra)
    docs = data.load(folder=tmp_path, config="advbench")["test"]
    assert [doc["prompt"] for doc in docs] == ["Explain how to pick a lock."]
    assert docs.info.warnings == (
        "advbench, test: 1 items, 520 expected",
        "advbench: unknown splits left out: train",
    )
    mmsu = data.load(folder=tmp_path, config="mmsu")["test"].info.warnings
    assert "mmsu, physics: 0 items, 383 expected" in mmsu


def test_repeated_ids_are_told_apart_and_named(tmp_path: Path) -> None:
    (tmp_path / "bbh").mkdir()
    rows = [ROWS["bbh"]["test"][0]] * 2
    pq.write_table(table("bbh", "test", rows), tmp_path / "bbh" / "test.parquet")
    docs = data.load(folder=tmp_path, config="bbh")["test"]
    assert [doc["_id"] for doc in docs] == ["navigate_4", "navigate_4~2"]
    assert docs.info.warnings[-1] == "bbh: ids used more than once: navigate_4"


@pytest.mark.parametrize(
    "name",
    [
        "test.parquet",
        "test-00000-of-00001-0a1b2c3d4e5f6789.parquet",
        "test_0.parquet",
        "test/0000.parquet",
    ],
)
@pytest.mark.parametrize("below", ["advbench", "data/advbench"])
def test_file_names_in_use(name: str, below: str, tmp_path: Path) -> None:
    path = tmp_path / below / name
    path.parent.mkdir(parents=True)
    pq.write_table(table("advbench", "test", ROWS["advbench"]["test"]), path)
    assert len(data.load(folder=tmp_path, config="advbench")["test"]) == 1


def test_shards_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "mmsu").mkdir()
    for shard, row in enumerate(ROWS["mmsu"]["history"]):
        path = tmp_path / "mmsu" / f"history-{shard:05d}-of-00002.parquet"
        pq.write_table(table("mmsu", "history", [row]), path)
    docs = data.load(folder=tmp_path, config="mmsu")["test"]
    assert [doc["_id"] for doc in docs] == ["history-00000", "history-00001"]
    assert [doc["reference"] for doc in docs] == ["D", "A"]


def test_a_folder_with_one_saved_configuration_is_recognised_by_its_description(
    tmp_path: Path,
) -> None:
    write_saved(tmp_path / "all")
    saved = tmp_path / "all" / "advbench"
    description = saved / "test" / "dataset_info.json"
    content = json.loads(description.read_text(encoding="utf-8"))
    description.write_text(json.dumps({**content, "config_name": "advbench"}), encoding="utf-8")
    assert len(data.load(folder=saved, config="advbench")["test"]) == 1
    with pytest.raises(MissingDataError, match="no commoneval configuration"):
        data.load(folder=saved, config="commoneval")


def test_a_single_saved_split(tmp_path: Path) -> None:
    from datasets import Audio, Dataset

    rows = ROWS["advbench"]["test"]
    saved = Dataset(table("advbench", "test", rows)).cast_column("audio", Audio(decode=False))
    saved.save_to_disk(str(tmp_path / "advbench"))
    assert len(data.load(folder=tmp_path, config="advbench")["test"]) == 1


def test_saved_clips_are_lazy_copyable_and_decodable(tmp_path: Path) -> None:
    write_saved(tmp_path)
    (audio,) = data.load(folder=tmp_path, config="commoneval")["test"][0]["_audio"]
    assert isinstance(audio, AudioRef)
    for twin in (copy.copy(audio), copy.deepcopy(audio), pickle.loads(pickle.dumps(audio))):
        assert twin == audio and hash(twin) == hash(audio)
        assert twin.sha256 == audio.sha256
    ready = audio.prefetched(8000)
    assert len(ready.decode(8000)) == round(8000 * audio.seconds)
    assert ready.sha256 == audio.sha256 and ready.path == audio.path


def test_saved_rows_need_no_file_beside_them(tmp_path: Path) -> None:
    from datasets import Audio, Dataset

    named = clips.write(tmp_path / "clip.wav", clips.tone(0.2))
    content = named.read_bytes()
    audio = pa.array([None, {"bytes": None, "path": str(named)}], AUDIO)
    rows = Dataset(pa.table({"audio": audio, "prompt": ["a", "b"]}))
    rows.cast_column("audio", Audio(decode=False)).save_to_disk(str(tmp_path / "advbench"))
    named.unlink()
    docs = data.load(folder=tmp_path, config="advbench")["test"]
    with pytest.raises(AudioError, match="no audio bytes"):
        docs[0]["_audio"][0].read_bytes()
    assert docs[1]["_audio"][0].read_bytes() == content


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"config": "mtbench"}, "mtbench"), ({"config": "sd-qa", "split": "moon"}, "moon")],
)
def test_unknown_names_are_usage_errors(fields: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        data.load(folder="nowhere", **fields)


def test_an_empty_folder_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="bbh/<split>"):
        data.load(folder=tmp_path, config="bbh")


def test_a_row_without_a_needed_field_is_named(tmp_path: Path) -> None:
    (tmp_path / "bbh").mkdir()
    row = {"prompt": "x", "reference": None, "id": "navigate_1"}
    pq.write_table(table("bbh", "test", [row]), tmp_path / "bbh" / "test.parquet")
    with pytest.raises(InputFileError, match="row 0 of split test has no 'reference'"):
        data.load(folder=tmp_path, config="bbh")


def test_damaged_files_are_input_errors(tmp_path: Path) -> None:
    (tmp_path / "bbh").mkdir()
    (tmp_path / "bbh" / "test.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputFileError, match="parquet"):
        data.load(folder=tmp_path, config="bbh")
    (tmp_path / "advbench").mkdir()
    (tmp_path / "advbench" / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputFileError, match="JSON"):
        data.load(folder=tmp_path, config="advbench")
    (tmp_path / "advbench" / "state.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputFileError, match="saved data set"):
        data.load(folder=tmp_path, config="advbench")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hub cache that already holds the data set at one commit."""
    import huggingface_hub

    commit = "c0ffee" * 6 + "beef"
    folder = write_parquet(tmp_path / "snapshots" / commit)

    def snapshot_download(repo: str, **options: Any) -> str:
        assert repo == data.HUB_REPO
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return commit


@pytest.mark.parametrize("config", list(ROWS))
def test_the_hub_gives_what_a_copy_gives(config: str, hub: str, tmp_path: Path) -> None:
    found = data.load(**params(config))["test"]
    copied = data.load(folder=tmp_path / "snapshots" / hub, **params(config))["test"]
    assert list(found) == list(copied)
    assert (found.info.source, found.info.version) == (data.HUB_REPO, hub)
