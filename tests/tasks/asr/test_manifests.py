"""Manifests of the Open ASR leaderboard: chunks joined as its scorer joins them, none lost, other files left as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metrics.transcripts.edits import merged_edits
from metrics.transcripts.english import open_asr_english
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, results

Cli = Callable[..., CommandResult]
CALLS = "asr_earnings22_cleaned_aa"
SAID = {"c1": "Good morning, everyone. It's twenty five callers.", "c2": "Thank you."}


def line(parent: str, index: int, said: str | None, **more: Any) -> dict[str, Any]:
    return {
        **{"audio_filepath": f"{parent}_{index}.wav", "duration": 20.0, "time": 0.5},
        **{"text": SAID[parent], "pred_text": said, "parent_id": parent, "chunk_index": index},
        **more,
    }


CHUNKS = [
    line("c2", 0, "Thank you."),
    line("c1", 1, " it's twenty "),
    line("c1", 0, "Good morning everyone"),
    line("c1", 3, "five colors"),
    line("c1", 2, None),
]


def score(cli: Cli, folder: Path, lines: list[dict[str, Any]], task: str = CALLS) -> CommandResult:
    file = folder / "MODEL_x_DATASET_y_test.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return cli("score", task, file, "-o", folder / "run")


def test_chunks_are_scored_as_one_recording(cli: Cli, tmp_path: Path) -> None:
    done = score(cli, tmp_path, CHUNKS)
    assert done.code == 0, done.err
    replies = {one["id"]: one["response"] for one in jsonl(tmp_path / "run" / "samples.jsonl")}
    joined = "Good morning everyone it's twenty five colors"
    assert replies == {"c1": joined, "c2": "Thank you."}
    pairs = [(SAID["c1"], joined), (SAID["c2"], "Thank you.")]
    edits = [merged_edits(open_asr_english(said), open_asr_english(heard)) for said, heard in pairs]
    want = sum(one["edits"] for one in edits) / sum(one["length"] for one in edits)
    wer = results(tmp_path / "run")["tasks"][CALLS]["metrics"]["wer"]
    assert (wer["official"]["value"], wer["official"]["n"]) == (want, 2)
    assert 0 < want < 0.2  # "twenty" and "five" of two chunks are one number: 25


def test_lines_without_chunks_are_items(cli: Cli, tmp_path: Path) -> None:
    lines = [
        {"audio_filepath": f"u{n}", "text": "a white paper", "pred_text": heard}
        for n, heard in enumerate(("a whitepaper", "a black paper", None))
    ]
    done = score(cli, tmp_path, lines, "asr_librispeech_clean")
    assert done.code == 3, done.err  # no reply: the official script has no such line
    wer = results(tmp_path / "run")["tasks"]["asr_librispeech_clean"]["metrics"]["wer"]
    assert (wer["strict"]["value"], wer["strict"]["n"]) == (4 / 9, 3)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([CHUNKS[1], *CHUNKS[3:]], "the chunks of 'c1' are 1, 2, 3, expected 0 to 2"),
        ([*CHUNKS[:4], line("c1", 1, "again")], "each once"),
        ([line("c1", 0, "x"), line("c1", 1, "x", pred_text=7)], "jsonl:2: pred_text is 7"),
        ([line("c1", 0, "x", chunk_index=None)], "jsonl:1: a line with parent_id has no whole number"),
        ([{"audio_filepath": "u", "text": "a", "pred_text": "b"}] * 2, "the id 'u' occurs twice"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(
    cli: Cli, tmp_path: Path, lines: list[dict[str, Any]], says: str
) -> None:
    done = score(cli, tmp_path, lines)
    assert done.code == 2 and says in done.err
    assert not (tmp_path / "run").exists()


def test_a_file_with_other_fields_is_read_as_before(cli: Cli, tmp_path: Path) -> None:
    lines = [{"id": 1, "text": "a b", "audio_filepath": "u", "pred_text": "a", "response": "a b"}]
    assert score(cli, tmp_path, lines, "asr_librispeech_clean").code == 0
    wer = results(tmp_path / "run")["tasks"]["asr_librispeech_clean"]["metrics"]["wer"]
    assert wer["official"]["value"] == 0
