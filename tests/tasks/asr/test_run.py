"""Speech recognition from a copy as the hub has it: ids, left-out references, replies that are none, the board."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingDataError
from harness.report.speed import speed_lines
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from leaderboards.boards.asr import CALLS, ENGLISH, MULTILINGUAL
from tasks.asr.source import COLUMNS, FLEURS, OTHERS, SETS
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import asr

Cli = Callable[..., CommandResult]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("asr")
    asr(root)
    return root


def task(name: str, folder: Path | None = None) -> YamlTask:
    return YamlTask(load_spec(load_index().tasks[name]), folder=folder)


def test_the_source_names_what_the_tasks_read() -> None:
    entries = [entry for entry in load_index().tasks.values() if entry.benchmark == "asr" and entry.task != CALLS]  # fmt: skip
    blocks = [load_spec(entry).raw["metadata"]["lalm"]["data"] for entry in entries]
    others = {pattern.partition("/")[0] for _, pattern in OTHERS.values()}
    assert {block["config"] for block in blocks} == {*SETS, *FLEURS.values(), *COLUMNS, *others}
    named = {task: (data["hub"], data["config"]) for entry, data in zip(entries, blocks, strict=True) if (task := entry.task) in OTHERS}  # fmt: skip
    assert named == {task: (hub, files.partition("/")[0]) for task, (hub, files) in OTHERS.items()}
    assert {load_spec(load_index().tasks[task]).raw["metadata"]["lalm"]["data"]["config"]: task for task in COLUMNS.values()} == COLUMNS  # fmt: skip


def test_another_language_is_not_read_in_its_place(copy: Path, tmp_path: Path) -> None:
    shutil.copytree(copy / "fr_fr", tmp_path / "fr_fr")
    with pytest.raises(MissingDataError, match="no Parquet files"):
        task("asr_fleurs_de", tmp_path).documents()
    assert len(task("asr_fleurs_de", copy / "de_de").documents()) == 10


def test_repeated_ids_get_a_number(copy: Path) -> None:
    names = [doc["_id"] for doc in task("asr_fleurs_de", copy).documents()]
    assert names[:6] == ["0", "1", "2", "3", "0~2", "1~2"]


@pytest.mark.parametrize(
    ("text", "reply", "official", "strict", "stops"),
    [
        ("Mr. Grey", "mister gray", (0, 2), (0, 2), False),
        ("white paper", "whitepaper", (0, 2), (0, 2), False),
        ("Mr. Grey", "", (2, 2), (2, 2), False),
        ("Mr. Grey", None, None, (2, 2), True),
        ("Mr. Grey", MISSING, None, (2, 2), True),
        ("[noise]", "word", None, (1, 0), False),
        ("ignore time segment in scoring", "", None, (5, 5), False),
        (" ", "word", None, None, False),
    ],
)
def test_both_readings(text: str, reply: Any, official: Any, strict: Any, stops: bool) -> None:
    one = task("asr_librispeech_clean")
    doc = {"text": text}
    one.annotate([doc], "file")
    found = one.score(doc, reply, None)
    for reading, want in (("official", official), ("strict", strict)):
        stats = found.metrics["wer"][reading].stats
        assert (None if stats is None else (stats["edits"], stats["length"])) == want
    assert bool(found.aborted) is stops


def test_a_run_of_all_english_sets_ends_on_the_board(cli: Cli, copy: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = cli(
        "evaluate", "mock:echo", "-t", ",".join(ENGLISH), "--data", f"asr={copy}", "-o", run, "--plain"
    )  # fmt: skip
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    native = results["benchmarks"]["asr"]["native"]
    cells = [native["scores"][name.removeprefix("asr_")]["value"] for name in ENGLISH]
    assert native["scores"]["english_avg"]["value"] == round(sum(cells) / 6, 2)
    assert native["higher_is_better"]["english_avg"] is False and native["complete"] is False
    both = tmp_path / "both"
    asked = ",".join([*ENGLISH, CALLS])
    assert cli("evaluate", "mock:echo", "-t", asked, "--data", f"asr={copy}", "-o", both).code == 0
    seven = json.loads((both / "results.json").read_text())["benchmarks"]["asr"]["native"]
    cells.append(seven["scores"]["earnings22_cleaned_aa"]["value"])
    assert seven["scores"]["english_avg"]["value"] == round(sum(cells) / 7, 2)
    assert seven["complete"] is True
    assert "norm:oasr-2026-08" in json.dumps(results)
    entry = results["tasks"]["asr_ami_cleaned"]["metrics"]["wer"]
    assert (entry["official"]["n"], entry["strict"]["n"]) == (9, 10)


def test_multilingual_columns_and_mandarin_sets_run_from_a_copy(
    cli: Cli, copy: Path, tmp_path: Path
) -> None:
    run, names = tmp_path / "run", [*MULTILINGUAL, *OTHERS]
    done = cli("evaluate", "mock:echo", "-t", ",".join(names), "--data", f"asr={copy}", "-o", run)
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    scores = results["benchmarks"]["asr"]["native"]["scores"]
    cells = [scores[name.removeprefix("asr_")]["value"] for name in MULTILINGUAL]
    assert len(cells) == 13
    assert scores["multilingual_avg"]["value"] == round(sum(cells) / 13, 2)
    assert scores["english_avg"]["value"] is None
    said = {name: entry["metrics"]["cer"]["official"] for name, entry in results["tasks"].items() if "official" in entry["metrics"]["cer"]}  # fmt: skip
    for name in ("asr_aishell1", "asr_wenetspeech_net", "asr_wenetspeech_meeting"):
        assert scores[name.removeprefix("asr_")]["value"] == round(100 * said[name]["value"], 2)
    meeting = [json.loads(line) for line in (run / "samples.jsonl").read_text().split("\n") if line]
    assert {one["reference"] for one in meeting if one["task"] == "asr_wenetspeech_meeting"} == {f"会议{n}" for n in range(10)}  # fmt: skip


def test_rtfx_counts_the_time_of_a_batch_once(cli: Cli, copy: Path, tmp_path: Path) -> None:
    run, name = tmp_path / "run", "asr_librispeech_clean"
    asked = ["-M", "latency=0.01", "-t", name, "--data", f"asr={copy}"]
    done = cli("evaluate", "mock:echo", *asked, "-o", run)
    assert f"{name}: RTFx " in done.out
    base = json.loads((run / "responses.jsonl").read_text(encoding="utf-8").split("\n")[0])

    def line(task: str, seconds: float, audio: float | None, error: Any = None) -> str:
        clip = base["audio"][0] | {"seconds": audio}
        return json.dumps(
            base | {"task": task, "seconds": seconds, "audio": [clip], "error": error}
        )

    late = {"kind": "timeout", "retryable": True, "message": "late"}
    lines = [
        *(line("asr_a", seconds, 3.0) for seconds in (1.5, 1.5, 0.5, 1.5)),
        line("asr_a", 9.0, 3.0, late),
        *(line("asr_b", 1.0, audio) for audio in (2.0, None)),
        line("other", 1.0, 2.0),
    ]
    (tmp_path / "responses.jsonl").write_text("".join(f"{one}\n" for one in lines))
    tasks = {"asr_a": "asr", "asr_b": "asr", "other": "mmau"}
    manifest = {"tasks": {task: {"benchmark": benchmark} for task, benchmark in tasks.items()}}
    said = "asr_a: RTFx 3.4 (12 s of audio in 3.5 s of calls)"
    assert list(speed_lines(tmp_path, manifest)) == [said]
