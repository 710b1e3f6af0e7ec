"""Hazards: a plan that is wrong when the money is spent, an estimate for items that nobody asked with a false width."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from harness.comparison.planning import PowerRequest, plan_power
from harness.errors import UnknownNameError, UsageError
from harness.run.reader import read_run
from metrics.statistics.power import pairs_needed
from tests.support.command import CommandResult
from tests.support.runs.board_runs import FakeTask, Item, write_run
from tests.support.runs.toy import jsonl

Cli = Callable[..., CommandResult]


def drawn(folder: Path, seed: int, *, repeats: int = 1, items: int = 100, tasks: int = 2) -> Path:
    """A run of tasks whose items have a rate of their own, the same in every run."""
    rng, fakes = random.Random(seed), {}
    for task in range(tasks):
        rates = [random.Random(f"{task}/{n}").betavariate(3, 1.5) for n in range(items)]
        found = [
            Item(f"i{n}", int(rng.random() < rates[n]), repeat=k)
            for k in range(repeats)
            for n in range(items)
        ]
        fakes[f"t{task}"] = FakeTask(found, benchmark="own")
    return write_run(folder, fakes, benchmarks=False)


def test_two_runs_give_connors_number(tmp_path: Path) -> None:
    runs = [read_run(drawn(tmp_path / name, seed)) for seed, name in enumerate("ab")]
    (one, _) = plan_power(PowerRequest(runs, drop=0.3))
    lines = [run.sample_index()["t0"] for run in runs]
    differ = sum(x["stats"] != y["stats"] for x, y in zip(*lines, strict=True)) / 100
    assert one.source == "pairs" and one.parts.within == 0
    assert one.needed is not None
    assert abs(one.needed.items - pairs_needed(0.3, differ)) <= 1


def test_repeats_lower_the_drop_that_is_found(tmp_path: Path) -> None:
    run = read_run(drawn(tmp_path / "a", 1, repeats=4))
    (one, _) = plan_power(PowerRequest([run], drop=0.1, cost=400))
    assert one.source == "repeats" and one.repeats == 4
    assert one.detectable[1] > one.detectable[2] > one.detectable[4] > one.detectable[8]
    assert one.needed is not None and one.needed.repeats > 1 and one.needed.items <= 100
    assert one.best is not None and (one.best.items, one.best.repeats) == (100, 4)
    (dear, _) = plan_power(PowerRequest([run], cost=400, item_cost=20))
    assert (
        dear.best is not None and dear.best.items < 100
    )  # items that cost much are asked more often


def test_power_on_the_command_line(tmp_path: Path, cli: Cli) -> None:
    one, other = drawn(tmp_path / "a", 1), drawn(tmp_path / "b", 2)
    refused = cli("power", one)
    assert refused.code == 2 and "--repeats" in refused.err
    shown = cli("power", one, other, "--drop", "0.02", "--cost", "50")
    assert shown.code == 0 and "more items than there are" in shown.out and "50 x 1" in shown.out
    report = json.loads(cli("power", one, other, "--drop", "0.2", "--json").out)
    assert {task["task"] for task in report["tasks"]} == {"t0", "t1"}
    assert cli("power", one, other, "--drop", "0").code == 2
    assert cli("power", one, other, one).code == 2
    with pytest.raises(UnknownNameError):
        plan_power(PowerRequest([read_run(one), read_run(other)], tasks=["absent"]))


# --- a gate that is planned --------------------------------------------------------------------


def test_a_planned_gate_says_what_the_real_one_prints(tmp_path: Path, cli: Cli) -> None:
    """With the candidate there, the planned detectable drops are those of the gate itself."""
    one, other = drawn(tmp_path / "a", 1), drawn(tmp_path / "b", 2)
    planned = json.loads(cli("gate", other, "--baseline", one, "--dry-run", "--json").out)
    real = harness.gate(other, one)
    assert [row["detectable"] for row in planned["rows"]] == pytest.approx(
        [row.detectable for row in real.rows], rel=0.02
    )
    assert real.suite is not None
    assert planned["suite"] == pytest.approx(real.suite.detectable, rel=0.02)


@pytest.mark.parametrize(
    ("runs", "repeats", "source"), [(1, 1, "assumed"), (2, 1, "runs"), (1, 2, "repeats")]
)
def test_the_spread_is_from_the_best_that_is_there(
    tmp_path: Path, cli: Cli, runs: int, repeats: int, source: str
) -> None:
    paths = [drawn(tmp_path / str(n), n, repeats=repeats) for n in range(runs)]
    flags = [part for path in paths for part in ("--baseline", path)]
    full = json.loads(cli("gate", "--dry-run", *flags, "--json").out)
    part = json.loads(cli("gate", "--dry-run", *flags, "--subset", "25", "--json").out)
    assert {row["source"] for row in full["rows"]} == {source}
    assert part["rows"][0]["items"] == 25
    assert part["suite"] == pytest.approx(2 * full["suite"], rel=0.1)
    assert part["passes"] < full["passes"]
    shown = cli("gate", "--dry-run", *flags)
    assert "suite mean" in shown.out and ("--changed" in shown.out) is (source == "assumed")


def test_a_pass_is_not_promised_where_no_pair_is_expected_to_differ(
    tmp_path: Path, cli: Cli
) -> None:
    """A perfect baseline of 40 items says nothing of drops below 3/40; one of 400 items does."""
    small, large = (
        write_run(
            tmp_path / str(count),
            {"t": FakeTask([Item(f"i{n}", 1) for n in range(count)], benchmark="own")},
            benchmarks=False,
        )
        for count in (40, 400)
    )
    planned = json.loads(cli("gate", "--dry-run", "--baseline", small, "--json").out)
    assert planned["passes"] == 0 and "every reply is the same" in planned["notes"][0]
    planned = json.loads(cli("gate", "--dry-run", "--baseline", large, "--json").out)
    assert planned["passes"] == 1 and "every reply" not in planned["notes"][0]


def test_a_saved_baseline_is_planned_like_its_run(tmp_path: Path, cli: Cli) -> None:
    run, file = drawn(tmp_path / "a", 1), tmp_path / "base.json"
    assert cli("gate", run, "--save-baseline", file).code == 0
    rows = [
        json.loads(cli("gate", "--dry-run", "--baseline", one, "--json").out)["rows"]
        for one in (run, file)
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    "flags", [("--dry-run",), (), ("--subset", "5", "--baseline", "x"), ("--dry-run", "--baseline", "x", "-o", "a.md")]
)  # fmt: skip
def test_planned_gates_refuse_what_makes_no_sense(
    tmp_path: Path, cli: Cli, flags: tuple[str, ...]
) -> None:
    run = drawn(tmp_path / "x", 1, items=5)
    found = cli("gate", *(str(run) if flag == "x" else flag for flag in flags))
    assert found.code == 2 and "Traceback" not in found.err


# --- subsets -------------------------------------------------------------------------------------


def subset_of(folder: Path, keep: int, seed: int) -> Path:
    """A run that asked every task for some items of another model."""
    path = drawn(folder, seed)
    manifest = json.loads((path / "manifest.json").read_text())
    for entry in manifest["tasks"].values():
        entry["subset"] = {"n": keep, "seed": 1}
    (path / "manifest.json").write_text(json.dumps(manifest))
    kept = [line for line in jsonl(path / "samples.jsonl") if int(line["id"][1:]) < keep]
    (path / "samples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in kept))
    return path


@pytest.mark.parametrize("saved", [False, True])
def test_a_subset_gets_a_value_for_all_items(tmp_path: Path, cli: Cli, saved: bool) -> None:
    base, file = drawn(tmp_path / "a", 1), tmp_path / "base.json"
    candidate = subset_of(tmp_path / "b", 40, 2)
    assert cli("gate", base, "--save-baseline", file).code == 0
    report = harness.gate(candidate, file if saved else base)
    assert [(row.task, row.n, row.of) for row in report.full] == [("t0", 40, 100), ("t1", 40, 100)]
    row = report.full[0]
    assert row.ci95 is not None and row.alone_ci95 is not None
    assert row.ci95[1] - row.ci95[0] < row.alone_ci95[1] - row.alone_ci95[0]
    assert row.ci95[0] <= row.value <= row.ci95[1]
    assert "candidate, all (estimate)" in report.to_text()
    assert not harness.gate(drawn(tmp_path / "c", 3), base).full


def test_a_planned_gate_refuses_another_signature(tmp_path: Path) -> None:
    one = drawn(tmp_path / "a", 1)
    other = write_run(
        tmp_path / "b",
        {"t0": FakeTask([Item("i0", 1)], benchmark="own", parts={"prompt": "x"})},
        benchmarks=False,
    )
    with pytest.raises(UsageError, match="prompt differs"):
        plan_power(PowerRequest([read_run(one), read_run(other)], tasks=["t0"]))
