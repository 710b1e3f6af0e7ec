"""Hazards: a slow ``--help``; scoring that needs torch or lm-eval."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult, imported
from tests.support.runs.toy import FLAGS, evaluate_arguments, write_tone

HEAVY = {
    "torch", "transformers", "openai", "datasets", "pandas", "lm_eval", "sklearn", "numpy", "jiwer",
    "scipy", "soundfile", "soxr", "pyarrow", "nltk", "langdetect",
}  # fmt: skip


def test_light_commands_import_nothing_heavy() -> None:
    commands = [
        ("--help",),
        ("--version",),
        ("evaluate", "--help"),
        ("tasks", "list"),
        ("tasks", "list", "quickstart", "--json"),
        ("tasks", "list", "--groups"),
        ("models", "list"),
        ("doctor", "--help"),
    ]
    for command, (code, modules) in zip(commands, imported(*commands), strict=True):
        assert (code, modules & HEAVY) == (0, set()), command


def test_a_refusal_imports_nothing_heavy() -> None:
    ((code, modules),) = imported(("evaluate", "mokc:x", "-t", "toy", "-o", "run"))
    assert (code, modules & {"torch", "transformers", "lm_eval", "datasets"}) == (2, set())


def test_scoring_and_comparing_never_import_lm_eval_or_torch(
    cli: Callable[..., CommandResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    run = tmp_path / "run"
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    file = tmp_path / "replies.jsonl"
    file.write_text('{"id": "item-00003", "response": "answer 3"}\n')
    commands: list[tuple[str | Path, ...]] = [
        ("score", run, "--trust-task-code"),
        ("score", "toy", file, "-o", tmp_path / "stored", *FLAGS),
        ("gate", run, "--baseline", run),
        ("leaderboard", run, tmp_path / "stored"),
        ("status", run),
    ]
    for command, (code, modules) in zip(commands, imported(*commands), strict=True):
        heavy = modules & {"torch", "transformers", "lm_eval", "datasets", "openai"}
        assert (code, heavy) == (0, set()), command
