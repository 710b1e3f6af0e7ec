"""Hazards: a run that a patch release locks out; a run in which two scorers or two protocols meet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.core.version import __version__
from harness.run import manifest as manifests
from harness.run.manifest import continued, same_minor
from harness.run.reader import read_manifest
from tests.support.command import CommandResult
from tests.support.runs.toy import TOY, evaluate_arguments, jsonl, results, write_tone

Cli = Callable[..., CommandResult]
BEGAN = f"{__version__.rpartition('.')[0]}.999"
"""Another patch version of this minor one."""


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "6")


def edit(run: Path, **change: Any) -> dict[str, Any]:
    path = run / "manifest.json"
    content = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps(content))
    return content


def begun(cli: Cli, tmp_path: Path, version: str) -> Path:
    """Half a run, by another version of the harness."""
    run = tmp_path / "run"
    assert cli(*evaluate_arguments("mock:hash", run, "-q", "-L", "3")).code == 0
    edit(run, harness_version=version)
    return run


def test_another_patch_version_goes_on_and_both_are_noted(cli: Cli, tmp_path: Path) -> None:
    run = begun(cli, tmp_path, BEGAN)
    created = read_manifest(run)["created"]
    found = cli(*evaluate_arguments("mock:hash", run, "--plain"))
    assert found.code == 0, found.err
    assert f"begun by harness {BEGAN}, continued by {__version__}" in found.out
    manifest = read_manifest(run)
    assert (manifest["harness_version"], manifest["created"]) == (BEGAN, created)
    assert [entry["harness_version"] for entry in manifest["continued"]] == [__version__]
    assert len(jsonl(run / "responses.jsonl")) == 6  # three asked by each version, none twice
    cli(*evaluate_arguments("mock:hash", run, "-q"))
    assert read_manifest(run)["continued"] == manifest["continued"]


def test_the_results_are_those_of_one_version(cli: Cli, tmp_path: Path) -> None:
    run = begun(cli, tmp_path, BEGAN)
    assert cli(*evaluate_arguments("mock:hash", run, "-q")).code == 0
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "one", "-q")).code == 0
    assert results(run) == results(tmp_path / "one")


@pytest.mark.parametrize("version", ["0.0.0", "99.1.0", f"{__version__}rc1", "", "latest"])
def test_any_other_version_is_refused_with_the_cure(cli: Cli, tmp_path: Path, version: str) -> None:
    run = begun(cli, tmp_path, version)
    before = (run / "manifest.json").read_bytes()
    found = cli(*evaluate_arguments("mock:hash", run, "-q"))
    assert found.code == 2 and f"made by harness {version}" in found.err
    assert f"harness score {run}" in found.err and "another -o" in found.err
    assert (run / "manifest.json").read_bytes() == before


def other_task(tmp_path: Path, scorer: str) -> Path:
    """The toy task under another name, at some version of its scorer."""
    folder = tmp_path / "tasks"
    shutil.copytree(TOY, folder, dirs_exist_ok=True)
    text = (TOY / "toy.yaml").read_text()
    assert "scorer: " in text
    lines = [
        line.partition("scorer: ")[0] + f"scorer: {scorer}" if "scorer: " in line else line
        for line in text.split("\n")
    ]
    (folder / "toy.yaml").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize("version", [BEGAN, __version__])
def test_another_scorer_is_refused_also_of_a_task_that_is_not_named(
    cli: Cli, tmp_path: Path, version: str
) -> None:
    run, folder = tmp_path / "run", other_task(tmp_path, "strict.1")
    code = ("--include-path", folder, "--trust-task-code", "-q")
    first = cli("evaluate", "mock:hash", "-t", "toy", "-o", run, "-L", "2", *code)
    assert first.code == 0, first.err
    edit(run, harness_version=version)
    other_task(tmp_path, "strict.2")
    for task in ("toy", "quickstart_number"):
        found = cli("evaluate", "mock:hash", "-t", task, "-o", run, "-L", "2", *code)
        assert found.code == 2 and "strict.1" in found.err and "strict.2" in found.err


def test_scoring_anew_signs_with_the_scorer_that_scored(cli: Cli, tmp_path: Path) -> None:
    run, folder = tmp_path / "run", other_task(tmp_path, "strict.1")
    code = ("--include-path", folder, "--trust-task-code", "-q")
    assert cli("evaluate", "mock:hash", "-t", "toy", "-o", run, "-L", "2", *code).code == 0
    other_task(tmp_path, "strict.2")
    assert cli("score", run, *code).code == 0
    assert "scorer:strict.2" in results(run)["tasks"]["toy"]["signature"]


def test_a_scored_file_goes_on_and_keeps_its_beginning(cli: Cli, tmp_path: Path) -> None:
    replies, run = tmp_path / "replies.jsonl", tmp_path / "run"
    doc = {
        "file": "a.wav", "attribute_label": "Dog", "single_instruction": "Which? (a) dog (b) cat",
        "single_answer": "(a) dog",
    }  # fmt: skip
    replies.write_text(json.dumps({"id": "1", "doc": doc, "response": "dog"}) + "\n")
    command = ("score", "sakura_animal_single", replies, "-o", run, "--judge", "none", "-q")
    assert cli(*command).code == 0
    created = edit(run, harness_version=BEGAN)["created"]
    assert cli(*command).code == 0
    manifest = read_manifest(run)
    assert (manifest["harness_version"], manifest["created"]) == (BEGAN, created)
    assert [entry["harness_version"] for entry in manifest["continued"]] == [__version__]


def test_every_change_of_version_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest: Any = {"harness_version": "1.2.3"}
    for version in ("1.2.3", "1.2.4", "1.2.4", "1.2.3"):
        monkeypatch.setattr(manifests, "__version__", version)
        manifest = continued(manifest)
    assert [entry["harness_version"] for entry in manifest["continued"]] == ["1.2.4", "1.2.3"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0.1.0", "0.1.7", True),
        ("1.10.2", "1.1.2", False),
        ("0.1.0", "0.1.0.dev1", False),
        ("x", "x", True),
    ],
)
def test_what_a_patch_version_is(one: str, other: str, same: bool) -> None:
    assert same_minor(one, other) is same
