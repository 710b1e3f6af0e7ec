"""Hazards: a run of lm-eval's tasks that is not scored, compared or shown without lm-eval or its data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult, imported
from tests.support.data.lm_eval_tasks import write_stand_ins, write_sums
from tests.support.runs.toy import results, timeless

Cli = Callable[..., CommandResult]


def evaluated(cli: Cli, run: Path, model: str, folder: Path, *flags: str) -> Path:
    done = cli(
        "evaluate", model, "-t", "lm_eval:sums", "--include-path", folder, "-o", run, "--quiet",
        *flags,
    )  # fmt: skip
    assert done.code == 0, done.err
    return run


def test_it_is_scored_again_without_data_and_goes_on(cli: Cli, tmp_path: Path) -> None:
    folder = write_sums(tmp_path)
    run = evaluated(cli, tmp_path / "run", "mock:echo", folder)
    before = timeless(run)
    part = evaluated(cli, tmp_path / "part", "mock:echo", folder, "-L", "5")
    evaluated(cli, part, "mock:echo", folder)
    assert timeless(part)[0] == before[0]
    for name in ("test.jsonl", "train.jsonl"):
        (folder / name).unlink()
    done = cli("score", run, "--quiet")
    assert done.code == 0, done.err
    assert timeless(run) == before


def test_another_version_of_lm_eval_does_not_score_it(cli: Cli, tmp_path: Path) -> None:
    run = evaluated(cli, tmp_path / "run", "mock:echo", write_sums(tmp_path))
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["tasks"]["lm_eval:sums"]["facts"]["lm_eval"]["version"] = "0.4.12"
    (run / "manifest.json").write_text(json.dumps(manifest))
    done = cli("score", run, "--quiet")
    assert done.code == 2
    assert "pip install lm-eval==0.4.12" in done.err


@pytest.mark.slow
def test_reading_a_run_imports_no_lm_eval(cli: Cli, tmp_path: Path) -> None:
    folder = write_sums(tmp_path)
    one = evaluated(cli, tmp_path / "one", "mock:hash", folder)
    two = evaluated(cli, tmp_path / "two", "mock:echo", folder)
    commands: list[tuple[str | Path, ...]] = [
        ("compare", one, two),
        ("gate", two, "--baseline", one),
        ("leaderboard", one, two),
        ("export", two, "--format", "junit"),
        ("export", two, "--format", "lm-eval"),
    ]
    for command, (code, modules) in zip(commands, imported(*commands), strict=True):
        assert code == 0 or command[0] == "gate", command
        assert not {"lm_eval", "datasets", "torch"} & modules, command


def test_side_by_side(cli: Cli, tmp_path: Path) -> None:
    """A backbone and its audio model in one command, with a paired interval."""
    folder = write_sums(tmp_path)
    backbone = evaluated(cli, tmp_path / "backbone", "mock:echo", folder)
    audio = evaluated(cli, tmp_path / "audio", "mock:hash", folder)
    done = cli("compare", backbone, audio, "--json")
    assert done.code == 0, done.err
    rows = {row["metric"]: row for row in json.loads(done.out)["metrics"]}
    found = rows["exact_match_flexible_extract"]
    assert found["difference"] == -0.25
    low, high = found["ci95"]
    assert low < -0.25 < high


@pytest.mark.slow
def test_the_suite_has_a_board(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nltk = pytest.importorskip("nltk")
    pytest.importorskip("immutabledict")
    monkeypatch.setattr(nltk.data, "find", lambda *_args, **_kwargs: "present")
    copy = write_stand_ins(tmp_path / "copy")
    run = tmp_path / "run"
    done = cli(
        "evaluate", "mock:fixed:the answer is (B) 3", "-t", "text_retention", "-o", run, "--quiet",
        "--data", f"lm_eval={copy}",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = results(run)
    assert len(found["tasks"]) == 16
    board = found["benchmarks"]["lm_eval"]["native"]
    assert board["complete"]
    scores = {name: cell["value"] for name, cell in board["scores"].items()}
    subjects = [one for name, one in found["tasks"].items() if "mmlu_pro" in name]
    right = sum(
        one["n"] * one["metrics"]["exact_match_custom_extract"]["official"]["value"]
        for one in subjects
    )
    total = sum(one["n"] for one in subjects)
    assert scores["mmlu_pro"] == round(100 * right / total, 1)
    assert scores["gsm8k"] == 12.5
    three = [scores[name] for name in ("ifeval", "gsm8k", "mmlu_pro")]
    assert scores["avg"] == round(sum(three) / 3, 1)
    shown = cli("leaderboard", run).out
    assert "Mmlu pro" in shown


def test_data_and_task_file_may_be_named_from_where_one_stands(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative ``--include-path``; the data next to the task file, named relative to it."""
    folder = write_sums(tmp_path / "mine")
    task = folder / "sums.yaml"
    task.write_text(task.read_text().replace(f"{folder}/", ""))
    monkeypatch.chdir(tmp_path)
    run = evaluated(cli, tmp_path / "run", "mock:echo", Path("mine"))
    monkeypatch.chdir(folder)
    again = evaluated(cli, tmp_path / "again", "mock:echo", Path())
    assert timeless(run)[0] == timeless(again)[0]
    (tmp_path / "secret.jsonl").write_text((folder / "test.jsonl").read_text())
    task.write_text(task.read_text().replace("test: test.jsonl", "test: ../secret.jsonl"))
    done = cli(
        "evaluate", "mock:echo", "-t", "lm_eval:sums", "--include-path", folder, "-o",
        tmp_path / "out", "--quiet",
    )  # fmt: skip
    assert done.code == 2
    assert "outside the folder" in done.err
