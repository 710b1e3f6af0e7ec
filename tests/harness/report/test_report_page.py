"""Hazards of the page as a file: not complete in itself, a forged part, an item that grep does not find, a page too large."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.report.html import page
from harness.report.html.clips import SPECTRA
from harness.report.html.page import ReportOptions, write_report
from harness.run.reader import read_run
from tests.support.command import CommandResult
from tests.support.pages import ROOT
from tests.support.runs import report_runs

Cli = Callable[..., CommandResult]


class Elements(HTMLParser):
    """Elements of a page with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inner: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs)) if tag in ("script", "style") else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.inner.append((*self._open, data))
            self._open = None


def written(run: Path, target: Path, **options: Any) -> str:
    other = options.pop("other", None)
    write_report(read_run(run), other, ReportOptions(output=target, **options))
    return target.read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_admits_only_its_own_program(tmp_path: Path) -> None:
    text = written(report_runs.choices(tmp_path), tmp_path / "page.html")
    elements = Elements(text)
    for tag, attributes in elements.found:
        assert tag not in ("iframe", "object", "embed", "base", "img", "audio")
        assert tag != "link" or attributes["href"] == "data:,"
        assert not set(attributes) & {"src", "srcset", "style", "action"}
        assert not [name for name in attributes if name.startswith("on")]
        assert not str(attributes.get("href") or "#").startswith(("http", "//"))
    policy = next(
        str(attributes["content"])
        for tag, attributes in elements.found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    programs = [
        (tag, data) for tag, attributes, data in elements.inner if attributes.get("type") is None
    ]
    assert [tag for tag, _ in programs] == ["style", "script"]
    for tag, data in programs:
        digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert "innerHTML" not in programs[1][1] and "eval(" not in programs[1][1]


def test_ids_are_plain_and_each_item_has_a_line(tmp_path: Path) -> None:
    text = written(report_runs.choices(tmp_path), tmp_path / "page.html")
    lines = [line for line in text.split("\n") if line.startswith('["own-')]
    assert [json.loads(line)[0] for line in lines] == [f"own-{n}" for n in range(5)]


def test_no_text_of_others_makes_an_element(tmp_path: Path) -> None:
    harmless = Elements(written(report_runs.choices(tmp_path), tmp_path / "one.html"))
    text = written(report_runs.hostile(tmp_path), tmp_path / "two.html")
    elements = Elements(text)
    known = {tag for tag, _ in harmless.found} | {"li", "ul", "dd", "details", "summary", "abbr"}
    assert {tag for tag, _ in elements.found} <= known | {"figure", "figcaption"}
    kinds = [attributes.get("type") for tag, attributes in elements.found if tag == "script"]
    assert kinds.count(None) == 1
    assert not re.search("[\u2028\u202e\x1b]", text)


def test_a_thousand_items_are_under_three_megabytes(tmp_path: Path) -> None:
    replies = tuple(
        " ".join(f"word{(n * 7919 + k * 104729) % 5003}" for k in range(120)) for n in range(50)
    )
    run = report_runs.enlarged(report_runs.choices(tmp_path, replies), tmp_path / "big", 1000)
    assert len(written(run, tmp_path / "page.html")) < 3_000_000


@pytest.mark.slow
def test_a_thousand_clips_have_pictures_within_the_three_megabytes(tmp_path: Path) -> None:
    run = report_runs.enlarged(report_runs.choices(tmp_path), tmp_path / "big", 1000)
    report_runs.with_noise(run)
    text = written(run, tmp_path / "page.html")
    assert len(text) < 3_000_000
    spectra = text.partition('id="data-spectra">')[2].partition("</script>")[0].split("\n")
    assert len(spectra) == 1000 and sum(map(bool, spectra)) > 200
    assert 0.9 * SPECTRA < sum(map(len, spectra)) < 1.1 * SPECTRA


def test_the_command_writes_the_page_beside_the_run_and_says_where(
    tmp_path: Path, cli: Cli
) -> None:
    run = report_runs.choices(tmp_path)
    code, out, err = cli("report", run)
    assert (code, out) == (0, "")
    assert (run / "report.html").is_file() and f"{run / 'report.html'}: 5 items" in err
    code, out, _ = cli("report", run, "-o", tmp_path / "x.html", "--embed-audio", "--json")
    found = json.loads(out)
    assert (code, found["items"], found["clips_embedded"]) == (0, 5, 0)
    assert found["bytes"] == (tmp_path / "x.html").stat().st_size


@pytest.mark.parametrize("size", ["much", "-1MB", "1e9", ""])
def test_a_size_that_is_none_is_refused(tmp_path: Path, cli: Cli, size: str) -> None:
    code, _, err = cli("report", report_runs.choices(tmp_path), f"--embed-audio={size}")
    assert code == 2 and "--embed-audio" in err


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, cli: Cli) -> None:
    code, _, err = cli("report", tmp_path)
    assert code == 2 and "is not a run directory" in err
    run = report_runs.choices(tmp_path)
    code, _, err = cli("report", run, "-o", tmp_path / "none" / "page.html")
    assert code == 2 and "none does not exist" in err


def test_evaluate_and_score_write_it_at_the_end(tmp_path: Path, cli: Cli) -> None:
    run = tmp_path / "run"
    code, out, _ = cli(
        "evaluate", "mock:echo", "-t", "quickstart_choice", "-L", "1", "-o", run, "--report"
    )
    assert code == 0 and out.rstrip().endswith(f"report: {run / 'report.html'}")
    (run / "report.html").unlink()
    code, out, err = cli("score", run, "--report", "--json")
    assert code == 0 and json.loads(out) and f"report: {run / 'report.html'}" in err
    assert (run / "report.html").is_file()
    code, out, _ = cli("score", run)
    assert code == 0 and "report: " not in out


def test_two_runs_are_set_against_each_other_by_content(tmp_path: Path) -> None:
    one = report_runs.choices(tmp_path)
    (tmp_path / "b").mkdir()
    other = report_runs.choices(tmp_path / "b", ("cat", "cat", "dog", "dog", "dog"))
    text = written(one, tmp_path / "page.html", other=read_run(other))
    changes = [json.loads(line)[10] for line in text.split("\n") if line.startswith('["own-')]
    assert changes == [4, 2, 3, 1, 3]
    assert "Paired differences" in text and "-20.00" not in text
    assert re.search(r"choices</span>|against", text)


def test_the_wheel_holds_templates_and_assets(tmp_path: Path) -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling")
    (built,) = wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    shipped = set(zipfile.ZipFile(built).namelist())
    folder = Path(page.__file__).parent
    wanted = [*folder.glob("templates/*.jinja"), *folder.glob("assets/*")]
    assert len(wanted) >= 12
    assert {path.relative_to(ROOT).as_posix() for path in wanted} <= shipped
    assert {*page.STYLES, *page.PROGRAM} == {path.name for path in folder.glob("assets/*")}


def test_a_run_that_other_readers_refuse_is_refused_by_name(tmp_path: Path, cli: Cli) -> None:
    run = report_runs.choices(tmp_path)
    (run / "samples.jsonl").write_text('{"task": "quickstart_choice"}\n', encoding="utf-8")
    code, _, err = cli("report", run)
    assert code != 0 and "samples.jsonl:1" in err and "harness score" in err
    assert not (run / "report.html").exists()
    assert harness.load_run(run).name
