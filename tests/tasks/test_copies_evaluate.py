"""Copies in forms that no other test evaluates: saved data sets, JSON lines, every VoiceBench subset."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.run.jsonl import read_lines
from tests.support.command import CommandResult
from tests.support.data import llaso_eval as llaso
from tests.support.data import sakura, voicebench

Cli = Callable[..., CommandResult]


def evaluate(cli: Cli, tasks: str, benchmark: str, copy: Path, run: Path) -> dict[str, Any]:
    done = cli(
        "evaluate", "baseline:first", "-t", tasks, "--data", f"{benchmark}={copy}", "-o", run,
        "--plain",
    )  # fmt: skip
    assert done.code == 0, done.err
    content: dict[str, Any] = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return content["tasks"]  # type: ignore[no-any-return]


def samples(run: Path) -> list[dict[str, Any]]:
    return [record for _, record in read_lines(run / "samples.jsonl")]


@pytest.mark.parametrize("write", [voicebench.write_saved, voicebench.write_parquet])
def test_every_voicebench_configuration_of_a_saved_copy_and_of_parquet(
    cli: Cli, tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    counts = {
        f"voicebench_{config.replace('-', '_')}": sum(map(len, splits.values()))
        for config, splits in voicebench.ROWS.items()
    } | {"voicebench_sd_qa": 1, "voicebench_sd_qa_ind_s": 1}
    copy, run = write(tmp_path / "copy"), tmp_path / "run"
    tasks = evaluate(cli, ",".join(counts), "voicebench", copy, run)
    assert {name: task["n"] for name, task in tasks.items()} == counts
    assert not any(task["outcomes"]["error"] for task in tasks.values())
    voices = {sample["doc"]["voice"] for sample in samples(run) if "voice" in sample["doc"]}
    assert voices == {"voice_a", "voice_b"}
    names = {sample["audio"][0]["path"] for sample in samples(run)}
    assert {"sd-qa/usa-00000", "mmsu/history-00001"} <= names
    (ifeval,) = (sample for sample in samples(run) if sample["task"] == "voicebench_ifeval")
    assert ifeval["doc"]["kwargs"] == voicebench.KWARGS  # nulls kept


def test_llaso_json_lines_with_odd_line_ends_and_repeated_ids(cli: Cli, tmp_path: Path) -> None:
    llaso.write_copy(tmp_path / "copy")
    run = tmp_path / "run"
    tasks = evaluate(cli, "llaso_dolly_instruction_0", "llaso_eval", tmp_path / "copy", run)
    assert tasks["llaso_dolly_instruction_0"]["n"] == 2
    first, second = samples(run)
    assert first["reference"] == "Two\u2028lines\x85."
    assert first["doc"]["voice"] == ["dolly_instruction\\9_EN-AU_1.0_5.wav"]
    assert first["doc"]["id"] == second["doc"]["id"] == "9"
    assert first["audio"][0]["path"] == "dolly_instruction/9_EN-AU_1.0_5.wav"


def test_sakura_of_the_official_repository_with_odd_clips(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "copy" / "data" / "Emotion"
    sakura.write_audio(folder / "audio")  # MP3 bytes named .wav, six channels, one clip missing
    sakura.write_json(folder)
    run = tmp_path / "run"
    names = "sakura_emotion_single,sakura_emotion_multi"
    tasks = evaluate(cli, names, "sakura", tmp_path / "copy", run)
    assert [task["n"] for task in tasks.values()] == [2, 2]
    assert all("n:2/3" in json.dumps(task["signature"]) for task in tasks.values())
    assert samples(run)[0]["doc"]["single_answer"] == " (b) happy"
    assert samples(run)[0]["reference"] == "(b) happy"
