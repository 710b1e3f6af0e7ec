"""Arabic transcripts against the official scorer in its three states, and our own form against its fixture."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metrics.text.edits import word_edits
from metrics.transcripts.arabic import FORMS, ar_norm_1, raw_char_edits
from tests.support.clips import tone, write
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
CASES = SHARED / "golden" / "arabic_asr" / "cases.jsonl"
KEYS = ("words", "word_errors", "chars", "char_errors")


def test_every_line_in_every_state() -> None:
    sums: dict[str, Counter[str]] = {}
    for line in jsonl(CASES):
        for name, form in (*FORMS.items(), ("ours", ar_norm_1)):
            want = line["ours_ar_norm_1"] if name == "ours" else line["official"][name[-2:]]
            said, heard = form(line["doc"]["text"]), form(line["response"])
            words = word_edits(" ".join(said.split()), " ".join(heard.split()))
            found = (*words.values(), *raw_char_edits(said, heard).values())
            values = dict(zip(("word_errors", "words", "char_errors", "chars"), found, strict=True))
            assert (said, heard) == (want["ref_norm"], want["hyp_norm"]), line["id"]
            assert values == {key: want[key] for key in KEYS}, (line["id"], name)
            if said or name != "ours":
                sums.setdefault(name, Counter()).update(values)
    expected = json.loads((CASES.parent / "expected.json").read_text(encoding="utf-8"))
    for name, found in sums.items():
        want = expected["ours"] if name == "ours" else expected["official"][name[-2:]]
        rates = {"wer": found["word_errors"] / found["words"], "cer": found["char_errors"] / found["chars"]}  # fmt: skip
        assert rates == {key: want[key] for key in rates}, name


def test_both_readings_through_the_command(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = cli("score", "arabic_asr_commonvoice", CASES, "-o", run, "--quiet")
    assert done.code == 0, done.err
    results: Any = json.loads((run / "results.json").read_text(encoding="utf-8"))
    metrics = results["tasks"]["arabic_asr_commonvoice"]["metrics"]
    expected = json.loads((CASES.parent / "expected.json").read_text(encoding="utf-8"))
    for metric in ("wer", "cer"):
        assert metrics[metric]["official"]["value"] == expected["official"]["v3"][metric]
        assert metrics[metric]["strict"]["value"] == expected["ours"][metric]


def test_the_released_list_loads(cli: Callable[..., CommandResult], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    sample = SHARED / "real" / "arabic_asr" / "commonvoice_test.sample.jsonl.gz"
    text = gzip.decompress(sample.read_bytes()).decode("utf-8")
    (copy / "commonvoice_test.json").write_text(text, encoding="utf-8")
    items = [json.loads(line) for line in text.split("\n") if line]
    for item in items:
        write(copy / item["audio_filepath"].removeprefix("{data_folder}/"), tone(0.1, 300))
    done = cli(
        "evaluate", "mock:echo", "-t", "arabic_asr_commonvoice", "--data", f"arabic={copy}",
        "-o", tmp_path / "run", "--plain",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert len(jsonl(tmp_path / "run" / "samples.jsonl")) == len(items) == 20
