"""Hazards of the HTML board: text that becomes markup, a page that asks for something, a switch that does nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harness
from harness.board import Board
from harness.run.reader import read_run
from leaderboards.build import Page, leaderboard
from leaderboards.published.rows import QuotedRow, QuotedTable
from leaderboards.renderers.html import render_html
from leaderboards.renderers.page import framed
from leaderboards.renderers.scatter import Point, front, scatter, ticks
from leaderboards.tables import Column, Entry, Leaderboard, Row, Table
from tests.support.browser import Watched, chromium
from tests.support.runs import report_runs
from tests.support.runs.board_runs import FakeTask, binary, write_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x1b[2J"


def quoted(text: str = "Quoted") -> QuotedTable:
    rows = (QuotedRow(text, {"avg": 65.0}), QuotedRow("other", {"avg": 10.0}))
    return QuotedTable("mmau", text, text, None, "%", text, rows, columns={"avg": "avg"})


def board_of(tmp_path: Path, name: str = "good") -> Leaderboard:
    runs = [
        write_run(
            tmp_path / str(number),
            {"mmau_test_mini": FakeTask(binary(right), benchmark="mmau", anchors={"chance": 0.25})},
            name=run,
            model=name,
        )
        for number, (run, right) in enumerate(
            [(name, "1" * 30), ("middle", "1" * 15 + "0" * 15), ("poor", "1" * 7 + "0" * 23)]
        )
    ]
    page = Page(published=[quoted(name if name == HOSTILE else "Quoted")])
    return leaderboard(list(map(read_run, runs)), page=page)


def timed() -> Leaderboard:
    rows = tuple(
        Row(name, "m", {"mean": Entry(score, (score - 5, score + 5))}, seconds=seconds, tokens=None)
        for name, score, seconds in (("fast", 40.0, 0.5), ("slow", 60.0, 2.0), ("bad", 30.0, 1.0))
    )
    columns = (Column("mean", "Mean"),)
    table = Table("demo", "normalized", "normalised", "A", columns, rows, sorted_by="mean")
    return Leaderboard((table,), ())


def test_the_policy_names_what_the_page_holds_and_nothing_else(tmp_path: Path) -> None:
    page = render_html(board_of(tmp_path))
    policy = html.unescape(
        re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)[0]
    )
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; ")
    for tag in ("style", "script"):
        (content,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r"(?:src|href)=[\"']?(?!#)", page)
    assert " style=" not in page and " on" not in re.sub(
        r"(?s)<script>.*?</script>|>[^<]*<", "", page
    )


def test_nothing_that_a_run_or_a_source_says_becomes_markup(tmp_path: Path) -> None:
    page = render_html(board_of(tmp_path, HOSTILE), title=HOSTILE)
    assert page.count("<script>") == 1 and "<img" not in page
    assert "\u202e" not in page and "\x1b" not in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in page


def test_every_number_of_the_board_is_in_the_markup(tmp_path: Path) -> None:
    """The page reads without its script, and grep finds what it shows."""
    board = board_of(tmp_path)
    page = render_html(board)
    for table in board.tables:
        for row in table.rows:
            for entry in row.entries.values():
                if entry.value is not None:
                    assert f"{entry.value:.{entry.decimals}f}" in page
                if entry.ci95 is not None:
                    assert " to ".join(f"{end:.{entry.decimals}f}" for end in entry.ci95) in page
    assert page.count("<tr class=quoted>") == 2
    assert page.count('<svg class="bar"') >= 6


def test_score_against_effort_is_plotted_where_it_was_measured(tmp_path: Path) -> None:
    page = render_html(timed())
    assert page.count('<svg class="scatter"') == 1 and "Seconds per reply" in page
    assert page.count('class="point on"') == 2 and page.count('class="point"') == 1
    assert '<svg class="scatter"' not in render_html(
        board_of(tmp_path)
    )  # made-up runs take no time


def test_the_front_follows_the_direction_of_the_score() -> None:
    points = [Point("a", 1, 0.5), Point("b", 2, 0.4), Point("c", 1, 0.6), Point("d", 3, 0.6)]
    assert [point.name for point in front(points)] == ["c"]
    assert [point.name for point in front(points, higher_is_better=False)] == ["a", "b"]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (3.2, 3.2), (-5, 100), (0, 1e-6), (1e6, 2e6)])
def test_ticks_cover_their_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 12 and found[0] <= low + 1e-9 and found[-1] >= high - 1e-9
    assert "nan" not in scatter([Point("a", high, low)], x_label="x", y_label="y")


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(tmp_path: Path) -> None:
    found = harness.leaderboard([tmp_path / "0"]) if board_of(tmp_path) else None
    assert isinstance(found, Board)
    frame = framed(found.render("html"))
    assert frame.startswith('<iframe sandbox="allow-scripts" srcdoc="&lt;!doctype html')
    assert found.render("csv").startswith("benchmark,table")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.slow
@pytest.mark.network
def test_sorting_filtering_and_colours_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "board.html"
    file.write_text(render_html(board_of(tmp_path, HOSTILE), title=HOSTILE), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light")
    watched = Watched(context.new_page()).open(file)
    page = watched.page
    native = page.locator("table").first
    visible = native.locator("tbody tr:visible")

    def runs() -> list[str]:
        return [text.split("\n")[0][:6] for text in visible.locator("th.run").all_inner_texts()]

    assert len(runs()) == 5
    native.locator("thead th", has_text="Average").click()  # ranked by it already: turned round
    assert runs()[0] == "other "
    native.locator("thead th", has_text="Average").press("Enter")
    assert runs()[-1] == "other "
    page.locator("#quoted").uncheck()
    assert len(runs()) == 3
    page.locator("#filter").fill("MIDDLE")
    assert runs() == ["middle"]
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "the page itself does not scroll sideways on a phone"
    assert watched.faults == [] and watched.requests[1:] == []
    context.close()


def test_a_run_of_several_files_is_not_named_by_the_last(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for task in ("quickstart_choice", "quickstart_keyword"):
        kind = task.removeprefix("quickstart_")
        record = report_runs.choice(0, "cat", kind=kind)
        file = report_runs.write_lines(tmp_path / f"{kind}.jsonl", [record])
        harness.score(task, file, run)
    text = harness.leaderboard([run]).render("html")
    assert "stored replies, 2 files" in text
    assert str(tmp_path) not in text
