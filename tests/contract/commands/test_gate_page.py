"""Hazards: a tutorial of the gate that is not red, an action whose inputs the page gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.command import CommandResult
from tests.support.pages import blocks, read, run_page, section

Cli = Callable[..., CommandResult]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_gate_of_the_tutorial_is_red_and_names_items(cli: Cli, here: Path) -> None:
    text = read("docs/gate.md")
    shown = blocks(section(text, "## A red build in five minutes"))[-1].text
    page = text.replace(f"```text\n{shown}```\n", "")
    assert run_page(cli, page, here, bool) == 10
    found = cli("gate", "runs/pr", "--baseline", "runs/main")
    assert shown.strip() in found.out
    assert found.out.count("\n        candidate  ") == 5
    assert (here / "gate.md").read_text().startswith("## ")


def test_the_action_takes_what_the_page_gives_it() -> None:
    """The steps themselves run in ``make ci-example``."""
    action = yaml.safe_load(read("action.yml"))
    workflow = next(block.text for block in blocks(read("docs/gate.md")) if "OWNER/" in block.text)
    given = yaml.safe_load(workflow)["jobs"]["gate"]["steps"][1]["with"]
    assert set(given) <= set(action["inputs"])
    required = {name for name, about in action["inputs"].items() if about.get("required")}
    assert required <= set(given)
