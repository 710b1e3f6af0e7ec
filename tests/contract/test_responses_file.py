"""Hazards: a stored response dropped, doubled or taken for another item's; a null that ends a run."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import FLAGS, jsonl, results, write_tone

Cli = Callable[..., CommandResult]
QUICKSTART_CHOICE = "quickstart_choice"


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "5")


def record(number: int, **changes: Any) -> dict[str, Any]:
    """A record of the toy task with its document inline."""
    doc = {"question": f"q{number}", "answer": f"answer {number}", "colour": "red"}
    return {"id": f"r{number}", "doc": doc, "response": f"answer {number}", **changes}


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def score(cli: Cli, file: Path, run: Path, *more: str) -> CommandResult:
    found = cli("score", "toy", file, "-o", run, *FLAGS, *more)
    assert "Traceback" not in found.err
    return found


@pytest.mark.parametrize("form", ["jsonl", "array", "gz"])
def test_every_form_gives_the_same_scores(cli: Cli, tmp_path: Path, form: str) -> None:
    records = [record(0), record(1, response="wrong"), record(2, response="a\u2028b")]
    file = write(tmp_path / "replies.jsonl", records)
    if form == "array":
        file.write_text("\ufeff" + json.dumps(records, indent=2), encoding="utf-8")
    elif form == "gz":
        file.write_bytes(gzip.compress(file.read_bytes()))
    assert score(cli, file, tmp_path / "run").code == 0
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert [line["id"] for line in lines] == ["r0", "r1", "r2"]
    assert [line["scores"]["accuracy"]["strict"] for line in lines] == [1.0, 0.0, 0.0]
    assert lines[2]["response"] == "a\u2028b"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": "a", "doc": {}, "response": ""}\n{"id": \n', "replies.jsonl:2"),
        (b'[{"id": "a"},\n{"id": }]', "replies.jsonl:2"),
        (b"[1]", "record 1"),
        (b'"text"\n', "replies.jsonl:1"),
        (b"", "no records"),
        (b"\n\n", "no records"),
        (b'{"id": "\xff"}\n', "replies.jsonl:1"),
        (b"\x1f\x8bnot gzip", "damaged gzip data"),
        (b'{"id": 1.5, "response": "x"}\n', "replies.jsonl:1"),
        (b'{"id": "a", "doc": [], "response": "x"}\n', "replies.jsonl:1"),
        (b"[" * 100_000, "replies.jsonl"),
        (b'{"id": ' + b"9" * 5000 + b"}\n", "replies.jsonl"),
    ],
)
def test_a_malformed_file_is_2_with_file_and_line(
    cli: Cli, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_bytes(content)
    found = score(cli, file, tmp_path / "run")
    assert found.code == 2 and said in found.err
    assert not (tmp_path / "run").exists()


def test_an_absent_file_or_a_folder_is_2(cli: Cli, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.jsonl", tmp_path):
        assert score(cli, path, tmp_path / "run").code == 2
    assert not (tmp_path / "run").exists()


def test_duplicate_ids_are_2_and_both_lines_are_named(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "replies.jsonl", [record(0), record(1), record(2, id="r0")])
    found = score(cli, file, tmp_path / "run")
    assert found.code == 2
    assert "replies.jsonl:3" in found.err and "replies.jsonl:1" in found.err
    assert not (tmp_path / "run").exists()


def test_ids_inside_documents_may_repeat(cli: Cli, tmp_path: Path) -> None:
    records = [record(0), record(1)]
    for one in records:
        one["doc"]["id"] = "same"
        del one["id"]
    assert score(cli, write(tmp_path / "r.jsonl", records), tmp_path / "run").code == 0
    assert [line["id"] for line in jsonl(tmp_path / "run" / "samples.jsonl")] == ["same", "same#2"]


def test_missing_ids_are_filled_from_the_data(cli: Cli, tmp_path: Path) -> None:
    records = []
    for number in range(3):
        doc = {
            "question": f"What is number {number}?",
            "answer": f"answer {number}",
            "colour": ("red", "green")[number % 2],
        }
        records.append({"doc": doc, "response": f"answer {number}"})
    assert score(cli, write(tmp_path / "r.jsonl", records), tmp_path / "run").code == 0
    ids = [line["id"] for line in jsonl(tmp_path / "run" / "samples.jsonl")]
    assert ids == ["item-00000", "item-00001", "item-00002"]


def test_documents_are_filled_from_the_data_by_id(cli: Cli, tmp_path: Path) -> None:
    records = [{"id": f"item-{n:05}", "response": f"answer {n}"} for n in (3, 1)]
    assert score(cli, write(tmp_path / "r.jsonl", records), tmp_path / "run").code == 0
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert [line["id"] for line in lines] == ["item-00003", "item-00001"]
    assert (
        results(tmp_path / "run")["tasks"]["toy"]["metrics"]["accuracy"]["strict"]["value"] == 1.0
    )


@pytest.mark.parametrize(
    "one",
    [
        {"response": "x"},
        {"id": "nowhere", "response": "x"},
        {"doc": {"question": "?", "answer": "not in the data", "colour": "red"}, "response": "x"},
        {"id": "nowhere", "doc": {"question": "no answer field"}, "response": "x"},
    ],
)
def test_what_cannot_be_filled_is_2(cli: Cli, tmp_path: Path, one: dict[str, Any]) -> None:
    file = write(tmp_path / "replies.jsonl", [record(0), one])
    found = score(cli, file, tmp_path / "run")
    assert found.code == 2 and "replies.jsonl:2" in found.err
    assert not (tmp_path / "run").exists()


def test_data_that_cannot_be_had_is_2_and_names_the_flag(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    file = write(tmp_path / "replies.jsonl", [{"id": "0", "response": "x"}])
    found = cli(
        "score", "sakura_animal_single", file, "-o", tmp_path / "run",
        "--data", f"sakura={tmp_path / 'copy'}",
    )  # fmt: skip
    assert found.code == 2 and "replies.jsonl:1" in found.err


def test_a_record_without_its_fields_is_told_all_of_them(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "replies.jsonl", [{"id": "0", "response": "x"}])
    found = cli("score", "mmar", file, "-o", tmp_path / "run")
    assert found.code == 2
    assert "lacks the fields 'answer', 'choices'" in found.err
    assert "or give every record these fields" in found.err
    assert "fields      answer, choices" in cli("tasks", "show", "mmar").out


@pytest.mark.parametrize(
    "changed", [{"choices": None}, {"choices": []}, {"choices": {"A": "x"}}, {"choices": [None]}]
)
def test_a_field_of_the_wrong_kind_is_named_with_its_line(
    cli: Cli, tmp_path: Path, changed: dict[str, Any]
) -> None:
    good = {"id": "0", "choices": ["one", "two"], "answer": "one", "response": "x"}
    file = write(tmp_path / "replies.jsonl", [good, {**good, "id": "1", **changed}])
    found = cli("score", "mmar", file, "-o", tmp_path / "run", "--as", "letter")
    assert found.code == 2 and "replies.jsonl:2: field 'choices' is" in found.err
    good_file = write(tmp_path / "good.jsonl", [good])
    assert cli("score", "mmar", good_file, "-o", tmp_path / "run").code == 0
    assert "_where" not in (tmp_path / "run" / "responses.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("response", [None, "", "  ", 3, [], {}])
def test_a_null_response_is_empty_where_the_protocol_says_so(
    cli: Cli, tmp_path: Path, response: Any
) -> None:
    file = write(tmp_path / "r.jsonl", [record(0), record(1, response=response)])
    assert score(cli, file, tmp_path / "run").code == 0
    entry = results(tmp_path / "run")["tasks"]["toy"]
    assert entry["outcomes"]["empty"] == 1
    assert entry["metrics"]["accuracy"]["strict"]["n"] == 2
    assert jsonl(tmp_path / "run" / "samples.jsonl")[1]["response"] == response


def test_a_response_key_that_is_not_there_stays_absent(cli: Cli, tmp_path: Path) -> None:
    bare = record(1)
    del bare["response"]
    assert score(cli, write(tmp_path / "r.jsonl", [record(0), bare]), tmp_path / "run").code == 0
    assert "response" not in jsonl(tmp_path / "run" / "samples.jsonl")[1]


def test_a_misnamed_response_field_is_2_and_guessed(cli: Cli, tmp_path: Path) -> None:
    wrong = record(0)
    wrong["prediction"] = wrong.pop("response")
    file = write(tmp_path / "r.jsonl", [wrong])
    found = score(cli, file, tmp_path / "run")
    assert found.code == 2 and "--response-field prediction" in found.err
    assert score(cli, file, tmp_path / "run", "--response-field", "prediction").code == 0


@pytest.mark.parametrize("judge", ["replay", "auto", "none"])
def test_absent_judge_replies_are_no_error(cli: Cli, tmp_path: Path, judge: str) -> None:
    file = write(tmp_path / "r.jsonl", [record(0), record(1)])
    assert score(cli, file, tmp_path / "run", "--judge", judge).code == 0
    assert results(tmp_path / "run")["judge"] == ("replay" if judge == "replay" else "none")


def test_a_judged_metric_without_replies_is_null_and_the_rest_is_scored(
    cli: Cli, tmp_path: Path
) -> None:
    docs = [
        {
            "file": f"{n}.wav", "attribute_label": "Dog", "single_instruction": "Which? (a) dog (b) cat",
            "single_answer": "(a) dog",
        }
        for n in range(3)
    ]  # fmt: skip
    records: list[dict[str, Any]] = [
        {"id": n, "doc": doc, "response": "(a) dog"} for n, doc in enumerate(docs)
    ]
    records[0]["judge_reply"] = "Explanation: yes\nJudgement: correct"
    file = write(tmp_path / "r.jsonl", records)
    found = cli("score", "sakura_animal_single", file, "-o", tmp_path / "run", "--judge", "replay")
    assert found.code == 0, found.err
    metrics = results(tmp_path / "run")["tasks"]["sakura_animal_single"]["metrics"]
    assert metrics["letter_or_text"]["strict"]["n"] == 3
    assert metrics["accuracy"]["official"]["n"] == 1
    scores = [line["scores"]["accuracy"] for line in jsonl(tmp_path / "run" / "samples.jsonl")]
    assert scores[1] == {"official": None, "strict": None}
    assert [line["id"] for line in jsonl(tmp_path / "run" / "samples.jsonl")] == [0, 1, 2]


def test_the_same_file_again_changes_nothing_and_another_is_refused(
    cli: Cli, tmp_path: Path
) -> None:
    file, run = write(tmp_path / "r.jsonl", [record(0), record(1)]), tmp_path / "run"
    assert score(cli, file, run).code == 0
    before = {name: (run / name).read_bytes() for name in ("responses.jsonl", "results.json")}
    assert score(cli, file, run).code == 0
    assert {name: (run / name).read_bytes() for name in before} == before
    other = write(tmp_path / "other.jsonl", [record(0)])
    found = score(cli, other, run)
    assert found.code == 2 and "another file" in found.err
    assert {name: (run / name).read_bytes() for name in before} == before


def test_evaluate_does_not_continue_a_scored_file(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    score(cli, write(tmp_path / "r.jsonl", [record(0)]), run)
    before = (run / "manifest.json").read_bytes()
    found = cli("evaluate", "mock:hash", "-t", "toy", "-o", run, *FLAGS)
    assert found.code == 2
    assert (run / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("field", ["id", "doc"])
def test_fields_can_be_renamed(cli: Cli, tmp_path: Path, field: str) -> None:
    one = record(0)
    one["other"] = one.pop(field)
    file = write(tmp_path / "r.jsonl", [one])
    assert score(cli, file, tmp_path / "run", f"--{field}-field", "other").code == 0
    assert jsonl(tmp_path / "run" / "samples.jsonl")[0]["id"] == "r0"


@pytest.mark.parametrize("response", ["\ud800 lone", "nul \x00", "\U0001f600" * 3, "x" * 200_000])
def test_any_text_survives_verbatim(cli: Cli, tmp_path: Path, response: str) -> None:
    file = write(tmp_path / "r.jsonl", [record(0, response=response)])
    assert score(cli, file, tmp_path / "run").code == 0
    assert jsonl(tmp_path / "run" / "samples.jsonl")[0]["response"] == response


def test_a_null_response_is_an_error_item_where_the_protocol_says_so(
    cli: Cli, tmp_path: Path
) -> None:
    doc = {
        "id": "a",
        "audio_id": "a.wav",
        "question": "Which?",
        "choices": ["one", "two"],
        "answer": "one",
        "task": "speech",
        "difficulty": "easy",
        "sub-category": "x",
    }
    records = [
        {"id": str(n), "doc": doc, "response": text} for n, text in enumerate(["one", None, "two"])
    ]
    file, run = write(tmp_path / "r.jsonl", records), tmp_path / "run"
    found = cli("score", "mmau_test_mini", file, "-o", run)
    assert found.code == 3, found.err
    lines = jsonl(run / "samples.jsonl")
    assert [line["outcome"] for line in lines] == ["answered", "error", "answered"]
    assert lines[1]["error"]["kind"] == "null_response"
    assert results(run)["tasks"]["mmau_test_mini"]["n"] == 3
    assert cli("score", "mmau_test_mini", file, "-o", run, "--max-errors", "1").code == 0
