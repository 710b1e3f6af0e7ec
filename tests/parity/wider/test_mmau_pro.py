"""MMAU-Pro against the official script: every instruction rule, judge numbers, messages and means."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from tasks.mmau_pro import scoring
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden"
Cli = Callable[..., CommandResult]


def test_instructions_through_the_command(cli: Cli, tmp_path: Path) -> None:
    run, file = tmp_path / "run", GOLDEN / "mmau_pro_aif" / "cases.jsonl"
    done = cli("score", "mmau_pro_instruction", file, "-o", run, "--quiet")
    assert done.code == 0, done.err
    for line, sample in zip(jsonl(file), jsonl(run / "samples.jsonl"), strict=True):
        assert sample["scores"]["if_rate"]["official"] == line["official"]["correct"], line["id"]
    want = json.loads((file.parent / "expected.json").read_text(encoding="utf-8"))["official"]
    task = json.loads((run / "results.json").read_text(encoding="utf-8"))["tasks"]["mmau_pro_instruction"]  # fmt: skip
    assert task["metrics"]["if_rate"]["official"]["value"] == want["success_rate"]
    for name, (right, count) in want["by_identifier"].items():
        value = task["groups"]["task_identifier"][name]["if_rate"]["official"]
        assert (value["value"], value["n"]) == (right / count, count), name


def test_judge_numbers_through_the_command(cli: Cli, tmp_path: Path) -> None:
    run, file = tmp_path / "run", GOLDEN / "mmau_pro_judge" / "cases.jsonl"
    done = cli("score", "mmau_pro_open", file, "-o", run, "--quiet")
    assert done.code == 0, done.err
    for line, sample in zip(jsonl(file), jsonl(run / "samples.jsonl"), strict=True):
        found = sample["scores"]["judge_score"]["official"]
        assert found == line["official"]["overall"], line["id"]
        assert found / 5 == pytest.approx(line["official"]["score"], abs=1e-12), line["id"]
    want = json.loads((file.parent / "expected.json").read_text(encoding="utf-8"))["official"]
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    value = results["tasks"]["mmau_pro_open"]["metrics"]["judge_score"]["official"]["value"]
    assert value == pytest.approx(want["metrics"]["avg_overall"], abs=1e-12)
    board = results["benchmarks"]["mmau_pro"]["native"]["scores"]["open"]["value"]
    assert board == round(100 * want["performance_score"], 2)


def test_the_judge_gets_the_official_messages() -> None:
    spec = load_spec(load_index().tasks["mmau_pro_open"])
    assert spec.judge is not None
    (prompt,) = spec.judge.prompts.values()
    lines = [line for line in jsonl(GOLDEN / "mmau_pro_judge" / "cases.jsonl") if "judge_messages" in line]  # fmt: skip
    assert len(lines) == 3
    for line in lines:
        slots = scoring.judge_slots({**line["doc"]}, line["response"])
        assert slots is not None
        system, user = (message["content"] for message in line["judge_messages"])
        assert (prompt.system, prompt.user.format(**slots)) == (system, user)
