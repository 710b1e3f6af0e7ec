"""MMAU-Pro on our own items: rules at their edges, replies that are no text, judge numbers, a copy to the board."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.mmau_pro import judge_reply, scoring
from tasks.mmau_pro.rules import RULES, follows
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import mmau_pro


@pytest.mark.parametrize(
    ("identifier", "kwargs", "reply", "want"),
    [
        ("Include Keywords", {"keywords": "rain, wind"}, "Rainy and WINDY", True),
        ("Include Keywords", {"keywords": None}, "x", True),
        ("Forbidden Words", {"forbidden_words": ""}, "x", False),
        ("Keyword Frequency", {"keyword": "C++ (a", "N": 0}, "none", True),
        ("Number Paragraphs", {"N": 2}, "one***two***", True),
        ("Number Words (range)", {"N1": 2, "N2": 3}, "one two", True),
        ("Number Sentences (at most)", {"N": "1"}, "Dr. Lee waves.", True),
        ("Multiple Sections", {"N": 1, "section_splitter": ""}, "x", True),
        ("Two Responses", {}, "Yes****** yes", False),
        ("Repeat Prompt", {}, " what Rings? A bell", True),
        ("Number Bullets", {"N": float("inf")}, "* a", False),
        ("Sonnet", {}, "x", False),
        (None, None, "x", False),
    ],
)
def test_rules(identifier: Any, kwargs: Any, reply: str, want: bool) -> None:
    assert follows(identifier, kwargs, "What rings?", reply) is want


@pytest.mark.parametrize("identifier", sorted(RULES))
@pytest.mark.parametrize(
    "reply",
    ["", "[" * 50_000, "*" * 50_001, "<<" * 50_000, "\u2028\x85 \ud800"],
    ids=["blank", "brackets", "stars", "angles", "odd"],
)
def test_no_reply_makes_a_rule_raise(identifier: str, reply: str) -> None:
    if reply == "\u2028\x85 \ud800" and "Sentences" in identifier:
        reply = reply[:-1]
    assert follows(identifier, {}, "", reply) in (True, False)


@given(st.text(alphabet="<>[]a\n", max_size=14))
def test_marks_are_found_as_the_official_patterns_find_them(reply: str) -> None:
    """The patterns take quadratic time, the rules do not."""
    count = len(re.findall(r"\[[^\]]+\]", reply))
    assert follows("Number Placeholder", {"N": count}, "", reply)
    assert not follows("Number Placeholder", {"N": count + 1}, "", reply)
    assert follows("Title", {}, "", reply) is bool(re.search(r"<<[^>]+>>", reply))


@pytest.mark.parametrize(("reply", "official", "strict"), [(None, 1, 0), (3, 1, 0), ("", 1, 0)])
def test_a_reply_that_is_none_follows_nothing_strictly(reply: Any, official: int, strict: int) -> None:  # fmt: skip
    doc = {"task_identifier": "No Commas", "kwargs": {}, "_params": {"category": "x"}}
    found = scoring.score(doc, reply, None).metrics["if_rate"]
    assert (found["official"].stats or {})["correct"] == official
    assert (found["strict"].stats or {})["correct"] == strict


@pytest.mark.parametrize(
    ("reply", "official", "strict"),
    [
        ("OVERALL: 4.5", 4.5, 4.5),
        ("**OVERALL:** [4]", 3.0, 4.0),
        ("CORRECTNESS: 4\nRELEVANCE: 2\nCOMPLETENESS: 2\nCLARITY: 2", 2.5, 2.5),
        ("OVERALL: 9", 9.0, None),
        ("Fine.", 3.0, None),
        ("OVERALL: " + "9" * 400, float("9" * 300), None),
    ],
)
def test_judge_numbers(reply: str, official: float, strict: float | None) -> None:
    assert judge_reply.official_overall(reply) == official
    assert judge_reply.strict_overall(reply) == strict


def test_a_copy_runs_to_the_board(cli: Callable[..., CommandResult], tmp_path: Path) -> None:
    copy, run = tmp_path / "copy", tmp_path / "run"
    copy.mkdir()
    mmau_pro(copy)
    done = cli(
        "evaluate", "mock:fixed:all keywords", "-t", "mmau_pro_instruction",
        "--data", f"mmau_pro={copy}", "-o", run, "--plain",
    )  # fmt: skip
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    assert results["benchmarks"]["mmau_pro"]["native"]["scores"]["instruction"]["value"] == 100.0
