"""A copy of MMSU: two invented items, in the hub's form, as a saved data set and as JSON lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile


def clip(form: str = "MP3", channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.full((8000, channels), 0.1), 16000, format=form)
    return buffer.getvalue()


ITEMS: list[dict[str, Any]] = [
    {
        "id": "pause_perception_1",
        "task_name": "pause_perception",
        "question": "Where is the pause?",
        "choice_a": None,
        "choice_b": "None",
        "choice_c": None,
        "choice_d": "After “tea”",
        "answer_gt": "None",
        "category": "Perception",
        "sub-category": "Linguistics",
        "sub-sub-category": "Phonology",
        "linguistics_sub_discipline": "None",
    },
    {
        "id": "idiom_reasoning_2",
        "task_name": "idiom_reasoning",
        "question": "What is meant?\u2028Say it.",
        "choice_a": "One",
        "choice_b": "Two",
        "choice_c": "Three",
        "choice_d": "Four",
        "answer_gt": "Three",
        "category": "Reasoning",
        "sub-category": "Linguistics",
        "sub-sub-category": "Phonology",
        "linguistics_sub_discipline": "Semantics",
    },
]


CLIPS = [clip(), clip(channels=2)]


def records() -> list[dict[str, Any]]:
    return [
        {**item, "audio": {"bytes": sound, "path": f"{item['id']}.wav"}}
        for item, sound in zip(ITEMS, CLIPS, strict=True)
    ]


def write_parquet(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (folder / "data").mkdir(parents=True)
    table = pa.Table.from_pylist(records())
    pq.write_table(table, folder / "data" / "train-00000-of-00001.parquet", row_group_size=1)


def write_saved(folder: Path) -> None:
    """What ``Dataset.save_to_disk`` writes: arrow stream shards and their state."""
    import pyarrow as pa

    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(records())
    names = []
    for number in range(2):
        name = f"data-{number:05d}-of-00002.arrow"
        with (
            pa.OSFile(str(folder / name), "wb") as file,
            pa.ipc.new_stream(file, table.schema) as writer,
        ):
            writer.write_table(table.slice(number, 1))
        names.append({"filename": name})
    (folder / "state.json").write_text(json.dumps({"_data_files": names}), encoding="utf-8")
    (folder / "dataset_info.json").write_text("{}", encoding="utf-8")


def write_saved_splits(folder: Path) -> None:
    write_saved(folder / "train")
    (folder / "dataset_dict.json").write_text('{"splits": ["train"]}', encoding="utf-8")


def write_lines(folder: Path) -> None:
    (folder / "audio").mkdir(parents=True)
    lines = []
    for item, sound in zip(ITEMS, CLIPS, strict=True):
        (folder / "audio" / f"{item['id']}.wav").write_bytes(sound)
        stored = {**item, "audio_path": f"C:\\data\\{item['id']}.wav", "response": "A"}
        lines.append(json.dumps(stored, ensure_ascii=False))
    (folder / "items.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
