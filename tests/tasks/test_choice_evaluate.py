"""MMAU, MMSU and SAKURA copies, as documented on disk, evaluated through to ``results.json``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.data import mmau, mmsu, sakura

Cli = Callable[..., CommandResult]


def sakura_copy(root: Path) -> None:
    sakura.write_audio(root / "Emotion" / "audio")
    sakura.write_csv(root / "Emotion")


def sakura_hub_copy(root: Path) -> None:
    sakura.write_parquet(root / "EmotionQA" / "data")


@pytest.mark.parametrize(
    ("write", "benchmark", "task", "metric", "n", "value"),
    [
        (sakura_copy, "sakura", "sakura_emotion_single", "letter_or_text", 2, 0.5),
        (sakura_hub_copy, "sakura", "sakura_emotion_multi", "letter_or_text", 3, 1 / 3),
        (mmau.write_json, "mmau", "mmau_test_mini", "accuracy", 2, 0.0),
        (
            lambda root: mmau.write_parquet(root / "data"),
            "mmau",
            "mmau_test_mini",
            "accuracy",
            3,
            0.0,
        ),
        (mmsu.write_saved, "mmsu", "mmsu", "accuracy", 2, 0.5),
        (mmsu.write_parquet, "mmsu", "mmsu", "accuracy", 2, 0.5),
        (mmsu.write_lines, "mmsu", "mmsu", "accuracy", 2, 0.5),
    ],
)
def test_the_first_option_is_scored_through_to_results(
    cli: Cli,
    tmp_path: Path,
    write: Any,
    benchmark: str,
    task: str,
    metric: str,
    n: int,
    value: float,
) -> None:
    copy, run = tmp_path / "copy", tmp_path / "run"
    write(copy)
    result = cli(
        "evaluate",
        "baseline:first",
        "-t",
        task,
        "--data",
        f"{benchmark}={copy}",
        "-o",
        run,
        "--plain",
    )
    assert result.code == 0, result.err
    entry = json.loads((run / "results.json").read_text(encoding="utf-8"))["tasks"][task]
    assert entry["n"] == n
    strict = entry["metrics"][metric]["strict"]
    assert strict["n"] == n
    assert strict["value"] == pytest.approx(value)
