"""Every reader of a run directory, as one call each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import harness
from harness.comparison.reference import reference_entry
from harness.core import inert
from harness.core.stored_replies import read_response_file
from harness.judge.calibration import graded_items
from harness.report.export import export
from harness.report.html.page import ReportOptions, write_report
from harness.report.status import lines, status
from harness.run.reader import read_manifest
from leaderboards.renderers import FORMATS, renderer

MADE_WITH: Mapping[str, tuple[str, ...]] = {
    "evaluated": ("quickstart_choice", "quickstart_number"),
    "repeated": ("quickstart_choice",),
}
"""Name of a run -> its tasks, of runs that a model made."""

Reader = Callable[[Path, Path], None]
"""Reads a run, next to a whole one of the same kind."""


def look(run: Path, _: Path) -> None:
    found = status(run)
    json.dumps(found.as_json())
    inert.block("\n".join(lines(found, run))).encode()


def load(run: Path, _: Path) -> None:
    opened = harness.load_run(run)
    opened.view.stale()
    opened.table().encode()
    for task in opened.tasks:
        for metric, readings in opened.results["tasks"][task]["metrics"].items():
            for reading in readings:
                opened.metric(task, metric, reading)
    for _sample in opened.samples():
        pass


def gate(run: Path, whole: Path) -> None:
    report = harness.gate(run, whole)
    inert.block(report.to_text()).encode()
    json.dumps(report.to_json())


def gate_against(run: Path, whole: Path) -> None:
    gate(whole, run)


def board(run: Path, whole: Path) -> None:
    opened = [harness.load_run(path) for path in (run, whole)]
    opened[0].view.stale(thorough=False)
    found = harness.leaderboard(opened)
    for name in FORMATS:
        renderer(name)(found, title="x").encode()


def resume(run: Path, _: Path) -> None:
    tasks = list(MADE_WITH[run.name])
    harness.evaluate("baseline:first", tasks, run, limit=3, judge="none").table().encode()


def submit(run: Path, _: Path) -> None:
    export(run, "mmau-submission", output=run / "out.json", task=None, allow_partial=True)


def score(run: Path, _: Path) -> None:
    harness.rescore(run).table().encode()


def reference(run: Path, whole: Path) -> None:
    json.dumps(reference_entry(run, read_manifest(whole)["tasks"]))


def score_with_reference(run: Path, whole: Path) -> None:
    harness.rescore(whole, reference=run)


def page(run: Path, whole: Path) -> None:
    views = [harness.load_run(path).view for path in (run, whole)]
    write_report(views[0], views[1], ReportOptions(output=run / "out.html"))


def replies(run: Path, _: Path) -> None:
    read_response_file(run)


def grades(run: Path, _: Path) -> None:
    graded_items(run)


READERS: Mapping[str, Reader] = {
    "status": look,
    "load_run": load,
    "gate": gate,
    "gate, as baseline": gate_against,
    "leaderboard": board,
    "report": page,
    "export": submit,
    "score": score,
    "--reference": reference,
    "score --reference": score_with_reference,
    "replay": replies,
    "judge calibrate --run": grades,
}


def make_runs(folder: Path) -> dict[str, dict[str, bytes]]:
    """Make small runs of every kind; return the content of their files by the name of the run."""
    from tests.support.data.tiny_copies import mmau
    from tests.support.runs.judged import TASK, responses

    folder.mkdir(parents=True)
    for name, tasks in MADE_WITH.items():
        repeats = {"repeats": 2} if name == "repeated" else {}
        harness.evaluate("baseline:first", tasks, folder / name, limit=3, judge="none", **repeats)  # type: ignore[arg-type]
    stored = responses(folder / "replies.jsonl", 3)
    records = [json.loads(line) for line in stored.read_text(encoding="utf-8").splitlines()]
    for record in records:
        record["judge_reply"] = ["Explanation: yes\nJudgement: correct", None][
            : 1 + (record["id"] == "item-1")
        ]
    stored.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    harness.score(TASK, stored, folder / "judged", judge="replay")
    mmau(folder / "copy")
    harness.evaluate(
        "baseline:first",
        "mmau_test_mini",
        folder / "submitted",
        data={"mmau": folder / "copy"},
        limit=3,
    )
    return {
        run.name: {
            file.name: file.read_bytes()
            for file in sorted(run.iterdir())
            if file.suffix in (".json", ".jsonl")
        }
        for run in sorted(folder.iterdir())  # in one order: a seed draws the same again
        if (run / "manifest.json").is_file()
    }
