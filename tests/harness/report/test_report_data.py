"""Hazards of the data of a report: a text that ends its element, a wrong reason, another file in place of a clip."""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.report.html.clips import Clips
from harness.report.html.embedding import Packer, plain
from harness.report.html.figures import own_aggregates
from harness.report.html.items import DISAGREE, Item, Listing, read_items
from harness.report.html.reread import TaskCode
from harness.report.html.sound import COARSE, FINE, RATE, Grid, spectrogram
from harness.report.html.states import CHANGES, change, state
from harness.run.files import AudioRecord
from harness.run.reader import read_run
from metrics.registry import find
from tests.support.runs import report_runs

GRADE = 9
"""Place of the judge's grade in the line of an item."""


def items(run: Path) -> list[Item]:
    return list(read_items(read_run(run), TaskCode(), clips=None, listing=Listing()))


def strict(item: Item, metric: str = "accuracy") -> dict[str, Any]:
    cell: dict[str, Any] = item.record["metrics"][metric]["strict"]
    return cell


# --- embedding ------------------------------------------------------------------------------------


def test_plain_json_is_inert_and_reads_back() -> None:
    text = plain([report_runs.HOSTILE])
    assert not re.search("[<>&\u2028\u202e\x1b\ud800-\udfff]", text)
    assert json.loads(text) == [report_runs.HOSTILE]
    assert text.encode()


def test_blocks_hold_every_record_in_order_whatever_its_text() -> None:
    packer = Packer(items=3)
    records = [{"id": n, "text": report_runs.HOSTILE + "\n" * n} for n in range(7)]
    for record in records:
        packer.add(record)
    packer.close()
    assert packer.counts == [3, 3, 1]
    found = []
    for block in packer.blocks:
        assert re.fullmatch(r"[\w+/=]+", block)
        text = zlib.decompress(base64.b64decode(block), wbits=-15).decode()
        found += [json.loads(line) for line in text.split("\n")]
    assert found == records


# --- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "values", "states"),
    [
        ("accuracy", (1.0, 0.0, 0.5, None), (0, 2, 1, 3)),
        ("wer", (0.0, 0.2, 1.0, 3.0), (0, 1, 2, 2)),
        ("mae", (0.0, 80.0), (0, 1)),
        ("judge_score", (5.0, 3.0, 1.0), (0, 1, 2)),
    ],
)
def test_states_follow_the_metrics_bounds(
    metric: str, values: tuple[float | None, ...], states: tuple[int, ...]
) -> None:
    assert tuple(state(find(metric), value) for value in values) == states


@pytest.mark.parametrize(
    ("metric", "before", "after", "expected"),
    [
        ("accuracy", 0.0, 1.0, "gained"),
        ("accuracy", 1.0, 0.0, "lost"),
        ("accuracy", 0.0, 0.0, "both wrong"),
        ("accuracy", 1.0, 1.0, "both right"),
        ("wer", 0.5, 0.2, "gained"),
        ("judge_score", 3.0, 3.0, "alike"),
        ("accuracy", None, 1.0, ""),
    ],
)
def test_changes_know_the_direction(
    metric: str, before: float | None, after: float, expected: str
) -> None:
    assert CHANGES[change(find(metric), before, after)] == expected


# --- reasons --------------------------------------------------------------------------------------


def test_reasons_name_the_rule_and_the_sentence_that_decided(tmp_path: Path) -> None:
    said, denied, several, whole, empty = items(report_runs.choices(tmp_path))
    assert strict(said)["why"] == "reads as “cat”: it is called the answer, or stands alone"
    assert strict(said)["quote"] == "the answer is ([cat])."
    assert "denied" in strict(denied)["why"]
    assert strict(several)["why"].startswith("no option: ")
    assert strict(whole)["why"] == "reads as “cat”: the whole reply is this option"
    assert strict(empty)["why"] == "no option: no option is named"
    assert [one.line[5] for one in (said, denied, several, whole, empty)] == [0, 2, 2, 0, 2]
    assert (said.record["options"], said.record["picked"]) == (["dog", "cat", "bird"], 1)


def test_a_transcript_is_aligned_as_it_was_scored(tmp_path: Path) -> None:
    record = {
        "id": "t",
        "doc": {"kind": "transcription", "id": "t", "text": "The cat sat.", "clip": "c", "sha256": "0", "seconds": 1.0},
        "response": "the bat sat down",
    }  # fmt: skip
    file = report_runs.write_lines(tmp_path / "t.jsonl", [record])
    (found,) = items(harness.score("quickstart_transcription", file, tmp_path / "t").path)
    assert strict(found, "wer")["steps"] == [["=", "the"], ["s", "cat", "bat"], ["=", "sat"], ["i", "down"]]  # fmt: skip
    assert strict(found, "wer")["why"] == "2 edits; the reference has 3 words"


def test_readings_that_disagree_are_flagged_and_the_official_rule_is_explained(
    tmp_path: Path,
) -> None:
    doc = {"id": "m", "question": "Who?", "choices": ["Man", "Woman"], "answer": "Man", "task": "speech", "difficulty": "easy"}  # fmt: skip
    file = report_runs.write_lines(tmp_path / "m.jsonl", [{"id": "m", "doc": doc, "response": "A"}])
    (found,) = items(harness.score("mmau_test_mini", file, tmp_path / "m").path)
    assert found.line[7] & DISAGREE
    assert found.record["metrics"]["accuracy"]["official"]["why"] == (
        "by the words of the options: lacks man"
    )
    assert strict(found)["state"] == 0


def test_a_score_of_another_scorer_is_called_that(tmp_path: Path) -> None:
    run = report_runs.choices(tmp_path, ("cat",))
    samples = run / "samples.jsonl"
    text = samples.read_text(encoding="utf-8")
    changed = re.sub(r'"strict": 1.0(?=[,}])', '"strict": 0.0', text.replace('"correct": 1', '"correct": 0'))  # fmt: skip
    assert changed != text
    samples.write_text(changed, encoding="utf-8")
    assert "another version of the scorer" in items(run)[0].record["note"]


def test_code_that_is_not_trusted_is_not_run_and_the_page_says_so(tmp_path: Path) -> None:
    run = report_runs.choices(tmp_path, ("cat",))
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["tasks"]["quickstart_choice"]["yaml"] = str(tmp_path / "gone.yaml")
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (found,) = items(run)
    assert found.record["note"].startswith("no reasons: ")
    assert "why" not in strict(found) and strict(found)["value"] == 1.0


def test_a_long_text_is_cut_and_says_so(tmp_path: Path) -> None:
    (found,) = items(report_runs.choices(tmp_path, ("word " * 40_000,)))
    assert len(found.record["response"]) < 21_000
    assert "characters left out" in found.record["response"]


# --- clips ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips") / "run"
    return harness.evaluate("mock:echo", "quickstart_choice", folder, limit=2).path


def first_clip(run: Path) -> AudioRecord:
    return next(iter(read_run(run).samples()))["audio"][0]


def test_a_clip_is_linked_relative_to_the_page_with_its_waveform(
    recorded: Path, tmp_path: Path
) -> None:
    found = Clips(read_run(recorded), tmp_path / "page.html").find(
        "quickstart_choice", first_clip(recorded)
    )
    assert found.source is not None and (tmp_path / found.source).is_file()
    assert found.wave is not None and max(base64.b64decode(found.wave)) == 255
    assert found.content is None and found.spectrum is not None
    levels = zlib.decompress(base64.b64decode(found.spectrum), wbits=-15)
    assert len(levels) == FINE.columns * FINE.bands / 2 and len(set(levels)) > 50


@pytest.mark.parametrize("grid", [FINE, COARSE])
@pytest.mark.parametrize("seconds", [0.001, 0.5, 90.0])
def test_a_spectrogram_shows_a_tone_at_its_place_and_time(grid: Grid, seconds: float) -> None:
    count = max(int(RATE * seconds), 4)
    tone = np.sin(2 * np.pi * 3000 * np.arange(count) / RATE)
    tone[: count // 2] = 0
    levels = spectrogram(tone, grid)
    assert levels.shape == grid and levels.max() == 15
    if seconds > 0.1:
        assert levels[: grid.columns // 2 - 8].max() == 0
        place = 2595 * np.log10(1 + 3000 / 700) / (2595 * np.log10(1 + 8000 / 700)) * grid.bands
        assert set(levels[grid.columns // 2 + 8 :].argmax(axis=1)) <= {int(place), int(place) - 1}


def test_silence_has_an_empty_spectrogram() -> None:
    assert spectrogram(np.zeros(RATE), COARSE).max() == 0


def test_clips_are_embedded_up_to_the_cap(recorded: Path, tmp_path: Path) -> None:
    view = read_run(recorded)
    records = [sample["audio"][0] for sample in view.samples()]
    roomy = Clips(view, tmp_path / "p", cap=10**7)
    whole = [roomy.find("quickstart_choice", record).content for record in records]
    sizes = [len(base64.b64decode(content or "")) for content in whole]
    assert all(sizes)
    clips = Clips(view, tmp_path / "p", cap=sizes[0])
    found = [clips.find("quickstart_choice", record) for record in records]
    assert found[0].content is not None and found[1].content is None
    assert clips.embedded == 1 and found[1].source is not None


@pytest.mark.parametrize("kind", ["other content", "no audio", "pipe", "no digest", "NUL"])
def test_no_other_file_gets_into_a_page(recorded: Path, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret"
    record = first_clip(recorded) | {"path": str(secret)}
    if kind == "pipe":
        os.mkfifo(secret)
    else:
        secret.write_text("password")
    if kind == "no audio":  # a digest that somebody knows is still no clip
        import hashlib

        record["sha256"] = hashlib.sha256(b"password").hexdigest()
    elif kind == "no digest":
        record["sha256"] = None
    elif kind == "NUL":
        record["path"] = "a\0b"
    found = Clips(read_run(recorded), tmp_path / "p", cap=10**6).find("quickstart_choice", record)
    assert found.content is None and found.wave is None and found.source is None
    assert found.note


def test_own_aggregates_have_the_decimals_of_the_benchmark() -> None:
    scores = {
        "avg": {"value": 66.0, "ci95": [63.008, 68.87]},
        "rate": {"value": 0.5, "ci95": None},
        "none": {"value": None},
    }
    native = {"scores": scores, "decimals": {"avg": 2, "rate": 4}, "unit": "percent", "reading": ""}
    results: Any = {"benchmarks": {"mmau": {"native": native}}}
    (found,) = own_aggregates(results)
    assert [(row["value"], row["interval"]) for row in found["rows"]] == [
        ("66.00", "[63.01, 68.87]"),
        ("0.5000", ""),
    ]


def test_stored_judge_replies_have_grades_reasons_and_no_note(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "Say it.<audio>"}, {"from": "gpt", "value": "it"}]
    records = [
        {
            "id": f"own-{grade}",
            "doc": {"id": str(grade), "conversations": turns},
            "response": "it",
            "judge_reply": f"Score: {grade}\nExplanation: so.",
        }
        for grade in (2, 4)
    ]
    file = report_runs.write_lines(tmp_path / "judged.jsonl", records)
    found = items(harness.score("llaso_alpaca_gpt4_end", file, tmp_path / "run").path)
    assert [item.line[GRADE] for item in found] == ["2", "4"]
    assert [item.record["judge"][0]["read"] for item in found] == ["grade 2", "grade 4"]
    assert strict(found[0], "judge_score")["why"] == "as the judge's reply says"
    assert "note" not in found[0].record
