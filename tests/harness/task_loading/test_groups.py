"""Hazards of group files: inline tasks that inherit too much or too little, and tasks that cannot run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import TaskFileError
from harness.task_loading.groups import inline_tasks, load_task
from harness.task_loading.index import scan
from harness.task_loading.yaml_file import load_yaml
from tests.support.command import CommandResult
from tests.support.runs.toy import TOY

Cli = Callable[..., CommandResult]

SHARED = (TOY / "toy.yaml").read_text().replace("task: toy\n", "group: toys\n")
MEMBERS = """
task:
  - {task: toy_red, dataset_kwargs: {colour: red}}
  - task: toy_blue
    dataset_kwargs: {colour: blue}
    metadata: {lalm: {title: Blue toys, items: 4}}
"""


def write(folder: Path, members: str = MEMBERS, shared: str = SHARED) -> Path:
    path = folder / "toys.yaml"
    path.write_text(shared + members)
    return path


def test_inline_tasks_inherit_and_override(tmp_path: Path) -> None:
    path = write(tmp_path)
    red, blue = load_task(path, "toy_red"), load_task(path, "toy_blue")
    assert red.raw["dataset_kwargs"] == {"colour": "red"}
    assert (red.description, red.items) == ("A toy task for tests", None)
    assert (blue.description, blue.items) == ("Blue toys", 4)
    assert blue.metrics == red.metrics == ("accuracy", "wer")
    assert blue.raw["metadata"]["version"] == 1.0
    assert blue.yaml_path == path


def test_an_include_is_shared_by_all_members(tmp_path: Path) -> None:
    (tmp_path / "_toy.yaml").write_text((TOY / "toy.yaml").read_text().replace("task: toy\n", ""))
    path = write(tmp_path, shared="include: _toy.yaml\ngroup: toys\n")
    index = scan(tmp_path)
    assert index.members("toys") == ["toy_red", "toy_blue"]
    assert index.tasks["toy_blue"].items == 4
    assert load_task(path, "toy_red").metrics == ("accuracy", "wer")


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert load_task(path, "toy_blue").items == 4
    write(tmp_path, MEMBERS.replace("items: 4", "items: 4000"))
    assert load_task(path, "toy_blue").items == 4000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task: toy_blue", "tsk: toy_blue", r"toys\.yaml:\d+: 'task' of a group must be a list"),
        ("toy_blue", "toy_red", r"toys\.yaml:\d+: the group 'toys' declares .*'toy_red' twice"),
        ("items: 4", "items: four", r"toys\.yaml:42: metadata.lalm.items is 'four'"),
        ("dataset_kwargs: {colour: blue}", "dataset_kwarg: {}", r"toys\.yaml:41: unknown key"),
        ("title: Blue", "titel: Blue", r"toys\.yaml:42: unknown key 'metadata.lalm.titel'"),
    ],
)
def test_the_schema_names_the_line_of_the_member(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in MEMBERS
    write(tmp_path, MEMBERS.replace(old, new))
    with pytest.raises(TaskFileError, match=message):
        scan(tmp_path)


def test_a_group_of_names_takes_no_task_keys(tmp_path: Path) -> None:
    write(tmp_path, "\ntask: [toy]\n")
    with pytest.raises(TaskFileError, match="unknown key 'custom_dataset'"):
        scan(tmp_path)


def test_members_have_lines_of_their_own(tmp_path: Path) -> None:
    path = write(tmp_path)
    blue = inline_tasks(load_yaml(path))["toy_blue"]
    number = path.read_text().split("\n").index("  - task: toy_blue") + 1
    assert blue.where("task") == f"{path}:{number}"
    assert blue.where("custom_dataset") == f"{path}:2"


def test_a_task_that_the_file_does_not_declare(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError, match="declares no task 'toy_green'"):
        load_task(write(tmp_path), "toy_green")
    with pytest.raises(TaskFileError, match="no such task file"):
        load_task(tmp_path / "gone.yaml", "toy_red")


def test_a_task_that_cannot_be_run_is_listed_and_refused_with_its_reason(
    cli: Cli, tmp_path: Path
) -> None:
    task = "dynamic_superb_songseparation_singset"
    reason = "the answer is audio"
    assert reason in cli("tasks", "list", task).out
    assert reason in cli("tasks", "show", task).out
    for command in (
        ("evaluate", "mock:hash", "-t", task, "-o", tmp_path / "run"),
        ("score", task, TOY / "toy.yaml", "-o", tmp_path / "run"),
    ):
        found = cli(*command)
        assert found.code == 2
        assert reason in found.err
    assert not (tmp_path / "run").exists()
