"""A wrong key of a task file is refused at its line (files changed at random: ``tests/fuzz``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import TaskFileError
from harness.task_loading.groups import load_task
from tests.support.runs.own_metric import write_task


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
