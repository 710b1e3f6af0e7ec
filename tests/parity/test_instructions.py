"""VoiceBench's IFEval golden set: every item strictly and loosely, and the five rates."""

from __future__ import annotations

import json

import pytest

from metrics.instructions import evaluate
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden" / "voicebench_ifeval"


def test_voicebench_ifeval_items_and_rates() -> None:
    lines = (GOLDEN / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    prompts = {"strict": 0.0, "loose": 0.0}
    passed = {"strict": 0.0, "loose": 0.0}
    instructions = 0
    for case in cases:
        doc, official = case["doc"], case["official"]
        verdicts = evaluate(
            doc["instruction_id_list"], doc["kwargs"], case["response"], "voicebench"
        )
        assert verdicts.loose is not None
        assert verdicts.strict == tuple(map(float, official["strict"])), case["id"]
        assert verdicts.loose == tuple(map(float, official["loose"])), case["id"]
        assert (verdicts.strict_all, verdicts.loose_all) == (
            official["correct"],
            official["correct_loose"],
        )
        prompts["strict"] += verdicts.strict_all
        prompts["loose"] += verdicts.loose_all
        passed["strict"] += sum(verdicts.strict)
        passed["loose"] += sum(verdicts.loose)
        instructions += len(verdicts.strict)
    rates = {
        "strict-prompt": prompts["strict"] / len(cases),
        "strict-instruction": passed["strict"] / instructions,
        "loose-prompt": prompts["loose"] / len(cases),
        "loose-instruction": passed["loose"] / instructions,
    }
    rates["final"] = sum(rates.values()) / 4
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
    assert len(cases) == expected["n_items"] == 270
    assert rates == pytest.approx(expected["official"]["official_langdetect_seed0"], abs=1e-12)
