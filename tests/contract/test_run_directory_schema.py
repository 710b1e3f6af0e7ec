"""Hazards: a key that downstream tools read disappears; derived files that depend on more than the logs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import FLAGS, evaluate_arguments, jsonl, results, script, write_tone

Cli = Callable[..., CommandResult]

MANIFEST = {
    "argv", "created", "harness_version", "judge", "model", "name", "schema_version", "seed", "tasks",
    "versions",
}  # fmt: skip
MODEL = {"adapter", "args", "description", "fingerprint", "spec", "target"}
MANIFEST_TASK = {
    "absent", "anchors", "benchmark", "data", "generation", "higher_is_better", "items_selected",
    "items_total", "judge", "judged_metrics", "licence", "metrics", "official_metrics", "origin", "selection",
    "signature_parts", "template", "yaml",
}  # fmt: skip
SIGNATURE_PARTS = ["data", "n", "prompt", "gen", "clean", "scorer", "judge", "code"]
RESPONSE = {
    "attempts", "audio", "cluster", "doc", "error", "extra", "finish", "id", "index", "item_key",
    "messages", "outcome", "reasoning", "repeat", "request_key", "response", "seconds", "task", "usage",
}  # fmt: skip
AUDIO = {"path", "sampling_rate", "seconds", "sha256"}
ERROR = {"kind", "message", "retryable"}
JUDGEMENT = {"id", "judge", "key", "repeat", "reply", "task", "vote"}
SAMPLE = (RESPONSE - {"index"}) | {
    "details", "extracted", "groups", "judgements", "parse", "reference", "scores", "stats",
}  # fmt: skip
RESULTS = {"benchmarks", "judge", "schema_version", "tasks"}
RESULTS_TASK = {
    "absent", "groups", "higher_is_better", "metrics", "missing", "n", "outcomes", "signature", "unjudged",
}  # fmt: skip
OUTCOMES = {"answered", "empty", "error", "refused", "truncated"}
READING = {"ci95", "complete", "method", "n", "stderr", "unparsed", "value"}
BENCHMARK = {"native", "normalized"}


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "8")


@pytest.fixture
def run(cli: Cli, tmp_path: Path) -> Path:
    """A run with every outcome."""
    failed = {"error": "http", "message": "no", "retryable": False}
    file = script(
        tmp_path / "s.json",
        8,
        i2=failed,
        i3="",
        i4={"text": "no", "finish": "refusal"},
        i5={"text": "answ", "finish": "length"},
        i6={"text": "wrong answer", "reasoning": "because", "usage": {"output_tokens": 2}},
    )
    found = cli(*evaluate_arguments(f"mock:script:{file}", tmp_path / "run"))
    assert found.code == 3
    return tmp_path / "run"


def stored_run(cli: Cli, tmp_path: Path) -> Path:
    """A scored file with judge replies."""
    doc = {
        "file": "a.wav", "attribute_label": "Dog", "single_instruction": "Which? (a) dog (b) cat",
        "single_answer": "(a) dog",
    }  # fmt: skip
    reply = "Explanation: yes\nJudgement: correct"
    records = [
        {"id": "1", "doc": doc, "response": "dog", "judge_reply": reply},
        {"id": "2", "doc": doc, "response": "cat", "judge_reply": [reply, None]},
    ]
    file = tmp_path / "replies.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records))
    found = cli(
        "score", "sakura_animal_single", file, "-o", tmp_path / "stored", "--judge", "replay"
    )
    assert found.code == 0, found.err
    return tmp_path / "stored"


def entries(task: dict[str, Any]) -> list[dict[str, Any]]:
    """Every {value, ci95, …} of a task, groups included."""
    tables = [
        task["metrics"],
        *(table for values in task["groups"].values() for table in values.values()),
    ]
    return [entry for table in tables for readings in table.values() for entry in readings.values()]


def test_manifest_keys(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest.keys() == MANIFEST
    assert manifest["model"].keys() == MODEL
    entry = manifest["tasks"]["toy"]
    assert entry.keys() == MANIFEST_TASK
    assert list(entry["signature_parts"]) == SIGNATURE_PARTS
    assert entry["data"].keys() == {"source", "version", "warnings"}
    assert manifest["schema_version"] == 1


def test_response_line_keys(run: Path) -> None:
    lines = jsonl(run / "responses.jsonl")
    assert {frozenset(line) for line in lines} == {frozenset(RESPONSE)}
    assert {frozenset(clip) for line in lines for clip in line["audio"]} == {frozenset(AUDIO)}
    by_id = {line["id"]: line for line in lines}
    assert by_id["item-00002"]["error"].keys() == ERROR
    assert by_id["item-00006"]["reasoning"] == "because"
    assert by_id["item-00006"]["usage"] == {"output_tokens": 2}
    assert [by_id[f"item-{n:05}"]["outcome"] for n in range(7)] == [
        "answered", "answered", "error", "empty", "refused", "truncated", "answered",
    ]  # fmt: skip
    content = by_id["item-00000"]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["audio", "text"]
    assert content[0].keys() == {"type", "path", "sha256"}
    assert not any(key.startswith("_") for line in lines for key in line["doc"])


def test_sample_line_keys_and_one_line_an_item(run: Path) -> None:
    lines = jsonl(run / "samples.jsonl")
    assert {frozenset(line) for line in lines} == {frozenset(SAMPLE)}
    identities = [(line["task"], line["id"], line["repeat"]) for line in lines]
    assert identities == [("toy", f"item-{n:05}", 0) for n in range(8)]
    for line in lines:
        assert line["scores"].keys() == line["stats"].keys() == line["parse"].keys()
        for metric in ("accuracy", "wer"):
            assert line["scores"][metric].keys() == {"official", "strict"}
            assert line["stats"][metric].keys() == {"official", "strict"}
            assert set(line["parse"][metric].values()) <= {"ok", "unparsed"}
        assert line["groups"] == {"colour": ("red", "green")[int(line["id"][-5:]) % 2]}


def test_results_keys(run: Path) -> None:
    found = results(run)
    assert found.keys() == RESULTS
    assert found["benchmarks"]["toy"].keys() == BENCHMARK
    task = found["tasks"]["toy"]
    assert task.keys() == RESULTS_TASK
    assert task["outcomes"] == {"answered": 4, "empty": 1, "refused": 1, "truncated": 1, "error": 1}
    assert task["outcomes"].keys() == OUTCOMES
    assert task["metrics"].keys() == {"accuracy", "wer"} == task["higher_is_better"].keys()
    assert task["metrics"]["accuracy"].keys() == {"official", "strict"}
    assert task["metrics"]["wer"].keys() == {"strict"}  # it has no official form
    assert task["groups"]["colour"].keys() == {"red", "green"}
    for entry in entries(task):
        assert entry.keys() - {"note"} == READING
        if entry["ci95"] is None:  # drawn from too few items
            assert "no interval" in entry["note"]
            continue
        low, high = entry["ci95"]
        assert low <= entry["value"] <= high and entry["stderr"] >= 0


def test_denominators_and_shares(run: Path) -> None:
    metrics = results(run)["tasks"]["toy"]["metrics"]
    official, strict = metrics["accuracy"]["official"], metrics["accuracy"]["strict"]
    assert (official["n"], official["unparsed"], official["complete"]) == (6, 1, False)
    assert (strict["n"], strict["unparsed"], strict["complete"]) == (7, 1, False)
    assert strict["value"] == pytest.approx(3 / 7)
    assert official["value"] == pytest.approx(3 / 6)


def test_keys_of_a_scored_file(cli: Cli, tmp_path: Path) -> None:
    run = stored_run(cli, tmp_path)
    assert {frozenset(line) for line in jsonl(run / "responses.jsonl")} == {frozenset(RESPONSE)}
    assert {frozenset(line) for line in jsonl(run / "samples.jsonl")} == {frozenset(SAMPLE)}
    judgements = jsonl(run / "judgements.jsonl")
    assert {frozenset(line) for line in judgements} == {frozenset(JUDGEMENT)}
    samples = jsonl(run / "samples.jsonl")
    assert [key for line in samples for key in line["judgements"]] == [
        line["key"] for line in judgements
    ]
    assert json.loads((run / "manifest.json").read_text()).keys() == MANIFEST
    for entry in entries(results(run)["tasks"]["sakura_animal_single"]):
        assert entry.keys() == READING


@pytest.mark.parametrize("kind", ["evaluated", "stored"])
def test_derived_files_are_a_function_of_manifest_and_logs(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Path, kind: str
) -> None:
    run = run if kind == "evaluated" else stored_run(cli, tmp_path)
    before = {name: (run / name).read_bytes() for name in ("samples.jsonl", "results.json")}
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    shutil.move(run, moved)
    for name in (*before, ".lock"):
        (moved / name).unlink(missing_ok=True)
    (tmp_path / "tone.wav").unlink()
    (tmp_path / "replies.jsonl").unlink(missing_ok=True)
    monkeypatch.setenv("TOY_ITEMS", "0")  # the data is gone
    assert cli("score", moved, "--trust-task-code").code in (0, 3)
    assert {name: (moved / name).read_bytes() for name in before} == before


def test_order_and_repetition_of_log_lines_change_nothing(cli: Cli, run: Path) -> None:
    before = {name: (run / name).read_bytes() for name in ("samples.jsonl", "results.json")}
    log = run / "responses.jsonl"
    lines = log.read_text().split("\n")[:-1]
    stale = json.dumps({**json.loads(lines[0]), "response": "an earlier attempt"})
    log.write_text("\n".join([stale, *reversed(lines), lines[3]]) + "\n")
    cli("score", run, "--trust-task-code")
    assert {name: (run / name).read_bytes() for name in before} == before


def test_a_torn_last_line_is_not_read(cli: Cli, run: Path) -> None:
    before = (run / "results.json").read_bytes()
    with (run / "responses.jsonl").open("a") as log:
        log.write('{"task": "toy", "id": "item-00000", "repeat": 0, "outc')
    cli("score", run, "--trust-task-code")
    assert (run / "results.json").read_bytes() == before


def test_task_code_that_moved_is_found_with_include_path(
    cli: Cli, tmp_path: Path, run: Path
) -> None:
    before = (run / "results.json").read_bytes()
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["tasks"]["toy"]["yaml"] = str(tmp_path / "another machine" / "toy.yaml")
    (run / "manifest.json").write_text(json.dumps(manifest))
    lost = cli("score", run, "--trust-task-code")
    assert lost.code == 2 and "toy.yaml" in lost.err
    assert cli("score", run, *FLAGS).code == 3
    assert (run / "results.json").read_bytes() == before


def test_tasks_can_be_added_to_a_run_and_none_is_lost(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "several"
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    toy = results(run)["tasks"]["toy"]
    more = ("evaluate", "mock:hash", "-t", "quickstart_number", "-L", "3", "-o", run)
    asked = len(jsonl(run / "responses.jsonl"))
    refused = cli(*more)
    assert refused.code == 2 and "--trust-task-code" in refused.err  # the toy is scored again too
    assert len(jsonl(run / "responses.jsonl")) == asked  # found before a model loads
    assert cli(*more, *FLAGS).code == 0
    assert cli(*evaluate_arguments("mock:hash", run)).code == 0
    found = results(run)
    assert list(found["tasks"]) == ["toy", "quickstart_number"]
    assert found["tasks"]["toy"] == toy
    assert found["tasks"]["quickstart_number"]["n"] == 3
    lines = jsonl(run / "samples.jsonl")
    assert [line["task"] for line in lines] == ["toy"] * 8 + ["quickstart_number"] * 3
    assert len(jsonl(run / "responses.jsonl")) == 11
