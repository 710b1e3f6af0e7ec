"""Rules of others on stored replies: what each reads, the table, the items that flip, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.scoring.rules import known, letters, option_numbers
from harness.scoring.rules.rule import Ruling
from tests.support.command import CommandResult

ITEM = {
    "id": "q1",
    "task_name": "birds",
    "question": "Which bird sings?",
    "choice_a": "a robin",
    "choice_b": "a wren",
    "choice_c": "an owl",
    "choice_d": "a crow",
    "answer_gt": "a wren",
    "category": "Perception",
    "sub-category": "Phonology",
}
FRUIT = ["pear", "fig", "12"]


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("<answer>2</answer>", "12"),
        ("<answer>0</answer> or rather <answer> +1 </answer> yes", "fig"),
        ("<think>perhaps <answer>1</answer></think> it is 2", "fig"),
        ("1</answer>", "fig"),
        ("<answer>1", "fig"),
        ("٢", "12"),
        ("0_1", "fig"),
        ("-3", "pear"),
        ("-4", "-4"),
        ("12", "12"),
        ("1.0", "pear"),
        ("fig", "pear"),
        ("", "pear"),
        ("text<answer>1<answer>", "pear"),
        ("9" * 4301, "pear"),
    ],
)
def test_alarm_takes_numbers_for_options_and_all_else_for_the_first(reply: str, read: str) -> None:
    assert option_numbers.chosen(reply, FRUIT) == read


def test_alarm_compares_as_each_benchmark_does() -> None:
    doc = {"choices": ["The small dog", "cat"], "answer": "small the dog"}
    assert option_numbers.word_set(doc, "0")["accuracy"].stats == {"correct": 1, "n": 1}
    assert option_numbers.exact(ITEM | {"answer_gt": " a wren\n"}, "1")["accuracy"].stats == {"correct": 1, "n": 1}  # fmt: skip
    none = ITEM | {"choice_b": None, "answer_gt": "a robin"}
    assert option_numbers.exact(none, "1")["accuracy"] == Ruling({"correct": 0, "n": 1}, "None")
    assert option_numbers.exact_or_first(none, "1")["accuracy"].stats == {"correct": 1, "n": 1}
    assert option_numbers.exact_or_first(ITEM | {"task_name": None}, "1")["accuracy"].stats is None


def test_lmms_eval_draws_as_expectation_and_says_where_it_stops() -> None:
    doc = {"choices": ["cat", "dog", "cow", "dog"], "answer": "Dog"}
    assert letters.mmau(doc, "no idea")["accuracy"] == Ruling({"correct": 0.5, "n": 1}, "", True)
    two = {"choices": ["cat", "dog"], "answer": "dog"}
    assert letters.mmau(two, "no idea")["accuracy"] == Ruling(None, "", True, True)
    assert letters.mmau(two, "(C)")["accuracy"] == Ruling(None, "C", False, True)
    assert letters.mmau(two, "(B)")["accuracy"].stats == {"correct": 1, "n": 1}
    # two in brackets: the last of them that also stands alone, else the first
    assert letters.bare_letter("(A) not (B)") == "A"
    assert letters.letter_or_text("(A) not (B)", {}) == "B"
    assert letters.mmsu(ITEM, "?")["accuracy"] == Ruling({"correct": 0.25, "n": 1}, "", True)
    named = letters.mmsu(ITEM, "what you hear there is a wren, not an owl no")["accuracy"]
    assert named == Ruling({"correct": 0, "n": 1}, "C")


def stored(folder: Path) -> Path:
    replies = ["B", "<answer>1</answer>", "the second one", "(B)"]
    records = [
        {"id": f"q{number}", "doc": ITEM | {"id": f"q{number}"}, "response": reply}
        for number, reply in enumerate(replies)
    ]
    file = folder / "replies.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return file


def test_the_same_replies_under_every_rule(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = cli("score", "mmsu", stored(tmp_path), "-o", run, "--as", "alarm,lmms-eval")
    assert done.code == 0, done.err
    assert "official and alarm differ on 4 of the replies (1 higher under alarm)" in done.out
    assert "q1: left out -> 1, alarm reads 'a wren' in '<answer>1</answer>'" in done.out
    before = (run / "results.json").read_bytes()
    again = cli("score", run, "--as", "alarm,official,lmms-eval", "--json")
    assert (run / "results.json").read_bytes() == before
    rows: list[Any] = json.loads(again.out)["rules"]
    values = {row["rule"]: (row["value"], row["n"], row["drawn"]) for row in rows}
    assert values == {
        "official": (1.0, 2, 0),
        "strict": (0.75, 4, 0),
        "alarm.1": (0.25, 4, 0),
        "lmms-eval.1": (0.625, 4, 2),
    }
    assert all(row["ci95"][0] <= row["value"] <= row["ci95"][1] for row in rows)


def test_a_failed_item_counts_under_no_rule_and_readings_alone_can_be_asked_for(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    records = [{"id": "q0", "doc": ITEM, "response": None}, {"id": "q1", "doc": ITEM, "response": "B"}]  # fmt: skip
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    run = tmp_path / "run"
    done = cli("score", "mmsu", file, "-o", run, "--as", "alarm", "--json")
    row = json.loads(done.out)["rules"][-1]
    assert (row["rule"], row["n"], row["left_out"], row["value"]) == ("alarm.1", 1, 1, 0.0)
    shown = cli("score", run, "--as", "strict").out
    assert "official" in shown
    assert "alarm" not in shown


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("alarn", "did you mean: alarm"),
        (" , ", "no rule is named"),
        ("elm-v1", "elm-v1 reads replies of arabic; this run has mmsu"),
    ],
)
def test_a_rule_that_cannot_apply_is_refused(
    cli: Callable[..., CommandResult], tmp_path: Path, names: str, said: str
) -> None:
    done = cli("score", "mmsu", stored(tmp_path), "-o", tmp_path / "run", "--as", names)
    assert done.code == 2
    assert said in done.err


def test_rules_are_listed_with_their_sources(cli: Callable[..., CommandResult]) -> None:
    listed = json.loads(cli("rules", "list", "--json").out)
    assert [one["rule"] for one in listed] == list(known.RULES)
    assert all(one["source"] and one["summary"] and one["applies_to"] for one in listed)
    assert "alarm.1  air_bench_foundation, mmar, mmau, mmsu" in cli("rules", "list").out


def test_two_rules_named_twice_are_one() -> None:
    assert [one.name for one in known.asked("alarm, alarm,strict")] == ["alarm"]
    with pytest.raises(UsageError):
        known.asked("")


def test_a_metric_in_its_own_unit_is_not_shown_in_per_cent(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    file, run = tmp_path / "one.jsonl", tmp_path / "run"
    doc = {"category": "open", "question": "What rings?", "answer": "A bell."}
    record = {"id": "a", "doc": doc, "response": "A bell.", "judge_reply": "OVERALL: 4"}
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    shown = cli("score", "mmau_pro_open", file, "-o", run, "--as", "strict").out
    assert "  4.00 " in shown, shown
    assert "400" not in shown
