"""Hazards of leaderboard, compare and trend on the command line: exit codes, a README that is damaged, formats that are guessed wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.board_runs import FakeTask, binary, write_run

Cli = Callable[..., CommandResult]
BEGIN, END = "<!-- harness leaderboard: begin -->", "<!-- harness leaderboard: end -->"


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    def one(name: str, right: str) -> Path:
        task = FakeTask(binary(right), benchmark="mmau", anchors={"chance": 0.25})
        return write_run(tmp_path / name, {"mmau_test_mini": task}, name=name)

    return [one("step-1", "1100"), one("step-2", "1110")]


def test_lint_names_findings_and_exits_with_one(cli: Cli, tmp_path: Path) -> None:
    shipped = cli("leaderboard", "--lint")
    assert shipped.code == 1
    assert "573 rows" in shipped.out.strip().split("\n")[-1]
    assert "speech_ifeval.yaml:15: average: DeSTA2: ifrate is 89.23" in shipped.out
    fine = tmp_path / "fine.yaml"
    fine.write_text(
        "benchmark: b\ntables:\n- {title: T, where: w, date: null, unit: '%', protocol: p,"
        " rows: [{model: m, results: {avg: 1.0}}]}\n"
    )
    clean = cli("leaderboard", "--lint", "--rows", fine)
    assert (clean.code, clean.out) == (0, "1 rows, 0 findings\n")
    found = json.loads(cli("leaderboard", "--lint", "--json").out)
    assert found["rows"] == 573 and {"kind", "place", "model", "message"} == set(
        found["findings"][0]
    )


def test_update_renews_only_what_is_between_the_marks(
    cli: Cli, tmp_path: Path, runs: list[Path]
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Ours\r\n\r\n{BEGIN}\r\noutdated\r\n{END}\r\n\r\nkept\r\n", newline="")
    first = cli("leaderboard", *runs, "--update", readme)
    assert (first.code, first.out) == (0, "") and "updated" in first.err
    text = readme.read_bytes().decode()
    assert text.startswith(f"# Ours\r\n\r\n{BEGIN}\r\n") and text.endswith(f"{END}\r\n\r\nkept\r\n")
    assert "outdated" not in text and "### Native (official reading)" in text
    assert "# Leaderboard" not in text and str(tmp_path) not in text
    again = cli("leaderboard", *runs, "--update", readme)
    assert "is up to date" in again.err and readme.read_bytes().decode() == text


@pytest.mark.parametrize(
    "text", ["no marks", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"]
)
def test_a_file_without_both_marks_is_left_alone(
    cli: Cli, tmp_path: Path, runs: list[Path], text: str
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text)
    found = cli("leaderboard", *runs, "--update", readme)
    assert found.code == 2 and "expected one of each, in this order" in found.err
    assert readme.read_text() == text


def test_what_contradicts_itself_is_refused(cli: Cli, tmp_path: Path, runs: list[Path]) -> None:
    for arguments, message in (
        (["leaderboard"], "no run is given"),
        (["leaderboard", *runs, "--suite", "lalm-8"], "unknown suite 'lalm-8'"),
        (
            ["leaderboard", *runs, "--update", tmp_path / "x.md", "--json"],
            "--update writes Markdown",
        ),
        (["leaderboard", *runs, "--format", "pdf"], "unknown format 'pdf'"),
        (["compare", runs[0]], "two runs or more are compared"),
        (["compare", *runs, "--format", "csv"], "unknown format 'csv'"),
        (["compare", *runs, runs[0], "--format", "html"], "one comparison"),
        (["trend", runs[0]], "at least two runs"),
        (["trend", *runs, "--reading", "mine"], "unknown reading 'mine'"),
    ):
        found = cli(*arguments)
        assert found.code == 2 and message in found.err, arguments


def test_formats_follow_the_suffix(cli: Cli, tmp_path: Path, runs: list[Path]) -> None:
    begins: dict[str, Any] = {
        "leaderboard board.html": "<!doctype html>",
        "leaderboard board.csv": "benchmark,table",
        "compare found.html": "<!doctype html>",
        "compare found.md": "# Compare: A = step-1, B = step-2",
        "compare found.json": "{",
        "compare found.txt": "compare: A = step-1, B = step-2",
        "trend line.svg": "<svg ",
        "trend line.csv": "task,metric,reading,run",
        "trend line.json": "{",
    }
    for words, begin in begins.items():
        verb, name = words.split()
        file = tmp_path / name
        assert cli(verb, *runs, "-o", file).code == 0
        assert file.read_text(encoding="utf-8").startswith(begin), words


def test_a_quoted_row_stands_beside_runs_on_the_command_line(cli: Cli, runs: list[Path]) -> None:
    found = cli("leaderboard", *runs, "--published", "--suite", "lalm-7")
    assert found.code == 0
    assert "| - | DeSTA2.5-Audio (8B) § | MMAU homepage leaderboard |" in found.out
    assert "## VoiceBench" in found.out and "- (1/7)" in found.out


def test_compare_and_trend_print_json_for_programs(cli: Cli, runs: list[Path]) -> None:
    found = json.loads(cli("compare", *runs, "--json").out)
    assert found["tasks"][0]["gained"][0]["id"] == "i2" and found["engine"]["verdict"]
    several = json.loads(cli("compare", *runs, runs[0], "--json").out)
    assert [one["b"] for one in several] == ["step-2", "step-1"]
    line = json.loads(cli("trend", *runs, "--json").out)
    assert [point["step"] for point in line["series"][0]["points"]] == [1.0, 2.0]
