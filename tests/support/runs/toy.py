"""The toy task: a small suite of our own for tests of the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support import clips

TOY = Path(__file__).resolve().parents[2] / "fixtures" / "toy"
FLAGS = ("--include-path", str(TOY), "--trust-task-code")


def write_tone(
    path: Path, seconds: float = 0.5, rate: int = 16_000, frequency: float = 440.0
) -> Path:
    """A clip with a tone."""
    return clips.write(path, clips.tone(seconds, frequency, rate, level=0.3), rate)


def script(path: Path, count: int, **special: Any) -> Path:
    """A mock script that answers the first ``count`` items right, except for ``special`` ids."""
    replies: dict[str, Any] = {f"item-{n:05}": f"answer {n}" for n in range(count)}
    replies.update({f"item-{key.removeprefix('i'):0>5}": value for key, value in special.items()})
    path.write_text(json.dumps(replies), encoding="utf-8")
    return path


def jsonl(path: Path) -> list[dict[str, Any]]:
    """Records of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def results(run: Path) -> dict[str, Any]:
    """Content of ``results.json``."""
    content: dict[str, Any] = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return content


def evaluate_arguments(model: str, run: Path, *more: str | Path) -> tuple[str | Path, ...]:
    """``harness evaluate MODEL -t toy -o RUN`` with the flags that the toy task needs."""
    return ("evaluate", model, "-t", "toy", "-o", run, *FLAGS, *more)


def snapshot(folder: Path, *, without: tuple[str, ...] = (".lock",)) -> dict[str, bytes]:
    """Content of every file below a folder, by relative name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in without
    }


def timeless(run: Path) -> tuple[bytes, list[dict[str, Any]]]:
    """Derived files of a run, apart from the wall times of its calls."""
    samples = jsonl(run / "samples.jsonl")
    for line in samples:
        assert isinstance(line.pop("seconds"), float)
    return (run / "results.json").read_bytes(), samples
