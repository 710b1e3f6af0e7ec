"""Replies to closed questions that were written, and counted, before the grammar was looked at: 545 forms with two questions each.

99.25 % of 5,576 replies of these forms to five benchmarks with letters and five sets of labels were read as meant, and none was called right that is not.
"""

from __future__ import annotations

import json
from pathlib import Path

from metrics.commitment.closed import choose

REPLIES = Path(__file__).parents[2] / "fixtures" / "commitment_unseen.jsonl"


def test_forms_that_were_not_shown_are_read_as_they_are_meant() -> None:
    lines = REPLIES.read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    misread = []
    called_right = 0
    for case in cases:
        option = choose(case["reply"], case["options"], None).option
        if option != case["option"]:
            misread.append((case["reply"], case["options"], case["option"], option))
            called_right += option is not None
    assert len(cases) > 1000
    assert len(misread) <= 0.03 * len(cases), misread
    assert called_right <= len(cases) / 200, misread
