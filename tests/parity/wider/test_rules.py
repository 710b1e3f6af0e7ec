"""Rules of others through ``harness score --as``, against the golden replies: ALARM, the states of the Arabic board, judges of Big Bench Audio."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.run.reader import read_samples
from harness.run.records import document_of
from harness.scoring.rules.known import RULES
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden"
ALARM = [
    ("mmsu", "mmsu", "mmsu", ("overall_accuracy", 1)),
    ("mmau", "mmau_test_mini", "mmau", ("total_accuracy", 100)),
    ("mmar", "mmar", "mmar", ("total_accuracy", 100)),
    ("airbench", "air_bench_foundation", "air_bench_foundation", ("total_accuracy", 1)),
]


def expected(name: str) -> Any:
    return json.loads((GOLDEN / name / "expected.json").read_text(encoding="utf-8"))["official"]


@pytest.mark.parametrize(("part", "task", "benchmark", "total"), ALARM, ids=lambda one: str(one))
def test_alarm_on_every_line(
    cli: Callable[..., CommandResult],
    tmp_path: Path,
    part: str,
    task: str,
    benchmark: str,
    total: tuple[str, int],
) -> None:
    lines = [line for line in jsonl(GOLDEN / "alarm" / "cases.jsonl") if line["set"] == part]
    file, run = tmp_path / "replies.jsonl", tmp_path / "run"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = cli("score", task, file, "-o", run, "--as", "alarm", "--json")
    assert done.code == 0, done.err
    docs = {sample["id"]: document_of(sample) for sample in read_samples(run, {task})}
    read = RULES["alarm"].readers[benchmark]
    for line in lines:
        found, want = read(docs[line["id"]], line["response"])["accuracy"], line["official"]
        assert found.stats == {"correct": want["correct"], "n": 1}, line["id"]
        assert found.read == want["extracted"], line["id"]
    row = next(row for row in json.loads(done.out)["rules"] if row["rule"] == "alarm.1")
    name, scale = total
    assert row["value"] * scale == pytest.approx(expected("alarm")[part][name], rel=1e-12)
    assert row["n"] == len(lines)


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_the_states_of_the_arabic_board(
    cli: Callable[..., CommandResult], tmp_path: Path, version: str
) -> None:
    file, rule = GOLDEN / "arabic_asr" / "cases.jsonl", f"elm-{version}"
    run = tmp_path / "run"
    done = cli("score", "arabic_asr_commonvoice", file, "-o", run, "--as", rule, "--json")
    assert done.code == 0, done.err
    rows = {(row["metric"], row["rule"]): row["value"] for row in json.loads(done.out)["rules"]}
    for metric in ("wer", "cer"):
        assert rows[metric, f"{rule}.1"] == expected("arabic_asr")[version][metric]


def test_two_readings_of_the_judge_of_big_bench_audio(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    file = GOLDEN / "big_bench_audio_judge" / "cases.jsonl"
    for line in jsonl(file):
        want, reply = line["official"], line["judge_reply"]
        found = {name: RULES[name].readers["big_bench_audio"]({}, reply)["judged_accuracy"] for name in ("au-harness", "mimo")}  # fmt: skip
        au, mimo = found["au-harness"].stats, found["mimo"]
        assert (None if au is None else au["correct"]) == want["au_harness"], reply
        assert mimo.stops == (want["mimo_correct"] == "TypeError"), reply
        assert mimo.stops or mimo.stats == {"correct": int(want["mimo_correct"]), "n": 1}, reply
    run = tmp_path / "run"
    done = cli("score", "big_bench_audio", file, "-o", run, "--judge", "replay", "--as", "au-harness,mimo", "--json")  # fmt: skip
    assert done.code == 0, done.err
    rows = {row["rule"]: row for row in json.loads(done.out)["rules"]}
    au, mimo, total = rows["au-harness.1"], rows["mimo.1"], expected("big_bench_audio_judge")
    assert round(100 * au["value"], 2) == total["au_harness_percent"]
    assert (au["n"], au["left_out"]) == (total["num_correct"] + total["num_incorrect"], total["num_failed"])  # fmt: skip
    assert (mimo["n"], mimo["stops"]) == (58, 2)
    assert rows["strict"]["n"] == 60
