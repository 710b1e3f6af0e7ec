"""A run against a reference run: forgetting rate, several files in one run directory, what may not be mixed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboards.native import relative
from leaderboards.results import TaskResult, Value
from tests.support.command import CommandResult
from tests.support.runs.toy import results

CLI = Callable[..., CommandResult]
LOWER = {"instruction_id_list": ["change_case:english_lowercase"], "kwargs": [{}]}


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def score_all(cli: CLI, folder: Path, right: int, *flags: str | Path) -> Path:
    """A Speech-IFEval run of ten stored replies a part, ``right`` of them right; the run directory."""
    folder.mkdir()
    run = folder / "run"
    replies = ["small letters"] * right + ["CAPITALS"] * (10 - right)
    for part in ("closed", "creative"):
        doc = {"instruction": f"{part}\nUse small letters.", "metric": "open", **LOWER}
        records = [{"id": i, "doc": doc, "response": reply} for i, reply in enumerate(replies)]
        file = write(folder / f"{part}.jsonl", records)
        done = cli("score", f"speech_ifeval_{part}", file, "-o", run, "--judge", "replay", *flags)
        assert done.code == 0, done.err
    doc = {"instruction": "Think.", "metric": "cot"}
    verdicts = ["Result: YES"] * right + ["Result: NO"] * (10 - right)
    records = [
        {"id": i, "doc": doc, "response": "x", "judge_reply": verdict}
        for i, verdict in enumerate(verdicts)
    ]
    file = write(folder / "cot.jsonl", records)
    assert cli("score", "speech_ifeval_cot", file, "-o", run, "--judge", "replay", *flags).code == 0
    return run


def test_the_forgetting_rate(cli: CLI, tmp_path: Path) -> None:
    backbone = score_all(cli, tmp_path / "text", 8)
    run = score_all(cli, tmp_path / "audio", 6)
    assert "relative" not in results(run)["benchmarks"]["speech_ifeval"]
    done = cli("score", run, "--reference", backbone)
    assert done.code == 0, done.err
    found = results(run)["benchmarks"]["speech_ifeval"]["relative"]
    assert found["forgetting_rate"] == pytest.approx(-25.0)
    assert found["reference"] == "run"
    assert "forgetting_rate -25.00 % against run" in done.out
    # the reference stays in the manifest: results are a pure function of the run directory
    before = (run / "results.json").read_bytes()
    assert cli("score", run).code == 0
    assert (run / "results.json").read_bytes() == before


def test_a_reference_that_cannot_be_one(cli: CLI, tmp_path: Path) -> None:
    run = score_all(cli, tmp_path / "audio", 6)
    other = tmp_path / "other"
    assert cli("evaluate", "baseline:first", "-t", "quickstart_choice", "-o", other).code == 0
    done = cli("score", run, "--reference", other)
    assert done.code == 2
    assert "none of these tasks" in done.err
    unjudged = score_all(cli, tmp_path / "replay", 6)
    manifest = json.loads((unjudged / "manifest.json").read_text())
    manifest["tasks"]["speech_ifeval_cot"]["signature_parts"]["judge"] = "other"
    (unjudged / "manifest.json").write_text(json.dumps(manifest))
    done = cli("score", run, "--reference", unjudged)
    assert done.code == 2
    assert "another judge" in done.err
    assert cli("score", run, "--reference", tmp_path / "absent").code == 2
    never = tmp_path / "never"
    flags = ("-t", "quickstart_choice", "-o", never, "--reference", run)
    done = cli("evaluate", "mock:hash", *flags)
    assert done.code == 2
    assert "none of these tasks" in done.err
    assert not (never / "responses.jsonl").exists()


def test_a_run_directory_takes_a_file_per_task(cli: CLI, tmp_path: Path) -> None:
    run = score_all(cli, tmp_path / "audio", 6)
    assert results(run)["benchmarks"]["speech_ifeval"]["native"]["if_rate_exact"] == pytest.approx(
        60.0
    )
    doc = {"instruction": "x", "metric": "open", **LOWER}
    other = write(tmp_path / "other.jsonl", [{"id": 0, "doc": doc, "response": "y"}])
    before = (run / "manifest.json").read_bytes()
    done = cli("score", "speech_ifeval_closed", other, "-o", run)
    assert done.code == 2
    assert "from another file" in done.err
    assert (run / "manifest.json").read_bytes() == before


def test_gains_of_dynamic_superb() -> None:
    def result(task: str, value: float) -> TaskResult:
        return TaskResult(
            task=task,
            benchmark="dynamic_superb",
            metrics=("accuracy",),
            values={"accuracy": {"official": Value(value, n=10)}},
            signature={},
            parts={},
            anchors={},
            outcomes={},
            n=10,
            total=10,
            groups={},
        )

    one = "dynamic_superb_spoofdetection_asvspoof2017"
    reference = {"name": "baseline", "values": {one: {"accuracy": {"official": 0.5}}}, "native": {}}
    found = relative("dynamic_superb", {one: result(one, 0.75)}, {}, reference)
    assert found == {
        "reference": "baseline",
        "gain": 50.0,
        "domains": {"paralinguistics": 50.0},
        "tasks": 1,
    }
