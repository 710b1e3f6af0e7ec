"""What task code returns is checked before a model is asked, and one item's fault costs one item."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import TaskCodeError
from harness.task_loading.checks.answers import check_options
from harness.task_loading.groups import load_task
from tests.support.command import CommandResult, run_in_process
from tests.support.runs.own_metric import write_task

Run = Callable[..., CommandResult]
GOOD = '{"correct": int(response == str(doc["age"])), "n": 1}'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def evaluate(*more: str, limit: str = "8") -> CommandResult:
        command = ("evaluate", "mock:echo", "-t", "ages", "--include-path", tmp_path / "tasks")
        flags = ("--trust-task-code", "-o", tmp_path / "run", "-L", limit, *more)
        return run_in_process((*command, *flags), monkeypatch, capsys)

    return evaluate


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("stats", "message"),
    [
        ('{"corect": 1, "n": 1}', "the statistics are 'corect', 'n', expected 'correct' and 'n'"),
        ('{"correct": 100, "n": 1}', "is 100, expected a value from 0 to 1"),
        ('{"correct": float("nan"), "n": 1}', "expected a finite number"),
        ('{"correct": -1, "n": 1}', "expected at least 0"),
        ('{"correct": 1, "n": 0}', "has no value"),
        ('{"correct": "1", "n": 1}', "expected a finite number"),
        ("5", "expected a mapping"),
    ],
)  # fmt: skip
def test_wrong_statistics_end_the_command_before_the_model(
    tmp_path: Path, run: Run, stats: str, message: str
) -> None:
    write_task(tmp_path / "tasks", metric="accuracy", stats=stats)
    done = run()
    assert done.code == 2 and message in done.err and "item '0'" in done.err, done.err
    assert not (tmp_path / "run" / "responses.jsonl").exists()


def test_statistics_of_two_forms_at_once_are_no_fault_of_the_harness(
    tmp_path: Path, run: Run
) -> None:
    write_task(tmp_path / "tasks", metric="if_rate", stats='{"correct": 1, "n": 1, "n_prompts": 1}')
    done = run()
    assert done.code == 2 and "the statistics are 'correct', 'n', 'n_prompts'" in done.err, done.err


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("ages_data.py", "return {", "return None or [", "SyntaxError"),
        ("ages_data.py", '{"test": Documents(docs, DataInfo("written here", version="1", total=40))}', "docs", "expected a mapping of splits"),
        ("ages_data.py", '"test"', '"tset"', "returned the splits 'tset'"),
        ("ages_data.py", "Documents(docs, DataInfo(\"written here\", version=\"1\", total=40))", "(d for d in docs)", "is a generator"),
        ("ages_data.py", '"age": 30', '"aeg": 30', "'age'"),
        ("ages_data.py", "docs = [", "docs = [5] + [", "document 0 of the split"),
        ("ages_scoring.py", 'return doc["age"]', 'return doc["gold"]', "raised KeyError: 'gold'"),
        ("ages_scoring.py", 'return doc["age"]', "return {1, 2}", "JSON cannot hold"),
        ("ages_scoring.py", 'return doc["age"]', "exit(0)", "raised SystemExit: 0"),
        ("ages_scoring.py", "process_results =", "exit(0)\n\nprocess_results =", "SystemExit(0)"),
        ("ages_data.py", '"age": 30', '"age": {30}', "the field 'age' of item '0' is"),
        ("ages_data.py", '"age": 30', '"age": object()', "JSON cannot hold"),
        ("ages_scoring.py", "return ItemScore(", "return dict(", "expected an ItemScore"),
        ("ages_scoring.py", '"strict"', '"official"', "does not name the metric"),
        ("ages_scoring.py", '{"accuracy": {', '{"acuracy": {', "left out the metric 'accuracy'"),
        ("ages_scoring.py", "process_results =", "def options(doc):\n    return None\n\n\nprocess_results =", "options() of item '0' returned None"),
        ("ages_scoring.py", "process_results =", "def options(doc):\n    return ['a', 'b', ' a ']\n\n\nprocess_results =", "of item '0' holds 'a' twice"),
        ("ages_scoring.py", "process_results =", "def options(doc):\n    return ['a'] * (doc['number'] == 39) * 2\n\n\nprocess_results =", "item '39' holds"),
        ("ages_scoring.py", "process_results =", "def options(doc):\n    return iter(int, 1)\n\n\nprocess_results =", "do not end"),
        ("ages_scoring.py", "return ItemScore", 'doc["age"] = 5\n    return ItemScore', "changed the field 'age' of item '0'"),
        ("ages_scoring.py", "return ItemScore", "raise BaseException\n    return ItemScore", "raised BaseException"),
        ("ages_scoring.py", "from metrics.vanilla", "import asyncio\nraise asyncio.CancelledError\nfrom metrics.vanilla", "failed: CancelledError"),
        ("ages_scoring.py", "process_results = hook", "process_result = hook", "has no function 'process_results'"),
        ("ages_data.py", 'DataInfo("written here", version="1", total=40)', "None", "expected a DataInfo"),
        ("ages_data.py", 'version="1"', "version=1", "DataInfo.version is 1"),
        ("ages_data.py", "Documents(docs,", "Documents(iter(docs),", "without a length"),
        ("ages_data.py", '"age": 30', '"age": 10**5000', "the field 'age' of item '0'"),
    ],
)  # fmt: skip
def test_wrong_code_ends_the_command_before_the_model(
    tmp_path: Path, run: Run, file: str, old: str, new: str, message: str
) -> None:
    change(write_task(tmp_path / "tasks", metric="accuracy"), file, old, new)
    done = run()
    assert done.code == 2 and message in done.err, done.err
    assert not (tmp_path / "run" / "responses.jsonl").exists()


def test_numbers_of_numpy_are_plain_in_the_results(tmp_path: Path, run: Run) -> None:
    stats = '{"correct": __import__("numpy").bool_(True), "n": __import__("numpy").int64(1)}'
    write_task(tmp_path / "tasks", metric="accuracy", stats=stats)
    assert run().code == 0
    line = json.loads((tmp_path / "run" / "samples.jsonl").read_text().splitlines()[0])
    assert line["stats"]["accuracy"]["strict"] == {"correct": 1, "n": 1}


def test_one_item_that_raises_is_an_error_and_the_others_are_scored(
    tmp_path: Path, run: Run
) -> None:
    folder = write_task(tmp_path / "tasks", metric="accuracy")
    change(
        folder,
        "ages_scoring.py",
        "    return ItemScore",
        '    1 / (doc["number"] - 5)\n    return ItemScore',
    )
    done = run()
    assert done.code == 3
    assert "1 of 8 items" in done.err and "item '5'" in done.err and "ZeroDivisionError" in done.err
    results = json.loads((tmp_path / "run" / "results.json").read_text())["tasks"]["ages"]
    assert results["unscored"]["items"] == 1 and results["outcomes"]["error"] == 1
    assert results["metrics"]["accuracy"]["strict"]["n"] == 7


def test_an_error_on_purpose_of_strange_code_is_one_item(tmp_path: Path, run: Run) -> None:
    folder = write_task(tmp_path / "tasks", metric="accuracy")
    raised = '    if doc["number"] == 5:\n        raise UsageError("mine")\n    return ItemScore'
    change(folder, "ages_scoring.py", "    return ItemScore", raised)
    change(
        folder,
        "ages_scoring.py",
        "from harness.types",
        "from harness.errors import UsageError\nfrom harness.types",
    )
    done = run()
    assert done.code == 3 and "item '5' raised UsageError: mine" in done.err, done.err


@pytest.mark.parametrize(
    ("reference", "is_right"),
    [
        ("red", True), ("  red ", True), ("A", True), ("(b)", True), ("1", True), (2, True), ("A. red", True), (["red"], True),
        ("pink", False), ("C", False), (9, False), (None, False), ("", False), ("9", False),
    ],
)  # fmt: skip
def test_a_reference_answer_is_one_of_the_options(
    tmp_path: Path, reference: object, is_right: bool
) -> None:
    spec = load_task(write_task(tmp_path / "tasks", metric="accuracy") / "ages.yaml", "ages")
    spec = replace(spec, answer="option")
    if is_right:
        check_options(spec, {"_id": "7"}, ("red", "blue"), reference)
        return
    with pytest.raises(TaskCodeError, match=r"reference\(\) of item '7'"):
        check_options(spec, {"_id": "7"}, ("red", "blue"), reference)


CLUSTER = ("    answer: number", "    cluster: speaker\n    answer: number")


def test_a_cluster_field_that_no_item_has_is_refused(tmp_path: Path, run: Run) -> None:
    change(write_task(tmp_path / "tasks", metric="accuracy"), "ages.yaml", *CLUSTER)
    done = run()
    assert done.code == 2 and "names 'speaker', a field that no document" in done.err


def test_items_without_a_cluster_are_clusters_of_their_own_with_a_note(
    tmp_path: Path, run: Run
) -> None:
    folder = write_task(tmp_path / "tasks", metric="accuracy")
    change(folder, "ages.yaml", *CLUSTER)
    change(folder, "ages_data.py", '"age": 30', '"age": 30, "speaker": n // 4 or None')
    done = run(limit="40")
    assert done.code == 0 and "4 of 40 items without 'speaker'" in done.out
    results = json.loads((tmp_path / "run" / "results.json").read_text())["tasks"]["ages"]
    assert results["metrics"]["accuracy"]["strict"]["method"].endswith("clusters=13")


INTERRUPTED = """
class Late:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt
"""
NOW = 'type("Owner", (), {"late": Late()})'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("process_results =", f"{INTERRUPTED}\n{NOW}\n\nprocess_results ="),
        ('return doc["age"]', f"return {NOW}"),
    ],
)
def test_ctrl_c_in_code_of_a_task_is_no_error_of_an_item(
    tmp_path: Path, run: Run, old: str, new: str
) -> None:
    write_task(tmp_path / "tasks", metric="accuracy", stats=GOOD)
    change(tmp_path / "tasks", "ages_scoring.py", old, new)
    if INTERRUPTED not in new:
        change(
            tmp_path / "tasks",
            "ages_scoring.py",
            "process_results =",
            f"{INTERRUPTED}\nprocess_results =",
        )
    done = run()
    assert done.code == 130 and "interrupted" in done.err, done.err
