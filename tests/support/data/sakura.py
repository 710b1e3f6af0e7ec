"""A copy of one SAKURA track: three invented clips, one of them absent, in every form that the loader takes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

FIELDS = (
    "attribute_label",
    "single_instruction",
    "single_answer",
    "multi_instruction",
    "multi_answer",
)


ENTRIES = {
    "happy1.wav": (
        "happy",
        "How does the voice sound? (a) sad (b) happy (c) fear (d) angry",
        " (b) happy",
        "What fits the mood? (a) A funeral (b) A party (c) A storm (d) An exam",
        "(b) A party",
    ),
    "sad1.wav": (
        "sad",
        "Name the feeling. (a) sad (b) happy (c) fear (d) angry",
        "(a) sad",
        "What, “now”, would help? (a) A hug (b) A joke (c) A map (d) A race",
        "(a) A hug",
    ),
    "gone.wav": (
        "fear",
        "Name the feeling. (a) sad (b) happy (c) fear (d) angry",
        "(c) fear",
        "What would help? (a) A hug (b) A joke (c) A light (d) A race",
        "(c) A light",
    ),
}


def wav(seconds: float = 0.4, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    samples = np.sin(np.linspace(0, 300, int(16000 * seconds)))[:, None].repeat(channels, axis=1)
    soundfile.write(buffer, samples * 0.3, 16000, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def mp3() -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((8000, 2)), 16000, format="MP3")
    return buffer.getvalue()


def write_audio(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "happy1.wav").write_bytes(mp3())
    (folder / "sad1.wav").write_bytes(wav(channels=6))


def write_json(folder: Path) -> None:
    content = {
        f"data/Emotion/audio/{name}": dict(zip(FIELDS, values, strict=True))
        for name, values in ENTRIES.items()
    }
    (folder / "metadata.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=4), encoding="utf-8"
    )


def write_csv(folder: Path) -> None:
    with (folder / "metadata.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", *FIELDS])
        writer.writerows([name, *values] for name, values in ENTRIES.items())


def write_parquet(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    records: list[dict[str, Any]] = [
        {
            "audio": {"bytes": mp3() if name == "happy1.wav" else wav(), "path": name},
            "file": name,
            **dict(zip(FIELDS, values, strict=True)),
        }
        for name, values in ENTRIES.items()
    ]
    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(records)
    pq.write_table(table, folder / "test-00000-of-00001.parquet", row_group_size=2)
    pq.write_table(table.slice(0, 1), folder / "train-00000-of-00001.parquet")
