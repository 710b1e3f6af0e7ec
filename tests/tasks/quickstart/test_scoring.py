"""Scoring: what counts as an answer, and what an absent or unreadable one costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.task_loading.schema import parse_task
from harness.task_loading.yaml_file import load_yaml
from harness.types import MISSING, ItemScore, TaskSpec
from metrics.registry import METRICS
from tasks.quickstart import data, scoring
from tests.support.budget import examples

SPECS: dict[str, TaskSpec] = {
    spec.raw["dataset_kwargs"]["kind"]: spec
    for path in sorted(Path(data.PACKAGED).glob("quickstart_*.yaml"))
    for spec in [parse_task(load_yaml(path))]
}
DOCS = {kind: data.load(**spec.raw["dataset_kwargs"])["test"] for kind, spec in SPECS.items()}
UNREADABLE = [None, MISSING, "", " \n", 3, ["a"], {"text": "a"}, True]


def doc(kind: str, number: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = DOCS[kind][number]
    return document


def strict(result: ItemScore, metric: str) -> dict[str, float]:
    stats = result.metrics[metric]["strict"].stats
    assert stats is not None
    return dict(stats)


def perfect(document: dict[str, Any]) -> str:
    return str(document.get("answer", document["text"]))


@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.parametrize("response", UNREADABLE, ids=repr)
def test_an_absent_answer_is_unparsed_wrong_and_counted(kind: str, response: Any) -> None:
    for document in DOCS[kind]:
        result = scoring.score(document, response, None)
        assert set(result.metrics) == set(SPECS[kind].metrics)
        worst = {
            "wer": {
                "edits": len(document["text"].split()),
                "length": len(document["text"].split()),
            },
            "cer": {"edits": len(document["text"]), "length": len(document["text"])},
            "accuracy": {"correct": 0, "n": 1},
            "abstention_rate": {"correct": 1, "n": 1},
            "mae": {"abs_error": 23.75, "n": 1},
            "if_rate": {"correct": 0, "n": 1},
        }
        for metric in set(result.metrics) - {"macro_f1"}:
            assert strict(result, metric) == worst[metric]
        if kind == "keyword":
            assert strict(result, "macro_f1") == {f'confusion:["{document["answer"]}", null]': 1}
        parsed = {m: r["strict"].parsed for m, r in result.metrics.items()}
        assert not any(flag for metric, flag in parsed.items() if metric != "abstention_rate")


@pytest.mark.parametrize("kind", ["transcription", "choice", "keyword", "number"])
def test_a_perfect_reply_gets_the_best_value(kind: str) -> None:
    results = [scoring.score(document, perfect(document), None) for document in DOCS[kind]]
    for metric, better_high in SPECS[kind].higher_is_better.items():
        value = METRICS[metric].aggregate([strict(result, metric) for result in results])
        assert value == (1.0 if better_high else 0.0), metric
        assert METRICS[metric].higher_is_better == better_high


def test_no_metric_has_an_official_reading() -> None:
    for kind, spec in SPECS.items():
        assert not spec.official_metrics
        for readings in scoring.score(doc(kind), "a", None).metrics.values():
            assert set(readings) == {"strict"}


@pytest.mark.parametrize(
    ("reply", "picked"),
    [
        ("under the kitchen table", 1),
        ("The keys are Under the Kitchen Table.", 1),
        ("B", 1),
        ("b.", 1),
        ("**B**", 1),
        ("(B)", 1),
        ("B) under the kitchen table", 1),
        ("The answer is (b).", 1),
        ("A. under the kitchen table", None),  # letter and text disagree
        ("inside the car or under the kitchen table", None),
        ("E", None),
        ("A kitchen", None),  # an article is no letter
        ("I do not know.", None),
    ],
)
def test_a_choice_is_one_option_by_letter_or_text(reply: str, picked: int | None) -> None:
    document = doc("choice")
    result = scoring.score(document, reply, None)
    assert result.extracted == (None if picked is None else document["options"][picked])
    assert strict(result, "accuracy")["correct"] == (picked == 1)
    assert strict(result, "abstention_rate")["correct"] == (picked is None)


def test_a_wrong_option_is_wrong_but_no_abstention() -> None:
    result = scoring.score(doc("choice"), "inside the car", None)
    assert strict(result, "accuracy") == {"correct": 0, "n": 1}
    assert strict(result, "abstention_rate") == {"correct": 0, "n": 1}
    assert result.metrics["accuracy"]["strict"].parsed


@pytest.mark.parametrize(
    ("reply", "picked"),
    [
        ("MUSIC!", "music"),
        ("music, yes music", "music"),
        ("musical", None),
        ("music or water", None),
    ],
)
def test_a_keyword_is_a_whole_word(reply: str, picked: str | None) -> None:
    result = scoring.score(doc("keyword"), reply, None)
    assert doc("keyword")["answer"] == "music"
    assert result.extracted == picked
    assert strict(result, "macro_f1") == {f'confusion:["music", {json.dumps(picked)}]': 1}


@pytest.mark.parametrize(
    ("reply", "error"),
    [("12", 0), ("Twelve boxes.", 0), ("about 20", 8), ("twelve or 13", 23.75), ("-12", 24)],
)
def test_a_number_in_digits_or_words(reply: str, error: float) -> None:
    assert strict(scoring.score(doc("number"), reply, None), "mae")["abs_error"] == error


def test_the_normaliser_forgives_case_and_punctuation_not_words() -> None:
    document = doc("transcription")
    shouted = document["text"].upper().replace(" ", ", ") + "!"
    assert strict(scoring.score(document, shouted, None), "wer")["edits"] == 0
    assert strict(scoring.score(document, document["text"] + " yes", None), "wer")["edits"] == 1
    styled = "\ufeff" + document["text"].replace("'", "\u02bc").replace(" ", " \u200b")
    assert strict(scoring.score(document, styled, None), "wer")["edits"] == 0
    assert strict(scoring.score(document, styled, None), "cer")["edits"] == 0
    assert scoring.signature(DOCS["transcription"]) == {"norm": "canonical"}
    assert scoring.signature(DOCS["number"]) == {}


def test_references_are_json_and_options_stand_in_prompt_order() -> None:
    for kind, docs in DOCS.items():
        for document in docs:
            assert json.loads(json.dumps(scoring.reference(document))) == scoring.reference(
                document
            )
            assert scoring.options(document) == tuple(document.get("options", ()))
            assert all(field in document for field in SPECS[kind].doc_fields)
            assert set(SPECS[kind].required_fields) <= set(SPECS[kind].doc_fields)


@settings(deadline=None, max_examples=examples(150))
@given(reply=st.text(max_size=60) | st.sampled_from(["(a) (b)", "1" * 400, "B" * 500, '"', "\0"]))
def test_no_reply_breaks_a_rule_or_drops_a_metric(reply: str) -> None:
    for kind, docs in DOCS.items():
        result = scoring.score(docs[3], reply, None)
        assert set(result.metrics) == set(SPECS[kind].metrics)
        for metric in result.metrics:
            value = METRICS[metric].value(strict(result, metric))
            low, high = METRICS[metric].bounds
            assert value >= (low if low is not None else value)
            assert value <= (high if high is not None else value)
        json.dumps([result.extracted, dict(result.details)])
