"""Command lines made at random: a documented exit code and a message, never a traceback, a hang, or a network."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import harness
from harness.cli import verbs
from harness.cli.app import app
from harness.cli.entry import main
from harness.errors import EXIT_FAULT
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import PIECES

CODES = {0, 1, 2, 3, 4, 5}
NEVER = {"get"}
"""Verbs that fetch."""
MODELS = ("mock:echo", "mock:hash", "mock:script:x.json", "baseline:first", "baseline:x", "replay:run", "replay:r.jsonl", "replay:/",
          "openai:m", "gemini:m", "hf:./run", "python:mod:Cls", "cascade:mock:echo", "nope:x", "", ":", "mock:", "lm_eval:hf", "a/b")  # fmt: skip
NAMES = ("quickstart_choice", "quickstart", "quickstart_*", "toy", "sakura_animal_single", "*", "nope", "a,b", "", "run", "base", "r.jsonl",
         "labels.jsonl", "task.yaml", ".", "/dev/null", "missing", "run/manifest.json", "recipe.yaml")  # fmt: skip
VALUES = ("0", "1", "-1", "0.5", "1e9", "nan", "inf", "9" * 400, "a=b", "a=b,c=d", "seed=1", "=", ",", "a==b", 'a={"b": 1}', "a=[", "x",
          "none", "replay", "auto", "json", "csv", "md", "openai:m", "quickstart=.", "5%", "1:2", "2-", "$5", "100k", "mmau-submission")  # fmt: skip


def commands() -> list[tuple[tuple[str, ...], list[str]]]:
    """Words of every command, and its flags."""
    for module in pkgutil.iter_modules(verbs.__path__):
        importlib.import_module(f"{verbs.__name__}.{module.name}")
    root: Any = typer.main.get_command(app)
    found: list[tuple[tuple[str, ...], list[str]]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    while waiting:
        words, command = waiting.pop()
        if hasattr(command, "commands"):
            waiting += [((*words, name), one) for name, one in command.commands.items()]
            continue
        flags = [flag for one in command.params for flag in one.opts if flag.startswith("-")]
        if not NEVER & {*words} and words != ("doctor",):
            found.append((words, flags))
    return sorted(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files that the words above name."""
    for name, value in (
        ("HF_HUB_OFFLINE", "1"),
        ("HF_HOME", str(tmp_path / "hf")),
        ("HOME", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.fsync", lambda _: None)
    monkeypatch.chdir(tmp_path)
    for name in ("run", "base"):
        harness.evaluate("baseline:first", "quickstart_choice", name, limit=2)
    Path("r.jsonl").write_text(
        '{"id": "1", "doc": {"question": "q", "options": ["a", "b"], "answer": "a"}, "response": "a"}\n'
    )
    Path("labels.jsonl").write_text(
        '{"id": "1", "human": "yes", "judge": "no"}\n{"id": "2", "human": "no", "judge": "no"}\n'
    )
    Path("recipe.yaml").write_text("model: mock:echo\ntasks: [quickstart_choice]\nlimit: 1\n")
    Path("task.yaml").write_text("task: x\n")
    return tmp_path


def word(draw: random.Random) -> str:
    if draw.random() < 0.1:
        return draw.choice(PIECES).replace(
            "\ud800", "\udcff"
        )  # how an argument that is not UTF-8 arrives
    return draw.choice(draw.choice((MODELS, NAMES, VALUES)))


def command_line(known: list[tuple[tuple[str, ...], list[str]]], draw: random.Random) -> list[str]:
    words, flags = draw.choice(known)
    line = [*words]
    if draw.random() < 0.3:
        line += VALID.get(words, [])
    for _ in range(draw.choice((0, 1, 1, 2, 3))):
        part = [draw.choice(flags)] if flags and draw.random() < 0.7 else []
        if part and draw.random() < 0.2:
            part = [f"{part[0]}={word(draw)}"]
        elif not part or draw.random() < 0.7:
            part.append(word(draw))
        at = draw.randrange(len(words), len(line) + 1)
        line[at:at] = part
    if draw.random() < 0.05:
        line = [draw.choice(("--help", "--version", "--nope", "evaluat", "")), *line]
    if "evaluate" in line and "--dry-run" not in line and draw.random() < 0.8:
        line.append("--dry-run")
    return [part.replace("\x00", "\x01") for part in line]  # no argument of a process holds a NUL


VALID: dict[tuple[str, ...], list[str]] = {
    ("evaluate",): ["mock:echo", "-t", "quickstart_choice", "-L", "1", "-o", "out", "--dry-run"],
    ("score",): ["run"], ("status",): ["run"], ("gate",): ["run", "--baseline", "base"],
    ("leaderboard",): ["run", "base"], ("export",): ["run", "--format", "mmau-submission"],
    ("tasks", "show"): ["quickstart_choice"], ("judge", "calibrate"): ["labels.jsonl"],
    ("judge", "show"): ["sakura_animal_single"], ("data", "check"): ["quickstart"],
}  # fmt: skip


def run(line: list[str]) -> tuple[int, str, str]:
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors, write_through=True)
        for errors in ("strict", "backslashreplace")  # as Python opens them
    )
    before, sys.argv = sys.argv, ["harness", *line]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.argv = before
    texts = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]  # type: ignore[attr-defined]
    return code, texts[0], texts[1]


@pytest.mark.filterwarnings("ignore")
def test_no_command_line_ends_in_a_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    known = commands()
    built = typer.main.get_command(app)  # now that all verbs are there
    monkeypatch.setattr("typer.main.get_command", lambda _: built)  # it is the same every time
    assert len(known) >= 12

    def one(draw: random.Random) -> str:
        line = command_line(known, draw)
        code, out, err = run(line)
        assert code in CODES and code != EXIT_FAULT, (code, line, err[-600:])
        assert "Traceback" not in out + err, (line, err[-600:])
        assert code != 2 or out + err, line  # exit 2 says why
        return f"exit {code}"

    found = fuzz("command lines", one, quick=50, record=record_property)
    assert found["exit 0"] and found["exit 2"]
