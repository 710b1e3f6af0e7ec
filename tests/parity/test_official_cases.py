"""Minimal inputs on which official readings once differed from the original scorers (``cases/official``)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from harness.types import MISSING, ItemScore
from metrics.instructions.words import using
from metrics.registry import METRICS
from tasks.dynamic_superb import scoring as dynamic_superb
from tasks.llaso_eval import scoring as llaso
from tasks.speech_ifeval import scoring as speech_ifeval
from tasks.voicebench import scoring as voicebench
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared


@cache
def lines(name: str) -> list[dict[str, Any]]:
    text = (SHARED / "cases" / "official" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def official(score: ItemScore, metric: str) -> Any:
    return score.metrics[metric]["official"].stats


def test_slots_strip_white_space_and_cap_the_candidates() -> None:
    for line in lines("ds_slots"):
        doc, want = {**line["doc"], "_params": {"rule": "slots"}}, line["official"]
        score = dynamic_superb.score(doc, line["response"], None)
        for metric in ("slot_f1", "slot_cer"):
            stats = official(score, metric)
            assert (metric in score.aborted) is (want[metric] is None), (line["id"], metric)
            found = None if stats is None else METRICS[metric].value(stats)
            assert found == want[metric], (line["id"], metric)


def test_bleu_of_a_blank_reference_is_zero() -> None:
    for line in lines("ds_bleu"):
        doc = {**line["doc"], "_params": {"rule": "bleu"}}
        score = dynamic_superb.score(doc, line["response"], None)
        assert METRICS["corpus_bleu"].value(official(score, "corpus_bleu")) == 0
        assert not score.aborted


def test_abstention_of_replies_that_are_no_text_and_of_letters_without_case() -> None:
    for line in lines("llaso_abstention"):
        doc = {**line["doc"], "_params": {"file": line["doc"]["task"]}}
        score = llaso.score(doc, line.get("response", MISSING), None)
        want = {"correct": line["official"]["abstained"], "n": 1}
        assert official(score, "abstention_rate") == want, line["id"]
        assert "abstention_rate" not in score.aborted
        assert len(score.details["official_hits"]) == line["official"]["hit_count"], line["id"]


def test_a_score_of_thousands_of_digits_stops_the_pronunciation_script() -> None:
    for line in lines("llaso_pronunciation"):
        file = "pronunciation_scoring_sentence_level_test"
        score = llaso.score({**line["doc"], "_params": {"file": file}}, line["response"], None)
        assert {"exact_accuracy", "exact_prosodic", "exact_fluency"} <= score.aborted


@pytest.mark.parametrize("name", ["speech_ifeval_rule", "voicebench_ifeval"])
def test_instruction_checks_stop_and_decide_as_upstream(name: str) -> None:
    for line in lines(name):
        want = line["official"]
        if name == "voicebench_ifeval":
            doc = {**line["doc"], "_params": {"config": "ifeval"}}
            score, metric = voicebench.score(doc, line["response"], None), "if_prompt_strict"
        else:
            doc = {**line["doc"], "_params": {"part": "closed"}}
            score, metric = speech_ifeval.score(doc, line["response"], None), "if_rate"
        if want["error"]:
            assert official(score, metric) is None and metric in score.aborted, line["id"]
            continue
        assert official(score, metric) == {"correct": want["correct"], "n": 1}, line["id"]
        assert official(score, "if_prompt_loose")["correct"] == want["correct_loose"], line["id"]
        if "NLTK" in line["style"]:
            older = voicebench.score(
                {**doc, "_params": {"config": "ifeval", "nltk": "3.8"}}, line["response"], None
            )
            assert official(older, metric)["correct"] == 0, line["id"]
            assert score.details["nltk_3.8"]["strict"] == [0]
            with using("3.8"):
                assert official(voicebench.score(doc, line["response"], None), metric)["correct"]


def test_a_vote_of_inf_or_nan_is_said_and_has_no_number() -> None:
    for line in lines("voicebench_open"):
        doc = {**line["doc"], "_params": {"config": "commoneval"}}
        score = voicebench.score(doc, line["response"], line["judge_reply"])
        assert official(score, "judge_score") is None and "judge_score" in score.aborted
        assert score.details["official_score"] == line["official"]["score"], line["id"]


def test_articles_end_where_the_regex_package_ends_words() -> None:
    for line in lines("voicebench_qa"):
        doc = {**line["doc"], "_params": {"config": "sd-qa"}}
        score = voicebench.score(doc, line["response"], line["judge_reply"])
        inside = score.details["panda"] == "substring"
        assert inside is line["official"]["pedant_substring"], line["id"]


def test_whole_runs_drop_items_where_upstream_drops_them() -> None:
    from harness.task_loading.index import load_index
    from harness.task_loading.specs import load_spec

    index = load_index()
    for case in lines("edge_runs"):
        spec = load_spec(index.tasks[case["task"]])
        params = spec.raw["dataset_kwargs"]
        docs = [{**item["doc"], "_params": params} for item in case["items"]]
        llaso.annotate(docs, "file")
        metric = "per" if "per" in case["official"] else "mae"
        scores = [
            llaso.score(doc, item["response"], None)
            for doc, item in zip(docs, case["items"], strict=True)
        ]
        stats = [official(score, metric) for score in scores]
        kept = [one for one in stats if one is not None]
        assert METRICS[metric].aggregate(kept) == case["official"][metric], case["case"]
        assert len(kept) == case["official"].get("used", 1), case["case"]
        assert not any(score.aborted for score in scores), case["case"]
