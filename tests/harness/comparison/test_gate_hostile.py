"""Hazards: a baseline file that was made by hand, a ledger that two processes write or a policy that changed on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.comparison.gating.nights import held, ledger_of, plan_night, record_night
from harness.comparison.gating.saved import save_baseline
from harness.errors import HarnessError, UsageError
from harness.run.reader import read_run
from tests.support.runs.board_runs import FakeTask, binary, write_run

TASK = "own_choice"
Change = Callable[[dict[str, Any], dict[str, Any]], object]
CHANGES: dict[str, Change] = {
    "text for a number": lambda _, items: items["stats"]["accuracy"]["rows"].__setitem__(0, ["x", 1]),
    "a list for a number": lambda _, items: items["stats"]["accuracy"]["rows"].__setitem__(0, [[1], 1]),
    "no number": lambda _, items: items["stats"]["accuracy"]["rows"].__setitem__(0, [float("nan"), 1]),
    "beyond a float": lambda _, items: items["stats"]["accuracy"]["rows"].__setitem__(0, [10**400, 1]),
    "true for a number": lambda _, items: items["stats"]["accuracy"]["rows"].__setitem__(0, [True, 1]),
    "a row too many": lambda _, items: items["stats"]["accuracy"]["rows"].append([1, 1]),
    "numbered keys": lambda _, items: items["stats"]["accuracy"].update(keys=[1, 2]),
    "ids that are objects": lambda _, items: items.update(id=[{}] * 20),
    "clusters that are lists": lambda _, items: items.update(cluster=[[1]] * 20),
    "repeats below 0": lambda _, items: items.update(repeat=[-1] * 20),
    "metrics that are lists": lambda entry, _: entry["metrics"].append([1]),
    "anchors that are a list": lambda entry, _: entry.update(anchors=[1]),
    "a benchmark that is a number": lambda entry, _: entry.update(benchmark=7),
    "a signature that is a list": lambda entry, _: entry["signature_parts"].update(prompt=[1]),
}  # fmt: skip


def run(folder: Path, values: str) -> Path:
    return write_run(folder, {TASK: FakeTask(binary(values), benchmark="own")}, benchmarks=False)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_baseline_made_by_hand_is_named(tmp_path: Path, change: Change) -> None:
    base, candidate = run(tmp_path / "a", "10" * 10), run(tmp_path / "b", "01" * 10)
    file = tmp_path / "base.json"
    save_baseline(read_run(base), file)
    content = json.loads(file.read_text())
    change(content["tasks"][TASK]["entry"], content["tasks"][TASK]["items"])
    file.write_text(json.dumps(content))
    with pytest.raises(HarnessError, match="neither a run directory nor a saved baseline"):
        harness.gate(candidate, file)


def test_two_gates_at_once_take_two_nights(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path / "main")
    nights = []

    def one(candidate: str) -> None:
        stamps = {"baseline": "b", "candidate": candidate}
        with held(ledger):
            spent = plan_night(ledger, **stamps, alpha=0.05, horizon=8)
            record_night(ledger, spent, **stamps, name=candidate, verdict="pass")
        nights.append(spent.nights)

    threads = [threading.Thread(target=one, args=(f"c{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(nights) == [*range(1, 9)]
    with pytest.raises(UsageError, match="nights against this baseline are spent"):
        plan_night(ledger, baseline="b", candidate="one more", alpha=0.05, horizon=8)


def test_a_policy_that_changes_on_the_way_spends_no_more_than_alpha(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path / "main")
    for night in range(3):
        spent = plan_night(ledger, baseline="b", candidate=f"c{night}", alpha=0.05, horizon=4)
        record_night(ledger, spent, baseline="b", candidate=f"c{night}", name="n", verdict="pass")
    with pytest.raises(UsageError, match=r"0\.0375 of alpha 0\.05 in 3"):
        plan_night(ledger, baseline="b", candidate="c3", alpha=0.05, horizon=3)
    assert plan_night(ledger, baseline="b", candidate="c0", alpha=0.05, horizon=4).nights == 1
    assert plan_night(ledger, baseline="b", candidate="c3", alpha=0.05, horizon=4).nights == 4


def test_replies_of_several_baselines_may_be_missing(tmp_path: Path) -> None:
    """Items that one run lacks leave the mean; the candidate's are then without a pair, and counted."""
    full, candidate = run(tmp_path / "a", "1" * 60), run(tmp_path / "c", "1" * 60)
    part = run(tmp_path / "b", "1" * 60)
    lines = (part / "samples.jsonl").read_bytes().split(b"\n")
    (part / "samples.jsonl").write_bytes(b"\n".join(lines[2:]))
    report = harness.gate(candidate, [full, part])
    assert report.coverage[0].pairs == 58 and report.coverage[0].only_candidate == 2
    assert report.verdict in ("pass", "inconclusive")
