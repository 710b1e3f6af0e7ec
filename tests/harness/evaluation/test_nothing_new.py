"""Hazards: a run in which nothing is new is scored all over, or one in which something is new is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, results, script, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 12


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> tuple[Path, tuple[object, ...]]:
    """A finished run and its command."""
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    model = f"mock:script:{script(tmp_path / 'script.json', ITEMS, i3='no')}"
    command = evaluate_arguments(model, tmp_path / "run")
    assert cli(*command).code == 0
    return tmp_path / "run", command


def stamps(run: Path) -> list[int]:
    return [(run / name).stat().st_mtime_ns for name in ("samples.jsonl", "results.json")]


def test_what_is_up_to_date_stays_as_it_is(run: tuple[Path, tuple[object, ...]], cli: Cli) -> None:
    path, command = run
    before, table = stamps(path), results(path)
    done = cli(*command, "--json")
    assert done.code == 0 and '"accuracy"' in done.out
    assert stamps(path) == before and results(path) == table


@pytest.mark.parametrize("damage", ["older", "lost line", "changed reply", "absent"])
def test_what_is_not_is_made_again(
    run: tuple[Path, tuple[object, ...]], cli: Cli, damage: str
) -> None:
    path, command = run
    table, samples = results(path), path / "samples.jsonl"
    if damage == "older":  # a process that was killed between the two files
        os.utime(path / "results.json", ns=(0, samples.stat().st_mtime_ns - 1))
        (path / "results.json").write_bytes((path / "results.json").read_bytes())
        os.utime(path / "results.json", ns=(0, samples.stat().st_mtime_ns - 1))
    elif damage == "lost line":
        samples.write_bytes(b"".join(samples.read_bytes().splitlines(keepends=True)[:-1]))
        os.utime(samples, ns=(0, 0))
    elif damage == "changed reply":
        samples.write_bytes(samples.read_bytes().replace(b"answer 4", b"answer 5"))
        os.utime(samples, ns=(0, 0))
    else:
        (path / "results.json").unlink()
    before = (path / "results.json").stat().st_mtime_ns if damage != "absent" else 0
    assert cli(*command).code == 0
    assert (path / "results.json").stat().st_mtime_ns != before
    assert results(path) == table and len(jsonl(samples)) == ITEMS


def test_another_name_and_more_items_are_seen(
    run: tuple[Path, tuple[object, ...]], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, command = run
    before = stamps(path)
    assert cli(*command, "--name", "other").code == 0
    assert stamps(path) == before
    log = path / "responses.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))
    assert cli(*command).code == 0
    assert stamps(path) != before and len(jsonl(path / "samples.jsonl")) == ITEMS
