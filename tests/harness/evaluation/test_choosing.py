"""Hazards of asking single items again: others are asked too, a new reply does not count, a wrong id goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, results, write_tone

Cli = Callable[..., CommandResult]
FLAKY = "error_rate=0.5,retryable=false,seed=1"


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "10")


def ids(path: Path, *names: str, end: str = "\n") -> Path:
    path.write_bytes("".join(f"{name}{end}" for name in names).encode())
    return path


def asked(ledger: Path) -> list[Any]:
    return sorted(line["id"] for line in jsonl(ledger)) if ledger.exists() else []


def failing_run(cli: Cli, run: Path, *more: str) -> list[str]:
    """A run of which some items failed; gives their ids."""
    assert cli(*evaluate_arguments("mock:hash", run, "-M", FLAKY, *more)).code == 3
    failed = sorted(line["id"] for line in jsonl(run / "responses.jsonl") if line["error"])
    assert 2 <= len(failed) < 10
    return failed


def test_only_what_failed_is_asked_and_then_counts(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    failed = failing_run(cli, run)
    command = evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}", "--only-failed")
    assert cli(*command).code == 0
    assert asked(ledger) == failed
    assert results(run)["tasks"]["toy"]["outcomes"]["error"] == 0
    assert cli(*command).code == 0  # nothing is left to ask
    assert asked(ledger) == failed


def test_what_never_ran_stays_missing_and_the_run_can_go_on(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    failed = failing_run(cli, run)
    log = run / "responses.jsonl"
    kept = log.read_bytes().splitlines(keepends=True)[:7]
    log.write_bytes(b"".join(kept))
    again = [line["id"] for line in jsonl(log) if line["error"]]
    found = cli(*evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}", "--only-failed"))
    assert found.code == 3 and "3 planned items have no line" in found.err
    assert asked(ledger) == sorted(again) and set(again) <= set(failed)
    state = cli("status", run).out
    assert (
        "interrupted" in state and "--only-failed" not in state
    )  # the command that asks everything
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0


def test_only_failed_needs_a_run(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--only-failed"))
    assert found.code == 2 and "there is no run yet" in found.err
    assert not (tmp_path / "run" / "manifest.json").exists()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_items_of_a_file_are_asked_again_and_their_last_reply_counts(
    cli: Cli, tmp_path: Path, end: str
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    names = ["item-00003", "item-00007"]
    file = ids(tmp_path / "ids.txt", *names, end=end)
    command = evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}", "--ids", file)
    assert cli(*command).code == 0
    assert asked(ledger) == names
    assert len(jsonl(run / "responses.jsonl")) == 12 and len(jsonl(run / "samples.jsonl")) == 10


def test_both_choose_what_failed_among_the_named(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    failed = failing_run(cli, run)
    fine = sorted({f"item-{n:05}" for n in range(10)} - set(failed))
    file = ids(tmp_path / "ids.txt", failed[0], fine[0])
    more = ("-M", f"ledger={ledger}", "--ids", file, "--only-failed")
    assert cli(*evaluate_arguments("mock:hash", run, *more)).code == 3  # the others failed still
    assert asked(ledger) == [failed[0]]


def test_every_repeat_of_a_named_item_is_asked(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    repeats = ("--repeats", "3", "--gen-kwargs", "temperature=1")
    assert cli(*evaluate_arguments("mock:hash", run, *repeats)).code == 0
    file = ids(tmp_path / "ids.txt", "item-00004")
    more = ("-M", f"ledger={ledger}", "--ids", file)
    assert cli(*evaluate_arguments("mock:hash", run, *repeats, *more)).code == 0
    assert asked(ledger) == ["item-00004"] * 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"item-00001\nitem-99\n", "'item-99'"),
        (b"a\nb\nc\nd\ne\n", "and 2 more"),
        (b"", "no item is named"),
        (b"\n \n", "no item is named"),
        (b"\xff\xfe\n", "not UTF-8"),
        (None, "cannot read"),
    ],
)
def test_a_file_that_names_nothing_or_nobody_is_refused(
    cli: Cli, tmp_path: Path, content: bytes | None, said: str
) -> None:
    run, file = tmp_path / "run", tmp_path / "ids.txt"
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    before = (run / "responses.jsonl").read_bytes()
    if content is not None:
        file.write_bytes(content)
    found = cli(*evaluate_arguments("mock:hash", run, "--ids", file))
    assert found.code == 2 and said in found.err and "Traceback" not in found.err
    assert (run / "responses.jsonl").read_bytes() == before
