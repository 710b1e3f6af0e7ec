"""Names as tables show them: headings in sentence form (``transcription wer`` becomes ``Transcription WER``), models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

_SPELLED: Final = """
    ASR AQA AC AR BBH BLEU CER EE EIE ER F1 IC IP ISC LLaSO MAE MMAU MMSU OBQA PER PP PR PSSL PSWL SCR SD-QA SGC SSD SV VC
    VSC WER CoT SAKURA IFEval IFrate AlpacaEval CommonEval WildVoice AdvBench VoiceBench Dynamic-SUPERB
"""
_WORDS: Final = {word.lower(): word for word in _SPELLED.split()}
_PHRASES: Final = {
    "acc": "accuracy",
    "avg": "average",
    "gpt1-5": "judge (1 to 5)",
    "instr": "instruction",
    "per": "PER",
    "phase1": "phase 1",
    "phase2": "phase 2",
    "speech48": "without audio",
    "llaso eval": "LLaSO-Eval",
    "dynamic superb": "Dynamic-SUPERB",
    "speech ifeval": "Speech-IFEval",
    "sd qa": "SD-QA",
    "avg per": "average perception",
    "avg rea": "average reasoning",
    "avg all": "average",
    "right order": "(right order)",
    "ifrate": "IFrate",
    "if rate": "IF rate",
    "overall7": "overall of 7",
    "overall6": "overall of 6",
    "mean abstention pct 19 closed sets": "abstention, mean of 19 closed sets",
}
_FIRST: Final = {"per": "perception", "rea": "reasoning"}


def model_label(entry: Mapping[str, Any]) -> str:
    """Return the spec of a manifest's model; of stored replies only the file's name or how many files, as on any machine.

    >>> model_label({"adapter": "file", "spec": "file:/data/replies.jsonl"})
    'file:replies.jsonl'
    >>> model_label({"adapter": "file", "spec": "file:a.jsonl, b.jsonl"})
    'stored replies, 2 files'
    """
    spec = str(entry.get("spec", ""))
    if entry.get("adapter") != "file":
        return spec
    files = spec.removeprefix("file:").split(", ")
    return (
        f"file:{PurePath(files[0]).name}"
        if len(files) == 1
        else f"stored replies, {len(files)} files"
    )


def heading(key: str) -> str:
    """Return the heading of a column's key.

    >>> heading("transcription wer"), heading("AQA_pure_audio_gpt1-5"), heading("llaso_eval")
    ('Transcription WER', 'AQA pure audio judge (1 to 5)', 'LLaSO-Eval')
    >>> heading("per_semantics"), heading("ASR_wer_right_order"), heading("avg_single")
    ('Perception semantics', 'ASR WER (right order)', 'Average single')
    """
    words = [word for word in re.split(r"[_\s]+", key) if word]
    shown: list[str] = []
    place = 0
    while place < len(words):
        for length in range(len(words) - place, 0, -1):
            phrase = " ".join(words[place : place + length]).lower()
            if place == 0 and length == 1 and len(words) > 1 and phrase in _FIRST:
                shown.append(_FIRST[phrase])
            elif phrase in _PHRASES:
                shown.append(_PHRASES[phrase])
            elif length == 1:
                shown.append(_WORDS.get(phrase, words[place]))
            else:
                continue
            place += length
            break
    text = " ".join(shown)
    return text[:1].upper() + text[1:]
