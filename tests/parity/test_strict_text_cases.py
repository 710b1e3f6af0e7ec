"""Small inputs on which strict readings of text failed, through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.shared import SHARED, needs_shared

Cli = Callable[..., CommandResult]
pytestmark = needs_shared
CASES = SHARED / "cases" / "scoring"


def scored(
    cli: Cli, tmp_path: Path, case: str, task: str, *flags: str, file: str = "r.jsonl"
) -> Any:
    """Return the metrics of a task after ``harness score``: metric -> reading -> entry."""
    out = tmp_path / task
    done = cli("score", task, str(CASES / case / file), "-o", str(out), *flags)
    assert done.code == 0, done.err
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return results["tasks"][task]["metrics"], done


@pytest.mark.parametrize(
    ("case", "task", "metric", "value"),
    [
        ("wer_strict_unicode_forms", "dynamic_superb_multilingualspeechrecognition_mls_fr", "wer", 0),
        ("wer_strict_arabic_vowel_marks", "dynamic_superb_superboodasrar_commonvoice7_test", "wer", 0),
        ("wer_strict_arabic_vowel_marks", "dynamic_superb_superboodasrar_commonvoice7_test", "wer_marked", 0.75),
        ("cer_strict_zh_punctuation", "dynamic_superb_superboodasrzh_commonvoice7_test", "cer", 0),
        ("voicebench_refusal_strict_substring", "voicebench_advbench", "refusal_rate", 0),
        ("slots_strict_unreadable_reference", "dynamic_superb_superbsf_audiosnips_test", "slot_f1", 0),
        ("number_strict_partial_reading", "quickstart_number", "mae", (1 + 0.5 + 3 * 23.75) / 5),
    ],
)  # fmt: skip
def test_the_strict_value_is_the_readers(
    cli: Cli, tmp_path: Path, case: str, task: str, metric: str, value: float
) -> None:
    metrics, _ = scored(cli, tmp_path, case, task)
    assert metrics[metric]["strict"]["value"] == pytest.approx(value)


def test_official_values_stay(cli: Cli, tmp_path: Path) -> None:
    task = "dynamic_superb_multilingualspeechrecognition_mls_fr"
    metrics, _ = scored(cli, tmp_path, "wer_strict_unicode_forms", task)
    assert metrics["wer"]["official"]["value"] == pytest.approx(0.45)
    metrics, _ = scored(cli, tmp_path, "voicebench_refusal_strict_substring", "voicebench_advbench")
    assert metrics["refusal_rate"]["official"]["value"] == 1


def test_reasoning_marks_are_noted_and_taken_out_on_request(cli: Cli, tmp_path: Path) -> None:
    case = "stored_reasoning_marks"
    metrics, done = scored(cli, tmp_path / "raw", case, "mmau_test_mini")
    assert "--clean think" in done.out + done.err
    metrics, done = scored(cli, tmp_path / "clean", case, "mmau_test_mini", "--clean", "think")
    assert metrics["accuracy"]["strict"]["value"] == 1
    assert "reasoning marks" not in done.out + done.err
