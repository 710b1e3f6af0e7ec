"""Hazard: the page on security promises what no test holds any more."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_promise_names_tests_that_exist() -> None:
    whole = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    page, figures, rest = whole.partition("## Fuzzing")
    targets = [line for line in rest.split("\n") if re.fullmatch(r"\| .+ \| [\d,]+ \|", line)]
    assert figures and len(targets) >= 8
    promises = [
        line for line in page.split("\n") if line.startswith("| ") and "held by" not in line
    ]
    assert len(promises) >= 12
    for promise in promises:
        named = re.findall(r"`(tests/[^`]+)`", promise)
        assert named, promise
        for path in named:
            place = ROOT / path
            files = [place] if place.is_file() else sorted(place.glob("test_*.py"))
            assert files, path
            assert any("def test_" in file.read_text(encoding="utf-8") for file in files), path
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
