"""A copy of MMAU: three invented items with the oddities of the official files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

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
