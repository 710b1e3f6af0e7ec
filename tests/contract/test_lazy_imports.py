"""Hazards: a slow ``--help``; scoring that needs torch or lm-eval."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import run_process
from tests.support.runs.toy import FLAGS, evaluate_arguments, write_tone

HEAVY = (
    "torch", "transformers", "openai", "datasets", "pandas", "lm_eval", "sklearn", "numpy", "jiwer",
    "scipy", "soundfile", "soxr", "pyarrow", "nltk", "langdetect",
)  # fmt: skip
PROGRAM = """
import sys
sys.argv[0] = "harness"
from harness.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
found = sorted({name.partition(".")[0] for name in sys.modules})
print("MODULES", *found, file=sys.stderr)
sys.exit(code)
"""


def modules(*arguments: str | Path, expected: int = 0) -> set[str]:
    """Top-level modules that a command imports."""
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ},
    )  # fmt: skip
    assert found.returncode == expected, found.stderr
    line = next(line for line in found.stderr.split("\n") if line.startswith("MODULES"))
    return set(line.split()[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("evaluate", "--help"),
        ("tasks", "list"),
        ("tasks", "list", "quickstart", "--json"),
        ("tasks", "list", "--groups"),
        ("models", "list"),
        ("doctor", "--help"),
    ],
)
def test_light_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not modules(*arguments) & set(HEAVY)


@pytest.mark.parametrize("arguments", [("evaluate", "mokc:x", "-t", "toy", "-o", "run")])
def test_a_refusal_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not modules(*arguments, expected=2) & {"torch", "transformers", "lm_eval", "datasets"}


@pytest.mark.slow
def test_scoring_and_comparing_never_import_lm_eval_or_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    run = tmp_path / "run"
    assert run_process(*evaluate_arguments("mock:hash", run)).code == 0
    file = tmp_path / "replies.jsonl"
    file.write_text('{"id": "item-00003", "response": "answer 3"}\n')
    for arguments, expected in (
        (("score", run, "--trust-task-code"), 0),
        (("score", "toy", file, "-o", tmp_path / "stored", *FLAGS), 0),
        (("gate", run, "--baseline", run), 0),
        (("leaderboard", run, tmp_path / "stored"), 0),
        (("status", run), 0),
    ):
        found = modules(*arguments, expected=expected)
        assert not found & {"torch", "transformers", "lm_eval", "datasets", "openai"}, arguments
