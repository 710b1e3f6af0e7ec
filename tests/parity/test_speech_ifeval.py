"""Speech-IFEval against the official verdicts: golden sets and DeSTA2's released outputs."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.types import ItemScore, Reading
from leaderboards.boards.speech_ifeval import (
    Counts,
    family,
    forgetting_rate,
    group,
    if_rate_of,
    pooled,
)
from metrics.registry import METRICS
from metrics.text.normalizers import speech_ifeval as normalize
from tasks.speech_ifeval import scoring
from tasks.speech_ifeval.layout import PARTS
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden"
REAL = SHARED / "real" / "speech_ifeval" / "DeSTA2-8B-beta"


def lines(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


@cache
def expected(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def scored(line: dict[str, Any], part: str = "closed") -> ItemScore:
    reply = line["judge_reply"]
    doc = {**line["doc"], "_params": {"part": part}}
    return scoring.score(doc, line["response"], None if reply is None else [reply])


@cache
def real(part: str) -> list[tuple[dict[str, Any], ItemScore]]:
    return [(line, scored(line, part)) for line in lines(REAL / f"{PARTS[part].file}.gz")]


def official(results: list[ItemScore], metric: str) -> float:
    found = [result.metrics[metric]["official"].stats for result in results]
    return METRICS[metric].aggregate([stats for stats in found if stats is not None])


READINGS: tuple[Reading, ...] = ("official", "strict")


def report(pairs: list[tuple[dict[str, Any], ItemScore]]) -> dict[str, float]:
    """The rates that the official rule report prints."""
    counts: dict[str, Counts] = defaultdict(lambda: (0, 0))
    for line, result in pairs:
        (name,) = line["doc"]["instruction_id_list"]
        stats = result.metrics["if_rate"]["official"].stats
        assert stats is not None
        counts[name] = (counts[name][0] + stats["correct"], counts[name][1] + 1)
    # a family and a group may share a name: the report holds the group's rate
    rates = {**pooled(counts, family), **counts, **pooled(counts, group)}
    (total,) = pooled(counts, lambda _: "ALL").values()
    rates |= dict.fromkeys(("ALL", "prompt-level", "instruction-level"), total)
    return {name: passed / checked for name, (passed, checked) in rates.items()}


# --- golden sets -----------------------------------------------------------------------------


def test_every_golden_rule_verdict_and_the_report() -> None:
    pairs = [(line, scored(line)) for line in lines(GOLDEN / "speech_ifeval_rule" / "cases.jsonl")]
    flips: Counter[tuple[str, int]] = Counter()
    for line, result in pairs:
        correct = line["official"]["correct"]
        official, strict = (result.metrics["if_rate"][reading] for reading in READINGS)
        assert official.stats == {"correct": correct, "n": 1}, line["id"]
        assert strict.stats is not None
        if strict.stats["correct"] != correct:
            flips[line["doc"]["instruction_id_list"][0], correct] += 1
        followed = [float(one) for one in line["official"]["rule"]["follow_instruction_list"]]
        assert result.details["followed"] == followed, line["id"]
    assert flips == {  # typographic quotes, bold around the whole reply, a bare number as JSON
        ("startend:end_checker", 0): 4,
        ("combination:repeat_prompt", 0): 5,
        ("startend:quotation", 0): 2,
        ("detectable_format:number_bullet_lists", 0): 1,
        ("detectable_format:json_format", 1): 2,
    }
    want = expected(GOLDEN / "speech_ifeval_rule")
    assert len(pairs) == want["n_items"] == 520
    assert report(pairs) == pytest.approx(want["official"]["rule_report"], abs=1e-12)


def test_every_golden_judge_reply_and_the_rates() -> None:
    cases = lines(GOLDEN / "speech_ifeval_judge" / "cases.jsonl")
    groups: dict[str, list[ItemScore]] = defaultdict(list)
    everything: list[float] = []
    unread = 0
    for line in cases:
        result, want = scored(line), line["official"]
        metric = "if_rate" if line["doc"]["metric"] == "cot" else "judged_accuracy"
        reading = result.metrics[metric]["official"]
        assert (reading.stats is None) is (want["counted"] == 0), line["id"]
        assert result.aborted == (frozenset() if want["counted"] else {metric}), line["id"]
        word = want["extract_result"]
        assert result.extracted == (None if word is None else word.lower()), line["id"]
        assert reading.parsed is bool(want["counted"]), line["id"]
        assert result.metrics[metric]["strict"].stats is not None
        other = "judged_accuracy" if metric == "if_rate" else "if_rate"
        assert result.metrics[other]["official"].stats is None
        if reading.stats is None:
            unread += 1
            continue
        assert reading.stats == {"correct": want["correct"], "n": 1}, line["id"]
        everything.append(reading.stats["correct"])
        name = "cot" if metric == "if_rate" else line["doc"]["dataset"]
        groups[f"{name} ACC"].append(result)
    want = expected(GOLDEN / "speech_ifeval_judge")["official"]
    assert unread == want["n_parse_none_official_script_crashes_with_AttributeError"] == 154
    rates = {
        name: official(results, "if_rate" if name == "cot ACC" else "judged_accuracy")
        for name, results in groups.items()
    }
    assert rates == pytest.approx(want["over_parseable_only"], abs=1e-12)
    assert sum(everything) / len(everything) == pytest.approx(want["yes_over_parseable"])


def test_every_golden_word_error_rate() -> None:
    cases = lines(GOLDEN / "speech_ifeval_wer" / "cases.jsonl")
    results = [scored(line) for line in cases]
    for line, result in zip(cases, results, strict=True):
        want = line["official"]
        assert normalize(line["doc"]["label"]) == want["ref_norm"], line["id"]
        assert result.extracted == want["hyp_norm"], line["id"]
        stats = result.metrics["wer"]["official"].stats
        assert stats is not None
        assert METRICS["wer"].value(stats) == pytest.approx(want["wer"], abs=1e-12), line["id"]
    want = expected(GOLDEN / "speech_ifeval_wer")["official"]
    assert official(results, "wer") == pytest.approx(want["corpus_WER"], abs=1e-12)


# --- released outputs of DeSTA2 --------------------------------------------------------------


@pytest.mark.parametrize("part", ["closed", "creative"])
def test_real_rule_verdicts_and_report(part: str) -> None:
    pairs = real(part)
    for line, result in pairs:
        want = line["official"]["rule_strict"]["follow_all_instructions"]
        assert result.metrics["if_rate"]["official"].stats == {"correct": int(want), "n": 1}
    want = expected(REAL)["official_recomputed"][PARTS[part].file.removesuffix(".jsonl")]
    assert len(pairs) == want["n"] == PARTS[part].items
    assert report(pairs) == pytest.approx(want["rule_report"], abs=1e-12)


@pytest.mark.parametrize("part", ["closed", "closed_woprompt", "cot"])
def test_real_judge_replies_and_word_error_rate(part: str) -> None:
    pairs = real(part)
    stem = PARTS[part].file.removesuffix(".jsonl")
    want = expected(REAL)["official_recomputed"][f"{stem} (llm)"]
    by_dataset: dict[str, list[ItemScore]] = defaultdict(list)
    for line, result in pairs:
        judged = line["official"]["judge"]
        if judged["metric"] == "wer":
            stats = result.metrics["wer"]["official"].stats
            assert stats is not None and result.extracted == judged["hyp_norm"]
            assert METRICS["wer"].value(stats) == pytest.approx(judged["item_wer"], abs=1e-12)
            continue
        metric = "if_rate" if part == "cot" else "judged_accuracy"
        stats = result.metrics[metric]["official"].stats
        assert stats == {"correct": judged["correct"], "n": 1}, line["id"]
        by_dataset["cot" if part == "cot" else line["doc"]["dataset"]].append(result)
    rates = {
        f"{name} ACC": official(results, "if_rate" if part == "cot" else "judged_accuracy")
        for name, results in by_dataset.items()
    }
    assert rates == {name: value for name, value in want.items() if name.endswith(" ACC")}
    if part != "cot":
        results = [result for _, result in pairs]
        assert official(results, "wer") == pytest.approx(want["WER"], abs=1e-12)


def test_real_if_rate_and_forgetting_rate() -> None:
    side = expected(REAL)["side_by_side_percent"]
    rates = [
        100 * official([result for _, result in real(part)], "if_rate")
        for part in ("closed", "creative", "cot")
    ]
    for rate, name in zip(rates, ("closed_ended", "creative_writing", "cot"), strict=True):
        assert rate == pytest.approx(side[name]["recomputed_from_outputs"], abs=1e-9)
        assert round(rate, 2) == side[name]["published_README"]
    found = if_rate_of(*rates)
    assert found == pytest.approx(side["IFrate"]["recomputed_from_outputs"], abs=1e-9)
    delta = side["delta"]
    key = "recomputed_IFrate_with_published_reference_IFrate"
    assert forgetting_rate(found, 92.53) == pytest.approx(delta[key], abs=1e-9)
    assert forgetting_rate(89.23, 92.53) == pytest.approx(delta["from_published_IFrates"], abs=1e-9)


def test_published_rows_add_up_except_the_two_that_do_not() -> None:
    import yaml

    rows = yaml.safe_load((SHARED / "published" / "speech_ifeval.yaml").read_text("utf-8"))
    odd = {
        row["model"]
        for row in rows
        if abs(
            if_rate_of(
                *(row["results"][name] for name in ("closed_ended", "creative_writing", "cot"))
            )
            - row["results"]["ifrate"]
        )
        > 0.0051
    }
    assert odd == {"DeSTA2", "Qwen2.5-7B-Instruct"}
