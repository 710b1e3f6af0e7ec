"""What a task says about its metrics is held against the registry before a model is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import TaskFileError, UsageError
from harness.task_loading.groups import load_task
from harness.task_loading.task import YamlTask
from metrics.registry import METRICS, Anchor, Measure, Quotient, register, share
from tests.support.command import CommandResult, run_in_process
from tests.support.runs.own_metric import write_task
from tests.support.shared import SHARED, needs_shared

CASES = SHARED / "cases" / "authoring"


def load(folder: Path, task: str = "ages") -> YamlTask:
    loaded = YamlTask(load_task(folder / f"{task}.yaml", task), trusted=True)
    loaded.check()
    return loaded


# --- names and directions ------------------------------------------------------------------------


def test_an_unknown_metric_is_refused_with_line_known_names_and_near_match(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError) as caught:
        load(write_task(tmp_path, metric="acuracy"))
    assert caught.value.where == f"{tmp_path / 'ages.yaml'}:11"
    assert caught.value.message == "unknown metric 'acuracy'"
    hint = str(caught.value.hint)
    assert "did you mean: accuracy" in hint and "known metrics: abstention_rate, accuracy" in hint


def test_an_unknown_metric_ends_the_command_before_data_and_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_task(tmp_path / "tasks", metric="acuracy")
    (folder / "ages_data.py").write_text("def load(**unused):\n    raise RuntimeError('data')\n")
    command = ("evaluate", "python:no_such:Model", "-t", "ages", "-o", tmp_path / "run")
    more = ("--include-path", folder, "--trust-task-code")
    done = run_in_process((*command, *more), monkeypatch, capsys)
    assert done.code == 2 and "ages.yaml:11: unknown metric 'acuracy'" in done.err
    assert not (tmp_path / "run").exists()


def test_a_direction_against_the_registry_is_refused(tmp_path: Path) -> None:
    folder = write_task(tmp_path, metric="accuracy", higher_is_better="false")
    with pytest.raises(TaskFileError, match=r"higher_is_better: false.* says true") as caught:
        load_task(folder / "ages.yaml", "ages")  # no code needs to run
    assert str(caught.value.where).endswith("ages.yaml:11")


def test_a_direction_against_an_entry_of_ones_own_is_refused(tmp_path: Path) -> None:
    entry = 'register(share("own_direction", higher_is_better=False))'
    with pytest.raises(TaskFileError, match=r"higher_is_better: true.* says false"):
        load(write_task(tmp_path, metric="own_direction", entry=entry))


def test_a_metric_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    folder = write_task(tmp_path, metric="accuracy")
    file = folder / "ages.yaml"
    line = next(line for line in file.read_text().splitlines() if "{metric: accuracy" in line)
    file.write_text(file.read_text().replace(line, f"{line}\n{line}"))
    with pytest.raises(TaskFileError, match="names 'accuracy' twice"):
        load_task(file, "ages")


# --- anchors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "anchors", "message"),
    [
        ("accuracy", "{accuracy: 0.25}", "are 0.25, expected a mapping"),
        ("accuracy", "{acuracy: {chance: 0.25}}", "'acuracy', which is not in metric_list"),
        ("accuracy", "{accuracy: {chanse: 0.25}}", "unknown anchor 'chanse'.*\n.*'chance'"),
        ("accuracy", "{accuracy: {chance: 25}}", "is 25, expected a value from 0 to 1\n.*: 0.25"),
        ("accuracy", "{accuracy: {chance: -0.1}}", "is -0.1, expected a value from 0 to 1"),
        ("accuracy", "{accuracy: {chance: 1}}", "runs from 1 .* to 1 "),
        ("accuracy", "{accuracy: {floor: 1, ceil: 1}}", "runs from 1 .* to 1 "),
        ("accuracy", "{accuracy: {floor: 0.9, ceil: 0.1}}", "expected the second above the first"),
        ("accuracy", "{accuracy: {chance: a quarter}}", "'a quarter', expected a finite number"),
        ("accuracy", "{accuracy: {chance: .nan}}", "nan, expected a finite number"),
        ("accuracy", "{accuracy: {chance: .inf}}", "inf, expected a finite number"),
        ("accuracy", "{accuracy: {chance: 1/4}}", "'1/4', expected a finite number"),
        ("accuracy", "{accuracy: {chance: true}}", "True, expected a finite number"),
        ("accuracy", f"{{accuracy: {{chance: 1{'0' * 400}}}}}", "expected a finite number"),
        ("accuracy", "{accuracy: {chance: null}}", "None, expected a finite number"),
        ("accuracy", "{accuracy: {chance: 0.2, floor: 0}}", "expected one kind only"),
        ("accuracy", "{accuracy: {mae_ref: 0.5}}", "runs from 0.5 .* expected the second above"),
        ("judge_score", "{judge_score: {chance: 0.5}}", "is 0.5, expected a value from 1 to 5"),
        ("wer", "{wer: {floor: 0, ceil: 1}}", "expected the second below the first"),
        ("mae", "{mae: {floor: 20}}", "both ends are needed"),
        ("mae", "{mae: {mae_ref: 0}}", "runs from 0 .* to 0 "),
    ],
)
def test_an_anchor_that_is_no_scale_is_refused_at_its_line(
    tmp_path: Path, metric: str, anchors: str, message: str
) -> None:
    higher = "false" if metric in {"wer", "mae"} else "true"
    folder = write_task(tmp_path, metric=metric, anchors=anchors, higher_is_better=higher)
    with pytest.raises(TaskFileError, match=message) as caught:
        load_task(folder / "ages.yaml", "ages")
    assert str(caught.value.where).endswith("ages.yaml:24")


@pytest.mark.parametrize(
    "anchors",
    [
        *("{}", "{accuracy: {}}", "{accuracy: {chance: 0.25}}", "{accuracy: {chance: 0}}"),
        *("{accuracy: {floor: 0.1}}", "{accuracy: {ceil: 0.9}}"),
    ],
)
def test_sound_anchors_are_taken(tmp_path: Path, anchors: str) -> None:
    load(write_task(tmp_path, metric="accuracy", anchors=anchors))


def test_anchors_that_a_task_computes_are_checked_too(tmp_path: Path) -> None:
    facts = 'def facts(docs):\n    return {"anchors": {"accuracy": {"chance": float("nan")}}}\n'
    task = load(write_task(tmp_path, metric="accuracy", more=facts))
    with pytest.raises(TaskFileError, match=r"nan, expected a finite number") as caught:
        task.facts([])
    assert str(caught.value.where).endswith("ages_scoring.py: facts()")


@needs_shared
@pytest.mark.parametrize(
    "case",
    [
        *("unknown-metric/b2", "unknown-metric/mm", "direction-contradiction/b1"),
        *(f"anchors/a{number}" for number in range(1, 10)),
    ],
)
def test_reported_task_files_are_refused_with_file_and_line(case: str) -> None:
    with pytest.raises(TaskFileError) as caught:
        load(CASES / case, "colours")
    assert f"{case}/colours.yaml:" in str(caught.value.where)


# --- metrics of one's own --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (share("accuracy", higher_is_better=False), "taken by a metric with other facts"),
        (share("Bad Name"), "small letters"),
        (Quotient("own_a", "share", (0, 1), "c", "n"), "family is 'share', expected one of"),  # type: ignore[arg-type]
        (Quotient("own_b", "mean", (1, 0), "c", "n"), "expected the smaller first"),
        (Quotient("own_c", "mean", (0, 1), "c", "n", role="control"), "belong together"),
        (Quotient("own_d", "mean", (0, 1), "c", "n", anchor=Anchor(1, 0)), "against its direction"),
        (Quotient("own_e", "mean", (0, 1), "c", "n", unit="years"), "unit is 'years'"),  # type: ignore[arg-type]
        ("accuracy", "is a metrics.registry.Measure, found 'accuracy'"),
    ],
)
def test_facts_that_contradict_each_other_are_not_registered(metric: Measure, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        register(metric)


def test_registering_twice_is_no_error_and_other_facts_are() -> None:
    register(share("own_twice"))
    register(share("own_twice"))
    with pytest.raises(UsageError, match="other facts"):
        register(share("own_twice", higher_is_better=False))


@pytest.fixture
def anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., CommandResult]:
    """The command as a process of its own would run it: an earlier one has registered and imported nothing."""

    def run(*arguments: str | Path) -> CommandResult:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(METRICS, "registered", {})
            known = {*sys.modules}
            found = run_in_process(arguments, monkeypatch, capsys)
        for name in [*sys.modules]:
            if name not in known and name.startswith(("_harness_task_code.", "own_metrics")):
                del sys.modules[name]
        return found

    return run


def _check_use(
    anew: Callable[..., CommandResult], run: Path, folder: Path, *trusted: str | Path
) -> None:
    """An own metric in results, gate and leaderboard: direction, unit, bounds, role."""
    code = ("--include-path", folder, "--trust-task-code")
    for name, reply in (("near", "30"), ("far", "90")):
        done = anew("evaluate", f"mock:fixed:{reply}", "-t", "ages", "-o", run / name, *code)
        assert done.code == 0, done.err
        assert "years_off ↓" in done.out
    assert " 60.00 " in done.out and "60.00%" not in done.out
    again = anew("score", run / "far", *code)
    assert again.code == 0 and " 60.00 " in again.out
    worse = anew("gate", run / "far", "--baseline", run / "near", *trusted)
    assert worse.code == 1, worse.err
    assert "years_off" in worse.out and "60.000" in worse.out
    board = anew("leaderboard", run / "near", run / "far", *trusted)
    assert board.code == 0, board.err
    assert "years off ↓" in board.out and "**0.00**" in board.out  # its own unit; lower is best
    assert "40.0" in board.out  # normalised: 60 of 100 years off


def test_a_metric_of_the_tasks_own_module_works_in_every_verb(
    anew: Callable[..., CommandResult], tmp_path: Path
) -> None:
    folder = write_task(tmp_path / "tasks", **YEARS)
    _check_use(anew, tmp_path, folder, "--include-path", folder, "--trust-task-code")
    face = (
        "import harness, sys; d = sys.argv[1];"
        "print(harness.gate(d + '/far', d + '/near', trust_task_code=True).exit_code,"
        " len(harness.leaderboard([d + '/near'], trust_task_code=True).tables))"
    )
    said = subprocess.run(
        [sys.executable, "-c", face, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[0] == "1"
    for verb in (
        ("gate", tmp_path / "far", "--baseline", tmp_path / "near"),
        ("leaderboard", tmp_path / "far"),
    ):
        refused = anew(*verb)
        assert refused.code == 2
        assert "--trust-task-code" in refused.err and "ages_scoring.py" in refused.err


def test_a_metric_of_an_installed_package_needs_no_trust_afterwards(
    anew: Callable[..., CommandResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_task(tmp_path / "tasks", **{**YEARS, "entry": ""})
    site = tmp_path / "site"
    info = site / "own_metrics-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-metrics\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[lalm_harness.metrics]\nyears_off = own_metrics:YEARS\nbroken_metric = own_metrics:NO\n"
    )
    entry = YEARS["entry"].removeprefix("register(").removesuffix(")")
    (site / "own_metrics.py").write_text(
        f"from metrics.registry import Anchor, Quotient\n\nYEARS = {entry}\n"
    )
    monkeypatch.syspath_prepend(site)
    _check_use(anew, tmp_path, folder)
    broken = write_task(tmp_path / "broken", metric="broken_metric")
    done = anew(
        *("evaluate", "mock:fixed:1", "-t", "ages", "-o", tmp_path / "x", "--trust-task-code"),
        *("--include-path", broken),
    )
    assert done.code == 4 and "plug-in metric 'broken_metric'" in done.err


YEARS = {
    "metric": "years_off",
    "higher_is_better": "false",
    "anchors": "{years_off: {floor: 100, ceil: 0}}",
    "entry": 'register(Quotient("years_off", "error", (0.0, None), "off", "n",'
    ' higher_is_better=False, unit="own"))',
    "stats": '{"off": abs((int(response) if str(response).isdigit() else 0) - doc["age"]), "n": 1}',
}
"""A metric of another unit and direction than most."""
