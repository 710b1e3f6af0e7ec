"""Hazards: a newcomer who gets no next step, a help that is cut or unsorted, a message that leads to a page that is gone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cli.panels import PANELLED, PANELS
from harness.core.redaction import redact_text
from harness.errors import SITE, page
from tasks._shared.hub import copy_hint
from tests.support.command import CommandResult, clean
from tests.support.pages import ROOT, blocks, read, run_page, section
from tests.support.servers.batch_server import BatchServer
from tests.support.servers.chaos_server import user_text

Cli = Callable[..., CommandResult]
MODULES = [
    path
    for folder in ("harness", "tasks", "model_adapters")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_the_bare_command_says_what_to_do_next_in_five_lines(cli: Cli) -> None:
    found = clean(cli())
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert len(lines) == 5 and all(len(line) <= 100 for line in lines)
    known = set(re.findall(r"^  (\w+) ", cli("--help").out.partition("Commands:")[2], re.MULTILINE))
    named = set(re.findall(r"harness ([a-z]+)\b", found.out))
    assert len(named) >= 4 and named <= known
    assert SITE in found.out


@pytest.mark.parametrize("group", [(), ("tasks",), ("models",), ("data",), ("judge",)])
def test_no_summary_of_a_command_is_cut(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, group: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, heading, listed = cli(*group, "--help").out.partition("\nCommands:\n")
    assert heading and listed.strip()
    for line in filter(str.strip, listed.splitlines()):
        assert line.endswith(".") and not line.endswith("..."), line


@pytest.mark.parametrize("verb", PANELLED)
def test_every_option_of_a_long_help_has_its_panel(cli: Cli, verb: str) -> None:
    text = cli(verb, "--help").out
    headings = re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)
    assert headings[0] == "Arguments"
    assert headings[1:] == [name for name in PANELS if name in headings]  # no bare "Options"
    assert len(headings) >= 7


def test_a_flag_stands_in_one_panel_and_exists(cli: Cli) -> None:
    named = [flag for flags in PANELS.values() for flag in flags]
    assert len(named) == len({*named})
    text = "".join(cli(verb, "--help").out for verb in PANELLED)
    known = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))
    assert {*named} <= known


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("harness ev", "evaluate"), ("harness evaluate --judge-b", "--judge-budget")],
)
def test_the_shell_completes_verbs_and_flags(words: str, wanted: str) -> None:
    position = str(len(words.split()) - 1)
    asked = {"_HARNESS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": position}
    program = "import sys; sys.argv = ['harness']; from harness.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **asked}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [wanted], "")


# --- pages that messages name --------------------------------------------------------------------


def test_the_site_of_the_messages_is_the_one_that_is_built() -> None:
    assert f"\nsite_url: {SITE}\n" in read("mkdocs.yml")


def test_every_page_that_a_message_names_is_there() -> None:
    named = [
        (path, name)
        for path in MODULES
        for name in re.findall(r"\bpage\(f?[\"']([^\"']+)[\"']\)", path.read_text(encoding="utf-8"))
    ]
    assert len(named) >= 4
    for path, name in named:
        benchmark = re.fullmatch(r"benchmarks/(\{?\w+\}?)\.md", name)
        if benchmark is None:
            assert (ROOT / "docs" / name).is_file(), (path, name)
        elif not benchmark[1].startswith("{"):
            assert (ROOT / "tasks" / benchmark[1] / "README.md").is_file(), (path, name)


def test_missing_data_leads_to_the_page_of_its_layout() -> None:
    for readme in (ROOT / "tasks").glob("*/README.md"):
        assert page(f"benchmarks/{readme.parent.name}.md") in copy_hint(readme.parent.name)
    assert page("benchmarks/llaso_eval.md") in redact_text(copy_hint("llaso_eval"))


# --- what a newcomer stumbled over -----------------------------------------------------------------


def test_the_calibration_of_the_page_runs(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = section(read("docs/judge.md"), "## Calibrating a judge")
    assert run_page(cli, text, tmp_path, lambda line: "--task" in line) == 2


@pytest.mark.network
def test_the_batch_of_the_page_is_made_once(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-batch-page-123456")
    text = section(read("docs/judge.md"), "### A batch, from start to end")
    quick = text.replace("-J batch=true", "-J batch=true -J batch_gather=0.1 -J batch_poll=0.02 --plain")  # fmt: skip

    def judge(body: Mapping[str, Any]) -> str:
        reply = user_text(body).rpartition("[BEGIN MODEL OUTPUT")[2]
        right = "dog" in reply and "cat" not in reply
        return f"Explanation: x\nJudgement: {'correct' if right else 'incorrect'}"

    with BatchServer(judge) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert run_page(cli, quick, tmp_path, bool) == 3
        assert [len(upload) for upload in server.uploads] == [2, 4]


def test_labels_in_other_words_than_the_judges_are_refused(cli: Cli, tmp_path: Path) -> None:
    text = section(read("docs/judge.md"), "## Calibrating a judge")
    (labels,) = [block.text for block in blocks(text) if block.title == "labels.jsonl"]
    swapped = labels.replace('"human": "correct"', '"human": "yes"')
    file = tmp_path / "labels.jsonl"
    file.write_text(swapped.replace('"human": "incorrect"', '"human": "no"'), encoding="utf-8")
    found = clean(cli("judge", "calibrate", file, "--task", "sakura_animal_single"))
    assert found.code == 2
    assert "people say no, yes; judge says correct, incorrect" in found.err
    assert page("judge.md") in found.err


def test_a_judge_that_contradicts_people_on_a_scale_is_no_error(cli: Cli, tmp_path: Path) -> None:
    pairs = [(1, 4), (2, 5), (1, 5), (2, 4)]
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(f'{{"human": {one}, "judge": {other}}}\n' for one, other in pairs))
    found = clean(cli("judge", "calibrate", file))
    assert found.code == 0 and "equal 0.0%" in found.out


def test_the_gate_names_the_tasks_where_none_is_shared(cli: Cli, tmp_path: Path) -> None:
    for task in ("quickstart_choice", "quickstart_number"):
        assert cli("evaluate", "baseline:first", "-t", task, "-o", tmp_path / task).code == 0
    one, other = tmp_path / "quickstart_choice", tmp_path / "quickstart_number"
    found = cli("gate", one, "--baseline", other)
    assert found.code == 2
    assert "the baseline has quickstart_number; the candidate has quickstart_choice" in found.out


def test_a_server_that_is_not_there_is_asked_about(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    nobody = "base_url=http://127.0.0.1:9/v1,max_retries=0"
    words = ("evaluate", "openai:toy", "-M", nobody, "-t", "quickstart_choice", "-L", "2")
    found = clean(cli(*words, "-o", tmp_path / "run"))
    assert found.code in {3, 4}
    assert "does a server listen at that address?" in found.err
    assert page("recipes.md") in found.err
