"""AIR-Bench foundation against the official script: edge cases, the figures that it prints, and the board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden" / "air_bench_foundation"


def test_edge_cases_stop_skip_or_count_as_upstream() -> None:
    task = YamlTask(load_spec(load_index().tasks["air_bench_foundation"]))
    for line in jsonl(GOLDEN / "edge_cases.jsonl"):
        if line["case"] in ("blank line in the file", "no counted item in the task"):
            continue  # about the file, and about a whole run
        want = line["official"]
        doc = dict(line["doc"])
        task.annotate([doc], "file")
        response = MISSING if line["response_key"] is None else line["response"]
        found = task.score(doc, response, None)
        stats = found.metrics["accuracy"]["official"].stats
        assert bool(found.aborted) is (want["returncode"] != 0), line["case"]
        left_out = want["returncode"] != 0 or want["fail_num"] == 1 or want["counted"] == 0
        assert (stats is None) is left_out, line["case"]
        if stats is not None:
            assert stats["correct"] == want["correct"], line["case"]
        assert found.metrics["accuracy"]["strict"].stats is not None, line["case"]


def test_the_figures_of_a_run(cli: Callable[..., CommandResult], tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = cli("score", "air_bench_foundation", GOLDEN / "cases.jsonl", "-o", run, "--quiet")
    assert done.code == 0, done.err
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    official = results["tasks"]["air_bench_foundation"]["metrics"]["accuracy"]["official"]
    want = expected["official"]
    assert (official["value"], official["n"]) == (want["correct"] / want["n"], want["n"])
    native = results["benchmarks"]["air_bench_foundation"]["native"]
    for part, printed in (
        ("task_dataset", want["task_dataset"]),
        ("tasks", expected["task_pooled"]),
    ):
        cells = {name: (cell["value"], cell["n"]) for name, cell in native[part].items()}
        assert cells == {
            name: (round(100 * cell["accuracy"], 2), cell["n"]) for name, cell in printed.items()
        }
    assert native["scores"]["mean_of_tasks"]["value"] is None  # some of the 19 are not there
    assert f"{want['n']} of {want['n'] + want['fail_num']} replies" in native["notes"][-1]
