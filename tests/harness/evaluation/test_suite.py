"""The suite of all seven: what a dry run says, what is missing, and what is left out visibly."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.index import load_index
from leaderboards.boards import averaged_tasks
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import ITEMS, WRITERS
from tests.support.servers.hub_server import Hub
from tests.support.shared import SHARED, needs_shared

Cli = Callable[..., CommandResult]
SEVEN = [
    *("dynamic_superb", "llaso_eval", "mmau", "mmsu", "sakura", "speech_ifeval", "voicebench"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of all seven, in the form that ``HARNESS_DATA`` takes."""
    folder = tmp_path_factory.mktemp("seven")
    for benchmark in SEVEN:
        (folder / benchmark).mkdir()
        WRITERS[benchmark](folder / benchmark)
    return folder


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


def dry(cli: Cli, *flags: str | Path, code: int = 0) -> dict[str, Any]:
    found = cli("evaluate", "mock:hash", "--dry-run", "--json", *flags)
    assert found.code == code, found.err
    parsed: dict[str, Any] = json.loads(found.out)
    return parsed


def test_the_suite_is_what_the_headlines_are_made_of() -> None:
    index = load_index()
    members = index.resolve(["lalm-7"])
    assert sorted({entry.benchmark for entry in members}) == SEVEN
    assert {entry.task for entry in members} == {
        task for benchmark in SEVEN for task in averaged_tasks(benchmark, ())
    }


@pytest.mark.slow
def test_a_dry_run_says_what_each_benchmark_costs(
    cli: Cli, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(root))
    found = dry(cli, "-t", "lalm-7", "--judge", "openai:gpt-4o")
    assert sorted(found["benchmarks"]) == SEVEN
    assert found["left_out"] == []
    for cost in found["benchmarks"].values():
        assert cost["items"] == ITEMS * cost["tasks"]
        assert cost["audio_hours"] > 0
    sakura = found["benchmarks"]["sakura"]
    assert (sakura["judge_calls"], sakura["judge_tokens"]) == (80, 60_000)
    # 750 tokens a call, 80 of them the reply, at 2.5 and 10 dollars per million
    assert sakura["price_usd"] == pytest.approx(80 * (670 * 2.5 + 80 * 10) / 1e6)
    assert sakura["disk_mb"] == 304
    assert found["benchmarks"]["mmau"]["judge_calls"] == 0
    assert found["benchmarks"]["llaso_eval"]["disk_mb"] is None
    assert found["price_usd"] > sakura["price_usd"]
    given = dry(
        cli, "-t", "sakura", "--judge", "openai:own", "-J", "price_in=1", "-J", "price_out=0"
    )
    assert given["benchmarks"]["sakura"]["price_usd"] == pytest.approx(80 * 670 / 1e6)
    unknown = dry(cli, "-t", "sakura,mmsu", "--judge", "openai:own")
    assert unknown["benchmarks"]["sakura"]["price_usd"] is None
    assert unknown["benchmarks"]["mmsu"]["price_usd"] == 0


def test_the_hours_of_undeclared_tasks_come_from_headers(cli: Cli, root: Path) -> None:
    task = "dynamic_superb_audiodurationprediction_ntuml2021"
    found = dry(cli, "-t", task, "--data", f"dynamic_superb={root / 'dynamic_superb'}")
    assert found["benchmarks"]["dynamic_superb"]["audio_hours"] == pytest.approx(0.05 * 10 / 3600)


def test_a_dry_run_for_people(cli: Cli, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(root))
    found = cli("evaluate", "mock:hash", "-t", "lalm-7", "--dry-run")
    lines = found.out.split("\n")
    table = [line.split() for line in lines if line.split()[:1] == ["total"]]
    assert table == [["total", "121/121", "1210", table[0][3], "0", "0", "0.00", "?"]]
    assert "no judge: voicebench runs without judge_score, sdqa, qa_vote" in lines
    assert sum("  first item " in line for line in lines) == 7, "one prompt per benchmark"


def test_what_is_missing_is_named_and_refused(cli: Cli, root: Path, tmp_path: Path) -> None:
    flags = (
        "-t",
        "mmsu,mmau,dynamic_superb_songseparation_singset",
        "--data",
        f"mmsu={root / 'mmsu'}",
    )
    found = dry(cli, *flags, code=4)
    assert [entry["lacks"] for entry in found["left_out"]] == ["support"]
    assert [entry["benchmark"] for entry in found["to_fetch"]] == ["mmau"]
    assert list(found["benchmarks"]) == ["mmsu", "mmau"]
    refused = cli("evaluate", "mock:hash", *flags, "-o", tmp_path / "run")
    assert refused.code == 4
    for text in ("2 of 3 tasks cannot be run here", "mmau (mmau_test_mini, data missing)",
                 "the answer is audio", "--data mmau=FOLDER", "--skip-unavailable"):  # fmt: skip
        assert text in refused.err
    assert not (tmp_path / "run").exists()


@pytest.mark.network
def test_a_dry_run_downloads_nothing_and_takes_declared_figures(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Hub().serve() as hub:
        hub.use(monkeypatch, tmp_path / "cache")
        found = dry(cli, "-t", "lalm-7", "--judge", "openai:gpt-4o", "-L", "100")
        assert hub.asked == []
    assert len(found["to_fetch"]) == 121
    assert (found["tasks"], found["left_out"]) == ({}, [])
    costs = found["benchmarks"]
    assert sorted(costs) == SEVEN
    assert {cost["tasks_here"] for cost in costs.values()} == {0}
    assert (costs["mmsu"]["items"], costs["mmsu"]["audio_hours"]) == (100, pytest.approx(0.14))
    assert (costs["sakura"]["items"], costs["sakura"]["judge_calls"]) == (800, 800)
    assert costs["dynamic_superb"]["items"] is None, "unknown is not 0"
    assert found["items"] is None
    unjudged = dry(cli, "-t", "lalm-7", "--judge", "none")["unjudged"]
    assert unjudged["voicebench"] == ["judge_score", "sdqa", "qa_vote"]


def test_a_given_copy_that_lacks_the_data_is_missing(cli: Cli, tmp_path: Path) -> None:
    found = dry(cli, "-t", "mmsu,mmau", "--data", f"mmsu={tmp_path}", code=4)
    assert [entry["benchmark"] for entry in found["left_out"]] == ["mmsu"]
    lines = cli(
        "evaluate", "mock:hash", "-t", "mmsu,mmau", "--data", f"mmsu={tmp_path}", "--dry-run"
    )
    assert "missing: mmsu (mmsu, data missing)" in lines.out
    assert "to fetch: mmau (mmau_test_mini, data missing): not on this machine" in lines.out
    assert "evaluate refuses this; --skip-unavailable runs what is there" in lines.out


def test_one_missing_task_is_refused_as_ever(cli: Cli, tmp_path: Path) -> None:
    found = cli("evaluate", "mock:hash", "-t", "mmsu", "-o", tmp_path / "run")
    assert found.code == 4
    assert "cannot fetch the hub data set" in found.err
    assert "--skip-unavailable" not in found.err
    skipped = cli(
        "evaluate", "mock:hash", "-t", "mmsu", "-o", tmp_path / "run", "--skip-unavailable"
    )
    assert (skipped.code, skipped.err) == (4, found.err)


def test_left_out_tasks_stand_in_manifest_and_table_until_they_run(
    cli: Cli, root: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = ("evaluate", "mock:hash", "-t", "mmsu,mmau,speech_ifeval_cot", "-o", run)
    flags = ("--skip-unavailable", "--judge", "none", "--plain")
    mmsu = ("--data", f"mmsu={root / 'mmsu'}")
    found = cli(*command, *flags, *mmsu)
    assert found.code == 0, found.err
    left = json.loads((run / "manifest.json").read_text())["left_out"]
    assert [(entry["task"], entry["lacks"]) for entry in left] == [
        ("mmau_test_mini", "data"),
        ("speech_ifeval_cot", "judge"),
    ]
    assert "left out: mmau (mmau_test_mini, data missing): cannot fetch" in found.out
    assert "left out: speech_ifeval (speech_ifeval_cot, judge missing)" in found.out
    again = cli(*command, *flags, *mmsu, "--data", f"mmau={root / 'mmau'}")
    assert again.code == 0, again.err
    left = json.loads((run / "manifest.json").read_text())["left_out"]
    assert [entry["task"] for entry in left] == ["speech_ifeval_cot"]
    assert "left out: mmau" not in again.out
    # a task that has run stays in the run when its data is gone
    third = cli(*command, *flags, *mmsu)
    assert third.code == 0, third.err
    left = json.loads((run / "manifest.json").read_text())["left_out"]
    assert [entry["task"] for entry in left] == ["speech_ifeval_cot"]


def test_nothing_is_left_without_a_judge(cli: Cli, tmp_path: Path) -> None:
    found = cli(
        "evaluate", "mock:hash", "-t", "speech_ifeval_cot", "-o", tmp_path / "run",
        "--skip-unavailable", "--judge", "none",
    )  # fmt: skip
    assert found.code == 2
    assert "without a judge nothing is left to run" in found.err


@pytest.mark.slow
def test_all_seven_end_to_end(
    cli: Cli, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(root))
    run = tmp_path / "run"
    found = cli("evaluate", "mock:hash", "-t", "lalm-7", "-o", run, "--judge", "none", "--plain")
    assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())
    assert sorted(results["benchmarks"]) == SEVEN
    assert len(results["tasks"]) == 121
    assert sum(task["outcomes"]["answered"] for task in results["tasks"].values()) == 1210
    assert "left_out" not in json.loads((run / "manifest.json").read_text())


@pytest.mark.long
@pytest.mark.slow
@needs_shared
@pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed"
)
def test_a_recogniser_on_what_is_there(cli: Cli, tmp_path: Path) -> None:
    """Real clips of one benchmark; the six others are left out by name."""
    run = tmp_path / "run"
    found = cli(
        "evaluate", "cascade:pocketsphinx", "-t", "lalm-7", "-L", "1", "-o", run, "--plain",
        "--skip-unavailable", "--judge", "none", "--data", f"sakura={SHARED / 'real' / 'sakura'}",
    )  # fmt: skip
    assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())
    assert list(results["benchmarks"]) == ["sakura"]
    assert len(results["tasks"]) == 8
    for benchmark in set(SEVEN) - {"sakura"}:
        assert f"left out: {benchmark} (" in found.out
