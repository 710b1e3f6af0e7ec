"""VoiceBench against the official scorer's verdicts, its aggregates, and the published board."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from harness.types import ItemScore, Stats
from leaderboards.boards.voicebench import overall_of
from metrics.registry import METRICS
from metrics.text import pedant
from metrics.text.contractions import packaged_table
from tasks._shared import scoring_models
from tasks.voicebench import judge_reply as judge
from tasks.voicebench import reply_rules as rules
from tasks.voicebench import scoring
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared


@pytest.fixture(autouse=True)
def _pedant() -> Iterator[None]:
    scoring_models.provide({"pedant": SHARED / "pedant"})
    yield
    scoring_models.provide({})


GOLDEN = SHARED / "golden"
DATA = SHARED / "protocols" / "data"
CONFIGS = {
    "mcq": "openbookqa",
    "bbh": "bbh",
    "harm": "advbench",
    "ifeval": "ifeval",
    "open": "alpacaeval_full",
    "qa": "sd-qa",
    "pedant": "sd-qa",
}


def expected(name: str) -> dict[str, Any]:
    text = (GOLDEN / f"voicebench_{name}" / "expected.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)["official"]
    return content


@cache
def scored(name: str) -> list[tuple[dict[str, Any], ItemScore]]:
    text = (GOLDEN / f"voicebench_{name}" / "cases.jsonl").read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.split("\n") if line]
    docs = [{**case["doc"], "_params": {"config": CONFIGS[name]}} for case in cases]
    scoring.annotate(docs, "file")
    return [
        (case | {"doc": doc}, scoring.score(doc, case["response"], case["judge_reply"]))
        for case, doc in zip(cases, docs, strict=True)
    ]


def official(name: str, metric: str, *, counted: bool = True) -> list[Stats]:
    return [
        stats
        for case, score in scored(name)
        if case["official"]["counted"] or not counted
        if (stats := score.metrics[metric]["official"].stats) is not None
    ]


def test_multiple_choice() -> None:
    assert len(scored("mcq")) == 400
    for case, score in scored("mcq"):
        want, found = case["official"], score.metrics["accuracy"]["official"]
        assert score.extracted == want["extracted"], case["id"]
        assert found.parsed is not want["fallback_random"], case["id"]
        drawn = 0.25 if want["correct"] is None else want["correct"]
        assert found.stats == {"correct": drawn, "n": 1}, case["id"]
    want = expected("mcq")
    total = METRICS["accuracy"].aggregate(official("mcq", "accuracy"))
    assert 100 * total == want["acc_expected"]


def test_bbh() -> None:
    assert len(scored("bbh")) == 500
    for case, score in scored("bbh"):
        want, found = case["official"], score.metrics["accuracy"]["official"]
        assert score.extracted == want["extracted"], case["id"]
        assert rules.bbh_gold(case["doc"]["reference"]) == want["ground_truth"], case["id"]
        assert found.parsed is not want["fallback_random"], case["id"]
        drawn = 0.5 if want["correct"] is None else want["correct"]
        assert found.stats == {"correct": drawn, "n": 1}, case["id"]
    want = expected("bbh")
    assert 100 * METRICS["accuracy"].aggregate(official("bbh", "accuracy")) == want["acc_expected"]
    for subtask, cell in want["by_subtask"].items():
        readings = [
            score.metrics["accuracy"]["official"]
            for case, score in scored("bbh")
            if case["doc"]["subtask"] == subtask
        ]
        assert len(readings) == cell["n"]
        read = [reading.stats for reading in readings if reading.parsed and reading.stats]
        assert sum(stats["correct"] for stats in read) == cell["n_correct"]
        assert len(readings) - len(read) == cell["n_fallback"]


def test_refusal() -> None:
    assert len(scored("harm")) == 300
    for case, score in scored("harm"):
        assert score.extracted is case["official"]["refused"], case["id"]
        assert score.metrics["refusal_rate"]["official"].stats == {
            "correct": case["official"]["score"],
            "n": 1,
        }
    rate = METRICS["refusal_rate"].aggregate(official("harm", "refusal_rate"))
    assert rate == expected("harm")["official"]["refusal_rate"]


def test_instructions() -> None:
    assert len(scored("ifeval")) == 270
    for case, score in scored("ifeval"):
        want = case["official"]
        assert [bool(x) for x in score.details["strict"]] == want["strict"], case["id"]
        assert [bool(x) for x in score.details["loose"]] == want["loose"], case["id"]
        for metric, key in (("if_prompt_strict", "correct"), ("if_prompt_loose", "correct_loose")):
            assert score.metrics[metric]["official"].stats == {"correct": want[key], "n": 1}
        assert not score.aborted
    want = expected("ifeval")["official_langdetect_seed0"]
    for metric, key in (
        ("if_prompt_strict", "strict-prompt"),
        ("if_inst_strict", "strict-instruction"),
        ("if_prompt_loose", "loose-prompt"),
        ("if_inst_loose", "loose-instruction"),
    ):
        assert METRICS[metric].aggregate(official("ifeval", metric)) == want[key]
    final = METRICS["if_rate"].aggregate(official("ifeval", "if_rate"))
    assert final == pytest.approx(want["final"], rel=0, abs=0)


def test_open() -> None:
    assert len(scored("open")) == 250
    for case, score in scored("open"):
        want, found = case["official"], score.metrics["judge_score"]["official"]
        if want["counted"]:
            assert score.extracted == want["scores"], case["id"]
            assert found.stats == {"score": want["item_mean"], "n": 1}, case["id"]
            assert not score.aborted, case["id"]
        else:
            assert found.stats is None and not found.parsed, case["id"]
            assert score.aborted == {"judge_score"}, case["id"]
    want = expected("open")
    mean = METRICS["judge_score"].aggregate(official("open", "judge_score"))
    assert mean == want["official_on_finite"]
    assert 20 * mean == want["headline_x20_on_finite"]
    assert len(official("open", "judge_score")) == want["n_finite"]


def test_question_answering() -> None:
    assert len(scored("qa")) == 300
    substrings = 0
    for case, score in scored("qa"):
        want = case["official"]
        panda = score.metrics["panda"]["official"].stats
        vote = score.metrics["qa_vote"]["official"].stats
        both = score.metrics["sdqa"]["official"].stats
        assert vote is not None
        substrings += score.details["panda"] == "substring"
        assert panda == {"correct": want["pedant"], "n": 1}, case["id"]
        assert both == {"correct": (want["pedant"] + vote["correct"]) / 2, "n": 1}, case["id"]
        assert (score.details["panda"] == "substring") is want["norm_substring_match"], case["id"]
        assert not score.aborted
        if want["gpt_majority_yes"] is None:
            assert vote["correct"] == 1 / 3, case["id"]
        else:
            assert vote["correct"] == want["gpt_majority_yes"], case["id"]
    want = expected("qa")
    assert substrings == want["substring_matches"]
    gpt = METRICS["qa_vote"].aggregate(official("qa", "qa_vote"))
    assert 100 * gpt == want["official_without_ties"]["gpt"]
    everything = METRICS["panda"].aggregate(official("qa", "panda", counted=False))
    assert 100 * everything == want["official_all_this_hashseed"]["panda"]
    both = METRICS["sdqa"].aggregate(official("qa", "sdqa"))
    assert 100 * both == pytest.approx(want["headline_mean_panda_gpt_without_ties"], abs=1e-12)


def test_pedant_decides_every_golden_line() -> None:
    assert len(scored("pedant")) == 319
    model = pedant.load(SHARED / "pedant")
    for case, score in scored("pedant"):
        want, doc = case["official"], case["doc"]
        panda = score.metrics["panda"]["official"].stats
        assert panda == {"correct": want["pedant"], "n": 1}, case["id"]
        assert not score.aborted, case["id"]
        if want["decision"] is not None:
            assert score.details["panda"] == "model"
            texts = (doc["reference"], case["response"], doc["prompt"])
            found = model.decision(*(text.lower() for text in texts))
            assert found == pytest.approx(want["decision"], abs=2e-9), case["id"]
    want = expected("pedant")
    for metric, key in (
        ("panda", "panda"),
        ("qa_vote", "gpt"),
        ("sdqa", "headline_mean_panda_gpt"),
    ):
        value = 100 * METRICS[metric].aggregate(official("pedant", metric))
        assert value == pytest.approx(want[key], abs=1e-12), metric


def test_the_packages_contraction_table_is_the_one_of_the_metric() -> None:
    pytest.importorskip("contractions", reason="the package contractions is not installed")
    text = (SHARED / "pedant" / "contractions_0173.json").read_text(encoding="utf-8")
    assert packaged_table() == json.loads(text)


def test_the_33_rows_of_the_board() -> None:
    rows = yaml.safe_load((SHARED / "published" / "voicebench.yaml").read_text(encoding="utf-8"))
    board = [
        row["results"] for row in rows if row["source"]["title"] == "VoiceBench README leaderboard"
    ]
    assert len(board) == 33
    assert max(abs(overall_of(row) - row["overall"]) for row in board) < 0.005


def test_seven_subset_rows() -> None:
    rows = yaml.safe_load((SHARED / "published" / "voicebench.yaml").read_text(encoding="utf-8"))
    older = [
        row["results"]
        for row in rows
        if row["protocol_variant"] == "7-subset" and row["results"].get("overall7") is not None
    ]
    assert len(older) == 14
    off = [abs(overall_of(row, "overall7") - row["overall7"]) for row in older]
    assert sorted(off)[-2] < 0.005
    assert max(off) < 0.02  # one vendor row does not follow from its own columns


# --- the rule lists ----------------------------------------------------------------------------


def protocol(name: str) -> Any:
    return yaml.safe_load((DATA / f"voicebench_{name}.yaml").read_text(encoding="utf-8"))


def test_option_templates_are_the_protocols() -> None:
    want = protocol("mcq_templates")
    filled, literals = rules.mcq_literals()
    assert filled == tuple(
        (template.replace(want["placeholder"], letter), letter.upper())
        for template in want["templates"]
        for letter in want["letters"]
    )
    assert list(literals) == want["after_templates"]["hard_coded_to_A"]


def test_refusal_literals_are_the_protocols() -> None:
    want = protocol("refusal_keywords")["keywords"]
    assert set(rules.refusal_keywords()) == {word.lower() for word in want}
    assert rules.read_rules("refusal")["keywords"] == want


TESTS = {
    "contains": lambda literal, text: literal in text,
    "equals": lambda literal, text: literal == text,
    "startswith": lambda literal, text: text.startswith(literal),
    "endswith": lambda literal, text: text.endswith(literal),
    "regex": lambda literal, text: re.search(literal, text) is not None,
}


def test_bbh_rules_do_what_the_protocols_patterns_do() -> None:
    want, found = protocol("bbh_rules"), rules.bbh_rules()
    assert set(want) == set(found)
    texts = {"", "no", "yes", "a", "b"} | {
        rules.bbh_normalize(case["response"]) for case, _ in scored("bbh")
    }
    for chain in want:
        assert len(want[chain]) == len(found[chain])
        for (test, literal, verdict), rule in zip(want[chain], found[chain], strict=True):
            assert rule.verdict == verdict
            near = [literal, f"so {literal}", f"{literal} then", f"x{literal}x"]
            if test == "regex":
                near += [literal.replace("(.+?)", fill) for fill in ("", "x", " a b ")]
                near += [literal.replace(" (.+?) ", " "), literal.split("(.+?)")[0] * 2]
            for text in [*texts, *near]:
                assert rule.hits(text) == TESTS[test](literal, text), (chain, literal, text)


def test_every_judge_reply_is_read_by_both_readers() -> None:
    replies = {reply for case, _ in scored("open") for reply in case["judge_reply"]}
    both = {reply: (judge.rating(reply), judge.strict_rating(reply)) for reply in replies}
    for reply, (loose, strict) in both.items():
        assert strict is None or loose in (None, strict), reply  # official takes no emphasis
    assert both["4.5"] == (4.5, 4.5)
    for reply, (loose, strict) in both.items():
        if loose in range(1, 6) and "or" not in reply:
            assert strict == loose, reply  # what upstream reads on the scale, strict reads
    assert math.isclose(both["1e1"][0] or 0, 10)
