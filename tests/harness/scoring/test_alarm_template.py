"""Template ``alarm``: its prompt on four benchmarks, its cleaning, and that the rule reads what the model said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.core.messages import Audio, Text
from harness.task_loading.groups import load_task
from harness.task_loading.places import tasks_root
from harness.task_loading.prompts import PromptedTask
from metrics.commitment.cleaning import CLEANERS
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

FILES = {
    "mmsu": "mmsu/mmsu",
    "mmau": "mmau/mmau_test_mini",
    "mmar": "mmar/mmar",
    "airbench": "air_bench_foundation/air_bench_foundation",
}
KEYED = {"choice_a": "a robin", "choice_b": "a wren", "choice_c": None, "choice_d": "a crow"}
LISTED = {"choices": ["a robin", "a wren", "None", "a crow"]}
END = "\n\n<question>\nWhich bird sings?\n</question>\n\n<options>\n(Option_0) a robin\n(Option_1) a wren\n(Option_2) None\n(Option_3) a crow\n</options>\n\n"  # fmt: skip


def prompt(benchmark: str, doc: dict[str, Any]) -> tuple[str, str]:
    """Return the system text and the user's, whose clip stands first."""
    path = tasks_root() / f"{FILES[benchmark]}.yaml"
    task = PromptedTask(load_task(path, path.stem), template="alarm")
    system, user = task.messages(doc | {"_id": "a", "_audio": [AudioRef(Path("a.wav"), "a.wav")]})
    (said,) = system.parts
    clip, text = user.parts
    assert isinstance(clip, Audio)
    assert isinstance(said, Text)
    assert isinstance(text, Text)
    return said.text, text.text


@pytest.mark.parametrize("benchmark", FILES)
def test_four_benchmarks_ask_in_one_way(benchmark: str) -> None:
    keyed = benchmark in ("mmsu", "airbench")
    doc = {"question": "Which bird sings?", **(KEYED if keyed else LISTED)}
    system, user = prompt(benchmark, doc)
    assert (system, user) == prompt("mmau", {"question": "Which bird sings?", **LISTED})
    assert user.endswith(END)
    assert "'(Option_{option_ID}) {option_value}'" in system
    if keyed:
        short = {name: value for name, value in doc.items() if name not in ("choice_c", "choice_d")}
        assert user.partition("(Option_2)")[0] + "</options>\n\n" == prompt(benchmark, short)[1]


def with_messages() -> Iterator[dict[str, Any]]:
    for line in jsonl(SHARED / "golden" / "alarm" / "cases.jsonl"):
        if line.get("messages"):
            yield line


@needs_shared
def test_every_golden_prompt_to_the_byte() -> None:
    seen = set()
    for line in with_messages():
        texts = tuple(message["content"] for message in line["messages"])
        assert prompt(line["set"], line["doc"]) == texts, line["id"]
        seen.add(line["set"])
    assert seen == set(FILES)


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("<answer>2</answer>", 2),
        ("so <answer>1</answer>, no: <answer> 02\n</answer>", 2),
        ("<think><answer>1</answer></think><answer>0</answer>", 0),
        ("<think>it is <answer>1</answer></think> 1", None),
        ("<answer>2", None),
        ("2</answer>", None),
        ("2", None),
        ("<answer>٢</answer>", None),
        ("<answer>-1</answer>", None),
        ("<answer>3</answer>", 3),
        ("<answer>26</answer>", None),
        ("<answer>9999999999</answer>", None),
        ("<answer>B</answer>", None),
        ("", None),
    ],
)
def test_the_cleaning_reads_a_closed_tag_with_a_number_alone(
    reply: str, number: int | None
) -> None:
    options = ["cat", "dog", "cow"]
    known = number is not None and number < len(options)
    assert CLEANERS["alarm"](reply, options) == (options[number or 0] if known else "")
    assert CLEANERS["alarm_letter"](reply, ()) == ("" if number is None else "ABCD"[number])


def test_rules_read_replies_as_they_were_before_a_cleaning(
    cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    item = KEYED | {"choice_c": "an owl", "question": "?", "answer_gt": "a wren", "task_name": "x"}
    said = ["<answer>1</answer>", "<answer>Option_1</answer>", "<think>1</think> <answer>0</answer>"]  # fmt: skip
    records = [{"id": f"q{n}", "doc": item, "response": one} for n, one in enumerate(said)]
    file, run = tmp_path / "replies.jsonl", tmp_path / "run"
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    done = cli("score", "mmsu", file, "-o", run, "--clean", "alarm_letter", "--as", "alarm,letter", "--json")  # fmt: skip
    assert done.code == 0, done.err
    rows = {row["rule"]: (row["value"], row["n"]) for row in json.loads(done.out)["rules"]}
    assert rows["official"] == (pytest.approx(1 / 3), 3)
    assert rows["strict"] == (pytest.approx(1 / 3), 3)
    assert rows["alarm.1"] == (pytest.approx(1 / 3), 3)
    assert rows["letter.1"] == (0, 3)
    flip = json.loads(done.out)["flips"][0]
    assert flip["response"] == "<answer>1</answer>"
