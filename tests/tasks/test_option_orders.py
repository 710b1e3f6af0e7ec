"""Hazards: a letter, a gold answer or a reading that does not follow when the options of an item stand in another order."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from harness.core import keys
from harness.scoring.option_orders import (
    can_reorder,
    positions,
    reorder,
    reversed_order,
)
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import Document
from metrics.commitment.listed import listed
from tests.support.shared import SHARED, needs_shared

CHOICES: Final = ["a man", "a woman", "no one", "a robot"]
FOUR: Final = {"choice_a": "calm", "choice_b": "angry", "choice_c": "sad", "choice_d": "happy"}
TWO: Final = {**FOUR, "choice_c": None, "choice_d": None}


def asked(text: str, gold: str) -> dict[str, Any]:
    turns = [{"from": "human", "value": text}, {"from": "gpt", "value": gold}]
    return {"voice": ["a/b.wav"], "conversations": turns}


DOCS: Final[dict[str, tuple[str, Document, int, bool]]] = {
    "mmau": ("mmau_test_mini", {"id": "1", "question": "Who?", "choices": CHOICES, "answer": "a woman"}, 4, False),
    "mmar": ("mmar", {"id": "1", "question": "Who?", "choices": CHOICES, "answer": "no one"}, 4, False),
    "mmar rubric": ("mmar_rubric", {"question": "Who?", "choices": CHOICES, "answer": "a robot", "rubric": []}, 4, False),
    "mmsu": ("mmsu", {"id": "1", "question": "How?", **FOUR, "answer_gt": "sad"}, 4, True),
    "mmsu of two": ("mmsu", {"id": "1", "question": "How?", **TWO, "answer_gt": "angry"}, 2, True),
    "mmsu with a gap": ("mmsu", {"id": "1", "question": "How?", **FOUR, "choice_b": None, "answer_gt": "happy"}, 3, True),
    "air-bench": ("air_bench_foundation", {"uniq_id": 1, "task_name": "t", "dataset_name": "d", **FOUR, "answer_gt": "calm"}, 4, True),
    "air-bench of two": ("air_bench_foundation", {"task_name": "t", "dataset_name": "d", **TWO, "answer_gt": "calm"}, 2, True),
    "sakura": ("sakura_animal_single", {"file": "f.wav", "single_instruction": "Which animal? (a) dog, (b) cat, (c) cow\nSay it.", "single_answer": " (b) cat"}, 3, True),
    "sakura without a letter": ("sakura_animal_multi", {"file": "f.wav", "multi_instruction": "What? (a) Claws (b) Horns", "multi_answer": "Horns"}, 2, True),
    "llaso": ("llaso_vctk_gender_classification", asked("Choose from male or female.<audio>", "Female."), 2, False),
    "quickstart": ("quickstart_choice", {"id": "1", "options": CHOICES, "answer": "a man"}, 4, True),
    "quickstart keyword": ("quickstart_keyword", {"id": "1", "options": ["tea", "milk"], "answer": "milk"}, 2, False),
}  # fmt: skip
"""Name -> (task, document, options, are they lettered)."""


@cache
def task_of(name: str) -> YamlTask:
    return YamlTask(load_spec(load_index().resolve([name])[0]))


def load(task: str, doc: Document) -> tuple[YamlTask, Document]:
    doc = dict(doc, _id="1")
    task_of(task).annotate([doc], "data")
    return task_of(task), doc


def strict(task: YamlTask, doc: Document, reply: str) -> set[float]:
    """Values of the metrics of the strict reading that say right or wrong."""
    metrics = task.score(doc, reply, None).metrics
    names = [name for name in ("accuracy", "letter_or_text") if name in metrics]
    scored = [metrics[name]["strict"].stats for name in names]
    return {one["correct"] for one in scored if one is not None}


@pytest.mark.parametrize("name", DOCS)
def test_gold_and_replies_follow_the_options(name: str) -> None:
    task_name, given, count, lettered = DOCS[name]
    task, doc = load(task_name, given)
    assert can_reorder(task)
    before = positions(task, doc, None)
    assert (before.options, before.chosen) == (count, None)
    assert before.gold is not None
    texts = [text for text in task.hints(doc).options if text]
    gold = texts[before.gold].rpartition(". ")[2] or texts[before.gold].rstrip(".")
    for order in itertools.permutations(range(count)):
        found = reorder(task, doc, order)
        shown = [text for text in task.hints(found).options if text]
        after = positions(task, found, gold)
        assert (after.gold, after.chosen) == (order.index(before.gold),) * 2
        assert [one.rpartition(". ")[2] for one in shown] == [
            texts[place].rpartition(". ")[2] for place in order
        ]
        assert strict(task, found, gold) == {1}
        if lettered and "gap" not in name:
            letters = "ABCD"[:count]
            for place, letter in enumerate(letters):
                assert positions(task, found, letter).chosen == place
                assert strict(task, found, letter) == {int(place == after.gold)}
        assert reorder(task, found, reversed_order(order)) == doc
        assert keys.original_fields(doc).keys() == keys.original_fields(found).keys()


def test_an_official_letter_follows() -> None:
    for name in ("mmsu", "air_bench_foundation"):
        task, doc = load(name, {"id": "1", "uniq_id": 1, "task_name": "t", "dataset_name": "d", "question": "How?", **FOUR, "answer_gt": "sad"})  # fmt: skip
        for order in itertools.permutations(range(4)):
            found = reorder(task, doc, order)
            letter = "ABCD"[order.index(2)]
            stats = task.score(found, letter, None).metrics["accuracy"]["official"].stats
            assert stats == {"correct": 1, "n": 1}


@pytest.mark.parametrize(
    ("answer_is", "gold", "moved"),
    [("letter", "(C)", "(A)"), ("letter", "c", "a"), ("index0", 2, 0), ("index0", "2", "0"), ("index1", 3.0, 1.0), ("index1", "3.0", "1.0"), ("text", "z", "z")],
)  # fmt: skip
def test_a_declared_answer_by_letter_or_number_follows(
    tmp_path: Path, answer_is: str, gold: Any, moved: Any
) -> None:
    for shape in ("options: choices", "options: [one, two, three, four]"):
        (tmp_path / "own.yaml").write_text(
            "task: own\nmetadata:\n  lalm:\n"
            f"    rule: {{name: option, {shape}, answer: gold, answer_is: {answer_is}}}\n    data: {{path: items.jsonl}}\n"
        )
        index = load_index((tmp_path,))
        task = YamlTask(load_spec(index.resolve(["own"])[0]))
        doc: Document = {
            "_id": "1",
            "choices": ["x", "y", "z"],
            **dict(zip(("one", "two", "three", "four"), ("x", "y", "z", None), strict=True)),
            "gold": gold,
        }
        task.annotate([doc], "data")
        found = reorder(task, doc, (2, 0, 1))
        assert (found["gold"], type(found["gold"])) == (moved, type(gold))
        assert task.hints(found).options == ("z", "x", "y")
        assert task.reference(found) == "z"
        assert reorder(task, found, reversed_order((2, 0, 1))) == doc


def test_labels_that_a_sentence_lists() -> None:
    """Only a list is reordered: a label that the question itself names, or one inside another word, is none."""
    labels = ["yes", "no", "not sure"]
    text = "Is there no speech? Answer yes, no, or not sure; nobody else may."
    assert [text[one.start : one.end] for one in listed(text, labels)] == ["yes", "no", "not sure"]
    assert listed("Say yes. Or do you mean to say no?", labels) == ()
    assert listed("yes yes no", labels)[0].start == 4
    task, doc = load("llaso_vctk_gender_classification", asked("Who is it?<audio>", "Male."))
    assert positions(task, doc, "male").options == 0


GOLDEN: Final = ("strict_mmsu", "strict_mmau_test_mini", "strict_sakura_animal_single", "strict_llaso_vctk_accent_classification", "strict_llaso_cremad_er_classification", "strict_voicebench_openbookqa")  # fmt: skip


@needs_shared
@pytest.mark.parametrize("name", GOLDEN)
def test_documents_of_benchmarks_come_back_as_they_were(name: str) -> None:
    seen = 0
    with (SHARED / "golden" / name / "cases.jsonl").open(encoding="utf-8") as lines:
        for line in itertools.islice(lines, 200):
            case = json.loads(line)
            task, doc = load(case["task"], case["doc"])
            if not can_reorder(task):
                continue
            found = positions(task, doc, case["response"])
            if found.options < 2:
                continue
            seen += 1
            for order in ([*range(1, found.options), 0], [*range(found.options)][::-1]):
                changed = reorder(task, doc, order)
                assert changed != doc or len(set(task.hints(doc).options)) == 1
                assert reorder(task, changed, reversed_order(order)) == doc
    assert (seen > 0) == (name != "strict_voicebench_openbookqa")
