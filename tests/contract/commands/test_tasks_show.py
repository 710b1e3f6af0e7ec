"""``harness tasks show`` and ``validate`` print values as YAML, which a task file may hold, and no Python forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


@pytest.mark.parametrize("task", ["quickstart_choice", "mmar", "mmau_test_mini", "asr_fleurs_zh"])
def test_templates_and_generation_are_yaml(task: str, cli: Cli) -> None:
    spec = load_spec(load_index().tasks[task])
    lines = cli("tasks", "show", task).out.split("\n")
    said = [line.removeprefix("generation  ") for line in lines if line.startswith("generation")]
    assert [yaml.safe_load(line) for line in said] == [dict(spec.generation)]
    shown = [line for line in lines if line.startswith("template")]
    assert len(shown) == len(spec.templates)
    for line, template in zip(shown, spec.templates.values(), strict=True):
        found = yaml.safe_load(line.partition(": ")[2])
        system = {} if template.system is None else {"system": template.system}
        assert found == {"clean": template.clean, **system}


def test_a_reference_is_yaml(cli: Cli) -> None:
    out = cli("tasks", "show", "quickstart_instruction").out
    (line,) = [one for one in out.split("\n") if one.strip().startswith("reference: ")]
    found = yaml.safe_load(line)["reference"]
    assert found == {"instruction_id": "upper_case", "kwargs": {}}
