"""Hazards of stored replies of Dynamic-SUPERB: labels that a file does not hold, a judge's reply that is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


def scored(cli: Cli, tmp_path: Path, task: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    file, run = tmp_path / "replies.jsonl", tmp_path / "run"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    found = cli("score", task, file, "-o", run, "--judge", "replay", "--max-errors", "100%")
    assert found.code == 0, found.err
    results: dict[str, Any] = json.loads((run / "results.json").read_text())
    return results


def test_a_file_of_stored_replies_takes_its_labels_from_itself(cli: Cli, tmp_path: Path) -> None:
    replies = [("Yes", "yes"), ("No", "I hear: no."), ("Yes", "yes or no"), ("No", None)]
    results = scored(
        cli,
        tmp_path,
        "dynamic_superb_speakerverification_vctk",
        [{"id": n, "doc": {"label": a}, "response": b} for n, (a, b) in enumerate(replies)],
    )
    entry = results["tasks"]["dynamic_superb_speakerverification_vctk"]
    official, strict = (entry["metrics"]["accuracy"][r] for r in ("official", "strict"))
    assert (official["value"], official["n"], official["complete"]) == (1 / 3, 3, False)
    assert (strict["value"], strict["n"], strict["unparsed"]) == (0.5, 4, 2)
    assert entry["outcomes"]["error"] == 1
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    declared = manifest["tasks"]["dynamic_superb_speakerverification_vctk"]
    assert declared["facts"]["labels"] == ["No", "Yes"]
    normalized = results["benchmarks"]["dynamic_superb"]["normalized"]
    cell = normalized["cells"]["dynamic_superb_speakerverification_vctk"]
    assert (cell["value"], cell["score"], cell["below_chance"]) == (0.5, 0.0, False)


def test_items_of_one_recording_are_one_cluster(cli: Cli, tmp_path: Path) -> None:
    """Each of 12 files asked about 4 times, always right or always wrong: as uncertain as 12 items."""
    records = [
        {
            "id": 4 * file + n,
            "doc": {
                "file": f"{file}.wav",
                "instruction": f"Question {n}",
                "label": "Yes" if n else "No",
            },
            "response": ("yes" if n else "no") if file % 3 else "maybe",
        }
        for file in range(12)
        for n in range(4)
    ]
    results = scored(cli, tmp_path, "dynamic_superb_speakerverification_vctk", records)
    entry = results["tasks"]["dynamic_superb_speakerverification_vctk"]
    strict = entry["metrics"]["accuracy"]["strict"]
    assert (strict["n"], strict["method"]) == (48, "wilson_t,clusters=12")
    assert strict["stderr"] == pytest.approx((8 / 12 * 4 / 12 / 11) ** 0.5)


def test_stored_judge_replies(cli: Cli, tmp_path: Path) -> None:
    task = "dynamic_superb_phase2_speakerverification_vctk"
    judged = ["Result: YES", "**Result:** YES", "Result: NO", "?"]
    results = scored(
        cli,
        tmp_path,
        task,
        [
            {"id": n, "doc": {"label": "Yes"}, "response": "It is.", "judge_reply": reply}
            for n, reply in enumerate(judged)
        ],
    )
    found = results["tasks"][task]["metrics"]["judged_accuracy"]
    assert (found["official"]["value"], found["official"]["unparsed"]) == (0.25, 2)
    assert (found["strict"]["value"], found["strict"]["unparsed"]) == (0.5, 1)
    board = results["benchmarks"]["dynamic_superb"]["native"]["phase2"]
    assert (board["judged_accuracy"]["value"], board["sets"]) == (25.0, 1)
