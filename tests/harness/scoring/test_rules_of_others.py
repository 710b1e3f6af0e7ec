"""Rules of other harnesses: verdicts of the originals on every reply, where a rule applies, time on long replies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.scoring.rules import option_letters
from harness.scoring.rules.known import RULES
from harness.scoring.rules.rule import ENGLISH, REFERENCE, TRANSCRIPTS, Ruling
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl

FIXTURE = Path(__file__).parents[2] / "fixtures" / "rules" / "verdicts_of_originals.jsonl"
RUN_THROUGH = {"lmms-eval", "evalscope", "vlmevalkit", "audiobench", "kimi", "qwen2-audio", "whisper", "mimo", "jiwer"}  # fmt: skip
ELSEWHERE = {  # the same reader as a place that is proved, or proved elsewhere
    ("mimo", "big_bench_audio"),
    *((name, "voicebench_mmsu") for name in ("lmms-eval", "kimi")),
    *(("mimo", f"asr_{name}") for name in ("aishell1", "wenetspeech_net", "wenetspeech_meeting", "common_voice_15_zh")),
}  # fmt: skip
CHOICES = {"choices": ["a robin", "a wren"], "answer": "a wren"}
KEYED = {"choice_a": "a robin", "choice_b": "a wren", "choice_c": None, "choice_d": None, "answer_gt": "a wren"}  # fmt: skip


def ruling(rule: str, place: str, doc: Mapping[str, Any], reply: str) -> Ruling:
    (found,) = RULES[rule].readers[place](dict(doc), reply).values()
    return found


def test_every_reply_as_the_originals_read_it() -> None:
    proved = set()
    for line in jsonl(FIXTURE):
        doc = line.get("doc", {}) | {REFERENCE: line.get("reference")}
        for rule, want in line["verdicts"].items():
            found = ruling(rule, line["place"], doc, line["reply"])
            told = (rule, line["place"], line.get("reference"), line["reply"])
            assert found.drawn == want.get("drawn", False), told
            assert found.stops == want.get("stops", False), told
            assert found.stats == (want["stats"] and pytest.approx(want["stats"])), told
            proved.add((rule, line["place"]))
    readers = {(name, place) for name in RUN_THROUGH for place in RULES[name].readers}
    assert readers - proved == ELSEWHERE


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("The answer is (B).", "B"),
        ("B or A", "B"),
        (" b. ", "B"),
        ("(a)", "A"),
        ("D", ""),
        ("a wren", ""),
        ("It is Bold", ""),
        ("", ""),
    ],
)
def test_letter_reads_a_letter_that_the_item_has(reply: str, read: str) -> None:
    for place, doc in (("mmau", CHOICES), ("mmsu", KEYED)):
        found = ruling("letter", place, doc, reply)
        assert (found.read, found.stats) == (read, {"correct": int(read == "B"), "n": 1})
    assert option_letters.letter_spoken({"reference": "B"}, reply)["accuracy"].stats == {"correct": int(read == "B"), "n": 1}  # fmt: skip


def test_the_letter_of_a_choice_that_is_null_is_none() -> None:
    gapped = KEYED | {"choice_b": None, "choice_c": "a wren"}
    assert ruling("letter", "mmsu", gapped, "B").read == ""
    assert ruling("letter", "mmsu", gapped, "C").stats == {"correct": 1, "n": 1}


LONG = ["um " * 30_000, "<|" * 45_000, "answer: .\n" * 10_000, "**" * 45_000, "(A" * 45_000, " " * 90_000 + "x", "the\n" * 22_000, "A" * 90_000]  # fmt: skip


@pytest.mark.parametrize("reply", LONG, ids=lambda one: repr(one[:8]))
def test_a_long_reply_is_read_in_time(reply: str) -> None:
    docs = {"reference": "A", REFERENCE: "the small word", **CHOICES, **KEYED, "task_name": "x"}
    start = time.process_time()
    for rule in RULES.values():
        for place in rule.readers:
            if place in (ENGLISH, TRANSCRIPTS, "mmau", "mmsu", "voicebench_openbookqa"):
                rule.readers[place](docs, reply)
    assert time.process_time() - start < 10


def transcripts(folder: Path) -> Path:
    pairs = [("the colour is red", "The color is red."), ("he paid $5", "he paid five dollars")]
    records = [
        {"id": f"c{number}", "doc": {"text": said}, "response": heard}
        for number, (said, heard) in enumerate(pairs)
    ]
    file = folder / "heard.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return file


def test_transcripts_under_the_counts_of_others(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    rules = "jiwer,whisper,mimo,evalscope"
    done = cli("score", "asr_librispeech_clean", transcripts(tmp_path), "-o", run, "--as", rules, "--json")  # fmt: skip
    assert done.code == 0, done.err
    rows = {row["rule"]: row["value"] for row in json.loads(done.out)["rules"]}
    assert rows == {
        "official": 0,
        "strict": 0,
        "jiwer.1": pytest.approx(5 / 7),
        "whisper.1": 0,
        "mimo.1": pytest.approx((1 / 4 + 2 / 3) / 2),
        "evalscope.1": 0,
    }
    shown = cli("score", run, "--as", "jiwer").out
    assert "c0: 0 -> 0.75, jiwer reads 'The color is red.' in 'The color is red.'" in shown


def test_english_counts_are_refused_for_other_languages(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    file, run = tmp_path / "heard.jsonl", tmp_path / "run"
    record = {"id": "a", "doc": {"raw_transcription": "guten Tag"}, "response": "Guten Tag"}
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert cli("score", "asr_fleurs_de", file, "-o", run, "--as", "jiwer").code == 0
    done = cli("score", run, "--as", "whisper")
    assert done.code == 2
    assert "whisper reads replies of English transcripts; this run has asr" in done.err


def test_rules_apply_to_the_spoken_choices_of_voicebench_alone() -> None:
    letter = RULES["letter"]
    assert letter.place("voicebench_mmsu", "voicebench", {}) == "voicebench_mmsu"
    assert letter.place("voicebench_alpacaeval", "voicebench", {}) is None
