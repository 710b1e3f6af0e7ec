"""A text backbone needs no clips: the text reference runs on a copy that holds questions only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl


def test_the_text_reference_runs_without_clips(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    questions = tmp_path / "copy" / "eval_data"
    questions.mkdir(parents=True)
    rows = [
        {
            "audio_filepath": f"Gender_recognition/{number}.wav",
            "textual_audio": f"[00:00:00 - 00:00:01] Hello {number}.(Gender: Female, Emotion: sad)",
            "instruction": "Think step by step.",
            "dataset": "Gender_recognition",
            "metric": "cot",
        }
        for number in range(3)
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    (questions / "chain-of-thought.jsonl").write_text(text, encoding="utf-8")
    data = ("-t", "speech_ifeval_cot", "--data", f"speech_ifeval={tmp_path / 'copy'}")
    without = cli("evaluate", "mock:echo", *data, "-o", tmp_path / "audio")
    assert without.code == 4, "the speech form needs the clips"
    run = tmp_path / "text"
    done = cli("evaluate", "mock:echo", *data, "--template", "text_reference", "-o", run)
    assert done.code == 0, done.err
    samples = jsonl(run / "samples.jsonl")
    assert len(samples) == 3
    assert samples[1]["response"].startswith("Speech Input: [00:00:00 - 00:00:01] Hello 1.")
    assert all(not sample["audio"] for sample in samples)
