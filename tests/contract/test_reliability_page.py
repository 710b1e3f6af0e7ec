"""Hazard: the page on reliability promises what no test holds any more."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_promise_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [line for line in page.split("\n") if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise ")]
    assert len(promises) >= 25
    for promise in promises:
        cells = [cell.strip() for cell in promise.strip("|").split("|")]
        assert len(cells) == 3 and all(cells), promise
        named = re.findall(r"`(tests/[^`]+)`", cells[1])
        assert named, promise
        for one in named:
            file, _, test = one.partition("::")
            content = (ROOT / file).read_text(encoding="utf-8")
            assert f"def {test or 'test_'}" in content, f"{one}: {promise}"


def test_every_module_of_reliability_holds_a_promise() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    for file in sorted((ROOT / "tests" / "reliability").rglob("test_*.py")):
        assert file.relative_to(ROOT).as_posix() in page, file
