"""Hazard: a recipe from somebody else that lets code run, since whoever runs it read only the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import TOY

Cli = Callable[..., CommandResult]
BASE = f"tasks: quickstart_choice\nlimit: 1\ninclude_path: {TOY}\n"


@pytest.mark.parametrize(
    ("recipe", "flags", "said"),
    [
        ("model: mock:echo\ntrust_task_code: true\n", ("--trust-task-code",), "the code of tasks"),
        ("model: hf:some/model\nmodel_args: {trust_remote_code: true}\n", (), "the code of a checkpoint"),
        ("model: 'cascade:mock:echo'\nmodel_args: {model.trust_remote_code: 1}\n", (), "-M model.trust_remote_code=true"),
        ("model: python:evil:Model\nmodel_args: {path: .}\n", (), "names code as the model"),
        ("model: cascade:python:evil:Model\n", (), "names code as the model"),
    ],
)  # fmt: skip
def test_trust_is_said_on_the_command_line(
    cli: Cli, tmp_path: Path, recipe: str, flags: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "eval.yaml"
    file.write_text(BASE + recipe)
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    found = cli("evaluate", "--config", file, "-o", tmp_path / "run")
    assert found.code == 2 and said in found.err and str(file) in found.err
    assert not (tmp_path / "mark").exists() and not (tmp_path / "run").exists()
    if flags:
        assert cli("evaluate", "--config", file, "-o", tmp_path / "run", *flags).code == 0


def test_a_flag_may_take_back_what_a_recipe_trusts(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "eval.yaml"
    file.write_text(f"{BASE}model: mock:echo\nmodel_args: {{trust_remote_code: true}}\n")
    found = cli(
        "evaluate", "--config", file, "-o", tmp_path / "run", "-M", "trust_remote_code=false"
    )
    assert "the code of a checkpoint" not in found.err
