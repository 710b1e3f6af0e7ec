"""Hazards: a name that forges a line, drives the terminal, links, mentions or calculates."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.core import inert
from harness.errors import InputFileError
from harness.report.export import export
from harness.report.frame import sample_rows
from harness.run.reader import read_run
from tests.support.command import CommandResult
from tests.support.runs.board_runs import FakeTask, binary, write_run

Cli = Callable[..., CommandResult]
ESCAPES = "\x1b[2K\x1b[1G\x07\x9b31m\u202egnirts\u2028\ud800"
NAMES = [
    " =1+1", "\n=cmd", "\uff1d1+1", "\u200b=1", "_emph_ __b__ ~~s~~", "&lt;b&gt;", "@someone", "owner/repo#5",
    "http://evil.example/x", f"ok{ESCAPES}", "x\nPASS (no significant drop in 9 tests at 0.05)\n",
    "[bold red]warn[/] [/nothing]", "![x](http://evil/x.png)", "<img src=x>", "www.evil.example", "$x$",
]  # fmt: skip
ACTIVE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]"
)


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_one_line_and_drives_nothing(name: str) -> None:
    shown = inert.line(name)
    assert not ACTIVE.search(shown) and "\n" not in shown
    assert not re.search(r"^PASS", inert.message(f"error: {name}"), re.MULTILINE)
    assert json.loads(inert.line(json.dumps({"name": name}, ensure_ascii=False))) == {"name": name}


@pytest.mark.parametrize("name", NAMES)
def test_a_csv_cell_is_no_formula(name: str) -> None:
    shown = inert.cell(name)
    assert re.sub(r"^[\s\u200b]+", "", shown)[:1] not in tuple("=+-@＝＋－＠")
    assert "\n" not in shown and not ACTIVE.search(shown)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("_emph_ __b__ ~~s~~ *x*", r"(?<!\\)[*~]|(?<![\\\w])_|(?<!\\)_(?!\w|\\)"),
        ("&lt;b&gt; &#60;", r"&(?!amp;)"),
        ("@octocat see #12 and owner/repo#5", r"@\w|#\w"),
        ("https://evil.example www.evil.example", r"://|www\."),
        ("[link](javascript:alert(1)) ![x](y)", r"(?<!\\)\["),
        ("a | b ` c", r"(?<!\\)[|`]"),
        ("# heading", r"^#"),
        ("$x$", r"(?<!\\)\$"),
        ("<img src=x onerror=alert(1)>", r"<"),
    ],
)
def test_markdown_does_nothing(text: str, never: str) -> None:
    assert not re.search(never, inert.markdown(text))


@pytest.mark.slow
@pytest.mark.parametrize("name", [NAMES[0], NAMES[9].replace("\ud800", ""), NAMES[10], NAMES[11]])
def test_a_runs_name_is_inert_in_every_output(cli: Cli, tmp_path: Path, name: str) -> None:
    run, board = tmp_path / "run", tmp_path / "board"
    command = ("evaluate", "baseline:first", "-t", "quickstart_choice", "-L", "3", "-o", run)
    assert cli(*command, "--name", name).code == 0
    for outputs in (
        cli("status", run), cli("gate", run, "--baseline", run), cli("score", run), cli("leaderboard", run),
        cli("status", run, "--json"), cli("gate", run, "--baseline", run, "--json"),
    ):  # fmt: skip
        text = outputs.out + outputs.err
        assert "Traceback" not in text and outputs.code in (0, 3), text
        assert not ACTIVE.search(text)
        assert not re.search(r"^PASS \(no significant drop in 9", text, re.MULTILINE)
    for suffix in ("md", "csv", "json"):
        assert cli("leaderboard", run, "-o", board.with_suffix(f".{suffix}")).code == 0
        text = board.with_suffix(f".{suffix}").read_text(encoding="utf-8")
        assert not ACTIVE.search(text)
        if suffix == "csv":
            names = {row["run"] for row in csv.DictReader(io.StringIO(text))}
            assert all(value.lstrip()[:1] not in "=+-@" for value in names)


def test_a_strangers_run_is_inert_in_every_export(tmp_path: Path) -> None:
    """Names, ids, groups and replies of somebody's run directory, a lone surrogate among them."""
    evil = "a\x1b[2J\r\n## b\u202e\u2028\ud800\x00\ufffe=1+1"
    run = write_run(tmp_path / "run", {"own": FakeTask(binary("10"))}, benchmarks=False)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest.update(name=evil, created=evil)
    (run / "manifest.json").write_text(json.dumps(manifest))
    lines = [json.loads(line) for line in (run / "samples.jsonl").read_text().split("\n")[:-1]]
    for number, one in enumerate(lines):
        one |= {"id": f"{evil}{number}", "response": evil, "extracted": {evil: [evil]}}
        one |= {"groups": {evil: evil}, "outcome": "error" if number else "answered"}
        one["error"] = {"kind": evil, "retryable": False, "message": evil} if number else None
    (run / "samples.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    for row in sample_rows(read_run(run)):  # what csv and parquet hold
        json.dumps(row, ensure_ascii=False).encode()
    for form in ("junit", "model-index"):
        export(run, form, output=tmp_path / form, task=None, allow_partial=True)
        assert not ACTIVE.search((tmp_path / form).read_text(encoding="utf-8")), form
    ElementTree.fromstring((tmp_path / "junit").read_text(encoding="utf-8"))
    with pytest.raises(InputFileError, match="created: expected a date"):
        export(run, "lm-eval", output=tmp_path / "x", task=None, allow_partial=True)
