"""Tiny copies of Arabic speech and of speech translation."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.clips import tone, write
from tests.support.data.tiny_parts import ITEMS, Row, parquet


def arabic(root: Path) -> None:
    """The six lists, named as upstream names them, manifests of the other tasks, and their clips."""
    for name in ("sada", "commonvoice", "masc", "mgb2", "casablanca"):
        for kind in ("_clean", "_noisy") if name == "masc" else ("",):
            lines = []
            for number in range(ITEMS):
                clip_name = f"{name}{kind}_{number}.wav"
                write(root / clip_name, tone(0.05, 200 + 20 * number))
                item = {
                    "audio_filepath": f"{{data_folder}}/{clip_name}",
                    "text": f"قلم و ورقة {number}؟",
                }
                lines.append(json.dumps(item) + "\n")
            (root / f"{name}_test{kind}.json").write_text("".join(lines), encoding="utf-8")
    kinds: dict[str, list[str]] = {
        "dialect_id": ["مصرية", "خليجية", "لهجة شامية"],
        "emotion": ["سعيد", "حزين"],
        "summarization": [],
    }
    for task, labels in kinds.items():
        lines = []
        for number in range(ITEMS):
            write(root / task / f"{number}.wav", tone(0.05, 200 + 20 * number))
            entry: Row = {"id": f"{task}-{number}", "audio": f"{number}.wav", "task": task}
            if labels:
                entry |= {"labels": labels, "reference": labels[number % len(labels)]}
                entry["group"] = ("one", "two")[number % 2]
            else:
                entry["reference"] = f"وصل القطار رقم {number} إلى المدينة."
            lines.append(json.dumps(entry, ensure_ascii=False) + "\n")
        (root / task / "manifest.jsonl").write_text("".join(lines), encoding="utf-8")


def speech_translation(root: Path) -> None:
    """Every language and pair, a shard each; two people read one sentence, and one target text is missing."""
    from tasks.speech_translation.source import ENGLISH, FLEURS, PAIRS

    for place, folder in enumerate((ENGLISH, *FLEURS.values())):
        said = [
            {
                "id": 100 + n // 2,
                "path": f"{n}.wav",
                "num_samples": 800 + n,
                "raw_transcription": f"{folder}: {n // 2} mal.",
            }
            for n in range(ITEMS - 2 * (place == 1))
        ]
        parquet(root / folder / "test" / "0000.parquet", said)
    for source, target in PAIRS:
        rows = [
            {
                "id": f"common_voice_{n}",
                "file": f"{n}.mp3",
                "client_id": "c",
                "sentence": f"{source}: the word {n}.",
                "translation": f"{target}: das Wort {n}.",
            }
            for n in range(ITEMS)
        ]
        parquet(root / f"{source}_{target}" / "test-00000-of-00001.parquet", rows)
