"""Dynamic-SUPERB against the shared lists and the organisers' published phase-1 means."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from leaderboards.boards.dynamic_superb import native
from leaderboards.results import TaskResult, Value
from tasks.dynamic_superb.instances import instances, task_id
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared

NAMES = {
    "CON": "content",
    "SPK": "speaker",
    "SEM": "semantics",
    "DEG": "degradation",
    "PAR": "paralinguistics",
    "AUD": "audio",
}


def read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((SHARED / name).read_text(encoding="utf-8"))
    return found


def test_the_committed_list_is_the_shared_one() -> None:
    flags = {"speech": "S", "music": "M", "audio": "A"}
    kinds = {
        "Classification": "classification",
        "Text generation": "text",
        "Regression": "regression",
        "Speech generation": "audio",
        "Audio generation": "audio",
    }
    ours = {entry.hf: entry for entry in instances()}
    listed = read("dynamic_superb/phase2_tasks.yaml")
    assert len(listed) == len(ours) == 259
    for row in listed:
        entry = ours[row["hf_dataset"]]
        assert (entry.name or entry.instance) == row["task"]
        assert entry.revision == row["revision"]
        assert entry.kind == kinds[row["category"]]
        assert set(entry.flags) == {short for name, short in flags.items() if row["flags"][name]}
        assert entry.note == (row.get("note") or "")
        assert (entry.domain is not None) == row["phase1"]
    phase_1 = read("dynamic_superb/phase1_instances.yaml")
    assert len(phase_1) == 55
    for row in phase_1:
        assert (ours[row["id"]].domain, ours[row["id"]].seen) == (row["domain"], row["seen"])


ROWS = (
    [row for row in read("published/dynamic_superb.yaml") if "domain_means" in row]
    if (SHARED / "README.md").is_file()
    else []
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']}-{len(row['results'])}")
def test_domain_means_are_the_published_ones(row: dict[str, Any]) -> None:
    tasks = {
        task: TaskResult(task, "dynamic_superb", ("accuracy",), {"accuracy": {"official": value}})
        for name, percent in row["results"].items()
        for task, value in [(task_id(name), Value(percent / 100, n=100))]
    }
    board = native(tasks, {})
    means = {**row["domain_means"]}
    overall = means.pop("ALL")
    assert board["scores"]["phase1"]["value"] == pytest.approx(overall["mean"], abs=0.00501)
    assert board["instances"]["phase1"] == f"{overall['n']}/55"
    assert board["complete"] == (overall["n"] == 55)
    for domain, found in means.items():
        column = NAMES[domain]
        assert board["scores"][column]["value"] == pytest.approx(found["mean"], abs=0.00501)
        assert board["instances"][column].startswith(f"{found['n']}/")
    half = "seen" if "seen" in row["protocol"] and '"seen"' in row["protocol"] else "unseen"
    if overall["n"] != 55:
        assert board["scores"][half] == board["scores"]["phase1"]


def test_there_are_published_rows_to_compare_with() -> None:
    assert len(ROWS) == 9
