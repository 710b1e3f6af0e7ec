"""The generated group files agree with the list of data sets, the registry and the prompts."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from harness.task_loading.task import YamlTask
from harness.types import TaskSpec
from leaderboards.boards.dynamic_superb import DOMAINS, PHASE_1
from metrics.registry import METRICS
from tasks.dynamic_superb import judge_reply as judge
from tasks.dynamic_superb import scoring
from tasks.dynamic_superb.instances import instances, task_id

ROOT = Path(__file__).resolve().parents[3]
INDEX = load_index()
ENTRIES = {n: e for n, e in INDEX.tasks.items() if e.benchmark == "dynamic_superb"}


def spec(task: str) -> TaskSpec:
    return load_task(ENTRIES[task].path, task)


def test_the_files_are_what_the_script_makes() -> None:
    script = ROOT / "scripts" / "make_dynamic_superb_yaml.py"
    made = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_55_and_259_ids_resolve() -> None:
    """Every listed id has a task; the 55 sets of phase 1 have a second one for phase 2."""
    assert len(ENTRIES) == 55 + 259
    for entry in instances():
        assert task_id(entry.instance) in ENTRIES
        assert (task_id(entry.instance, "phase2") in ENTRIES) == (entry.domain is not None)
    counts = {name: len(INDEX.members(name)) for name in INDEX.groups if "dynamic" in name}
    assert counts == {
        "dynamic_superb": 309,
        "dynamic_superb_phase1": 55,
        "dynamic_superb_phase1_speech48": 48,
        "dynamic_superb_phase1_audio": 7,
        "dynamic_superb_phase2": 254,
        "dynamic_superb_phase2_classification": 155,
        "dynamic_superb_phase2_sequence": 20,
        "dynamic_superb_phase2_regression": 9,
        "dynamic_superb_phase2_decided": 70,
        "dynamic_superb_unsupported": 5,
    }
    assert INDEX.members("dynamic_superb_phase1_speech48") == [
        task for task, (domain, _) in PHASE_1.items() if domain != "AUD"
    ]
    assert set(INDEX.members("dynamic_superb_phase1")) == set(PHASE_1)


def test_the_board_has_the_domains_of_the_list() -> None:
    listed = {task_id(e.instance): (e.domain, e.seen) for e in instances() if e.domain}
    assert listed == PHASE_1
    assert Counter(domain for domain, _ in PHASE_1.values()) == {
        "CON": 11, "SPK": 5, "SEM": 6, "DEG": 19, "PAR": 7, "AUD": 7,
    }  # fmt: skip
    assert DOMAINS.keys() == {domain for domain, _ in PHASE_1.values()}


def test_unsupported_tasks_say_why_and_stand_in_no_other_group() -> None:
    runnable = set(INDEX.members("dynamic_superb"))
    for task, entry in ENTRIES.items():
        assert (entry.unsupported is None) == (task in runnable)
        if entry.unsupported is not None:
            assert len(entry.unsupported) > 30
            assert spec(task).unsupported == entry.unsupported
            assert entry.metrics == ()
    assert not set(INDEX.members("dynamic_superb_unsupported")) & runnable
    audio = [e for e in ENTRIES.values() if e.unsupported and "answer is audio" in e.unsupported]
    assert len(audio) == 5


def test_sets_without_an_official_reading_say_why_in_their_deviations() -> None:
    for task in INDEX.members("dynamic_superb_phase2_decided"):
        found = spec(task)
        assert found.official_metrics == set()
        assert any(
            line.startswith("The official reading is unsupported: ") for line in found.deviations
        ), task


@pytest.mark.parametrize("task", sorted(set(INDEX.members("dynamic_superb"))))
def test_a_member_says_what_the_code_does(task: str) -> None:
    found = spec(task)
    params = found.raw["dataset_kwargs"]
    entry = next(e for e in instances() if e.hf == params["data_set"])
    assert params.get("commit") == entry.commit
    assert params.get("has_audio", True) == entry.has_audio
    assert task == task_id(
        entry.instance, "phase2" if task.startswith("dynamic_superb_phase2") else ""
    )
    doc = {"label": "a: b", "instruction": "?", "_params": params}
    scoring.annotate([doc], "data")
    scored = scoring.score(doc, "a: b", None)
    assert tuple(scored.metrics) == found.metrics
    assert {m for m, r in scored.metrics.items() if "official" in r} == found.official_metrics
    assert {m: METRICS[m].higher_is_better for m in found.metrics} == found.higher_is_better
    assert found.judged_metrics == ({"judged_accuracy"} if params["rule"] == "judged" else set())
    if found.judged_metrics:
        block = found.judge
        assert block is not None
        assert block.parse == judge.PARSER_ID
        prompt = block.prompt(doc)
        assert prompt is not None
        assert prompt.system is None
        assert prompt.slots == set(scoring.judge_slots(doc, "x") or ())


def test_a_revision_that_is_no_commit_is_not_fetched() -> None:
    odd = {e.instance: e.revision for e in instances() if e.revision and e.commit is None}
    assert sorted(map(len, odd.values())) == [7, 7, 64]
    assert sum(e.commit is not None for e in instances()) == 176


def test_the_items_of_known_grade_have_the_judges_form() -> None:
    found = spec("dynamic_superb_phase2_speakerverification_vctk")
    task = YamlTask(found)
    known = task.canaries
    assert {canary.id for canary in known} == {"right", "wrong", "several", "talks_to_the_judge"}
    for canary in known:
        doc = canary.doc
        slots = scoring.judge_slots(doc, canary.response)
        assert slots is not None
        assert slots["ground_truth"] == "dog"
        assert (
            scoring.judge_grade(doc, f"Because.\nResult: {canary.expect[0].upper()}")
            in canary.expect
        )
