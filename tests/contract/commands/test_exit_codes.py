"""Hazards: a wrong exit code in CI, a traceback as an answer, output that a pipe cannot read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult, clean, run_process
from tests.support.runs.toy import (
    evaluate_arguments,
    jsonl,
    results,
    script,
    snapshot,
)

pytestmark = pytest.mark.usefixtures("ten_items")
Cli = Callable[..., CommandResult]


# --- 0: done ---------------------------------------------------------------------------------


def test_done_is_0_and_the_table_is_on_stdout(cli: Cli, tmp_path: Path) -> None:
    model = f"mock:script:{script(tmp_path / 's.json', 10)}"
    found = clean(cli(*evaluate_arguments(model, tmp_path / "run")))
    assert found.code == 0
    header, first, *_ = found.out.split("\n")
    assert header.split()[:4] == ["task", "metric", "reading", "value"]
    assert first.split()[0] == "toy" and "100.00%" in first and "10/10" in first
    assert "\x1b" not in found.out + found.err
    assert "10/10 (100%)" in found.err and "0 failed" in found.err


def test_the_same_command_again_asks_nothing(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}")
    assert cli(*command).code == 0
    first = {name: data for name, data in snapshot(run).items() if name != "manifest.json"}
    assert len(jsonl(ledger)) == 10
    assert cli(*command).code == 0
    assert len(jsonl(ledger)) == 10
    assert {k: v for k, v in snapshot(run).items() if k != "manifest.json"} == first


def test_json_is_exactly_one_document(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--json")))
    assert found.code == 0
    assert json.loads(found.out) == results(tmp_path / "run")
    rescored = cli("score", tmp_path / "run", "--trust-task-code", "--json")
    assert json.loads(rescored.out) == results(tmp_path / "run")
    state = cli("status", tmp_path / "run", "--json")
    assert json.loads(state.out)["state"] == "complete"
    for arguments in (("tasks", "list"), ("tasks", "list", "--groups")):
        assert isinstance(json.loads(cli(*arguments, "--json").out), (list, dict))


def test_json_of_a_dry_run_is_one_document(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--dry-run", "--json")))
    shown = json.loads(found.out)
    assert found.code == 0
    assert shown["tasks"]["toy"]["items"] == 10
    assert shown["judge_calls"] == 0


def test_json_of_a_refusal_leaves_stdout_empty(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli("evaluate", "mock:hash", "-t", "nothing", "-o", tmp_path / "run", "--json"))
    assert (found.code, found.out) == (2, "")


def test_quiet_says_nothing(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--quiet")))
    assert (found.code, found.out, found.err) == (0, "", "")
    dry = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "dry", "--quiet", "--dry-run")))
    assert (dry.code, dry.out, dry.err) == (0, "", "")


def test_plain_has_no_escape_codes(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--plain"))
    assert found.code == 0
    assert "\x1b" not in found.out + found.err and "│" not in found.out


# --- 3: incomplete ---------------------------------------------------------------------------


@pytest.fixture
def flaky(tmp_path: Path) -> str:
    """A model that never answers two items."""
    failed = {"error": "http", "message": "500", "retryable": False}
    return f"mock:script:{script(tmp_path / 'flaky.json', 10, i3=failed, i7=failed)}"


@pytest.mark.parametrize(
    ("allowed", "code"), [("0", 3), ("1", 3), ("2", 0), ("10%", 3), ("20%", 0), ("100%", 0)]
)
def test_more_errors_than_allowed_are_3(
    cli: Cli, tmp_path: Path, flaky: str, allowed: str, code: int
) -> None:
    found = clean(cli(*evaluate_arguments(flaky, tmp_path / "run", "--max-errors", allowed)))
    assert found.code == code
    assert ("2 of 10 items failed" in found.err) == (code == 3)
    accuracy = results(tmp_path / "run")["tasks"]["toy"]["metrics"]["accuracy"]["strict"]
    assert (accuracy["n"], accuracy["value"], accuracy["complete"]) == (8, 1.0, False)
    assert "error 2" in found.out


def test_errors_are_asked_again_only_when_told(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    always = ("-M", "error_rate=0.5,retryable=false,seed=1", "-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *always)).code == 3
    failed = results(run)["tasks"]["toy"]["outcomes"]["error"]
    assert 0 < failed < 10
    mended = ("-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *mended)).code == 3
    assert len(jsonl(ledger)) == 10
    assert cli(*evaluate_arguments("mock:hash", run, *mended, "--retry-errors")).code == 0
    assert len(jsonl(ledger)) == 10 + failed
    assert len(jsonl(run / "samples.jsonl")) == 10
    assert results(run)["tasks"]["toy"]["outcomes"]["error"] == 0


def test_retryable_errors_are_asked_again_within_a_run(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    faults = ("-M", "error_rate=0.4,seed=1", "-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *faults)).code == 0
    assert len(jsonl(ledger)) > 10
    assert {line["outcome"] for line in jsonl(run / "samples.jsonl")} == {"answered"}
    assert max(line["attempts"] for line in jsonl(run / "samples.jsonl")) == 2


def test_an_error_is_never_scored(cli: Cli, tmp_path: Path, flaky: str) -> None:
    cli(*evaluate_arguments(flaky, tmp_path / "run"))
    lines = {line["id"]: line for line in jsonl(tmp_path / "run" / "samples.jsonl")}
    assert lines["item-00003"]["scores"]["accuracy"] == {"official": None, "strict": None}
    assert lines["item-00003"]["error"] == {"kind": "http", "retryable": False, "message": "500"}


# --- 4: environment --------------------------------------------------------------------------


def test_absent_data_is_4_and_names_the_flag(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    found = clean(
        cli("evaluate", "mock:hash", "-t", "sakura_animal_single", "-o", "run",
            "--data", f"sakura={tmp_path / 'copy'}")
    )  # fmt: skip
    assert found.code == 4
    assert "copy" in found.err


def test_require_complete_is_4_before_a_model_loads(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ABSENT", "3")
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--require-complete")))
    assert found.code == 4 and "3 of 10" in found.err
    assert not (tmp_path / "run").exists()
    partial = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run")))
    assert partial.code == 0
    named = "partial: toy ran 7 of 10 items (audio absent of item-00007, item-00008, item-00009)"
    assert named in partial.out and "audio absent 3" in partial.out
    assert "|n:7/10|" in results(tmp_path / "run")["tasks"]["toy"]["signature"]


def test_a_model_that_dies_is_4_and_the_same_command_goes_on(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    dying = ("-M", f"die_after=4,concurrency=1,ledger={ledger}")
    found = clean(cli(*evaluate_arguments("mock:hash", run, *dying)))
    assert found.code == 4 and "died" in found.err
    assert len(jsonl(run / "samples.jsonl")) == 4
    assert results(run)["tasks"]["toy"]["missing"] == 6
    assert "interrupted" in cli("status", run).out
    assert cli(*evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}")).code == 0
    assert len(jsonl(ledger)) == 11
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "whole")).code == 0
    assert (run / "results.json").read_bytes() == (tmp_path / "whole" / "results.json").read_bytes()


def test_a_model_that_cannot_be_loaded_is_4_without_a_traceback(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_adapters.mock.adapter import MockAdapter

    def broken(adapter: MockAdapter) -> None:
        raise MemoryError("no memory for 7 GB of weights")

    monkeypatch.setattr(MockAdapter, "open", broken)
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run")))
    assert found.code == 4
    assert "mock:hash" in found.err and "MemoryError: no memory for 7 GB" in found.err
    assert snapshot(tmp_path / "run") == {}


def test_a_model_that_fails_every_request_is_given_up(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "200")
    gone = ("-M", "error_rate=1,retryable=false,error_kind=connection")
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", *gone)))
    assert found.code == 4
    assert "25 requests in a row failed" in found.err and "--retry-errors" in found.err
    assert results(tmp_path / "run")["tasks"]["toy"]["missing"] > 150
    patient = clean(
        cli(*evaluate_arguments("mock:hash", tmp_path / "two", *gone, "--max-errors", "100%"))
    )
    assert patient.code == 0
    assert results(tmp_path / "two")["tasks"]["toy"]["outcomes"]["error"] == 200


# --- gate ------------------------------------------------------------------------------------


@pytest.fixture
def pair(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Runs with given wrong answers among sixty items."""
    monkeypatch.setenv("TOY_ITEMS", "60")

    def make(name: str, wrong: int = 0, *more: str, **special: object) -> Path:
        replies = {f"i{number}": "wrong" for number in range(wrong)}
        file = script(tmp_path / f"{name}.json", 60, **{**replies, **special})
        cli(*evaluate_arguments(f"mock:script:{file}", tmp_path / name, *more))
        return tmp_path / name

    return make


def test_gate_0_1_2_3_and_5(cli: Cli, pair: Callable[..., Path]) -> None:
    baseline, same = pair("baseline", 5), pair("same", 5)
    assert clean(cli("gate", same, "--baseline", baseline, "--max-drop", "0.9")).code == 0
    assert cli("gate", pair("worse", 40), "--baseline", baseline).code == 1
    other = pair("other", 5, "--template", "polite")
    assert cli("gate", other, "--baseline", baseline).code == 2
    failed = {"error": "http", "retryable": False}
    holes = pair("holes", 5, **{f"i{number}": failed for number in range(50, 53)})
    assert clean(cli("gate", holes, "--baseline", baseline)).code == 3
    unsure = ("--baseline", baseline, "--max-drop", "0.001", "--fail-inconclusive")
    assert cli("gate", pair("nearly", 6), *unsure).code == 5
    assert cli("gate", same, *unsure).code == 0  # the very same replies


# --- other ways out --------------------------------------------------------------------------


def test_a_full_standard_output_is_4() -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full")
    import os
    import subprocess
    import sys

    with device.open("wb") as full:
        found = subprocess.run(
            [sys.executable, "-m", "harness", "tasks", "list"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env={**os.environ},
        )  # fmt: skip
    assert found.returncode == 4
    assert "Traceback" not in found.stderr and "Exception ignored" not in found.stderr
    assert "standard output" in found.stderr


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    import os
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "tasks", "list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert "Traceback" not in err and "Exception ignored" not in err


def test_the_version_and_help_are_0() -> None:
    for arguments in (("--version",), ("--help",), ("evaluate", "--help")):
        found = run_process(*arguments)
        assert (found.code, found.err) == (0, "")
        assert found.out
