"""Hazards: a field that is taken for another one in silence, a guess where there is no telling, a file that is overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.data.propose import propose
from harness.data.task_file import Proposal
from harness.errors import UsageError
from harness.task_loading.groups import load_task
from tests.support import clips
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(12):
        clips.write(tmp_path / f"{number}.wav", clips.tone(0.1, 440.0, 8000, level=0.3), 8000)
    return tmp_path


def items(folder: Path, *rows: dict[str, Any], audio: str = "audio") -> Path:
    path = folder / "items.jsonl"
    lines = [json.dumps({audio: f"{number}.wav", **row}) for number, row in enumerate(rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def proposed(folder: Path, *rows: dict[str, Any], audio: str = "audio", **more: Any) -> Proposal:
    return propose("mine", items(folder, *rows, audio=audio), **more)


QA = {"question": "Which?", "answer": "dog"}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([{"transcript": "a b"}], {"name": "transcript", "reference": "transcript"}),
        ([{"text": "a b"}], {"name": "transcript"}),
        ([{**QA, "choices": ["cat", "dog"]}], {"name": "option", "options": "choices"}),
        (
            [{"question": "Which?", "A": "cat", "B": "dog", "label": "B"}],
            {"name": "option", "answer": "label", "options": ["A", "B"], "answer_is": "letter"},
        ),
        (
            [{**QA, "options": ["x", "y"], "answer": 0}, {**QA, "options": ["x", "y"], "answer": 1}],
            {"name": "option", "answer_is": "index0"},
        ),
        ([{"question": "How many?", "answer": "7"}], {"name": "number"}),
        ([{"answer": one} for one in ("happy", "sad") * 3], {"name": "label"}),
        ([{"question": f"Who {n}?", "answer": f"name {n}"} for n in range(6)], {"name": "contains"}),
        (
            [{"prompt": "Say.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}],
            {"name": "instruction"},
        ),
    ],
)  # fmt: skip
def test_what_fields_and_values_say(folder: Path, rows: list[dict[str, Any]], rule: Any) -> None:
    found = proposed(folder, *rows)
    assert found.rule == rule
    assert any(line.startswith("audio: ") for line in found.reasons)


def test_clips_and_ids_under_other_names(folder: Path) -> None:
    found = proposed(
        folder, {"uid": "u1", "text": "a"}, {"uid": "u2", "text": "b"}, audio="sound_of_it"
    )
    assert found.data == {"path": "items.jsonl", "audio": "sound_of_it", "id": "uid"}


@pytest.mark.parametrize(
    ("row", "given", "says"),
    [
        ({"x": "y"}, {}, "--rule RULE"),
        ({"answer": "a"}, {}, "--rule RULE"),
        ({"text": "a"}, {"reference": "txt"}, "there is no field 'txt'"),
        ({**QA, "options": ["1", "2"], "answer": "1"}, {"answer_is": "wrong"}, "text, letter"),
        ({"text": "a", "other": "1.wav", "third": "2.wav"}, {"audio": "nope"}, "the field 'nope'"),
    ],
)
def test_what_cannot_be_told_is_a_question(folder: Path, row: Any, given: Any, says: str) -> None:
    with pytest.raises(Exception, match=says):
        proposed(folder, row, given=given)


def test_a_person_is_asked(folder: Path) -> None:
    asked: list[str] = []

    def ask(question: str, answers: Sequence[str]) -> str:
        asked.append(question)
        return "contains" if "--rule" in question else answers[0]

    assert proposed(folder, {"answer": "a"}, ask=ask).rule == {"name": "contains"}
    assert len(asked) == 1
    two = [
        {**QA, "options": ["p", "q", "r"], "answer": 1},
        {**QA, "options": ["p", "q", "r"], "answer": 2},
    ]
    assert proposed(folder, *two, ask=ask).rule["answer_is"] == "index0"
    assert "answer_is" in asked[-1]


def test_numbers_that_are_options_themselves_are_texts(folder: Path) -> None:
    found = proposed(folder, {"question": "How many?", "options": ["1", "2", "3"], "answer": "1"})
    assert "answer_is" not in found.rule


@pytest.mark.parametrize(
    "name",
    ["plain", "yes", "no", "1e5", "null", "a: b", "#x", "ü\u2028", '"q"', "- x", "~", "a\nb"],
)
def test_the_text_is_yaml_whatever_fields_are_called(folder: Path, name: str) -> None:
    found = proposed(
        folder,
        {name: "dog", "question": "Which?"},
        rule="contains",
        given={"answers": name, "answer": name},
    )
    shown = found.text().replace("!function ", "")
    rule = yaml.safe_load(shown)["metadata"]["lalm"]["rule"]
    assert rule["answers"] == name


def test_the_file_is_loaded_and_not_overwritten(cli: Cli, folder: Path) -> None:
    source = items(folder, {"id": "a", **QA, "options": ["cat", "dog"]})
    made = cli("tasks", "new", "mine", "--from", source)
    assert (made.code, "wrote" in made.out) == (0, True), made.err
    assert "answer: answer (by its name)" in made.err
    text = (folder / "mine.yaml").read_text()
    assert len(text.splitlines()) <= 15
    assert load_task(folder / "mine.yaml", "mine").metrics == ("accuracy", "abstention_rate")
    again = cli("tasks", "new", "mine", "--from", source)
    assert (again.code, "is there already" in again.err) == (2, True)
    assert cli("tasks", "new", "mine", "--from", source, "--force").code == 0
    elsewhere = cli("tasks", "new", "mine", "--from", source, "-o", folder / "sub" / "mine.yaml")
    assert (elsewhere.code, "outside the folder" in elsewhere.err) == (2, True)


def test_validate_names_what_is_wrong(cli: Cli, folder: Path) -> None:
    source = items(
        folder,
        {"id": "a", **QA, "options": ["cat", "dog"]},
        {"id": "b", **QA, "options": ["cat", "dog"]},
    )
    assert cli("tasks", "new", "mine", "--from", source).code == 0
    fine = cli("tasks", "validate", folder / "mine.yaml")
    assert (fine.code, fine.out.count("reference: dog")) == (0, 2), fine.out
    text = (folder / "mine.yaml").read_text()
    (folder / "bad.yaml").write_text(
        text.replace("task: mine", "task: bad").replace("rule: option", "rule: optoin")
    )
    found = cli("tasks", "validate", folder)
    assert found.code == 2
    assert "did you mean 'option'?" in found.out
    assert "mine: fine" in found.out
    source.write_text(source.read_text().replace('"answer": "dog"', '"answer": "bird"', 1))
    found = cli("tasks", "validate", folder / "mine.yaml")
    assert (found.code, "items.jsonl:1" in found.out) == (2, True), found.out
    assert cli("tasks", "validate", folder / "nothing").code == 2


def test_items_without_a_task_file(cli: Cli, folder: Path) -> None:
    source = items(folder, *[{"id": str(n), **QA, "options": ["cat", "dog"]} for n in range(4)])
    run = folder / "run"
    done = cli("evaluate", "baseline:first", "--items", source, "-o", run)
    assert done.code == 0, done.err
    assert "rule: option" in done.err
    file = run / "task" / "items.yaml"
    file.write_text(file.read_text() + "# mine\n")
    again = cli("evaluate", "baseline:first", "--items", source, "-o", run)
    assert (again.code, file.read_text().endswith("# mine\n")) == (0, True), again.err
    assert cli("score", run).code == 0
    both = cli("evaluate", "baseline:first", "--items", source, "-t", "mmsu", "-o", run)
    assert (both.code, "exclude each other" in both.err) == (2, True)
    dry = cli("evaluate", "baseline:first", "--items", source, "-o", folder / "dry", "--dry-run")
    assert (dry.code, (folder / "dry").exists()) == (0, False), dry.err
    unclear = items(folder, {"x": "y"})
    told = cli("evaluate", "baseline:first", "--items", unclear, "-o", folder / "other")
    assert (told.code, "harness tasks new" in told.err) == (2, True), told.err


def test_a_name_that_a_task_has(folder: Path) -> None:
    with pytest.raises(UsageError, match="there is no rule"):
        proposed(folder, {"text": "a"}, rule="speech")
