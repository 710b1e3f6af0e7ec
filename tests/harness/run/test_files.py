"""Hazards: a run directory that does not have the documented form; a form whose two descriptions disagree."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.errors import AdapterError, InputFileError
from harness.run import schema
from harness.run.checks import checker
from harness.run.directory import RunDirectory
from harness.run.files import FILES, RESPONSES, Manifest, MessageRecord, ResponseRecord
from harness.run.reader import read_manifest, read_run
from harness.run.result_records import NativeResults
from tests.support.command import CommandResult
from tests.support.runs.damage import VALUES, damaged, places
from tests.support.runs.toy import evaluate_arguments, jsonl, script, write_tone

Cli = Callable[..., CommandResult]
OLD = Path(__file__).resolve().parents[2] / "fixtures" / "runs_0_1"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "run_directory.md"
RUNS = sorted(path.name for path in OLD.iterdir())


def validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(schema.file_schema(name))


def records(run: Path, name: str) -> list[Any]:
    path = run / name
    if not path.exists():
        return []
    return jsonl(path) if name.endswith(".jsonl") else [json.loads(path.read_text())]


def check_whole(run: Path) -> None:
    """Every record of a run directory satisfies the schema and the reader."""
    for name, kind in FILES.items():
        valid, check = validator(name), checker(kind)
        for record in records(run, name):
            assert [error.message for error in valid.iter_errors(record)] == []
            assert check(record) is None


def test_the_shipped_schema_and_the_page_are_fresh() -> None:
    made = schema.json_schema()
    cure = "python -m harness.run.schema --write"
    assert schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema.encoded(made), cure
    page = PAGE.read_text(encoding="utf-8")
    assert page == schema.refreshed(page, made), cure


def test_the_schema_is_one_and_names_every_file() -> None:
    found = json.loads(schema.SCHEMA_FILE.read_text(encoding="utf-8"))
    assert found["files"].keys() == FILES.keys()
    for name in FILES:
        jsonschema.Draft202012Validator.check_schema(schema.file_schema(name))


@pytest.mark.parametrize("name", RUNS)
def test_runs_of_version_0_1_are_valid_and_readable(name: str) -> None:
    check_whole(OLD / name)
    view = read_run(OLD / name)
    assert list(view.samples()) and view.stale() is None


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "6")


@pytest.mark.usefixtures("toy")
def test_what_evaluate_writes_is_valid(cli: Cli, tmp_path: Path) -> None:
    failed = {"error": "http", "message": "no", "retryable": False}
    unlike = {
        "text": "no",
        "finish": "refusal",
        "reasoning": "because",
        "usage": {"output_tokens": 2},
    }
    file = script(
        tmp_path / "s.json", 6, i2=failed, i3="", i4=unlike, i5={"text": "a", "finish": "length"}
    )
    assert cli(*evaluate_arguments(f"mock:script:{file}", tmp_path / "run", "-q")).code == 3
    check_whole(tmp_path / "run")


@pytest.mark.usefixtures("toy")
def test_repeats_and_a_reference_are_valid(cli: Cli, tmp_path: Path) -> None:
    sampled = ("--gen-kwargs", "do_sample=True,temperature=0.7", "--repeats", "2")
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "a", "-q", *sampled)).code == 0
    more = ("--reference", tmp_path / "a")
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "b", "-q", *sampled, *more)).code == 0
    check_whole(tmp_path / "a")
    check_whole(tmp_path / "b")
    assert read_manifest(tmp_path / "b")["reference"]["name"] == "a"
    assert "repeats" in read_run(tmp_path / "a").results["tasks"]["toy"]


def test_scored_files_of_every_benchmark_form_are_valid(cli: Cli, tmp_path: Path) -> None:
    doc = {
        "file": "a.wav", "attribute_label": "Dog", "single_instruction": "Which? (a) dog (b) cat",
        "single_answer": "(a) dog",
    }  # fmt: skip
    reply = "Explanation: yes\nJudgement: correct"
    lines = [
        {"id": 1, "doc": doc, "response": "dog\ud800", "judge_reply": [reply, None]},
        {"id": "2", "doc": doc, "response": None, "judge_reply": reply},
        {"id": "3", "doc": doc},
    ]
    file = tmp_path / "replies.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    run = tmp_path / "run"
    assert (
        cli("score", "sakura_animal_single", file, "-o", run, "--judge", "replay", "-q").code == 3
    )
    check_whole(run)
    assert read_run(run).results["benchmarks"]["sakura"]["native"]["headline"]


def agree(name: str, record: Any, why: object) -> None:
    """The reader and the JSON Schema say the same, apart from numbers that are not finite."""
    valid = not [*validator(name).iter_errors(record)]
    assert (checker(FILES[name])(record) is None) == valid, why


@pytest.mark.parametrize("name", FILES)
def test_reader_and_schema_agree_about_damage(name: str) -> None:
    chance = random.Random(name)
    known = [one for run in RUNS for one in records(OLD / run, name)]
    finite = [value for value in VALUES if value == value and value not in (1e308, 10**30)]
    for _ in range(150):
        record = chance.choice(known)
        place = chance.choice([*places(record)])
        value, drop = chance.choice(finite), chance.random() < 0.3
        agree(name, damaged(record, place, value, drop=drop), (place, value, drop))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "1"}, 'seed: expected an integer, found "1"'),
        ({"seed": True}, "seed: expected an integer, found true"),
        ({"argv": "harness"}, 'argv: expected a list, found "harness"'),
        ({"versions": {"python": None}}, "versions.python: expected text, found null"),
        ({"tasks": {"a\x1b[31m": 3}}, 'tasks."a\\u001b[31m": expected an object, found 3'),
        ({"name": ["x"]}, "name: expected text, found a list with 1 element"),
    ],
)
def test_a_message_says_field_expected_and_found(change: dict[str, Any], said: str) -> None:
    manifest = {**records(OLD / "evaluated", "manifest.json")[0], **change}
    found = checker(Manifest)(manifest)
    assert found is not None and found.text() == said


def test_numbers_that_are_not_finite_are_refused() -> None:
    record = records(OLD / "evaluated", RESPONSES)[0]
    for value in (float("nan"), float("inf"), 10**400):
        found = checker(ResponseRecord)({**record, "seconds": value})
        assert found is not None and found.path == ("seconds",)


def test_unknown_keys_are_allowed() -> None:
    for name, kind in FILES.items():
        for record in records(OLD / "judged", name):
            assert checker(kind)({**record, "of a later version": 1}) is None
            assert not [*validator(name).iter_errors({**record, "of a later version": 1})]


def test_a_damaged_log_line_is_named_by_number(tmp_path: Path) -> None:
    lines = records(OLD / "evaluated", RESPONSES)
    lines[1]["repeat"] = "0"
    (tmp_path / RESPONSES).write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(
        InputFileError, match=r"responses\.jsonl:2: repeat: expected an integer"
    ) as caught:
        RunDirectory(tmp_path).attempts()
    assert caught.value.hint is not None and caught.value.exit_code == 2


def test_an_adapter_that_gives_a_wrong_type_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    record = records(OLD / "evaluated", RESPONSES)[0]
    with RunDirectory(tmp_path) as run, pytest.raises(AdapterError, match="finish: expected"):
        run.append_response({**record, "finish": "eos"})
    assert not (tmp_path / RESPONSES).exists()


@pytest.mark.parametrize(
    ("part", "path", "expected"),
    [
        ({"type": "text", "text": "a"}, None, None),
        ({"type": "audio", "path": None, "sha256": None}, None, None),
        ({"type": "text"}, ("content", 0, "text"), "text"),
        ({"type": "text", "text": 5}, ("content", 0, "text"), "text"),
        ({"type": "audio", "path": "a.wav"}, ("content", 0, "sha256"), "text or null"),
        ({"type": "image", "text": "a"}, ("content", 0, "type"), '"text" or "audio"'),
        ({"type": ["text"], "text": "a"}, ("content", 0, "type"), '"text" or "audio"'),
        ({"text": "a"}, ("content", 0, "type"), '"text" or "audio"'),
    ],
)
def test_a_part_of_a_message_has_the_keys_of_its_type(
    part: object, path: tuple[str | int, ...] | None, expected: str | None
) -> None:
    found = checker(MessageRecord)({"role": "user", "content": [part]})
    assert (found and found.path, found and found.expected) == (path, expected)


@pytest.mark.parametrize(("decimals", "fits"), [(0, True), (12, True), (-1, False), (10**9, False)])
def test_decimals_of_a_native_score_are_those_of_a_number(decimals: int, fits: bool) -> None:
    native = {"scores": {}, "decimals": {"avg": decimals}, "headline": None, "unit": "%", "reading": "strict",
              "complete": False}  # fmt: skip
    assert (checker(NativeResults)(native) is None) is fits
