"""Small invented copies of Dynamic-SUPERB data sets on disk, in every form that the loader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.types import MISSING
from tests.support.clips import encoded, tone, write

Entry = dict[str, Any]

SPEAKERS = "SpeakerVerification_VCTK"
COMMANDS = "SpeechCommandRecognition_GoogleSpeechCommandsV1"
MATCHING = "SpeechTextMatching_LJSpeech"
DIALOGUE = "SentimentAnalysis_SLUE-VoxCeleb"
EVENTS = "HEARSoundEventDetection_DCASE2016Task2"
NBEST = "NBestCorrection_Librispeech-TestOther"
VERIFICATION = "SuperbSV_VoxCeleb1-Test"
SPEECH = "SuperbASR_LibriSpeech-TestClean"
CHINESE = "SuperbOODAsrZh_CommonVoice7-Test"
PHONEMES = "SuperbPR_LibriSpeech-TestClean"
SLOTS = "SuperbSF_AudioSnips-Test"
TRANSLATION = "SuperbST_CoVoST2-Test"
DURATION = "AudioDurationPrediction_NTUML2021"

ASK = "Which word? Choose one of: yes, no, left, right."

ENTRIES: dict[str, list[Entry]] = {
    COMMANDS: [
        {"file": f"{number}.wav", "instruction": ASK, "label": label}
        for number, label in enumerate(["yes", "no", "left", "right", "no"] * 2)
    ],
    SPEAKERS: [
        {"file": f"pair-{number}.wav", "instruction": "Same speaker? Yes or no.", "label": label}
        for number, label in enumerate(["Yes", "No", "Yes"])
    ],
    MATCHING: [
        {
            "file": "lj.wav",  # twice the same name: the row number is the id
            "instruction": "Does the text match? Answer yes or no.",
            "text": "Printing, in the only sense.",
            "label": label,
        }
        for label in ("yes", "no")
    ],
    DIALOGUE: [
        {
            "file": "call.wav",
            "instruction": "Name all dialogue acts.",
            "label": "question_check",
            "label2": "statement_open",
            "label3": None,
            "label4": "unused",
        }
    ],
    EVENTS: [
        {
            "file": "office.wav",
            "instruction": "Which sounds occur?",
            "label": "['cough', 'laughter', 'cough']",
        }
    ],
    NBEST: [
        {"file": f"{number}", "instruction": "1. a cat 2. a cap. Which?", "label": "a cat"}
        for number in range(2)
    ],
    SPEECH: [
        {"file": "a.wav", "instruction": "Write it down.", "label": "a cat sat"},
        {"file": "b.wav", "instruction": "Write it down.", "label": "on the mat"},
    ],
    CHINESE: [{"file": "zh.wav", "instruction": "写下来。", "label": "今天天气很好"}],
    PHONEMES: [{"file": "p.wav", "instruction": "Which phonemes?", "label": "K AE T"}],
    SLOTS: [
        {"file": "s.wav", "instruction": "Fill the slots.", "label": "city: Rome, day: May first"}
    ],
    TRANSLATION: [
        {
            "file": "t.wav",
            "instruction": "Translate into German.",
            "label": "Das Haus am See ist sehr alt.",
        }
    ],
    DURATION: [
        {"file": f"{number}.wav", "instruction": "How long?", "label": str(label)}
        for number, label in enumerate([2, 4, 12])
    ],
}
"""Instance -> items."""

CLIPS = {SPEAKERS: 2}
"""Instance -> clips per item where there are several."""
SILENT = {NBEST}
"""Instances without audio."""


def clip(number: int, position: int = 0) -> bytes:
    """A clip that no other item has."""
    return encoded(tone(0.1, 200 + 40 * number + 500 * position))


def write_metadata(root: Path, instance: str, *, suffix: str = "_pair{}", skip: int = -1) -> Path:
    """A folder with ``metadata.json`` and clips beside it.

    Args:
        root: the copy.
        instance: which data set.
        suffix: ending of further clips, ``{}`` for their number.
        skip: item whose clips are left out.
    """
    folder = root / instance
    folder.mkdir(parents=True)
    content = {}
    for number, entry in enumerate(ENTRIES[instance]):
        stem = f"{instance}_{number}"
        content[f"{stem}.wav"] = entry
        if instance in SILENT or number == skip:
            continue
        for position in range(CLIPS.get(instance, 1)):
            name = stem if position == 0 else f"{stem}{suffix.format(position + 1)}"
            write(folder / f"{name}.wav", tone(0.1, 200 + 40 * number + 500 * position))
    (folder / "metadata.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def table(instance: str, columns: tuple[str, ...] = ("audio", "audio2")) -> Any:
    """The items as an arrow table with audio columns, in the order of ``columns``."""
    import pyarrow as pa

    clips = 0 if instance in SILENT else CLIPS.get(instance, 1)
    rows = [
        {
            **{
                columns[position]: {"bytes": clip(number, position), "path": f"{number}.wav"}
                for position in reversed(range(clips))
            },
            **entry,
        }
        for number, entry in enumerate(ENTRIES[instance])
    ]
    return pa.Table.from_pylist(rows)


def write_parquet(folder: Path, content: Any) -> None:
    """A test split with several row groups, and a train split that must not be read."""
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    pq.write_table(content, folder / "test-00000-of-00001.parquet", row_group_size=2)
    pq.write_table(content.slice(0, 1), folder / "train-00000-of-00001.parquet")


def write_saved(folder: Path, content: Any) -> None:
    """A saved collection of splits."""
    import pyarrow as pa

    (folder / "test").mkdir(parents=True)
    (folder / "dataset_dict.json").write_text('{"splits": ["test"]}')
    with (
        pa.OSFile(str(folder / "test" / "data-00000-of-00001.arrow"), "wb") as sink,
        pa.ipc.new_stream(sink, content.schema) as writer,
    ):
        writer.write_table(content)
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
    (folder / "test" / "state.json").write_text(json.dumps(state))


def write_copy(root: Path) -> Path:
    """Every instance of ``ENTRIES`` with ``metadata.json``."""
    for instance in ENTRIES:
        write_metadata(root, instance)
    return root


def judge(body: Any) -> str:
    """A judge service that looks for the label in the fenced reply."""
    from tests.support.servers.chaos_server import user_text

    text = user_text(body)
    inside = text.rpartition("[BEGIN MODEL OUTPUT")[2]
    label = text.rpartition("Ground Truth Answer: ")[2].partition("\n")[0]
    return f"Compared.\nResult: {'YES' if label in inside else 'NO'}"


REPLIES: list[Any] = [None, MISSING, 3, ["Yes"], {"a": 1}]
