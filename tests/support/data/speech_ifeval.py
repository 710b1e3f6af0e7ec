"""A small invented copy of Speech-IFEval on disk, in the official layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tasks.speech_ifeval.layout import PARTS
from tests.support.clips import encoded, speech_like

CLIP = "Automatic_speech_recognition/12-34.flac"
SPOKEN = {
    "audio_filepath": CLIP,
    "textual_audio": "[00:00:00 - 00:00:01] Line\u2028break, you see.(Gender: Female, Emotion: sad)",
    "dataset": "Automatic_speech_recognition",
}
CLOSED = [
    {
        "id": 0,
        **SPOKEN,
        "instruction": "Write down the speech.\nUse capital letters only.",
        "metric": "wer",
        "instruction_id_list": ["change_case:english_capital"],
        "kwargs": [{}],
        "label": "LINE BREAK YOU SEE",
    },
    {
        "id": 1,
        "audio_filepath": "Gender_recognition/gone.wav",
        "textual_audio": "[00:00:00 - 00:00:01] Hm.(Gender: Male, Emotion: neutral)",
        "dataset": "Gender_recognition",
        "instruction": 'Man or woman?\nEnd with "That is all."',
        "metric": "accuracy",
        "instruction_id_list": ["startend:end_checker"],
        "kwargs": [{"end_phrase": "That is all."}],
        "label": "Man",
    },
]
CREATIVE = [
    {
        **SPOKEN,
        "key": f"words-{number}",
        "instruction": "Sum it up in fewer than five words.",
        "metric": "open",
        "instruction_id_list": ["length_constraints:number_words"],
        "kwargs": [{"relation": "less than", "num_words": 5}],
        "id": 934 + number,
    }
    for number in range(2)
]
COT = [{**SPOKEN, "instruction": "Who speaks?\nThink step by step.", "metric": "cot"}] * 2
_WITHOUT = [
    {key: value for key, value in doc.items() if key not in ("instruction_id_list", "kwargs")}
    for doc in CLOSED
]
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    "closed": CLOSED,
    "closed_woprompt": _WITHOUT,
    "creative": CREATIVE,
    "cot": COT,
}


def write_questions(folder: Path) -> None:
    """The four question files."""
    folder.mkdir(parents=True)
    for part, docs in DOCUMENTS.items():
        text = "".join(json.dumps(doc, ensure_ascii=False) + "\n" for doc in docs)
        (folder / PARTS[part].file).write_text(text, encoding="utf-8", newline="")


def write_clips(folder: Path) -> None:
    """The one clip that is there."""
    path = folder / CLIP
    path.parent.mkdir(parents=True)
    path.write_bytes(encoded(speech_like(0.3), form="FLAC"))


def write_copy(root: Path) -> Path:
    """The official layout."""
    write_questions(root / "eval_data")
    write_clips(root / "audios")
    return root
