"""A task file changed at random is refused with a place, or means what it says; nothing else happens."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import TaskFileError
from harness.task_loading.groups import load_task
from tests.support.runs.own_metric import write_task

ROUNDS = 100_000 if os.environ.get("HARNESS_SOAK") else 600
VALUES = (
    *("null", "5", "-1", "0.5", ".inf", ".nan", "yes", "no", "on", "true", "1:30", "010", "0b11"),
    *("2020-01-02", "2020-13-45", "[1]", "[]", "{}", "{a: b}", "{5: 1}", "[[]]", "[null]", "x"),
    *("''", "' '", "[a, a]", "!!set {a}", "!!binary aGk=", "!!omap [a: 1]", "!weird 3", "&a [*a]"),
    *("!function a.b", "!function 5", "9" * 30, "9" * 5000, "'a\\nb'", '"a\\u001b"', "1_000", "{"),
)


def _lines(text: str) -> list[int]:
    """Return the numbers of the lines that are 'key: value'."""
    return [n for n, line in enumerate(text.splitlines()) if ": " in line and "- {" not in line]


def _mutated(text: str, draw: random.Random) -> str:
    lines = text.splitlines()
    number = draw.choice(_lines(text))
    key, _, value = lines[number].partition(": ")
    indent = key[: len(key) - len(key.lstrip())]
    match draw.randrange(6):
        case 0:
            lines[number] = f"{key}: {draw.choice(VALUES)}"
        case 1:
            lines.insert(number, lines[number])
        case 2:
            lines[number] = f"{key}{draw.choice('sx_1')}: {value}"
        case 3:
            lines[number] = f"{indent}{draw.choice(VALUES)}: {value}"
        case 4:
            del lines[number]
        case _:
            lines.insert(
                number,
                f"{indent}{draw.choice(('extra', 'repeats', 'clean', 'cost'))}: {draw.choice(VALUES)}",
            )
    return "\n".join(lines) + "\n"


def test_no_mutation_ends_in_a_traceback_or_passes_a_wrong_key(tmp_path: Path) -> None:
    folder = write_task(tmp_path, metric="accuracy")
    file = folder / "ages.yaml"
    original = file.read_text()
    seed = 20_261_129
    refused = 0
    for number in range(ROUNDS):
        text = _mutated(original, random.Random(seed + number))
        file.write_text(text)
        os.utime(file, (number, number))
        try:
            spec = load_task(file, "ages")
        except TaskFileError as error:
            refused += 1
            assert str(file) in str(error.where) and error.message, text
            continue
        data = spec.raw
        assert set(data) <= {*yaml_keys(original), "repeats"}, text
        assert data.get("repeats") in (None, 1), text
        assert text.count("\n") >= len(data), text
    assert refused > ROUNDS // 2


def yaml_keys(text: str) -> set[str]:
    """Return the keys at the left of a file."""
    return {line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("test_split: test", "test_split: test\ntest_split: dev", 4, "here and on line 3"),
        ("    title: Age in years", "    title: no", 15, "YAML reads no as false"),
        ("    items: 40", "    items: 1:30", 16, "to the base 60"),
        ("    items: 40", "    items: 040", 16, "octal"),
        ("description: \"\"", "description: \"\"\nnum_fewshot: 5", 7, "does nothing here"),
        ("description: \"\"", "description: \"\"\nrepeats: 4", 7, "does nothing here"),
        ("description: \"\"", 'description: ""\ngen_prefix: "A:"', 7, "does nothing here"),
        ("description: \"\"", "description: \"\"\nprocess_docs: !function a.b", 7, "does nothing"),
        ("description: \"\"", 'description: ""\nfilter_list: [{name: x, filter: [{function: regex}]}]', 7, "does nothing"),
        ("    doc_fields: [number, age]", "    doc_fields: [number, 5]", 20, "list of texts"),
        ("    doc_fields: [number, age]", "    doc_fields: [age, age]", 20, "twice"),
        ("    protocol: The reply is a number.", "    cost: {audio_hours: lots}\n    protocol: x", 25, "expected a number"),
        ("    protocol: The reply is a number.", "    clean: nope\n    protocol: x", 25, "no such cleaning"),
        ("task: ages", 'task: "a,b"', 1, "expected text of letters"),
        ("task: ages", "task: 5", 1, "expected text of letters"),
        ("task: ages", "include: null\ntask: ages", 1, "include takes"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_refused_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    file = write_task(tmp_path, metric="accuracy") / "ages.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(TaskFileError, match=message) as caught:
        load_task(file, "ages")
    assert str(caught.value.where).endswith(f"ages.yaml:{line}")


@pytest.mark.parametrize(
    "neutral",
    ["num_fewshot: 0", "repeats: 1", "filter_list: [{name: x, filter: [{function: take_first}]}]", "gen_prefix: ''"],
)  # fmt: skip
def test_a_key_of_lm_eval_that_changes_nothing_is_taken(tmp_path: Path, neutral: str) -> None:
    file = write_task(tmp_path, metric="accuracy") / "ages.yaml"
    file.write_text(f"{file.read_text()}{neutral}\n")
    key: Any = yaml.safe_load(neutral)
    assert load_task(file, "ages").raw[next(iter(key))] == next(iter(key.values()))
