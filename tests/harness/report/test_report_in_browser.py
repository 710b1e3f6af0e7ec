"""Hazards of the page in a real browser: text that runs, a list that stalls, a view, key or player that does nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.report.html.page import ReportOptions, write_report
from harness.run.reader import read_run
from tests.support.browser import Watched, chromium
from tests.support.budget import mostly_long
from tests.support.runs import report_runs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def window(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    watched = Watched(context.new_page())
    yield watched
    assert watched.faults == []
    assert all(url.startswith(("file:", "about:", "blob:", "data:")) for url in watched.requests)
    context.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def quickstart(folder: Path) -> Path:
    """The page of a run on real clips, set against a chance row, with its clips inside."""
    run = harness.evaluate("mock:echo", "quickstart", folder / "echo", limit=3).path
    other = harness.evaluate("baseline:random", "quickstart", folder / "random", limit=3).path
    target = folder / "quickstart.html"
    write_report(read_run(run), read_run(other), ReportOptions(output=target, cap=10**7))
    return target


@pytest.fixture(scope="module")
def choices(folder: Path) -> Path:
    run = report_runs.choices(folder)
    write_report(read_run(run), options=ReportOptions(output=folder / "choices.html"))
    return folder / "choices.html"


def big(folder: Path, items: int) -> Path:
    seed = folder / f"seed-{items}"
    seed.mkdir()
    run = report_runs.enlarged(report_runs.choices(seed), folder / f"big-{items}", items)
    target = folder / f"big-{items}.html"
    write_report(read_run(run), options=ReportOptions(output=target))
    return target


def painted(window: Watched) -> int:
    """Points of the spectrogram that are not of the lowest level."""
    found: int = window.page.evaluate(
        """() => {
          const canvas = document.querySelector(".spectrum");
          if (!canvas || canvas.width === 300) return 0;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }"""
    )
    return found


def ids(window: Watched) -> list[str]:
    return window.page.locator(".row:not([hidden]) .id").all_inner_texts()


# --- items ----------------------------------------------------------------------------------------


def test_filters_leave_the_items_that_they_name(window: Watched, choices: Path) -> None:
    window.open(choices, "#items")
    assert len(ids(window)) == 5
    window.page.select_option("#f-verdict", "s2")
    assert sorted(ids(window)) == ["own-1", "own-2", "own-4"]
    window.page.select_option("#f-outcome", label="empty")
    assert ids(window) == ["own-4"]
    assert window.text("#count") == "1 of 5"
    window.page.click("#clear")
    window.page.fill("#search", "not a DOG")
    window.until(lambda: ids(window) == ["own-1"])
    window.page.fill("#search", "own-3")
    window.until(lambda: ids(window) == ["own-3"])


def test_grades_and_sub_scores_are_filters(window: Watched, folder: Path) -> None:
    run = report_runs.graded(folder)
    write_report(read_run(run), options=ReportOptions(output=folder / "graded.html"))
    window.open(folder / "graded.html", "#items")
    window.page.select_option("#f-grade", label="grade 3")
    assert sorted(ids(window)) == ["graded-1", "graded-2"]
    window.page.click("#clear")
    field = window.page.locator("#f-field option", has_text="sound").first.text_content()
    window.page.select_option("#f-field", label=field)
    assert sorted(ids(window)) == ["kind-sound-0", "kind-sound-2"]


def test_an_item_says_what_was_read_and_why(window: Watched, choices: Path) -> None:
    window.open(choices, "#item=own-0")
    window.until(lambda: window.page.locator(".reading").count() > 0)
    card = window.text(".reading")
    assert "reads as “cat”" in card and "the answer is ([cat])." in card
    assert window.text(".said.reply") == "The answer is (B)."
    assert "reference" in window.text(".opts .gold")
    window.page.click("#copy")
    window.until(lambda: window.text("#copy") == "Copied")


def test_keys_walk_search_and_close(window: Watched, choices: Path) -> None:
    window.open(choices)
    keys = window.page.keyboard
    keys.press("i")
    keys.press("j")
    window.until(lambda: window.page.url.endswith("#item=own-0"))
    keys.press("j")
    window.until(lambda: window.page.url.endswith("#item=own-1"))
    window.until(lambda: window.text(".top h2") == "own-1")
    keys.press("k")
    window.until(lambda: window.text(".top h2") == "own-0")
    keys.press("/")
    keys.type("dog or")
    window.until(lambda: ids(window) == ["own-2"])
    keys.press("Escape")
    window.until(lambda: len(ids(window)) == 5)
    keys.press("Escape")
    keys.press("Escape")
    window.until(lambda: window.page.locator(".hint").count() == 1)
    keys.press("?")
    assert window.page.locator("#keys").is_visible()
    keys.press("Escape")
    assert not window.page.locator("#keys").is_visible()
    keys.press("o")
    window.until(lambda: window.page.locator("#overview").is_visible())


def test_a_clip_plays_from_the_page_and_from_its_file(
    window: Watched, quickstart: Path, folder: Path
) -> None:
    linked = folder / "linked.html"
    write_report(read_run(folder / "echo"), options=ReportOptions(output=linked))
    for target in (quickstart, linked):
        window.open(target, "#item=choice_01")
        window.until(lambda: window.page.locator(".player .play").count() == 1)
        window.until(lambda: painted(window) > 1000)
        before = window.text(".player .time")
        window.page.keyboard.press("p")
        window.until(lambda: window.text(".player .play") == "❚❚")
        window.until(lambda old=before: window.text(".player .time") != old)  # type: ignore[misc]
        window.page.keyboard.press("p")
        window.until(lambda: window.text(".player .play") == "▶")
        assert "–" not in window.text(".player .note")


def test_two_runs_stand_side_by_side(window: Watched, quickstart: Path) -> None:
    window.open(quickstart, "#compare")
    assert "Paired differences" in window.text("#compare")
    assert window.page.locator("#compare svg.diff").count() >= 5
    window.page.locator("#compare button[data-change='3']").nth(4).click()
    window.until(lambda: window.page.locator("#items").is_visible())
    assert ids(window) and all(name.startswith("instruction") for name in ids(window))
    window.open(quickstart, "#item=transcription_01")
    window.until(lambda: window.page.locator(".side").count() == 2)
    assert window.page.locator(".side .said.reply").count() == 2
    assert window.page.locator(".align .ins, .align .sub, .align .del").count() > 3


# --- many items -----------------------------------------------------------------------------------


@pytest.mark.parametrize("items", mostly_long([2_000, 10_000], [2_000]))
def test_thousands_of_items_open_and_scroll(window: Watched, folder: Path, items: int) -> None:
    page = big(folder, items)

    def opened() -> float:
        window.page.goto("about:blank")
        start = time.perf_counter()
        window.page.goto(f"{page.as_uri()}#items")
        window.page.wait_for_selector(".row")
        return time.perf_counter() - start

    assert any(opened() < 2.0 for _ in range(3))  # other work on the machine does not count
    most, longest = scrolled(window)
    assert 10 < most < 500
    assert longest < 100.0
    window.page.keyboard.press("End")
    window.page.evaluate("document.getElementById('list').scrollTop = 1e9")
    window.until(lambda: f"big-{items - 1:06}" in ids(window))
    window.page.fill("#search", "denied dog")
    window.page.fill("#search", "not a dog")
    count = f"{items // 5:,} of {items:,}"
    window.until(lambda: window.text("#count").startswith(count) and "searching" not in window.text("#count"))  # fmt: skip


def scrolled(window: Watched) -> tuple[int, float]:
    """Rows that there were at most, and the longest task of the page's main thread in milliseconds of its own time."""
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session = window.page.context.new_cdp_session(window.page)
    session.on("Tracing.dataCollected", lambda event: events.extend(event["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send(
        "Tracing.start",
        {"categories": "toplevel,disabled-by-default-devtools.timeline", "transferMode": "ReportEvents"},
    )  # fmt: skip
    most: int = window.page.evaluate(
        """async () => {
          const list = document.getElementById("list");
          let most = 0;
          for (let step = 0; step <= 50; step++) {
            list.scrollTop = (list.scrollHeight * step) / 50;
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            most = Math.max(most, document.querySelectorAll("#list .row").length);
          }
          return most;
        }"""
    )
    session.send("Tracing.end")
    window.until(lambda: bool(ended))
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main and "tdur" in event
    ]
    assert len(tasks) > 50
    return most, max(tasks)


# --- strangers' words -----------------------------------------------------------------------------


def test_hostile_texts_are_shown_and_do_nothing(window: Watched, folder: Path) -> None:
    run = report_runs.hostile(folder)
    target = folder / "hostile.html"
    write_report(read_run(run), read_run(run), ReportOptions(output=target))
    visible = report_runs.HOSTILE.split("\u2028")[0]
    window.open(target)
    for view in ("#overview", "#compare", "#items"):
        window.page.evaluate("(view) => { location.hash = view; }", view)
        assert (
            visible in window.page.locator(view).inner_text().replace("\n", " ") or view == "#items"
        )
    assert len(ids(window)) == 4
    for _ in range(4):
        before = window.page.url
        window.page.keyboard.press("j")
        window.until(lambda old=before: window.page.url != old)  # type: ignore[misc]
        window.until(lambda: visible in window.page.locator(".said.reply").first.inner_text())
        for summary in window.page.locator("#detail summary").all():
            summary.click()
        assert visible in window.text(".top h2")
    window.page.fill("#search", "onerror=window.harmed")
    window.until(lambda: len(ids(window)) == 4)
    assert window.page.evaluate("window.harmed === undefined")
    assert window.page.locator("img, iframe, object, embed, main script").count() == 0
    assert window.page.locator("script:not([type])").count() == 1


# --- looks ----------------------------------------------------------------------------------------


def test_a_narrow_window_has_no_sideways_scroll_and_one_pane(
    window: Watched, quickstart: Path, folder: Path
) -> None:
    window.page.set_viewport_size({"width": 390, "height": 800})
    (folder / "narrow").mkdir()
    run = read_run(report_runs.hostile(folder / "narrow"))
    long_words = folder / "long.html"
    write_report(run, run, ReportOptions(output=long_words))
    for page, address in (
        (long_words, "#overview"),
        (long_words, "#compare"),
        (quickstart, "#overview"),
        (quickstart, "#compare"),
        (quickstart, "#items"),
        (quickstart, "#item=choice_02"),
    ):
        window.open(page, address)
        wide: int = window.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, address
    window.until(lambda: window.page.locator("#back").is_visible())
    assert not window.page.locator("#list").is_visible()
    window.page.click("#back")
    window.until(lambda: window.page.locator("#list").is_visible())


def test_colours_follow_the_system_and_the_switch(window: Watched, choices: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    window.page.emulate_media(color_scheme="dark")
    window.open(choices)
    dark = window.page.evaluate(ground)
    window.page.click("#theme")
    light = window.page.evaluate(ground)
    window.page.emulate_media(color_scheme="light")
    assert dark != light == window.page.evaluate(ground)


def test_print_shows_the_overview_or_the_item_and_no_controls(
    window: Watched, choices: Path
) -> None:
    window.open(choices)
    window.page.emulate_media(media="print")
    assert window.page.locator("#scores").is_visible()
    assert not window.page.locator(".bar").is_visible()
    assert window.page.pdf().startswith(b"%PDF")
    window.open(choices, "#item=own-0")
    window.until(lambda: window.page.locator(".reading").count() > 0)
    assert not window.page.locator("#list").is_visible()
    assert window.page.locator(".said.reply").is_visible()
