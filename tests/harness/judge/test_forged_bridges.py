"""Hazards: a bridge file or manifest that is damaged or forged, and a new judge's value that passes for the official one; two models of one name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.judge.bridge.tables import stored_table
from metrics.statistics.bridged import fit_table
from tests.support.command import CommandResult
from tests.support.runs.judged import MODEL, TASK, officially_judged

Cli = Callable[..., CommandResult]
NEW = "mock:fixed:Explanation: x\nJudgement: correct"
PAIRS = [(1.0, 1.0, 9)] * 85 + [(1.0, 0.0, 9)] + [(0.0, 0.0, 9)] * 7 + [(0.0, 1.0, 9)] * 7
TOSSED = [(official, new, 9) for official in (0.0, 1.0) for new in (0.0, 1.0)] * 25


def manifest(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())
    return found


@pytest.fixture(name="folder", scope="module")
def folder_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forged")


@pytest.fixture(name="run")
def judged_run(folder: Path, cli: Cli) -> Path:
    """A run that the new judge has judged, once."""
    run = folder / "run"
    if not run.exists():
        file = officially_judged(folder / "r.jsonl", "m", 0.9, count=20, known=0)
        assert cli("score", TASK, file, "-o", run, "--quiet", "--judge", NEW).code == 0
    return run


@pytest.fixture(name="bridge")
def good_bridge(run: Path) -> dict[str, Any]:
    """A bridge to that judge, as a file would hold it."""
    judge = manifest(run)["tasks"][TASK]["judge"]
    table = stored_table(fit_table({"a": PAIRS, "b": PAIRS}))
    entry = {
        "benchmark": "sakura",
        "made": "2026-11-29",
        "official": {"id": "replay", "model": MODEL, "prompts": None},
        "judge": {"id": judge["id"], "model": judge["model"], "prompts": judge["prompts"]},
        "metrics": {"accuracy": {"official": table, "strict": table}},
    }
    return json.loads(json.dumps({"bridge_version": 1, "tasks": {TASK: entry}}))  # type: ignore[no-any-return]


def readings(bridge: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bridge["tasks"][TASK]["metrics"]["accuracy"]
    return found


def no_metrics(bridge: dict[str, Any]) -> None:
    bridge["tasks"][TASK]["metrics"] = {}


def unknown_metric(bridge: dict[str, Any]) -> None:
    metrics = bridge["tasks"][TASK]["metrics"]
    metrics["nope"] = metrics["accuracy"]


def metric_of_no_judge(bridge: dict[str, Any]) -> None:
    metrics = bridge["tasks"][TASK]["metrics"]
    metrics["letter_or_text"] = metrics["accuracy"]


def one_reading(bridge: dict[str, Any]) -> None:
    del readings(bridge)["strict"]


def fewer_counts(bridge: dict[str, Any]) -> None:
    readings(bridge)["strict"]["models"] = {"a": [[[1, 0], [0, 1]]]}


def tossed(bridge: dict[str, Any]) -> None:
    readings(bridge)["strict"].update(stored_table(fit_table({"a": TOSSED})), useless=None)


def endless_count(bridge: dict[str, Any]) -> None:
    readings(bridge)["strict"]["models"]["a"][0][0][0] = 10**400


def large_count(bridge: dict[str, Any]) -> None:
    readings(bridge)["strict"]["models"]["a"][0][0][0] = 10**18


def percent(bridge: dict[str, Any]) -> None:
    readings(bridge)["strict"]["levels"] = [0, 100]


def other_official(bridge: dict[str, Any]) -> None:
    bridge["tasks"][TASK]["official"]["model"] = "other|repeats:9"


def one_judge(bridge: dict[str, Any]) -> None:
    entry = bridge["tasks"][TASK]
    entry["official"]["id"] = entry["judge"]["id"]


FORGED: Mapping[Callable[[dict[str, Any]], None], str] = {
    no_metrics: "metrics: none; the judged ones of the task are accuracy",
    unknown_metric: "metrics: accuracy, nope; the judged ones",
    metric_of_no_judge: "metrics: accuracy, letter_or_text; the judged ones",
    one_reading: "metrics.accuracy: no table of the strict reading",
    fewer_counts: "metrics.accuracy.strict: the table is damaged: n is 200, and its counts make 2",
    tossed: "metrics.accuracy.strict: the table is damaged: useless is null, and its counts say: kappa is 0.00",
    endless_count: "metrics.accuracy.strict: the table is damaged: int too large",
    large_count: "metrics.accuracy.strict: the table is damaged: counts, levels and cuts",
    percent: "metrics.accuracy.strict.levels: accuracy lies between 0 and 1",
    other_official: "official.model is 'other|repeats:9', and the task's judge is",
    one_judge: "official.id and judge.id are one judge",
}


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: str(forge.__name__))
def test_a_forged_bridge_is_refused_in_a_file_and_in_a_manifest(tmp_path: Path, cli: Cli, run: Path, bridge: dict[str, Any], forge: Callable[[dict[str, Any]], None]) -> None:  # fmt: skip
    path = tmp_path / "b.json"
    path.write_text(json.dumps(bridge))
    flags = ("--rejudge", "--quiet", "--judge", NEW, "-J", f"bridge={path}")
    good = cli("score", run, *flags)
    assert good.code == 0, good.err
    bridged = json.loads((run / "results.json").read_text())["tasks"][TASK]["metrics"]["accuracy"]
    assert all("bridge" in bridged[reading] for reading in ("official", "strict"))
    before = (run / "results.json").read_bytes()
    forge(bridge)
    path.write_text(json.dumps(bridge))
    found = cli("score", run, *flags)
    assert found.code == 2 and FORGED[forge] in found.err and "b.json" in found.err, found.err
    kept = manifest(run)
    content = manifest(run)
    content["tasks"][TASK]["judge"]["bridge"] = bridge["tasks"][TASK]
    (run / "manifest.json").write_text(json.dumps(content))
    rescored = cli("score", run, "--quiet")
    (run / "manifest.json").write_text(json.dumps(kept))
    assert rescored.code == 2 and FORGED[forge] in rescored.err, rescored.err
    assert f"manifest.json: tasks.{TASK}.judge.bridge" in rescored.err
    assert (run / "results.json").read_bytes() == before


@pytest.mark.parametrize("given", ["", "true"])
def test_a_bridge_is_a_path(cli: Cli, run: Path, given: str) -> None:
    found = cli("score", run, "--rejudge", "--judge", NEW, "-J", f"bridge={given}")
    assert found.code == 2 and "-J bridge: expected the path of a file" in found.err


def test_true_is_no_version(tmp_path: Path, cli: Cli, run: Path, bridge: dict[str, Any]) -> None:
    path = tmp_path / "b.json"
    path.write_text(json.dumps({**bridge, "bridge_version": True}))
    found = cli("score", run, "--rejudge", "--judge", NEW, "-J", f"bridge={path}")
    assert found.code == 2 and "is not a bridge of version 1" in found.err


def test_two_models_of_one_name_are_not_one_model(tmp_path: Path, cli: Cli) -> None:
    runs = [tmp_path / model / "sakura" for model in ("one", "two")]
    for run in runs:
        run.parent.mkdir()
        file = officially_judged(run.parent / "r.jsonl", run.parent.name, 0.5, count=5)
        assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    for verb in (("bridge", "-o", tmp_path / "b.json"), ("compare",)):
        found = cli("judge", *verb, *runs)
        assert found.code == 2 and "are both named 'sakura', and their replies differ" in found.err
        assert "--name" in found.err
