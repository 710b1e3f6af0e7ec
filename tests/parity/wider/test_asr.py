"""Transcripts against the official scorers: every golden line through the score command, normalisers, sums to the last digit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metrics.text.edits import word_edits
from metrics.text.normalizers import whisper_basic
from metrics.transcripts.edits import merged_edits
from metrics.transcripts.english import open_asr_english
from metrics.transcripts.multilingual import aligned, letters, open_asr_multilingual
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden"
Cli = Callable[..., CommandResult]
Line = dict[str, Any]


def golden(name: str) -> list[Line]:
    return jsonl(GOLDEN / name / "cases.jsonl")


def expected(name: str) -> Any:
    return json.loads((GOLDEN / name / "expected.json").read_text(encoding="utf-8"))["official"]


def scored(cli: Cli, folder: Path, task: str, lines: list[Line]) -> tuple[Any, list[Line]]:
    """The metrics of a task over lines, and its samples."""
    file, run = folder / f"{task}.jsonl", folder / task
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text(text, encoding="utf-8")
    done = cli("score", task, file, "-o", run, "--quiet")
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return results["tasks"][task]["metrics"], jsonl(run / "samples.jsonl")


def test_english_forms_and_edits() -> None:
    for line in golden("open_asr_en"):
        want = line["official"]
        said, heard = open_asr_english(line["doc"]["text"]), open_asr_english(line["response"])
        assert (said, heard) == (want["ref_norm"], want["hyp_norm"]), line["id"]
        stats = {"edits": want["errors"], "length": want["ref_len"]}
        assert merged_edits(said, heard) == stats, line["id"]
        assert word_edits(said, heard)["edits"] == want["errors_without_merging"], line["id"]


def test_english_through_the_command(cli: Cli, tmp_path: Path) -> None:
    lines, want = golden("open_asr_en"), expected("open_asr_en")
    metrics, samples = scored(cli, tmp_path, "asr_librispeech_clean", lines)
    assert metrics["wer"]["official"]["value"] == want["wer"] == 0.16337591947348046
    assert metrics["wer"]["official"]["n"] == want["n"] == 306
    assert metrics["wer"]["strict"]["n"] == sum(bool(line["doc"]["text"].strip()) for line in lines)
    for line, sample in zip(lines, samples, strict=True):
        official = sample["scores"]["wer"].get("official")
        if line["official"]["counted"]:
            share = line["official"]["errors"] / line["official"]["ref_len"]
            assert official == pytest.approx(share, abs=1e-12), line["id"]
        else:
            assert official is None, line["id"]


def test_multilingual_forms_sums_and_average(cli: Cli, tmp_path: Path) -> None:
    by_language: dict[str, list[Line]] = defaultdict(list)
    for line in golden("open_asr_ml"):
        want, language = line["official"], line["doc"]["language"]
        by_language[language].append(line)
        said, heard = (
            open_asr_multilingual(text, language)
            for text in (line["doc"]["text"], line["response"])
        )
        assert (said, heard) == (want["ref_norm"], want["hyp_norm"]), line["id"]
        pair = aligned(said, heard)
        assert pair == (want["ref_aligned"], want["hyp_aligned"]), line["id"]
        stats = {"edits": want["errors"], "length": want["ref_len"]}
        assert merged_edits(*pair) == stats, line["id"]
    want = expected("open_asr_ml")
    found = {}
    for language, lines in by_language.items():
        metrics, _ = scored(cli, tmp_path, f"asr_fleurs_{language}", lines)
        assert metrics["wer"]["official"]["value"] == want["languages"][language]["wer"]
        found[language] = round(100 * metrics["wer"]["official"]["value"], 2)
    assert round(sum(found.values()) / len(found), 2) == want["average"] == 13.51


def test_whisper_basic_in_words_and_letters(cli: Cli, tmp_path: Path) -> None:
    by_language: dict[str, list[Line]] = defaultdict(list)
    for line in golden("whisper_basic"):
        want = line["official"]
        by_language[line["doc"]["language"]].append(line)
        said, heard = whisper_basic(line["doc"]["text"]), whisper_basic(line["response"])
        assert said == want["ref_norm"].strip() and heard == want["hyp_norm"].strip(), line["id"]
        assert letters(said) == want["ref_letters"].strip(), line["id"]
    for language, sums in expected("whisper_basic")["languages"].items():
        metrics, _ = scored(cli, tmp_path, f"asr_fleurs_{language}", by_language[language])
        for metric in ("wer", "cer"):
            official = metrics[metric]["official"]
            assert (official["value"], official["n"]) == (sums[metric], sums["n"]), language
