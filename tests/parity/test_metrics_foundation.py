"""Normaliser, cleaning and option parsing against the shared material."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from metrics.commitment.cleaning import CLEANERS
from metrics.commitment.grammar import committed
from metrics.registry import METRICS
from metrics.text.edits import word_edits
from metrics.text.normalizers import NORMALIZERS
from tasks.sakura.questions import parse_inline_options
from tests.support.budget import SOAK
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared


def _lines(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line) for line in text.split("\n") if line]


def test_speech_ifeval_normaliser_and_corpus_rate() -> None:
    folder = SHARED / "golden" / "speech_ifeval_wer"
    cases = _lines(folder / "cases.jsonl")
    normalise = NORMALIZERS["speech_ifeval"]
    items = []
    for case in cases:
        reference, hypothesis = normalise(case["doc"]["label"]), normalise(case["judge_reply"])
        assert (reference, hypothesis) == (
            case["official"]["ref_norm"],
            case["official"]["hyp_norm"],
        )
        items.append(word_edits(reference, hypothesis))
        assert METRICS["wer"].aggregate(items[-1:]) == case["official"]["score"]
    expected = json.loads((folder / "expected.json").read_text())["official"]
    assert len(items) == expected["n"]
    assert METRICS["wer"].aggregate(items) == expected["corpus_WER"]


def test_desta_cleaning_gives_the_scored_replies() -> None:
    rows = _lines(SHARED / "real" / "mmau_test_mini" / "desta25.jsonl.gz")
    assert len(rows) == 1000
    assert all(CLEANERS["desta"](row["raw_output"]) == row["response"] for row in rows)


@pytest.mark.parametrize("track", ["Animal", "Emotion", "Gender", "Language"])
def test_every_sakura_answer_is_read_in_three_forms(track: str) -> None:
    items = json.loads((SHARED / "real" / "sakura" / track / "metadata.json").read_text())
    assert len(items) == 500
    for number, item in enumerate(items.values()):
        for hop in ("single", "multi"):
            options = parse_inline_options(item[f"{hop}_instruction"])
            answer = item[f"{hop}_answer"].strip()
            gold = [f"({letter}) {text}" for letter, text in options].index(answer)
            texts = [text for _, text in options]
            forms = (answer, answer[:3].upper(), f"Surely: {answer[4:]}!")
            for reply in forms if SOAK else forms[number % 3 :][:1]:
                assert committed(reply, texts) == gold
