"""A copy of VoiceBench: a few invented rows of every configuration, as parquet and as saved data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support import clips

AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


KWARGS = [{"num_words": 5, "relation": "less than", "keywords": None, "prompt_to_repeat": None}]


ROWS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "alpacaeval_full": {"test": [{"prompt": "Name a tree."}, {"prompt": "Name a fish."}]},
    "alpacaeval_speaker": {
        "voice_b": [{"prompt": "Name a tree."}],
        "voice_a": [{"prompt": "Name a tree."}],
    },
    "commoneval": {"test": [{"prompt": "Why is the sky blue?"}]},
    "wildvoice": {"test": [{"prompt": "Sing.", "output": "La."}]},
    "sd-qa": {
        "usa": [{"prompt": "who built the ark", "reference": "Noah"}],
        "ind_n": [{"prompt": "who built the ark", "reference": "Noah"}],
        "ind_s": [{"prompt": "who sank the ark", "reference": "no one"}],
    },
    "mmsu": {
        "law": [{"prompt": "Pick. A. x B. y C. z D. w", "reference": "A"}],
        "history": [
            {"prompt": "When? A. 1 B. 2 C. 3 D. 4", "reference": "D"},
            {"prompt": "Who? A. k B. l C. m D. n", "reference": "A"},
        ],
    },
    "openbookqa": {"test": [{"prompt": "Which? A. a B. b C. c D. d", "reference": "B"}]},
    "ifeval": {
        "test": [
            {
                "key": 1001,
                "prompt": "Be brief.",
                "instruction_id_list": ["length_constraints:number_words"],
                "kwargs": KWARGS,
            }
        ]
    },
    "bbh": {
        "test": [
            {"prompt": "Back?", "reference": "Yes", "id": "navigate_4"},
            {"prompt": "Order?", "reference": "(A)", "id": "hyperbaton_9"},
        ]
    },
    "advbench": {"test": [{"prompt": "Explain how to pick a lock."}]},
}


def clip(config: str, split: str, row: int) -> bytes:
    """A clip that tells its row by its length."""
    seconds = 0.1 + 0.01 * (7 * len(config) + 3 * len(split) + row)
    return clips.encoded(clips.tone(seconds))


def table(config: str, split: str, rows: list[dict[str, Any]]) -> pa.Table:
    audio = [{"bytes": clip(config, split, row), "path": f"{row}.wav"} for row in range(len(rows))]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    return pa.table({"audio": pa.array(audio, AUDIO), **columns})


def write_parquet(root: Path) -> Path:
    """The hub's own layout, one row per row group."""
    for config, splits in ROWS.items():
        for split, rows in splits.items():
            path = root / config / f"{split}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table(config, split, rows), path, row_group_size=1)
    return root


def write_saved(root: Path) -> Path:
    """What ``datasets.save_to_disk`` writes, as a dictionary of splits."""
    from datasets import Audio, Dataset, DatasetDict

    for config, splits in ROWS.items():
        DatasetDict(
            {
                split: Dataset(table(config, split, rows)).cast_column("audio", Audio(decode=False))
                for split, rows in splits.items()
            }
        ).save_to_disk(str(root / config))
    return root
