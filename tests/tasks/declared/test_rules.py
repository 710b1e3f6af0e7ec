"""Hazards: a rule that reads another field than the one named, a gold answer that is none, a reply that counts for nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.errors import InputFileError, TaskFileError
from harness.types import Document, ItemScore
from metrics.registry import METRICS
from tasks.declared import facts, judge_grade, judge_slots, options, reference, score, signature
from tasks.declared.data_block import read_data
from tasks.declared.declaration import GRADES, RULES, read_rule
from tasks.declared.loading import parameters


def place(*keys: str) -> str:
    return ".".join(("task.yaml", *keys))


def doc(rule: Any, **fields: Any) -> Document:
    return {"_id": "1", "_params": parameters(read_rule(rule, place)), **fields}


def stats(scored: ItemScore, metric: str) -> Any:
    return scored.metrics[metric]["strict"].stats


CHOICE = {"question": "Which?", "options": ["cat", "dog", "cow"], "answer": "dog"}


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("option", CHOICE),
        ("option", {**CHOICE, "options": "cat|dog|cow"}),
        ("option", {**CHOICE, "options": '["cat", "dog", "cow"]'}),
        ({"name": "option", "separator": ";"}, {**CHOICE, "options": "cat; dog; cow"}),
        ({"name": "option", "answer_is": "letter"}, {**CHOICE, "answer": "(B)"}),
        ({"name": "option", "answer_is": "index0"}, {**CHOICE, "answer": 1}),
        ({"name": "option", "answer_is": "index1"}, {**CHOICE, "answer": "2"}),
        (
            {"name": "option", "options": ["a", "b", "c", "d"], "answer": "gold"},
            {"a": "cat", "b": "dog", "c": "cow", "d": "", "gold": "dog"},
        ),
    ],
)
def test_options_in_every_form(rule: Any, fields: dict[str, Any]) -> None:
    item = doc(rule, **fields)
    assert options(item) == ("cat", "dog", "cow")
    assert reference(item) == "dog"
    for reply, right, read in (
        ("B", 1, True),
        ("The answer is dog.", 1, True),
        ("cat", 0, True),
        ("cat or dog", 0, False),
        ("", 0, False),
        (None, 0, False),
    ):
        found = score(item, reply, None)
        assert stats(found, "accuracy") == {"correct": right, "n": 1}, reply
        assert found.metrics["accuracy"]["strict"].parsed is read
        assert stats(found, "abstention_rate") == {"correct": int(not read), "n": 1}
    assert facts([item]) == {"anchors": {"accuracy": {"chance": pytest.approx(1 / 3, abs=1e-6)}}}


@pytest.mark.parametrize(
    ("rule", "fields", "says"),
    [
        ("option", {**CHOICE, "answer": "bird"}, "field 'answer' is 'bird', expected one of"),
        ("option", {**CHOICE, "answer": "B"}, "field 'answer' is 'B'"),
        ({"name": "option", "answer_is": "letter"}, {**CHOICE, "answer": "D"}, "letter of one of 3"),
        ({"name": "option", "answer_is": "index1"}, {**CHOICE, "answer": 0}, "index1 of one of 3"),
        ("option", {**CHOICE, "options": "cat"}, "two or more options"),
        ("option", {**CHOICE, "options": 7}, "two or more options"),
        ("option", {**CHOICE, "options": {"a": 1}}, "a list of texts"),
        ("option", {"options": ["a", "b"]}, "field 'answer' is missing"),
        ("number", {"answer": "twelve"}, "a finite number"),
        ("number", {"answer": "nan"}, "a finite number"),
        ("number", {"answer": True}, "a finite number"),
        ("transcript", {"text": " "}, "a text"),
        ("transcript", {"text": ["a"]}, "a text"),
        ("contains", {"answer": {}}, "a list of texts"),
        ("contains", {"answer": ""}, "answers with a word"),
        ("contains", {"answer": "cat|"}, "answers with a word"),
        ("contains", {"answer": ["cat", "?!"]}, "answers with a word"),
        ("transcript", {"text": float("nan")}, "a text"),
        ("label", {"answer": float("nan")}, "a text"),
        ({"name": "label", "labels": ["yes", "no"]}, {"answer": "maybe"}, "one of the labels"),
        ("instruction", {"instruction_id_list": "x", "kwargs": [{}]}, "a list of instruction ids"),
        ("instruction", {"instruction_id_list": ["punctuation:no_comma"], "kwargs": []}, "one mapping"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_named(rule: Any, fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InputFileError) as error:
        reference(doc(rule, **fields))
    assert says in str(error.value)
    assert "item 1" in str(error.value)


def test_transcripts_use_the_declared_normaliser() -> None:
    item = doc("transcript", text="It's 5 o'clock.")
    assert stats(score(item, "its 5 o'clock", None), "wer")["edits"] >= 0
    exact = doc({"name": "transcript", "normalizer": "raw", "reference": "said"}, said="One two.")
    assert stats(score(exact, "one two", None), "wer")["edits"] == 2
    assert (
        stats(score(item, "", None), "wer")["edits"]
        == stats(score(item, "", None), "wer")["length"]
    )
    assert signature([exact])["norm"] == "raw"


def test_labels_come_from_the_data_or_the_task() -> None:
    items = [doc("label", answer=name) for name in ("happy", "sad", "happy")]
    found = facts(items)
    assert found == {"labels": ["happy", "sad"], "anchors": {"accuracy": {"chance": 0.5}}}
    for item in items:
        item["_facts"] = found
    assert stats(score(items[0], "She sounds happy.", None), "accuracy")["correct"] == 1
    assert stats(score(items[0], "happy or sad", None), "accuracy")["correct"] == 0
    aliased = {**items[1], "_aliases": {"sad": ["unhappy"]}}
    assert stats(score(aliased, "unhappy", None), "accuracy")["correct"] == 1
    declared = doc({"name": "label", "labels": ["yes", "no", "unsure"]}, answer="yes")
    assert facts([declared])["anchors"]["accuracy"]["chance"] == pytest.approx(1 / 3, abs=1e-6)
    assert options(declared) == ("yes", "no", "unsure")


def test_numbers_that_cannot_be_read_cost_the_constant_median() -> None:
    items = [doc("number", answer=value) for value in (10, "20", 60)]
    found = facts(items)
    assert found["mae_ref"] == pytest.approx(50 / 3)
    items[0]["_facts"] = found
    assert stats(score(items[0], "It is twelve.", None), "mae")["abs_error"] == 2
    missed = score(items[0], "no idea", None).metrics["mae"]["strict"]
    assert (missed.stats, missed.parsed) == ({"abs_error": found["mae_ref"], "n": 1}, False)


def test_declared_anchors_stand_over_measured_ones() -> None:
    rule = read_rule("option", place)
    item: Document = {**CHOICE, "_params": parameters(rule, ("accuracy",))}
    assert facts([item]) == {}


@pytest.mark.parametrize(
    ("rule", "answer", "reply", "right"),
    [
        ("contains", "Paris", "It is Paris, France.", 1),
        ("contains", "Paris", "Parisian", 0),
        ("contains", "Paris|Lutetia", "lutetia", 1),
        ({"name": "contains", "match": "all"}, ["red", "blue"], "blue and RED", 1),
        ({"name": "contains", "match": "all"}, ["red", "blue"], "blue", 0),
        ("contains", "new york", "In New\u200b York!", 1),
        ("contains", 7, "there are 7", 1),
    ],
)
def test_contains_whole_words_in_canonical_form(
    rule: Any, answer: Any, reply: str, right: int
) -> None:
    assert stats(score(doc(rule, answer=answer), reply, None), "accuracy")["correct"] == right


def test_instructions_are_all_or_nothing() -> None:
    item = doc(
        "instruction",
        instruction_id_list=["punctuation:no_comma", "change_case:english_lowercase"],
        kwargs=[{}, None],
    )
    assert stats(score(item, "no commas here at all", None), "if_rate")["correct"] == 1
    assert stats(score(item, "No commas", None), "if_rate")["correct"] == 0


def test_judged_items() -> None:
    yes = doc("judge", question="Who?", answer="Ada")
    assert judge_slots(yes, "Ada!") == {"question": "Who?", "reference": "Ada", "response": "Ada!"}
    assert judge_slots(yes, "  ") is None
    assert stats(score(yes, "Ada", None), "judged_accuracy") is None
    assert stats(score(yes, "Ada", ["Yes.", "No", "yes"]), "judged_accuracy")["correct"] == 1
    assert not score(yes, "Ada", ["yes", "no"]).metrics["judged_accuracy"]["strict"].parsed
    assert stats(score(yes, " ", []), "judged_accuracy") == {"correct": 0, "n": 1}
    assert (judge_grade(yes, "Answer: Yes"), judge_grade(yes, "hm")) == ("yes", None)
    scale = doc({"name": "judge", "grade": "score"}, question="Who?", answer="Ada")
    assert stats(score(scale, "Ada", ["Score: 4", "5/5"]), "judge_score") == {"score": 4.5, "n": 1}
    assert stats(score(scale, "Ada", ["good"]), "judge_score") == {"score": 1.0, "n": 1}
    assert judge_grade(scale, "[[3]]") == "3"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_registered_metrics_with_their_direction(name: str) -> None:
    found = read_rule(name, place).metrics
    assert found
    assert all(METRICS[metric].higher_is_better is higher for metric, higher in found.items())
    assert set(GRADES.values()) <= METRICS.keys()


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ("options", "did you mean 'option'"),
        ({"name": "option", "answr": "x"}, "did you mean 'answer'"),
        ({"name": "option", "answer": ""}, "the name of a field"),
        ({"name": "option", "answer_is": "index"}, "text, letter, index0"),
        ({"name": "transcript", "normalizer": "whisper"}, "one of raw, basic"),
        ({"name": "label", "labels": []}, "a list of texts"),
        ({"answer": "x"}, "mapping with 'name'"),
        (["option"], "mapping with 'name'"),
        (3, "mapping with 'name'"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(declared: Any, says: str) -> None:
    with pytest.raises(TaskFileError, match=says) as error:
        read_rule(declared, place)
    assert "task.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (None, "says where its items are"),
        ({}, "exactly one of 'path' and 'hub'"),
        ({"path": "a", "hub": "b/c"}, "exactly one of"),
        ({"pth": "a"}, "did you mean 'path'"),
        ({"path": 3}, "a file or folder"),
        ({"path": "a", "audio": []}, "the name of a field, or a list"),
    ],
)
def test_a_wrong_data_block_is_refused(declared: Any, says: str) -> None:
    with pytest.raises(TaskFileError, match=says):
        read_data(declared, place)


def test_no_value_is_ever_not_a_number() -> None:
    empty = doc("transcript", text="a")
    for reply in ("", None, 3, {"a": 1}, "x" * 10_000):
        for readings in score(empty, reply, None).metrics.values():
            found = readings["strict"].stats
            assert found is not None
            assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"name": "transcript", "official": "oasr-ml-2026-03"}, "language is missing"),
        ({"name": "transcript", "official": "oasr"}, "expected one of oasr-2026-08"),
        ({"name": "option", "official": "words", "known": {"level": "easy"}}, "mapping of fields"),
    ],
)
def test_an_official_reading_that_cannot_be_read_is_refused(rule: Any, says: str) -> None:
    with pytest.raises(TaskFileError, match=says):
        read_rule(rule, lambda *keys: ".".join(keys))


def test_a_rule_without_an_official_reading_keeps_its_hash() -> None:
    assert set(read_rule("option", lambda *keys: "").as_json()) == {
        "name", "answer", "options", "answer_is", "separator",
    }  # fmt: skip
