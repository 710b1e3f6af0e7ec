"""Hazards: a tracker that gets another value, that is asked without leave, or whose absence is a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from harness.report.tracked_values import configuration, flat_values
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> harness.Run:
    folder = tmp_path_factory.mktemp("trackers") / "run"
    return harness.evaluate("mock:options", "quickstart_choice", folder, judge="none")


def test_values_have_flat_names_with_their_interval(run: harness.Run) -> None:
    found = flat_values(run.view)
    value = run.metric("quickstart_choice", "accuracy")
    name = "quickstart_choice/accuracy/strict"
    assert (found[name], found[f"{name}_n"]) == (value.value, value.n)
    assert value.ci95 == (found[f"{name}_low"], found[f"{name}_high"])
    assert "signature.quickstart_choice" in configuration(run.view)


@pytest.mark.parametrize(("form", "package"), [("wandb", "wandb"), ("mlflow", "mlflow")])
def test_without_the_package_the_command_says_what_to_install(
    cli: Cli,
    run: harness.Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    package: str,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = cli("export", run.path, "--format", form, "-o", tmp_path / "out")
    assert (done.code, "lalm-harness[trackers]" in done.err) == (4, True), done.err


def test_a_run_of_wandb_is_written_offline(
    cli: Cli, run: harness.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb", reason="the extra `trackers` is not installed")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    done = cli("export", run.path, "--format", "wandb", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    (log,) = (tmp_path / "out").rglob("run-*.wandb")
    assert log.stat().st_size > 500


def test_a_run_of_wandb_that_the_caller_has_open_stays_open(
    run: harness.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb = pytest.importorskip("wandb", reason="the extra `trackers` is not installed")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("WANDB_SILENT", "true")
    mine = wandb.init(dir=str(tmp_path), mode="offline")
    try:
        harness.export(run, "wandb", tmp_path / "out")
        assert wandb.run is mine
        mine.log({"loss": 1.0})  # raises where the run is finished
        assert "quickstart_choice/accuracy/strict" not in mine.summary.keys()  # noqa: SIM118
        assert list((tmp_path / "out").rglob("run-*.wandb"))
    finally:
        mine.finish()
        wandb.teardown()


def test_a_run_of_mlflow_holds_every_value(
    cli: Cli, run: harness.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow", reason="the extra `trackers` is not installed")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    done = cli("export", run.path, "--format", "mlflow", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    client = mlflow.MlflowClient((tmp_path / "out").as_uri())
    (found,) = client.search_runs([client.get_experiment_by_name("lalm-harness").experiment_id])
    assert found.data.metrics == pytest.approx(flat_values(run.view))
    assert found.data.params["model"] == "mock:options"
    assert {file.path for file in client.list_artifacts(found.info.run_id)} == {
        "manifest.json",
        "results.json",
        "samples.jsonl",
    }
