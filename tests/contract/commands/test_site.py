"""Hazards: a page of the site that does not build, a link to nowhere, a page that loads something from elsewhere, a search that needs a server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.command import CommandResult
from tests.support.pages import ROOT, read, run_page

Cli = Callable[..., CommandResult]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("page", "count"), [("docs/pitfalls.md", 4), ("docs/score_replies.md", 3)])
def test_the_commands_of_a_page_run(cli: Cli, here: Path, page: str, count: int) -> None:
    assert run_page(cli, read(page), here, bool) == count


def test_every_benchmark_has_a_page_in_the_navigation() -> None:
    text = re.sub(r"!\S+", "", read("mkdocs.yml"))
    (section,) = [
        part["Benchmarks"] for part in yaml.safe_load(text)["nav"] if "Benchmarks" in part
    ]
    named = {path for entry in section if isinstance(entry, dict) for path in entry.values()}
    assert named == {
        f"benchmarks/{path.parent.name}.md" for path in (ROOT / "tasks").glob("*/README.md")
    }


@pytest.mark.long
@pytest.mark.slow
def test_the_site_builds_strictly_and_asks_nobody(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-q",
        "-f",
        ROOT / "mkdocs.yml",
        "-d",
        tmp_path / "site",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 25
    loads = re.compile(
        r'<(?:script|img|iframe|source)[^>]+src="(https?:|//)|<link[^>]+rel="(?:stylesheet|preconnect|preload)"[^>]+href="(?:https?:|//)'
    )
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not loads.search(text), page
        assert 'data-md-component="source"' not in text  # asks GitHub for stars
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(
            r"@import|url\(['\"]?(?:https?:|//)", sheet.read_text(encoding="utf-8")
        ), sheet
    assert "var __index" in next((tmp_path / "site" / "search").glob("*.js")).read_text(
        encoding="utf-8"
    )
